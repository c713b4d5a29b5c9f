//! `GET /distributors`.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use web_templates::{Action, Attention, DistributorRow, DistributorsPage, Icon};

use crate::ground::enums::OrganisationState;
use crate::ground::ids::DistributorId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, frame};
use crate::http::portal::list::{ROWS, ask, chosen, filter, pager, select, typed};
use crate::http::portal::namesakes::{Known, apart};
use crate::http::portal::organisations::{place, state_tag};
use crate::http::portal::page::html;
use crate::http::portal::said::SaidQuery;
use crate::http::portal::visitor::Visitor;
use crate::identity::CallerScope;
use crate::registry::contacts;
use crate::registry::figures::{self, Figures};
use crate::registry::organisations::{
    self, Distributor, DistributorFilter, OrganisationKey, SeesDistributors,
};
use crate::registry::overview::{self, Counts};
use crate::registry::{Ask, Page, RegistryError};
use crate::tenancy::{Right, Scope as _, Tx};

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    after: String,
    #[serde(default)]
    said: String,
}

/// Distributors by name; finance sees who they are and no device of theirs.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let ask = ask::<OrganisationKey>(&asked.after, ROWS)?;
    let now = state.ground().now();
    let found = match visitor.scope() {
        CallerScope::Admin(scope) => {
            scope
                .run(state.database(), async |tx| {
                    let mut found = find(tx, &asked, &ask).await?;
                    let ids: Vec<_> = found.page.rows.iter().map(|one| one.id).collect();
                    found.figures = figures::of_distributors(tx, &ids, now).await?;
                    found.counts = overview::counts(tx, now).await?;
                    Ok::<_, RegistryError>(found)
                })
                .await?
        }
        CallerScope::Finance(scope) => {
            scope
                .run(state.database(), async |tx| find(tx, &asked, &ask).await)
                .await?
        }
        CallerScope::Distributor(_) | CallerScope::Customer(_) => return Err(PageError::forbidden()),
    };
    html(&page(&state, &visitor, &asked, &found))
}

/// Those that were asked for, and whom one calls there.
async fn find<S: SeesDistributors>(
    tx: &Tx<S>,
    asked: &Asked,
    ask: &Ask<OrganisationKey>,
) -> Result<Found, RegistryError> {
    let page = organisations::distributors_like(tx, &asked.wanted(), ask).await?;
    let ids: Vec<_> = page.rows.iter().map(|one| one.id).collect();
    Ok(Found {
        contacts: contacts::main_of_distributors(tx, &ids).await?,
        page,
        figures: HashMap::new(),
        counts: Counts::default(),
    })
}

struct Found {
    page: Page<Distributor, OrganisationKey>,
    contacts: HashMap<DistributorId, String>,
    figures: HashMap<DistributorId, Figures>,
    counts: Counts,
}

impl Asked {
    fn wanted(&self) -> DistributorFilter {
        DistributorFilter {
            q: typed(&self.q),
            state: chosen(&self.state),
        }
    }
}

fn page(state: &State, visitor: &Visitor, asked: &Asked, found: &Found) -> DistributorsPage {
    let mut frame = frame(state, visitor, Place::Distributors, "Distributors", &found.counts);
    frame.flashes = SaidQuery::of(&asked.said).flashes();
    let states = OrganisationState::ALL
        .iter()
        .map(|state| (state.as_str(), state.as_str()));
    let selects = vec![select("state", "State", "Every state", &asked.state, states)];
    let pairs = [("q", asked.q.as_str()), ("state", asked.state.as_str())];
    let known: Vec<Known<'_>> = found.page.rows.iter().map(Known::from).collect();
    let wanting: i64 = found.figures.values().map(|figures| figures.attention).sum();
    DistributorsPage {
        frame,
        attention: Attention::of(&[(
            wanting.unsigned_abs(),
            "device on this page wants a person",
            "devices on this page want a person",
        )])
        .or(if visitor.can(Right::SeeDevices) {
            "No device on this page is silent, low on battery or weak in signal."
        } else {
            "Who the distributors are; their devices are not for finance."
        }),
        actions: actions(visitor),
        filter: filter("/distributors", &asked.q, "Name, city or contact", selects),
        with_figures: visitor.can(Right::SeeDevices),
        rows: found
            .page
            .rows
            .iter()
            .zip(apart(&known))
            .map(|(one, apart)| {
                let mut row = row(one, found.figures.get(&one.id), found.contacts.get(&one.id));
                row.place = apart.beside(row.place);
                row
            })
            .collect(),
        pager: pager(
            "/distributors",
            &pairs,
            &asked.after,
            found.page.next.as_ref(),
            String::new(),
        ),
    }
}

fn actions(visitor: &Visitor) -> Vec<Action> {
    let add = Action::go("Add a distributor", "/distributors/new")
        .icon(Icon::Add)
        .primary();
    visitor
        .can(Right::ManageDistributors)
        .then_some(add)
        .into_iter()
        .collect()
}

fn row(one: &Distributor, figures: Option<&Figures>, contact: Option<&String>) -> DistributorRow {
    let figures = figures.copied().unwrap_or_default();
    DistributorRow {
        href: format!("/distributors/{}", one.id),
        name: one.name.clone(),
        place: place(&one.paper),
        contact: contact.cloned().unwrap_or_default(),
        state: state_tag(one.state),
        customers: figures.customers.unsigned_abs(),
        devices: figures.devices.unsigned_abs(),
        in_stock: figures.in_stock.unsigned_abs(),
        attention: figures.attention.unsigned_abs(),
        hubs: figures.hubs.unsigned_abs(),
    }
}
