//! `POST /returns/{id}/cancel`.

use actix_web::{HttpResponse, web};

use super::answer;
use crate::ground::ids::ReturnId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::sent::Sent;
use crate::http::portal::visitor::Visitor;

/// Keeps what was to be sent back.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<ReturnId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let done = state
        .orders()
        .cancel_return(visitor.caller(), *id)
        .await
        .map(drop);
    let done = done.map(|()| "return-cancelled").map_err(Into::into);
    answer(&state, &visitor, (*id, "cancel"), &sent, done).await
}
