//! `GET /portfolio`: what of a distributor's devices and customers wants a person. Never a measurement.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use web_templates::text::grouped;
use web_templates::{Action, Attention, CustomerRow, Icon, PortfolioPage, Stat, Value};

use crate::ground::ids::CustomerId;
use crate::http::State;
use crate::http::portal::customers::rows::customer_row;
use crate::http::portal::devices::held_row::{self, LastHubs, last_hubs};
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, frame};
use crate::http::portal::local::{see, with_query};
use crate::http::portal::page::html;
use crate::http::portal::stock::movements as moved;
use crate::http::portal::visitor::Visitor;
use crate::identity::CallerScope;
use crate::registry::devices::{self, Device, DeviceFilter, Wants};
use crate::registry::figures::{self, Figures};
use crate::registry::movements::{self, Movement, MovementFilter};
use crate::registry::organisations::{self, Customer};
use crate::registry::overview::{self, Counts, SILENT_AFTER};
use crate::registry::{Ask, RegistryError};
use crate::tenancy::{DistributorScope, Right, Scope as _, Tx};

/// Rows of each list.
const ROWS: usize = 8;
/// Devices of each sort among which the worst are looked for.
const CANDIDATES: u16 = 200;
/// Customers among which those with the most to look at are looked for.
const CUSTOMERS: u16 = 500;

/// What the page is made of.
struct Found {
    counts: Counts,
    wants: Vec<Device>,
    hubs: LastHubs,
    weak: u64,
    customers: Vec<Customer>,
    figures: HashMap<CustomerId, Figures>,
    movements: Vec<Movement>,
    in_stock: i64,
}

/// The page; others are led to their own first page.
pub(super) async fn get(state: web::Data<State>, visitor: Visitor) -> Result<HttpResponse, PageError> {
    let CallerScope::Distributor(scope) = visitor.scope() else {
        return Ok(see("/"));
    };
    let now = state.ground().now();
    let find = async |tx: &_| find(tx, now).await;
    let found = scope.run(state.database(), find).await?;
    html(&page(&state, &visitor, &found))
}

async fn find(tx: &Tx<DistributorScope>, now: DateTime<Utc>) -> Result<Found, RegistryError> {
    let of = async |wants| {
        let filter = DeviceFilter {
            wants: Some(wants),
            ..DeviceFilter::default()
        };
        devices::list(tx, &filter, &Ask::first(CANDIDATES))
            .await
            .map(|page| page.rows)
    };
    let mut wants = of(Wants::Silent(now - SILENT_AFTER)).await?;
    wants.sort_by_key(|device| device.last_seen_at);
    let weak = of(Wants::WeakSignal).await?;
    let count_of_weak = weak.len() as u64;
    for device in of(Wants::LowBattery).await?.into_iter().chain(weak) {
        if !wants.iter().any(|known| known.id == device.id) {
            wants.push(device);
        }
    }
    wants.truncate(ROWS);
    let mut customers = organisations::customers(tx, &Ask::first(CUSTOMERS)).await?.rows;
    let ids: Vec<CustomerId> = customers.iter().map(|customer| customer.id).collect();
    let figures = figures::of_customers(tx, &ids, now).await?;
    customers.sort_by_key(|customer| {
        let attention = figures.get(&customer.id).map_or(0, |figures| figures.attention);
        std::cmp::Reverse(attention)
    });
    customers.truncate(ROWS);
    let latest = Ask::first(u16::try_from(ROWS).unwrap_or(8));
    let holdings = crate::registry::models::holdings(tx).await?;
    Ok(Found {
        counts: overview::counts(tx, now).await?,
        hubs: last_hubs(tx, &wants).await?,
        wants,
        weak: count_of_weak,
        customers,
        figures,
        movements: movements::list(tx, &MovementFilter::default(), &latest)
            .await?
            .rows,
        in_stock: holdings.values().map(|held| held.in_stock).sum(),
    })
}

fn page(state: &State, visitor: &Visitor, found: &Found) -> PortfolioPage {
    let counts = &found.counts;
    PortfolioPage {
        frame: frame(state, visitor, Place::Home, "Portfolio", counts),
        attention: attention(found),
        actions: actions(visitor),
        stats: tiles(found),
        wants: held_row::rows(state, visitor, &found.wants, &found.hubs),
        wants_href: with_query("/devices", &[("attention", "silent")]),
        customers: found
            .customers
            .iter()
            .map(|customer| row(customer, found))
            .collect(),
        movements: moved::rows(state, visitor, &found.movements),
    }
}

fn row(customer: &Customer, found: &Found) -> CustomerRow {
    customer_row(customer, None, found.figures.get(&customer.id), None)
}

fn attention(found: &Found) -> Attention {
    let counts = &found.counts;
    let of = |count: i64, one, many| (count.unsigned_abs(), one, many);
    Attention::of(&[
        of(counts.silent, "device is silent", "devices are silent"),
        of(counts.low_battery, "battery is low", "batteries are low"),
        (found.weak, "signal is weak", "signals are weak"),
        of(counts.hubs_silent, "hub is silent", "hubs are silent"),
    ])
    .or("No device or hub is silent, no battery is low and no signal is weak.")
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

fn tiles(found: &Found) -> Vec<Stat> {
    let counts = &found.counts;
    let of_all = format!("of {}", grouped(counts.devices.unsigned_abs()));
    let tile = |label: &str, count: i64, unit: &str, note: &str| {
        Stat::new(label, Value::new(grouped(count.unsigned_abs()), unit), note)
    };
    let waiting = counts.hubs_to_confirm;
    let note = match waiting {
        0 => String::new(),
        waiting => format!(
            "{} to be confirmed by their customers",
            grouped(waiting.unsigned_abs())
        ),
    };
    vec![
        tile("Active devices", counts.active, &of_all, "with your customers"),
        tile("Silent", counts.silent, "", "not heard for 3 days").warn_if(counts.silent > 0),
        tile("In stock", found.in_stock, "", "ready to be placed"),
        tile("Hubs", counts.hubs, "", &note).warn_if(counts.hubs_silent > 0),
    ]
}
