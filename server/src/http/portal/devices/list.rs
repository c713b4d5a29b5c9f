//! `GET /devices`: every device of a customer, and what wants a person.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use vitals::Kind;
use web_templates::text::{counted, grouped, span};
use web_templates::{
    Action, Attention, DeviceRow, DevicesPage, Filter, Flash, Icon, Select, Stat, Value, When,
};

use super::parts::{figures, kind, model, signal, state as device_state, via};
use super::{held_list, reference};
use crate::ground::enums::DeviceState;
use crate::ground::ids::{DeviceId, HubId};
use crate::history::store::page::{self, Latest};
use crate::http::State;
use crate::http::portal::endpoint;
use crate::http::portal::error::PageError;
use crate::http::portal::first_line;
use crate::http::portal::frame::{Place, frame};
use crate::http::portal::list::{ROWS, ask, chosen, filter, pager, select, typed};
use crate::http::portal::page::html;
use crate::http::portal::said::SaidQuery;
use crate::http::portal::sites;
use crate::http::portal::visitor::Visitor;
use crate::identity::CallerScope;
use crate::registry::devices::{self, Device, DeviceFilter, DeviceKeyset, Wants};
use crate::registry::given_back;
use crate::registry::overview::{self, Counts, SILENT_AFTER};
use crate::registry::wanting::Silence;
use crate::registry::{Ask, Page};
use crate::tenancy::{CustomerScope, Permission, Right, Scope as _};

#[derive(Debug, Deserialize)]
pub(in crate::http::portal) struct Asked {
    #[serde(default)]
    pub(in crate::http::portal) q: String,
    #[serde(default)]
    pub(in crate::http::portal) kind: String,
    #[serde(default)]
    pub(in crate::http::portal) state: String,
    /// Why it wants a person.
    #[serde(default)]
    pub(super) attention: String,
    /// Of who sees more than one organisation's: who has it, and of which model it is.
    #[serde(default)]
    pub(super) holder: String,
    #[serde(default)]
    pub(super) model: String,
    /// Of a customer's people: the site.
    #[serde(default)]
    pub(super) site: String,
    #[serde(default)]
    pub(in crate::http::portal) after: String,
    #[serde(default)]
    said: String,
}

impl Asked {
    pub(in crate::http::portal) fn wanted(&self) -> DeviceFilter {
        DeviceFilter {
            q: typed(&self.q),
            kind: chosen(&self.kind),
            state: chosen(&self.state),
            site: sites::stands(&self.site),
            ..DeviceFilter::default()
        }
    }

    /// Why a device wants a person, where that is asked for.
    pub(super) fn wants(&self, now: DateTime<Utc>) -> Option<Wants> {
        match self.attention.as_str() {
            "any" => Some(Wants::Anything(Silence::at(now))),
            "silent" => Some(Wants::Silent(Silence::at(now))),
            "low_battery" => Some(Wants::LowBattery),
            "weak_signal" => Some(Wants::WeakSignal),
            _ => None,
        }
    }

    /// The choice of it.
    pub(super) fn plights(&self) -> Select {
        let wants = [
            ("any", "Wants attention"),
            ("silent", "Silent or never heard"),
            ("low_battery", "Low battery"),
            ("weak_signal", "Weak signal"),
        ];
        select("attention", "Attention", "Well or not", &self.attention, wants)
    }

    pub(in crate::http::portal) fn page(&self) -> Result<Ask<DeviceKeyset>, PageError> {
        ask(&self.after, ROWS)
    }

    pub(in crate::http::portal) fn pairs(&self) -> [(&str, &str); 7] {
        [
            ("q", &self.q),
            ("kind", &self.kind),
            ("state", &self.state),
            ("attention", &self.attention),
            ("holder", &self.holder),
            ("model", &self.model),
            ("site", &self.site),
        ]
    }

    /// What the form that led here has to say.
    pub(super) fn flashes(&self) -> Vec<Flash> {
        SaidQuery::of(&self.said).flashes()
    }

    /// Whether every device in use is asked for.
    fn is_unfiltered(&self) -> bool {
        self.pairs().iter().all(|(_, word)| word.is_empty())
    }

    /// Whether the page shows every device that there is.
    fn is_all(&self, page: &Page<Device, DeviceKeyset>) -> bool {
        self.is_unfiltered() && self.after.is_empty() && page.next.is_none()
    }

    /// How many there are of what is listed, where that is known.
    fn said_below(&self, page: &Page<Device, DeviceKeyset>, counts: &Counts) -> String {
        let found = page.rows.len() as u64;
        match (self.is_unfiltered(), self.after.is_empty(), page.next.is_none()) {
            (true, ..) => counted(counts.devices.unsigned_abs(), "device", "devices"),
            (false, true, true) => counted(found, "device found", "devices found"),
            (false, true, false) => format!("more than {} found", counted(found, "device", "devices")),
            (false, false, _) => String::new(),
        }
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

/// What the page is made of.
struct Found {
    page: Page<Device, DeviceKeyset>,
    counts: Counts,
    hubs: HashMap<DeviceId, (HubId, String)>,
    latest: HashMap<DeviceId, Latest>,
    /// Endpoints that want a person, for who may look after them.
    unwell: u64,
}

/// A customer's devices with their values; a distributor's and the platform's people see theirs without.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    match visitor.scope() {
        CallerScope::Admin(scope) => held_list::answer(&state, &visitor, scope, &asked).await,
        CallerScope::Distributor(scope) => held_list::answer(&state, &visitor, scope, &asked).await,
        CallerScope::Customer(scope) => {
            let found = find(&state, scope, &asked).await?;
            let offered = sites::offered(&state, &visitor).await?;
            let mut page = devices_page(&state, &visitor, &asked, found);
            page.filter.selects.push(asked.plights());
            page.filter
                .selects
                .extend(sites::words(&visitor, &offered, &asked.site));
            html(&page)
        }
        CallerScope::Finance(_) => Err(PageError::forbidden()),
    }
}

async fn find(state: &State, scope: &CustomerScope, asked: &Asked) -> Result<Found, PageError> {
    let (mut wanted, ask, now) = (asked.wanted(), asked.page()?, state.ground().now());
    wanted.wants = asked.wants(now);
    // What was replaced is counted nowhere: who looks for it names its state, or its serial.
    wanted.in_use = wanted.state.is_none() && wanted.q.is_none();
    let may_read = scope.allows(Permission::ReadReadings);
    // What the customer has no more is no row that it sees.
    let returned = if may_read && wanted.state == Some(DeviceState::Returned) {
        let after = now - given_back::AS_LONG;
        let found = given_back::since(state.database(), scope, after, &wanted, &ask).await?;
        Some(Page {
            rows: found.rows.into_iter().map(|had| had.device).collect(),
            next: found.next,
        })
    } else {
        None
    };
    scope
        .run(state.database(), async |tx| {
            let page = match returned {
                Some(page) => page,
                None => devices::list(tx, &wanted, &ask).await?,
            };
            let counts = overview::counts(tx, now).await?;
            let ids: Vec<DeviceId> = page.rows.iter().map(|device| device.id).collect();
            let hubs = overview::last_hubs(tx, &ids).await?;
            let latest = if may_read {
                page::latest(tx, &ids).await?
            } else {
                Vec::new()
            };
            let latest = latest.into_iter().map(|latest| (latest.device, latest)).collect();
            let unwell = if scope.allows(Permission::ManageEndpoints) {
                endpoint::unwell(state, tx).await?
            } else {
                0
            };
            Ok::<_, PageError>(Found {
                page,
                counts,
                hubs,
                latest,
                unwell,
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
        unwell,
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
    let text = asked.said_below(&page, &counts);
    let mut frame = frame(state, visitor, Place::Devices, "Devices", &counts);
    frame.flashes = asked.flashes();
    let outside = latest
        .values()
        .filter(|latest| reference::side(&latest.vital).is_some())
        .count() as u64;
    let seen = match (visitor.may(Permission::ReadReadings), asked.is_all(&page)) {
        (true, true) => Seen::All(outside),
        (true, false) => Seen::Some(outside),
        (false, _) => Seen::Nothing,
    };
    let mut states = vec![DeviceState::Active, DeviceState::Inactive, DeviceState::Replaced];
    // Of what was given back there is nothing to see but its readings.
    states.extend(
        visitor
            .may(Permission::ReadReadings)
            .then_some(DeviceState::Returned),
    );
    DevicesPage {
        frame,
        attention: attention(&counts, seen, unwell),
        actions: actions(visitor),
        stats: tiles(&counts, seen),
        filter: asked.form("/devices", &states),
        values: visitor.may(Permission::ReadReadings),
        rows: page.rows.iter().map(row).collect(),
        pager: pager("/devices", &asked.pairs(), &asked.after, page.next.as_ref(), text),
    }
}

fn actions(visitor: &Visitor) -> Vec<Action> {
    let import = Action::go("Import", "/imports").icon(Icon::Upload);
    let adopt = Action::go("Adopt a device", "/devices/adopt").icon(Icon::Add);
    [(Right::ImportDevices, import), (Right::AdoptDevices, adopt)]
        .into_iter()
        .filter_map(|(right, action)| visitor.can(right).then_some(action))
        .collect()
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
        reference: device.customer_reference.clone(),
        opens: true,
        state: device_state(device, now),
        headline: latest.map(|latest| figures(&latest.vital, visitor.person().units)),
        out: latest.is_some_and(|latest| reference::side(&latest.vital).is_some()),
        last: last.map(|at| When::clock(at, now, &zone)),
        signal: signal(device),
        via_icon: if hub.is_some() { Icon::Bluetooth } else { icon },
        via: hub.map_or_else(|| line.to_owned(), |(_, name)| name.clone()),
    }
}

/// Of how many devices the last reading was looked at, and how many of those lie outside their ranges.
#[derive(Debug, Clone, Copy)]
enum Seen {
    /// Of every device.
    All(u64),
    /// Of those on this page.
    Some(u64),
    /// Of none: this person sees no values.
    Nothing,
}

/// What wants a person. It claims no more than was looked at.
fn attention(counts: &Counts, seen: Seen, unwell: u64) -> Attention {
    let (outside, one, many) = match seen {
        Seen::All(outside) => (
            outside,
            "last reading is outside its range",
            "last readings are outside their ranges",
        ),
        Seen::Some(outside) => (
            outside,
            "last reading on this page is outside its range",
            "last readings on this page are outside their ranges",
        ),
        Seen::Nothing => (0, "", ""),
    };
    let attention = Attention::leading(&[
        (outside, one, many, ""),
        (unwell, "endpoint needs care", "endpoints need care", "/endpoint"),
        first_line::silent(counts),
        first_line::low_battery(counts),
        first_line::weak_signal(counts),
        first_line::offline(counts),
        first_line::to_confirm(counts),
    ]);
    match seen {
        Seen::All(_) => attention,
        Seen::Some(_) => attention.or(
            "No device is silent, no signal is weak, and no last reading on this page is outside its range.",
        ),
        Seen::Nothing => attention.or("No device is silent, and no signal is weak."),
    }
}

fn tiles(counts: &Counts, seen: Seen) -> Vec<Stat> {
    let tile = |label: &str, number: i64, unit: &str, note: String| {
        Stat::new(label, Value::new(grouped(number.unsigned_abs()), unit), note)
    };
    let hubs = [
        (counts.hubs_offline, "offline"),
        (counts.hubs_to_confirm, "to be confirmed"),
    ];
    let hubs: Vec<String> = hubs
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", grouped(count.unsigned_abs())))
        .collect();
    let hubs = hubs.join(", ");
    let outside = match seen {
        Seen::All(outside) => Some((outside, "general references for adults")),
        Seen::Some(outside) => Some((outside, "of the devices on this page")),
        Seen::Nothing => None,
    };
    let outside = outside.map(|(outside, note)| {
        Stat::new(
            "Last reading outside its range",
            Value::new(grouped(outside), ""),
            note,
        )
        .warn_if(outside > 0)
    });
    let silent = format!("not heard for {}, or never", span(SILENT_AFTER));
    let mut tiles = vec![
        tile(
            "Active devices",
            counts.active,
            &format!("of {}", grouped(counts.devices.unsigned_abs())),
            String::new(),
        ),
        tile("Silent", counts.silent, "", silent).warn_if(counts.silent > 0),
    ];
    tiles.extend(outside);
    tiles.push(tile("Hubs", counts.hubs, "", hubs).warn_if(counts.hubs_to_confirm + counts.hubs_offline > 0));
    tiles
}
