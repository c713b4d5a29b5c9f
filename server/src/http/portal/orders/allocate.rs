//! `POST /orders/{id}/allocate`.

use actix_web::{HttpResponse, web};

use super::answer;
use crate::ground::ids::OrderId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::sent::Sent;
use crate::http::portal::visitor::Visitor;
use crate::orders::Serials;

/// Finds serials: the typed ones, or the next ones of the inventory.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<OrderId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let serials = if sent.maybe("next").is_some() {
        Serials::Next {
            line: None,
            count: None,
        }
    } else {
        Serials::Named(super::serials(&sent, "serials"))
    };
    let done = state
        .orders()
        .allocate(visitor.caller(), *id, serials)
        .await
        .map(drop);
    let done = done.map(|()| "order-allocated").map_err(Into::into);
    answer(&state, &visitor, (*id, "allocate"), &sent, done).await
}
