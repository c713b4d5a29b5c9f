//! `POST /orders/{id}/receive`.

use std::collections::HashSet;

use actix_web::{HttpResponse, web};

use super::{answer, serials};
use crate::ground::ids::OrderId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::orders::Arrived;

/// Takes a parcel in: what was offered and is not ticked is missing, and so is what was typed as missing.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<OrderId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let done = receive(&state, &visitor, *id, &sent)
        .await
        .map(|()| "order-received");
    answer(&state, &visitor, (*id, "receive"), &sent, done).await
}

async fn receive(state: &State, visitor: &Visitor, id: OrderId, sent: &Sent) -> Result<(), Refused> {
    let parcel = sent.maybe("parcel").map(str::parse).transpose();
    let parcel = parcel.map_err(|_| PageError::not_found())?;
    let ticked: HashSet<&str> = sent.all("arrived").collect();
    let offered = sent.all("offered").filter(|serial| !ticked.contains(serial));
    let mut missing: Vec<String> = offered.map(str::to_owned).collect();
    missing.extend(serials(sent, "missing"));
    let arrived = Arrived::AllBut { parcel, missing };
    state.orders().receive(visitor.caller(), id, arrived).await?;
    Ok(())
}
