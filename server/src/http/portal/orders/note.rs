//! `POST /orders/{id}/notes`.

use actix_web::{HttpResponse, web};

use super::answer;
use crate::ground::ids::OrderId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::sent::Sent;
use crate::http::portal::visitor::Visitor;

/// Writes about an order.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<OrderId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let done = state
        .orders()
        .note(visitor.caller(), *id, sent.get("text"))
        .await
        .map(drop);
    let done = done.map(|()| "order-noted").map_err(Into::into);
    answer(&state, &visitor, (*id, "notes"), &sent, done).await
}
