//! The devices of a source: those that wait, and those that it speaks for.

use chrono::{DateTime, Utc};
use web_templates::text::span;
use web_templates::{Form, Link, SourceDeviceRow, Tag, Tone, WaitingDeviceRow, When};

use super::show::Known;
use crate::ground::enums::DeviceState;
use crate::http::State;
use crate::http::portal::local::with_query;
use crate::http::portal::visitor::Visitor;
use crate::registry::overview::SILENT_AFTER;
use crate::registry::sources::{SourceDevice, UnknownDevice};

/// The devices that it spoke of and does not speak for.
pub(super) fn waiting(state: &State, visitor: &Visitor, known: &Known) -> Vec<WaitingDeviceRow> {
    let (now, zone) = (state.ground().now(), visitor.zone());
    let adopt = format!("/sources/{}/adopt", known.source.id);
    let row = |device: &UnknownDevice| WaitingDeviceRow {
        named: device.named.clone(),
        messages: device.messages.unsigned_abs(),
        first: When::clock(device.first_at, now, &zone),
        last: When::clock(device.last_at, now, &zone),
        adopt: Some(with_query(&adopt, &[("named", &device.named)])),
    };
    known.waiting.iter().map(row).collect()
}

/// The devices that it speaks for.
pub(super) fn devices(state: &State, visitor: &Visitor, known: &Known) -> Vec<SourceDeviceRow> {
    let (now, zone) = (state.ground().now(), visitor.zone());
    let path = format!("/sources/{}/take-away", known.source.id);
    let row = |device: &SourceDevice| SourceDeviceRow {
        href: format!("/devices/{}", device.id),
        model: format!("{} {}", device.maker, device.model),
        serial: device.serial.clone(),
        named: device.named.clone(),
        holder: device
            .customer
            .as_ref()
            .map(|(id, name)| Link::to(name, format!("/customers/{id}"))),
        state: stands(device, now),
        last_heard: device.last_seen_at.map(|at| When::clock(at, now, &zone)),
        take_away: Form::new(&path, visitor.csrf(state), "Take away").hidden("device", device.id.to_string()),
    };
    known.devices.iter().map(row).collect()
}

fn stands(device: &SourceDevice, now: DateTime<Utc>) -> Tag {
    match (device.state, device.last_seen_at) {
        (DeviceState::Active, Some(seen)) if now - seen > SILENT_AFTER => {
            Tag::new(format!("silent for {}", span(now - seen)), Tone::Warn)
        }
        (DeviceState::Active, Some(_)) => Tag::new("active", Tone::Ok),
        (DeviceState::Active, None) => Tag::new("waiting for its first reading", Tone::Info),
        (DeviceState::Stock, _) => Tag::new("in stock", Tone::Quiet),
        (state, _) => Tag::new(state.as_str(), Tone::Quiet),
    }
}
