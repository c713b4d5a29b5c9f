//! `GET /portfolio`: what of a distributor's devices and customers wants a person. Never a measurement.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use web_templates::text::grouped;
use web_templates::{Action, Attention, Icon, PortfolioPage, Stat, Value};

use crate::desk::cases::{self, Waiting};
use crate::http::State;
use crate::http::portal::customers::rows::held_by;
use crate::http::portal::devices::held_list::told;
use crate::http::portal::devices::held_row::{self, LastHubs, last_hubs};
use crate::http::portal::error::PageError;
use crate::http::portal::first_line;
use crate::http::portal::frame::{Place, frame};
use crate::http::portal::local::{see, with_query};
use crate::http::portal::page::html;
use crate::http::portal::stock::movements as moved;
use crate::http::portal::visitor::Visitor;
use crate::identity::CallerScope;
use crate::orders::incoming::{self, Incoming};
use crate::registry::devices::Device;
use crate::registry::movements::{self, Movement, MovementFilter};
use crate::registry::overview::{self, Counts, Holder};
use crate::registry::{Ask, RegistryError, wanting};
use crate::tenancy::{DistributorScope, Right, Scope as _, Tx};

/// Rows of each list.
const ROWS: u16 = 8;

/// What the page is made of.
struct Found {
    counts: Counts,
    wants: Vec<Device>,
    hubs: LastHubs,
    customers: Vec<Holder>,
    movements: Vec<Movement>,
    in_stock: i64,
    /// Devices with customers, those whose place another took not counted.
    placed: i64,
    /// What is on its way, and what waits for whom.
    orders: Incoming,
    /// Cases that wait for this person.
    cases: i64,
}

/// The page; others are led to their own first page.
pub(super) async fn get(state: web::Data<State>, visitor: Visitor) -> Result<HttpResponse, PageError> {
    let CallerScope::Distributor(scope) = visitor.scope() else {
        return Ok(see("/"));
    };
    let now = state.ground().now();
    let waiting = Waiting::on(visitor.caller());
    let find = async |tx: &_| find(tx, waiting, now).await;
    let mut found = scope.run(state.database(), find).await?;
    movements::told(state.database(), &mut found.movements).await?;
    html(&page(&state, &visitor, &found))
}

async fn find(
    tx: &Tx<DistributorScope>,
    waiting: Waiting,
    now: DateTime<Utc>,
) -> Result<Found, RegistryError> {
    let wants = wanting::worst(tx, now, ROWS).await?;
    let latest = Ask::first(ROWS);
    let holdings = crate::registry::models::holdings(tx).await?;
    Ok(Found {
        counts: overview::counts(tx, now).await?,
        hubs: last_hubs(tx, &wants).await?,
        wants,
        customers: wanting::customers(tx, now, ROWS).await?,
        movements: movements::list(tx, &MovementFilter::default(), &latest)
            .await?
            .rows,
        in_stock: holdings.values().map(|held| held.in_stock).sum(),
        placed: holdings.values().map(|held| held.placed).sum(),
        orders: incoming::counts(tx).await?,
        cases: cases::waiting_count(tx, waiting).await?,
    })
}

fn page(state: &State, visitor: &Visitor, found: &Found) -> PortfolioPage {
    let counts = &found.counts;
    PortfolioPage {
        frame: frame(state, visitor, Place::Home, "Portfolio", counts),
        attention: attention(visitor, found),
        actions: actions(visitor),
        stats: tiles(found),
        wants: held_row::rows(state, visitor, &found.wants, &found.hubs),
        wants_href: with_query("/devices", &[("attention", "any")]),
        customers: found.customers.iter().map(held_by).collect(),
        movements: moved::rows(state, visitor, &found.movements),
        stock_href: visitor.can(Right::PlaceDevices).then(|| "/stock".to_owned()),
    }
}

fn attention(visitor: &Visitor, found: &Found) -> Attention {
    let (counts, orders) = (&found.counts, &found.orders);
    let of = |count: i64, one, many, href| (count.unsigned_abs(), one, many, href);
    let ordering = |count: i64| if visitor.can(Right::PlaceOrders) { count } else { 0 };
    Attention::leading(&[
        first_line::cases(found.cases),
        of(
            ordering(orders.to_take_in),
            "order waits to be taken in",
            "orders wait to be taken in",
            "/orders?state=waiting",
        ),
        of(
            ordering(orders.to_send),
            "return waits to be sent",
            "returns wait to be sent",
            "/returns?state=waiting",
        ),
        first_line::silent(counts),
        first_line::low_battery(counts),
        first_line::weak_signal(counts),
        first_line::offline(counts),
    ])
    .or(format!(
        "No device is silent and no hub is offline. {}",
        told(counts)
    ))
}

fn actions(visitor: &Visitor) -> Vec<Action> {
    let add = Action::go("Add a customer", "/customers/new")
        .icon(Icon::Add)
        .primary();
    visitor
        .can(Right::ManageCustomers)
        .then_some(add)
        .into_iter()
        .collect()
}

/// What is said below the stock.
fn on_its_way(incoming: i64) -> String {
    match incoming {
        0 => "ready to be placed".to_owned(),
        incoming => format!("{} on their way", grouped(incoming.unsigned_abs())),
    }
}

fn tiles(found: &Found) -> Vec<Stat> {
    let counts = &found.counts;
    let of_placed = format!("of {}", grouped(found.placed.unsigned_abs()));
    let tile = |label: &str, count: i64, unit: &str, note: &str| {
        Stat::new(label, Value::new(grouped(count.unsigned_abs()), unit), note)
    };
    let hubs = [
        (counts.hubs_offline, "offline"),
        (counts.hubs_to_confirm, "to be confirmed by their customers"),
    ];
    let hubs: Vec<String> = hubs
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", grouped(count.unsigned_abs())))
        .collect();
    let note = hubs.join(", ");
    vec![
        tile("Active devices", counts.active, &of_placed, "with your customers"),
        tile("Silent", counts.silent, "", "not heard for 3 days, or never").warn_if(counts.silent > 0),
        tile(
            "In stock",
            found.in_stock,
            "",
            &on_its_way(found.orders.on_its_way),
        ),
        tile("Hubs", counts.hubs, "", &note).warn_if(counts.hubs_offline > 0),
    ]
}
