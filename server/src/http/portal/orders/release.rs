//! `POST /orders/{id}/release`.

use actix_web::{HttpResponse, web};

use super::answer;
use crate::ground::ids::OrderId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::sent::Sent;
use crate::http::portal::visitor::Visitor;

/// Gives serials up: the typed ones, or all.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<OrderId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let serials = Some(super::serials(&sent, "serials")).filter(|serials| !serials.is_empty());
    let done = state
        .orders()
        .release(visitor.caller(), *id, serials)
        .await
        .map(drop);
    let done = done.map(|()| "order-released").map_err(Into::into);
    answer(&state, &visitor, (*id, "release"), &sent, done).await
}
