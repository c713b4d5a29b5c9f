//! `POST /orders/{id}/ship`.

use actix_web::{HttpResponse, web};

use super::answer;
use crate::ground::ids::OrderId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::sent::Sent;
use crate::http::portal::visitor::Visitor;
use crate::orders::NewParcel;

/// Sends a parcel with the typed serials, or with all that were found.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<OrderId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let parcel = NewParcel {
        carrier: sent.get("carrier").to_owned(),
        tracking: sent.maybe("tracking").map(str::to_owned),
        serials: Some(super::serials(&sent, "serials")).filter(|serials| !serials.is_empty()),
    };
    let done = state.orders().ship(visitor.caller(), *id, parcel).await.map(drop);
    let done = done.map(|()| "order-shipped").map_err(Into::into);
    answer(&state, &visitor, (*id, "ship"), &sent, done).await
}
