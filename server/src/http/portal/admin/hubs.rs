//! `GET /admin/hubs`, and the answer to an administrator's `POST /hubs/{id}/claim-code`.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use web_templates::text::counted;
use web_templates::{AdminHubsPage, ClaimCode};

use crate::ground::enums::HubState;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, frame};
use crate::http::portal::hubs::rows::{devices, row};
use crate::http::portal::list::{ROWS, ask, chosen, filter, pager, select, typed};
use crate::http::portal::page::html;
use crate::http::portal::visitor::Visitor;
use crate::registry::overview::{self, HubFilter, HubKey};
use crate::tenancy::Scope as _;

#[derive(Debug, Default, Deserialize)]
pub(in crate::http::portal) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    after: String,
}

/// All hubs, those that wait for somebody first.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    answer(&state, &visitor, &asked, None).await
}

/// The page, with a code that was just made.
pub(in crate::http::portal) async fn answer(
    state: &State,
    visitor: &Visitor,
    asked: &Asked,
    claim: Option<ClaimCode>,
) -> Result<HttpResponse, PageError> {
    let wanted = HubFilter {
        q: typed(&asked.q),
        state: chosen::<HubState>(&asked.state),
    };
    let (ask, now) = (ask::<HubKey>(&asked.after, ROWS)?, state.ground().now());
    let (page, behind, counts) = visitor
        .admin()?
        .run(state.database(), async |tx| {
            let page = overview::hubs(tx, &wanted, &ask).await?;
            let behind = devices(tx, &page.rows).await?;
            Ok::<_, PageError>((page, behind, overview::counts(tx, now).await?))
        })
        .await?;
    let states = HubState::ALL.iter().map(|state| (state.as_str(), state.as_str()));
    let selects = vec![select("state", "State", "All states", &asked.state, states)];
    let mut frame = frame(state, visitor, Place::Hubs, "Hubs", &counts);
    frame.search = None;
    let pairs = [("q", asked.q.as_str()), ("state", asked.state.as_str())];
    let text = counted(counts.hubs.unsigned_abs(), "hub", "hubs");
    html(&AdminHubsPage {
        frame,
        filter: filter("/admin/hubs", &asked.q, "Serial, name or customer", selects),
        claim,
        rows: page
            .rows
            .iter()
            .map(|hub| row(state, visitor, hub, &behind))
            .collect(),
        pager: pager("/admin/hubs", &pairs, &asked.after, page.next.as_ref(), text),
    })
}
