//! `POST /orders/{id}/waive`.

use actix_web::{HttpResponse, web};

use super::answer;
use crate::ground::ids::OrderId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::sent::Sent;
use crate::http::portal::visitor::Visitor;

/// Says that the rest will not come.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<OrderId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let why = sent.maybe("reason").map(str::to_owned);
    let done = state.orders().waive(visitor.caller(), *id, why).await.map(drop);
    let done = done.map(|()| "order-waived").map_err(Into::into);
    answer(&state, &visitor, (*id, "waive"), &sent, done).await
}
