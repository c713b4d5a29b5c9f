//! `POST /orders/{id}/found`.

use actix_web::{HttpResponse, web};

use super::answer;
use crate::ground::ids::OrderId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::sent::Sent;
use crate::http::portal::visitor::Visitor;
use crate::orders::Arrived;

/// Takes in what was missing and arrived after all.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<OrderId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let arrived = Arrived::AfterAll(super::serials(&sent, "serials"));
    let done = state
        .orders()
        .receive(visitor.caller(), *id, arrived)
        .await
        .map(drop);
    let done = done.map(|()| "order-received").map_err(Into::into);
    answer(&state, &visitor, (*id, "found"), &sent, done).await
}
