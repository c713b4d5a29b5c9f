//! `POST /orders/{id}/write-off`.

use actix_web::{HttpResponse, web};

use super::answer;
use crate::ground::ids::OrderId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::sent::Sent;
use crate::http::portal::visitor::Visitor;
use crate::orders::{Became, WriteOff};

/// Writes off what is missing.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<OrderId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let what = WriteOff {
        serials: super::serials(&sent, "serials"),
        became: match sent.get("became") {
            "inventory" => Became::Here,
            _ => Became::Lost,
        },
        replace: sent.maybe("replace").is_some(),
    };
    let done = state
        .orders()
        .write_off(visitor.caller(), *id, what)
        .await
        .map(drop);
    let done = done.map(|()| "order-written-off").map_err(Into::into);
    answer(&state, &visitor, (*id, "write-off"), &sent, done).await
}
