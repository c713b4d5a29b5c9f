//! `GET /home`: a customer's first page. Its first line says what wants a person.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use actix_web::{HttpResponse, web};
use web_templates::text::grouped;
use web_templates::{Action, Attention, HomePage, Icon, RecentReading, Stat, Value, When};

use super::devices::held_list::told;
use super::devices::held_row::{self, LastHubs};
use super::devices::parts::figures;
use super::devices::reference;
use super::endpoint;
use super::error::PageError;
use super::first_line;
use super::frame::{Place, frame};
use super::hubs::rows::{behind, held};
use super::page::html;
use super::said::SaidQuery;
use super::visitor::Visitor;
use crate::desk::cases;
use crate::ground::enums::HubState;
use crate::ground::ids::{DeviceId, HubId};
use crate::history::store::page::Latest;
use crate::history::store::recent;
use crate::http::State;
use crate::registry::devices::{self, Device};
use crate::registry::hubs::Hub;
use crate::registry::overview::{self, Counts, HubFilter};
use crate::registry::{Ask, RegistryError, wanting};
use crate::tenancy::{CustomerScope, Permission, Right, Scope as _, Tx};

/// Rows of each list.
const ROWS: u16 = 8;

/// What the page is made of.
struct Found {
    counts: Counts,
    wants: Vec<Device>,
    last_hubs: LastHubs,
    recent: Option<Vec<(Latest, Option<Device>)>>,
    hubs: Vec<Hub>,
    behind: HashMap<HubId, i64>,
    unwell: u64,
    /// Cases that wait for this person.
    cases: i64,
}

/// A customer's first page.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    said: web::Query<SaidQuery>,
) -> Result<HttpResponse, PageError> {
    let scope = visitor.customer()?;
    let found = scope
        .run(state.database(), async |tx| {
            find(&state, &visitor, scope, tx).await
        })
        .await?;
    let mut page = page(&state, &visitor, &found);
    page.frame.flashes = said.flashes();
    html(&page)
}

async fn find(
    state: &State,
    visitor: &Visitor,
    scope: &CustomerScope,
    tx: &Tx<CustomerScope>,
) -> Result<Found, PageError> {
    let now = state.ground().now();
    let wants = wanting::worst(tx, now, ROWS).await?;
    let hubs = overview::hubs(tx, &HubFilter::default(), &Ask::first(ROWS))
        .await?
        .rows;
    let recent = if scope.allows(Permission::ReadReadings) {
        Some(with_devices(tx, recent::recent(scope, tx, ROWS).await?).await?)
    } else {
        None
    };
    let unwell = if scope.allows(Permission::ManageEndpoints) {
        endpoint::unwell(state, tx).await?
    } else {
        0
    };
    Ok(Found {
        counts: overview::counts(tx, now).await?,
        last_hubs: held_row::last_hubs(tx, &wants).await?,
        wants,
        recent,
        behind: behind(tx, &hubs).await?,
        hubs,
        unwell,
        cases: cases::waiting_count(tx, cases::Waiting::on(visitor.caller())).await?,
    })
}

async fn with_devices(
    tx: &Tx<CustomerScope>,
    readings: Vec<Latest>,
) -> Result<Vec<(Latest, Option<Device>)>, RegistryError> {
    let mut known: HashMap<DeviceId, Option<Device>> = HashMap::new();
    for reading in &readings {
        if let Entry::Vacant(place) = known.entry(reading.device) {
            place.insert(devices::get(tx, reading.device).await.ok());
        }
    }
    Ok(readings
        .into_iter()
        .map(|reading| {
            let device = known.get(&reading.device).cloned().flatten();
            (reading, device)
        })
        .collect())
}

fn page(state: &State, visitor: &Visitor, found: &Found) -> HomePage {
    let counts = &found.counts;
    let (now, zone) = (state.ground().now(), visitor.zone());
    let reading = |(latest, device): &(Latest, Option<Device>)| RecentReading {
        href: format!("/devices/{}?kind={}", latest.device, latest.vital.kind()),
        kind: latest.vital.kind(),
        device: device.as_ref().map_or_else(String::new, |device| {
            device
                .customer_reference
                .clone()
                .unwrap_or_else(|| device.serial.clone())
        }),
        value: figures(&latest.vital, visitor.person().units),
        out: reference::side(&latest.vital).is_some(),
        at: When::clock(latest.measured_at, now, &zone),
    };
    HomePage {
        frame: frame(state, visitor, Place::Home, "Home", counts),
        attention: attention(found),
        actions: actions(visitor),
        stats: tiles(counts),
        wants: held_row::rows(state, visitor, &found.wants, &found.last_hubs),
        readings: found
            .recent
            .as_ref()
            .map(|recent| recent.iter().map(reading).collect()),
        hubs: found
            .hubs
            .iter()
            .filter(|hub| hub.state != HubState::Retired)
            .map(|hub| held(state, visitor, hub, &found.behind))
            .collect(),
        in_part: visitor.caller().is_confined(),
        has_devices: counts.devices > 0,
    }
}

fn attention(found: &Found) -> Attention {
    let counts = &found.counts;
    Attention::leading(&[
        first_line::cases(found.cases),
        (
            found.unwell,
            "endpoint needs care",
            "endpoints need care",
            "/endpoint",
        ),
        first_line::silent(counts),
        first_line::low_battery(counts),
        first_line::weak_signal(counts),
        first_line::offline(counts),
        first_line::to_confirm(counts),
    ])
    .or(if counts.active == 0 {
        "Nothing wants you.".to_owned()
    } else {
        format!(
            "Nothing wants you: no device is silent and no hub is offline. {}",
            told(counts)
        )
    })
}

fn actions(visitor: &Visitor) -> Vec<Action> {
    let adopt = Action::go("Add a device", "/devices/adopt")
        .icon(Icon::Add)
        .primary();
    visitor
        .can(Right::AdoptDevices)
        .then_some(adopt)
        .into_iter()
        .collect()
}

fn tiles(counts: &Counts) -> Vec<Stat> {
    let number = |count: i64, unit: String| Value::new(grouped(count.unsigned_abs()), unit);
    let of = |count: i64| format!("of {}", grouped(count.unsigned_abs()));
    vec![
        Stat::new("Active devices", number(counts.active, of(counts.devices)), ""),
        Stat::new(
            "Silent",
            number(counts.silent, String::new()),
            "not heard for three days, or never",
        )
        .warn_if(counts.silent > 0),
        Stat::new(
            "Low batteries",
            number(counts.low_battery, String::new()),
            format!(
                "20 % or less; {} told",
                grouped(counts.told_battery.unsigned_abs())
            ),
        )
        .warn_if(counts.low_battery > 0),
        Stat::new(
            "Hubs",
            number(counts.hubs, String::new()),
            match counts.hubs_offline {
                0 => String::new(),
                offline => format!("{} offline", grouped(offline.unsigned_abs())),
            },
        )
        .warn_if(counts.hubs_offline > 0),
    ]
}
