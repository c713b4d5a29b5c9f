//! `POST /returns/{id}/accept`.

use actix_web::{HttpResponse, web};

use super::answer;
use crate::ground::ids::ReturnId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::sent::Sent;
use crate::http::portal::visitor::Visitor;

/// Lets the distributor send it.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<ReturnId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let done = state
        .orders()
        .accept_return(visitor.caller(), *id)
        .await
        .map(drop);
    let done = done.map(|()| "return-accepted").map_err(Into::into);
    answer(&state, &visitor, (*id, "accept"), &sent, done).await
}
