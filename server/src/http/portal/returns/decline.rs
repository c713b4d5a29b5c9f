//! `POST /returns/{id}/decline`.

use actix_web::{HttpResponse, web};

use super::answer;
use crate::ground::ids::ReturnId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::sent::Sent;
use crate::http::portal::visitor::Visitor;

/// Says why it may not be sent.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<ReturnId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let why = sent.get("reason");
    let done = state
        .orders()
        .decline_return(visitor.caller(), *id, why)
        .await
        .map(drop);
    let done = done.map(|()| "return-declined").map_err(Into::into);
    answer(&state, &visitor, (*id, "decline"), &sent, done).await
}
