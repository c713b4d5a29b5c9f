//! `GET /hubs`: the hubs that somebody sees, those that wait for a person first.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use web_templates::text::counted;
use web_templates::{Action, Attention, Choice, HeldHubsPage, Icon};

use super::rows::{OFFLINE, ONLINE, STANDINGS, behind, held};
use crate::ground::enums::HubState;
use crate::ground::ids::HubId;
use crate::http::State;
use crate::http::portal::choose::{Holders, Holding};
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, frame};
use crate::http::portal::list::{ROWS, ask, chosen, filter, pager, select, typed};
use crate::http::portal::page::html;
use crate::http::portal::said::SaidQuery;
use crate::http::portal::sites;
use crate::http::portal::visitor::Visitor;
use crate::identity::{CallerScope, in_scope};
use crate::registry::hubs::Hub;
use crate::registry::overview::{self, Counts, HubFilter, HubKey};
use crate::registry::{Page, RegistryScope};
use crate::tenancy::Right;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    state: String,
    /// Of who sees more than one organisation's: whose.
    #[serde(default)]
    holder: String,
    /// Of a customer's people: the site.
    #[serde(default)]
    site: String,
    #[serde(default)]
    after: String,
    #[serde(default)]
    said: String,
}

/// What the page is made of.
struct Found {
    page: Page<Hub, HubKey>,
    behind: HashMap<HubId, i64>,
    counts: Counts,
    holding: Holding,
}

/// The list.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let mut found = in_scope!(visitor.caller(), scope => find(&state, scope, &asked).await)?;
    let holders = Holders::find(&state, &visitor, std::mem::take(&mut found.holding)).await?;
    let offered = sites::offered(&state, &visitor).await?;
    let mut page = page(&state, &visitor, &asked, &found);
    let anybody = vec![Choice::new("", "Held by anybody", asked.holder.is_empty())];
    let holder = holders.map(|holders| holders.select("holder", "Held by", anybody, &asked.holder));
    page.filter.selects.extend(holder);
    page.filter
        .selects
        .extend(sites::words(&visitor, &offered, &asked.site));
    html(&page)
}

async fn find<S: RegistryScope>(state: &State, scope: &S, asked: &Asked) -> Result<Found, PageError> {
    let mut wanted = HubFilter {
        q: typed(&asked.q),
        state: chosen::<HubState>(&asked.state),
        offline: match asked.state.as_str() {
            OFFLINE => Some(true),
            ONLINE => Some(false),
            _ => None,
        },
        site: sites::stands(&asked.site),
        ..HubFilter::default()
    };
    let (ask, now) = (ask::<HubKey>(&asked.after, ROWS)?, state.ground().now());
    scope
        .run(state.database(), async |tx| {
            let holding = Holding::of(tx, &asked.holder).await?;
            (wanted.customer, wanted.distributor) = (holding.customer, holding.distributor);
            let page = overview::hubs(tx, &wanted, &ask).await?;
            Ok(Found {
                behind: behind(tx, &page.rows).await?,
                page,
                counts: overview::counts(tx, now).await?,
                holding,
            })
        })
        .await
}

fn page(state: &State, visitor: &Visitor, asked: &Asked, found: &Found) -> HeldHubsPage {
    let counts = &found.counts;
    let mut frame = frame(state, visitor, Place::Hubs, "Hubs", counts);
    frame.flashes = SaidQuery::of(&asked.said).flashes();
    let selects = vec![select("state", "State", "All states", &asked.state, STANDINGS)];
    let pairs = [
        ("q", asked.q.as_str()),
        ("state", asked.state.as_str()),
        ("holder", asked.holder.as_str()),
        ("site", asked.site.as_str()),
    ];
    let text = counted(counts.hubs.unsigned_abs(), "hub in all", "hubs in all");
    let is_customer = matches!(visitor.scope(), CallerScope::Customer(_));
    let looked_into = if is_customer {
        "Serial or name"
    } else {
        "Serial, name or customer"
    };
    HeldHubsPage {
        frame,
        attention: attention(counts),
        actions: actions(visitor),
        stats: Vec::new(),
        filter: filter("/hubs", &asked.q, looked_into, selects),
        with_holder: !is_customer,
        rows: found
            .page
            .rows
            .iter()
            .map(|hub| held(state, visitor, hub, &found.behind))
            .collect(),
        pager: pager("/hubs", &pairs, &asked.after, found.page.next.as_ref(), text),
    }
}

fn attention(counts: &Counts) -> Attention {
    Attention::of(&[
        (
            counts.hubs_to_confirm.unsigned_abs(),
            "hub waits to be confirmed",
            "hubs wait to be confirmed",
        ),
        (
            counts.hubs_offline.unsigned_abs(),
            "hub is offline",
            "hubs are offline",
        ),
    ])
    .or("No hub is offline or waits to be confirmed.")
}

fn actions(visitor: &Visitor) -> Vec<Action> {
    let add = Action::go("Add a hub", "/hubs/new").icon(Icon::Add).primary();
    visitor.can(Right::AddHubs).then_some(add).into_iter().collect()
}
