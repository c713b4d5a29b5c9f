//! `GET /hubs`.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use web_templates::{Attention, ClaimCode, Flash, HubsPage};

use super::rows::{devices, row};
use crate::ground::ids::HubId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, frame};
use crate::http::portal::page::html;
use crate::http::portal::said::SaidQuery;
use crate::http::portal::visitor::Visitor;
use crate::registry::Ask;
use crate::registry::hubs::Hub;
use crate::registry::overview::{self, Counts, HubFilter};
use crate::tenancy::Scope as _;

/// Hubs on the page; a customer has a handful, one a ward.
const MOST: u16 = 500;

/// The customer's hubs, those that wait for somebody first.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    said: web::Query<SaidQuery>,
) -> Result<HttpResponse, PageError> {
    answer(&state, &visitor, said.flashes(), None).await
}

/// The page, with what is to be said besides.
pub(super) async fn answer(
    state: &State,
    visitor: &Visitor,
    flashes: Vec<Flash>,
    claim: Option<ClaimCode>,
) -> Result<HttpResponse, PageError> {
    let (hubs, behind, counts) = find(state, visitor).await?;
    let mut frame = frame(state, visitor, Place::Hubs, "Hubs", &counts);
    frame.flashes = flashes;
    html(&HubsPage {
        frame,
        attention: Attention::of(&[
            (
                counts.hubs_to_confirm.unsigned_abs(),
                "hub waits to be confirmed",
                "hubs wait to be confirmed",
            ),
            (
                counts.hubs_silent.unsigned_abs(),
                "hub is silent",
                "hubs are silent",
            ),
        ])
        .or("No hub is silent or waits to be confirmed."),
        stats: Vec::new(),
        claim,
        rows: hubs.iter().map(|hub| row(state, visitor, hub, &behind)).collect(),
    })
}

async fn find(
    state: &State,
    visitor: &Visitor,
) -> Result<(Vec<Hub>, HashMap<HubId, i64>, Counts), PageError> {
    let now = state.ground().now();
    visitor
        .customer()?
        .run(state.database(), async |tx| {
            let hubs = overview::hubs(tx, &HubFilter::default(), &Ask::first(MOST))
                .await?
                .rows;
            let behind = devices(tx, &hubs).await?;
            Ok((hubs, behind, overview::counts(tx, now).await?))
        })
        .await
}
