//! `GET /devices`: every device of a customer, and what wants a person.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use vitals::Kind;
use web_templates::text::{counted, grouped};
use web_templates::{Attention, DeviceRow, DevicesPage, Filter, Icon, Stat, Value, When};

use super::parts::{battery, figures, kind, model, signal, state as device_state, via};
use super::{metadata, reference};
use crate::ground::enums::DeviceState;
use crate::ground::ids::{DeviceId, HubId};
use crate::history::store::page::{self, Latest};
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, frame};
use crate::http::portal::list::{ROWS, ask, chosen, filter, pager, select, typed};
use crate::http::portal::local::see;
use crate::http::portal::page::html;
use crate::http::portal::visitor::Visitor;
use crate::identity::CallerScope;
use crate::registry::devices::{self, Device, DeviceFilter, DeviceKeyset};
use crate::registry::overview::{self, Counts};
use crate::registry::{Ask, Page};
use crate::tenancy::{CustomerScope, Permission, Scope as _};

#[derive(Debug, Deserialize)]
pub(in crate::http::portal) struct Asked {
    #[serde(default)]
    pub(in crate::http::portal) q: String,
    #[serde(default)]
    pub(in crate::http::portal) kind: String,
    #[serde(default)]
    pub(in crate::http::portal) state: String,
    #[serde(default)]
    pub(in crate::http::portal) after: String,
}

impl Asked {
    pub(in crate::http::portal) fn wanted(&self) -> DeviceFilter {
        DeviceFilter {
            q: typed(&self.q),
            kind: chosen(&self.kind),
            state: chosen(&self.state),
            customer: None,
        }
    }

    pub(in crate::http::portal) fn page(&self) -> Result<Ask<DeviceKeyset>, PageError> {
        ask(&self.after, ROWS)
    }

    pub(in crate::http::portal) fn pairs(&self) -> [(&str, &str); 3] {
        [("q", &self.q), ("kind", &self.kind), ("state", &self.state)]
    }

    /// The filter's form with what is chosen in it.
    pub(in crate::http::portal) fn form(&self, action: &str, states: &[DeviceState]) -> Filter {
        let kinds = Kind::ALL.iter().map(|kind| (kind.as_str(), kind.label()));
        let states = states.iter().map(|state| (state.as_str(), state.as_str()));
        let selects = vec![
            select("kind", "What it measures", "All kinds", &self.kind, kinds),
            select("state", "State", "All states", &self.state, states),
        ];
        filter(action, &self.q, "Serial, model or reference", selects)
    }
}

/// What the page is made of, read in one transaction.
struct Found {
    page: Page<Device, DeviceKeyset>,
    counts: Counts,
    hubs: HashMap<DeviceId, (HubId, String)>,
    latest: HashMap<DeviceId, Latest>,
}

/// A customer's devices; a distributor's people see theirs without values, an administrator has a page of their own.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    match visitor.scope() {
        CallerScope::Admin(_) => Ok(see("/admin/devices")),
        CallerScope::Distributor(scope) => metadata::distributor(&state, &visitor, scope, &asked).await,
        CallerScope::Customer(scope) => {
            let found = find(&state, scope, &asked).await?;
            html(&devices_page(&state, &visitor, &asked, found))
        }
    }
}

async fn find(state: &State, scope: &CustomerScope, asked: &Asked) -> Result<Found, PageError> {
    let (wanted, ask, now) = (asked.wanted(), asked.page()?, state.ground().now());
    let may_read = scope.allows(Permission::ReadReadings);
    scope
        .run(state.database(), async |tx| {
            let page = devices::list(tx, &wanted, &ask).await?;
            let counts = overview::counts(tx, now).await?;
            let ids: Vec<DeviceId> = page.rows.iter().map(|device| device.id).collect();
            let hubs = overview::last_hubs(tx, &ids).await?;
            let latest = if may_read {
                page::latest(tx, &ids).await?
            } else {
                Vec::new()
            };
            let latest = latest.into_iter().map(|latest| (latest.device, latest)).collect();
            Ok(Found {
                page,
                counts,
                hubs,
                latest,
            })
        })
        .await
}

fn devices_page(state: &State, visitor: &Visitor, asked: &Asked, found: Found) -> DevicesPage {
    let Found {
        page,
        counts,
        hubs,
        latest,
    } = found;
    let row = |device: &Device| {
        row(
            state,
            visitor,
            device,
            hubs.get(&device.id),
            latest.get(&device.id),
        )
    };
    let text = counted(counts.devices.unsigned_abs(), "device", "devices");
    let mut frame = frame(state, visitor, Place::Devices, "Devices", &counts);
    frame.search = None;
    DevicesPage {
        frame,
        attention: attention(&counts),
        stats: tiles(&counts),
        filter: asked.form("/devices", &[DeviceState::Active, DeviceState::Inactive]),
        rows: page.rows.iter().map(row).collect(),
        pager: pager("/devices", &asked.pairs(), &asked.after, page.next.as_ref(), text),
    }
}

fn row(
    state: &State,
    visitor: &Visitor,
    device: &Device,
    hub: Option<&(HubId, String)>,
    latest: Option<&Latest>,
) -> DeviceRow {
    let (now, zone) = (state.ground().now(), visitor.zone());
    let (icon, line) = via(device);
    let last = latest.map(|latest| latest.measured_at).or(device.last_reading_at);
    DeviceRow {
        id: device.id.to_string(),
        kind: kind(device, latest.map(|latest| latest.vital.kind())),
        model: model(device),
        serial: device.serial.clone(),
        state: device_state(device, now),
        headline: latest.map(|latest| figures(&latest.vital)),
        out: latest.is_some_and(|latest| reference::side(&latest.vital).is_some()),
        last: last.map(|at| When::clock(at, now, &zone)),
        battery: battery(device),
        signal: signal(device),
        via_icon: if hub.is_some() { Icon::Bluetooth } else { icon },
        via: hub.map_or_else(|| line.to_owned(), |(_, name)| name.clone()),
    }
}

/// What wants a person.
pub(in crate::http::portal) fn attention(counts: &Counts) -> Attention {
    Attention::of(&[
        (
            counts.silent.unsigned_abs(),
            "device is silent",
            "devices are silent",
        ),
        (
            counts.low_battery.unsigned_abs(),
            "battery is low",
            "batteries are low",
        ),
        (
            counts.hubs_silent.unsigned_abs(),
            "hub is silent",
            "hubs are silent",
        ),
        (
            counts.hubs_to_confirm.unsigned_abs(),
            "hub waits to be confirmed",
            "hubs wait to be confirmed",
        ),
    ])
}

fn tiles(counts: &Counts) -> Vec<Stat> {
    let tile = |label: &str, number: i64, unit: &str, note: String| {
        Stat::new(label, Value::new(grouped(number.unsigned_abs()), unit), note)
    };
    let hubs = match counts.hubs_to_confirm {
        0 => String::new(),
        waiting => format!("{} to be confirmed", grouped(waiting.unsigned_abs())),
    };
    vec![
        tile(
            "Active devices",
            counts.active,
            &format!("of {}", grouped(counts.devices.unsigned_abs())),
            String::new(),
        ),
        tile("Silent", counts.silent, "", "not heard for 3 days".to_owned()).warn_if(counts.silent > 0),
        tile("Low battery", counts.low_battery, "", "20 % and less".to_owned())
            .warn_if(counts.low_battery > 0),
        tile("Hubs", counts.hubs, "", hubs).warn_if(counts.hubs_to_confirm > 0),
    ]
}
