//! `GET /sources`: the vendors' clouds that somebody sees, by name.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use web_templates::text::{counted, grouped};
use web_templates::{Action, Attention, Choice, Icon, Select, SourceRow, SourcesPage, When};

use super::words;
use crate::ground::enums::Vendor;
use crate::http::State;
use crate::http::portal::choose::{Holding, Offer};
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, frame};
use crate::http::portal::list::{ROWS, ask, chosen, filter, pager, select, typed};
use crate::http::portal::page::html;
use crate::http::portal::said::SaidQuery;
use crate::http::portal::visitor::Visitor;
use crate::identity::{CallerScope, in_scope};
use crate::registry::overview::{self, Counts};
use crate::registry::sources::{self, Source, SourceCounts, SourceKeyOfList, SourcesAsked};
use crate::registry::{HasRights, Page};

/// How the platform is called that holds an account itself.
const PLATFORM: &str = "platform";
/// Names that wait are counted to as many.
const COUNTED: i64 = 100;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    vendor: String,
    /// Of administrators: a customer, or [`PLATFORM`].
    #[serde(default)]
    holder: String,
    #[serde(default)]
    after: String,
    #[serde(default)]
    said: String,
}

/// What the page is made of.
struct Found {
    page: Page<Source, SourceKeyOfList>,
    sources: SourceCounts,
    counts: Counts,
    /// Whose are asked for, by name, and who else there is.
    holder: Option<String>,
    customers: Offer,
}

/// The list.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let found = in_scope!(visitor.caller(), scope => find(&state, scope, &asked).await)?;
    html(&page(&state, &visitor, &asked, &found))
}

async fn find<S: HasRights>(state: &State, scope: &S, asked: &Asked) -> Result<Found, PageError> {
    let mut wanted = SourcesAsked {
        q: typed(&asked.q),
        vendor: chosen(&asked.vendor),
        customer: None,
        of_platform: scope.is_admin() && asked.holder == PLATFORM,
    };
    let (ask, now) = (ask::<SourceKeyOfList>(&asked.after, ROWS)?, state.ground().now());
    scope
        .run(state.database(), async |tx| {
            let holding = Holding::of(tx, &asked.holder).await?;
            wanted.customer = holding.customer;
            Ok(Found {
                page: sources::list(tx, scope, &wanted, &ask).await?,
                sources: sources::counts(tx, scope, now).await?,
                counts: overview::counts(tx, now).await?,
                holder: holding.name,
                customers: if scope.is_admin() {
                    Offer::customers(tx).await?
                } else {
                    Offer::default()
                },
            })
        })
        .await
}

fn page(state: &State, visitor: &Visitor, asked: &Asked, found: &Found) -> SourcesPage {
    let mut frame = frame(state, visitor, Place::Sources, "Vendor clouds", &found.counts);
    frame.flashes = SaidQuery::of(&asked.said).flashes();
    let is_admin = matches!(visitor.scope(), CallerScope::Admin(_));
    let vendors = Vendor::ALL.iter().map(|one| (one.as_str(), words::vendor(*one)));
    let mut selects = vec![select("vendor", "Vendor", "All vendors", &asked.vendor, vendors)];
    selects.extend(is_admin.then(|| holders(asked, found)));
    let pairs = [
        ("q", asked.q.as_str()),
        ("vendor", asked.vendor.as_str()),
        ("holder", asked.holder.as_str()),
    ];
    let looked_into = if is_admin { "Name or customer" } else { "Name" };
    let text = match found.sources.sources {
        0 => String::new(),
        all => counted(all.unsigned_abs(), "vendor cloud in all", "vendor clouds in all"),
    };
    let rows = found.page.rows.iter().map(|source| row(state, visitor, source));
    let add = Action::go("Add a vendor cloud", "/sources/new").icon(Icon::Add);
    SourcesPage {
        frame,
        attention: attention(found.sources),
        actions: vec![add.primary()],
        filter: filter("/sources", &asked.q, looked_into, selects),
        with_holder: is_admin,
        rows: rows.collect(),
        pager: pager("/sources", &pairs, &asked.after, found.page.next.as_ref(), text),
    }
}

/// Whose accounts: anybody's, the platform's own, a customer's. Who is chosen is in it in any case.
fn holders(asked: &Asked, found: &Found) -> Select {
    let chosen = asked.holder.as_str();
    let mut choices = vec![
        Choice::new("", "Anybody's account", chosen.is_empty()),
        Choice::new(PLATFORM, "The platform's own", chosen == PLATFORM),
    ];
    let named = found.customers.names().unwrap_or_default().iter();
    choices.extend(named.map(|(id, name)| Choice::new(id, name, id == chosen)));
    if let Some(name) = &found.holder
        && !choices.iter().any(|choice| choice.selected)
    {
        choices.push(Choice::new(chosen, name, true));
    }
    Select {
        name: "holder".to_owned(),
        label: "Whose account".to_owned(),
        choices,
    }
}

fn attention(counts: SourceCounts) -> Attention {
    Attention::of(&[
        (
            counts.unknown.unsigned_abs(),
            "device waits to be adopted",
            "devices wait to be adopted",
        ),
        (
            counts.silent.unsigned_abs(),
            "vendor cloud is silent",
            "vendor clouds are silent",
        ),
    ])
    .or("No device waits to be adopted, and no vendor cloud is silent.")
}

fn row(state: &State, visitor: &Visitor, source: &Source) -> SourceRow {
    let (now, zone) = (state.ground().now(), visitor.zone());
    SourceRow {
        href: format!("/sources/{}", source.id),
        name: source.name.clone(),
        vendor: words::vendor(source.vendor).to_owned(),
        holder: words::holder(source),
        state: words::tag(source, now),
        last_heard: source.last_seen_at.map(|at| When::clock(at, now, &zone)),
        devices: source.devices.unsigned_abs(),
        waiting: waiting(source).unwrap_or_default(),
    }
}

/// How many devices wait, in figures; none where none does.
pub(super) fn waiting(source: &Source) -> Option<String> {
    match source.unknown {
        0 => None,
        COUNTED.. => Some(format!("{COUNTED}+")),
        some => Some(grouped(some.unsigned_abs())),
    }
}
