//! `POST /returns/{id}/send`.

use actix_web::{HttpResponse, web};

use super::answer;
use crate::ground::ids::ReturnId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::sent::Sent;
use crate::http::portal::visitor::Visitor;

/// Says that it is on its way.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<ReturnId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let by = (sent.get("carrier"), sent.maybe("tracking"));
    let done = state
        .orders()
        .send_return(visitor.caller(), *id, by)
        .await
        .map(drop);
    let done = done.map(|()| "return-sent").map_err(Into::into);
    answer(&state, &visitor, (*id, "send"), &sent, done).await
}
