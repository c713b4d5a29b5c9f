//! What is known of a device besides what it measured: warnings in words, tiles, cards of facts.

use chrono::{DateTime, Utc};
use web_templates::text::span;
use web_templates::{Fact, FactCard, Stat, Tag, Tone, Value, When};

use super::about::Known;
use super::parts::{battery, is_weak, signal, via};
use crate::ground::enums::{DeviceState, Report, Transport, UserRole};
use crate::http::State;
use crate::http::portal::models::told;
use crate::http::portal::orders::promised;
use crate::http::portal::visitor::Visitor;
use crate::registry::devices::Device;
use crate::registry::overview::{LOW_BATTERY, SILENT_AFTER};
use crate::tenancy::Right;

/// What a person should know first.
pub(super) fn warnings(state: &State, device: &Device) -> Vec<String> {
    let now = state.ground().now();
    let mut warnings = Vec::new();
    match device.state {
        DeviceState::Active => {
            let silent = device.last_seen_at.map(|seen| now - seen);
            if let Some(silent) = silent.filter(|silent| *silent > SILENT_AFTER) {
                warnings.push(format!(
                    "Nothing has arrived from it for {}. Take a measurement near its hub or where it has a signal.",
                    span(silent)
                ));
            } else if device.is_silent(now) {
                warnings.push(format!(
                    "Nothing was ever heard of it, though it was placed {} ago. Take a measurement near its hub or where it has a signal.",
                    span(now - device.held_since.unwrap_or(now))
                ));
            }
        }
        DeviceState::Inactive => {
            warnings.push("It is inactive: nothing that it sends is taken until it is activated.".to_owned());
        }
        DeviceState::Returned => warnings.push(
            "It came back from a customer. Once it was looked at, put it into stock so that it can be placed again."
                .to_owned(),
        ),
        DeviceState::Replaced => warnings.push(
            "Another device took its place: nothing that it sends is taken any more. Give it back.".to_owned(),
        ),
        DeviceState::Stock | DeviceState::Retired => {}
    }
    warnings.extend(device.reserved.map(|errand| promised::warning(errand).to_owned()));
    if device.state == DeviceState::Active {
        if let Some(percent) = device.battery_percent.filter(|percent| *percent <= LOW_BATTERY) {
            warnings.push(format!("Its battery is low: {percent} %. Change or charge it."));
        }
        if is_weak(device) {
            warnings.push(
                "Its signal is weak: readings may come late or get lost where it stands now.".to_owned(),
            );
        }
    }
    warnings
}

/// The tiles.
pub(super) fn stats(state: &State, visitor: &Visitor, known: &Known) -> Vec<Stat> {
    let (device, now) = (&known.device, state.ground().now());
    let hub = known.hubs.get(&device.id);
    let through = hub.map_or_else(String::new, |(_, name)| format!("through {name}"));
    let is_silent = device.is_silent(now);
    let charge = battery(device);
    let percent = charge.map_or_else(
        || Value::new("–", ""),
        |charge| Value::new(charge.percent.to_string(), "%"),
    );
    let dbm = device.signal_dbm.map_or_else(
        || Value::new("–", ""),
        |dbm| {
            let sign = if dbm < 0 { "−" } else { "" };
            Value::new(format!("{sign}{}", dbm.unsigned_abs()), "dBm")
        },
    );
    let strength = signal(device).map_or_else(
        || untold(device, Report::Signal),
        |signal| match signal.bars {
            0 | 1 => "weak",
            2 => "fair",
            3 => "good",
            _ => "strong",
        },
    );
    vec![
        Stat::ago("Last seen", device.last_seen_at, now, &visitor.zone(), through).warn_if(is_silent),
        Stat::new(
            "Battery",
            percent,
            if charge.is_some() {
                ""
            } else {
                untold(device, Report::Battery)
            },
        )
        .warn_if(charge.is_some_and(|charge| charge.low)),
        Stat::new("Signal", dbm, strength).warn_if(is_weak(device)),
        added(device.created_at, visitor),
    ]
}

/// Why it shows none: it has not told it yet, or its model never does, where that was written down.
fn untold(device: &Device, report: Report) -> &'static str {
    if device.reports.is_empty() || device.reports.contains(&report) {
        "not told yet"
    } else {
        "not told by its model"
    }
}

fn added(at: DateTime<Utc>, visitor: &Visitor) -> Stat {
    let local = at.with_timezone(&visitor.zone());
    let (day, year) = (local.format("%b %-d").to_string(), local.format("%Y").to_string());
    Stat::new("Added", Value::new(day, year), "")
}

/// The cards.
pub(super) fn cards(state: &State, visitor: &Visitor, known: &Known) -> Vec<FactCard> {
    let mut cards = vec![identity(visitor, known), sending(state, visitor, known)];
    if !matches!(known.device.state, DeviceState::Retired | DeviceState::Replaced) {
        cards.push(token(state, visitor, known));
    }
    cards
}

fn identity(visitor: &Visitor, known: &Known) -> FactCard {
    let device = &known.device;
    let copied = |label: &str, value: &Option<String>| {
        let fact = Fact::maybe_code(label, value.as_deref());
        if value.is_some() { fact.copied() } else { fact }
    };
    let named = if visitor.can(Right::ManageModels) {
        Fact::link("Model", &device.model, format!("/models/{}", device.model_id))
    } else {
        Fact::text("Model", &device.model)
    };
    let mut facts = vec![
        Fact::text("Maker", &device.maker),
        named,
        Fact::text("Measures", measured(device)),
        Fact::maybe("Also reports", Some(told(&device.reports))),
        Fact::code("Serial", &device.serial).copied(),
        copied("IMEI", &device.imei),
        copied("MAC", &device.mac),
        copied("ICCID", &device.iccid),
        Fact::maybe("Firmware", device.firmware.as_deref()),
    ];
    if visitor.caller().role() == UserRole::Customer {
        let reference = Fact::maybe("Reference", device.customer_reference.as_deref());
        facts.push(reference.note("your own"));
    }
    if let Some((id, name)) = &device.site {
        facts.push(Fact::link("Site", name, format!("/sites/{id}")));
    }
    if visitor.can(Right::PlaceDevices) && device.distributor.is_some() {
        let reference = Fact::maybe("Distributor's reference", device.distributor_reference.as_deref());
        facts.push(reference);
    }
    facts.extend(promised::fact(device.reserved, known.promise.as_ref()));
    FactCard::new("Identity", facts)
}

fn measured(device: &Device) -> String {
    let kinds: Vec<&str> = device.kinds.iter().map(|kind| kind.label()).collect();
    kinds.join(", ")
}

fn sending(state: &State, visitor: &Visitor, known: &Known) -> FactCard {
    let (device, now, zone) = (&known.device, state.ground().now(), visitor.zone());
    let (_, line) = via(device);
    let when = |at: Option<DateTime<Utc>>| at.map(|at| When::clock(at, now, &zone));
    let hub = match known.hubs.get(&device.id) {
        Some((id, name)) => Fact::link("Last hub", name, format!("/hubs/{id}")),
        None => Fact::nothing("Last hub", "none"),
    };
    let mut facts = vec![Fact::text("Sends over", line), hub];
    if let Some((id, name, named)) = &known.source {
        facts.push(Fact::link("Vendor cloud", name, format!("/sources/{id}")));
        facts.push(Fact::code("Its name there", named));
    }
    facts.extend([
        Fact::time("Last seen", when(device.last_seen_at)),
        Fact::time("Last measured", when(device.last_reading_at)),
        Fact::battery("Battery", battery(device)),
        Fact::signal("Signal", signal(device)),
    ]);
    FactCard::new("Sending", facts)
}

fn token(state: &State, visitor: &Visitor, known: &Known) -> FactCard {
    let (now, zone) = (state.ground().now(), visitor.zone());
    let facts = match known.token_since {
        Some(since) => vec![
            Fact::tag("State", Tag::new("in use", Tone::Ok)),
            Fact::time("Issued", Some(When::clock(since, now, &zone))),
        ],
        None => vec![Fact::nothing("State", "none").note(match known.device.transport {
            Transport::Bluetooth => "· it needs none behind a hub",
            Transport::Cellular | Transport::VendorCloud | Transport::Mqtt => {
                "· with one it proves who it is when it sends"
            }
        })],
    };
    FactCard::new("Token", facts)
}
