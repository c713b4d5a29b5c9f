//! A hub at work: the devices behind it, what it can be asked to do, and what became of that.

use chrono::{DateTime, Utc};
use vitals::Kind;
use web_templates::text::{milliseconds, size, span};
use web_templates::{Action, Battery, BoundDeviceRow, CommandRow, Form, Icon, Link, Tag, Tone, When};

use super::show::Known;
use crate::ground::enums::{DeviceState, HubCommandKind, HubCommandState, HubState};
use crate::http::State;
use crate::http::portal::devices::parts::signal_of;
use crate::http::portal::visitor::Visitor;
use crate::registry::fleet::{Command, Log, SeenDevice};
use crate::registry::overview::{LOW_BATTERY, SILENT_AFTER};
use crate::tenancy::Right;

/// The devices behind it.
pub(super) fn devices(state: &State, visitor: &Visitor, known: &Known) -> Vec<BoundDeviceRow> {
    let (now, zone) = (state.ground().now(), visitor.zone());
    let row = |device: &SeenDevice| {
        let of_model = (device.maker.clone(), device.model.clone());
        let charge = device
            .battery_percent
            .and_then(|percent| u8::try_from(percent.clamp(0, 100)).ok());
        BoundDeviceRow {
            href: Some(format!("/devices/{}", device.id)),
            kind: known.kinds.get(&of_model).copied().unwrap_or(Kind::BloodPressure),
            model: format!("{} {}", device.maker, device.model),
            serial: device.serial.clone(),
            last_seen: Some(When::clock(device.last_seen_at, now, &zone)),
            battery: charge.map(|percent| Battery {
                percent,
                low: i16::from(percent) <= LOW_BATTERY,
            }),
            signal: signal_of(device.signal_dbm),
            state: stands(device, now),
        }
    };
    known.devices.iter().map(row).collect()
}

fn stands(device: &SeenDevice, now: DateTime<Utc>) -> Tag {
    match device.state {
        DeviceState::Active if now - device.last_seen_at > SILENT_AFTER => {
            let silent = span(now - device.last_seen_at);
            Tag::new(format!("silent for {silent}"), Tone::Warn)
        }
        DeviceState::Active
            if device
                .battery_percent
                .is_some_and(|percent| percent <= LOW_BATTERY) =>
        {
            Tag::new("low battery", Tone::Warn)
        }
        DeviceState::Active => Tag::new("active", Tone::Ok),
        state => Tag::new(state.as_str(), Tone::Quiet),
    }
}

/// What it can be asked to do: an active hub, by who manages it.
pub(super) fn commands(state: &State, visitor: &Visitor, known: &Known) -> Vec<Action> {
    if known.hub.state != HubState::Active || !visitor.can(Right::ManageHubs) {
        return Vec::new();
    }
    let path = format!("/hubs/{}/command", known.hub.id);
    let action = |kind: &HubCommandKind| {
        let form = Form::new(&path, visitor.csrf(state), label(*kind)).hidden("command", kind.as_str());
        Action::post(form).icon(match kind {
            HubCommandKind::Ping => Icon::Ping,
            HubCommandKind::Rescan => Icon::Bluetooth,
            HubCommandKind::UpdateList => Icon::List,
            HubCommandKind::SendLogs => Icon::Log,
        })
    };
    HubCommandKind::ALL.iter().map(action).collect()
}

fn label(kind: HubCommandKind) -> &'static str {
    match kind {
        HubCommandKind::Ping => "Ping",
        HubCommandKind::Rescan => "Rescan",
        HubCommandKind::UpdateList => "Update its list",
        HubCommandKind::SendLogs => "Send its logs",
    }
}

/// What it was asked, and what became of it.
pub(super) fn sent(state: &State, visitor: &Visitor, known: &Known) -> Vec<CommandRow> {
    let (now, zone) = (state.ground().now(), visitor.zone());
    let row = |command: &Command| {
        let log = known.logs.iter().find(|log| log.command == command.id);
        let bytes = |log: &Log| size(u64::from(log.bytes.unsigned_abs()));
        let may_read = visitor.can(Right::SeeMeasurements);
        let file = log.filter(|_| may_read).map(|log| {
            Link::to(
                format!("Download {}", bytes(log)),
                format!("/hubs/{}/logs/{}", known.hub.id, log.id),
            )
        });
        let came = log.map(|log| {
            format!(
                "{} came; the customer's people who see readings read it",
                bytes(log)
            )
        });
        CommandRow {
            command: label(command.kind).to_owned(),
            who: command.made_by.clone().unwrap_or_default(),
            at: When::clock(command.created_at, now, &zone),
            outcome: outcome(command),
            answer: command
                .detail
                .clone()
                .or(came.filter(|_| !may_read))
                .unwrap_or_default(),
            file,
        }
    };
    known.commands.iter().map(row).collect()
}

fn outcome(command: &Command) -> Tag {
    let after = command
        .done_at
        .map(|done| done - command.sent_at.unwrap_or(command.created_at));
    let after = after.map(|after| milliseconds(after.num_milliseconds().max(0).unsigned_abs()));
    match command.state {
        HubCommandState::Queued => Tag::new("waits for the hub", Tone::Info),
        HubCommandState::Sent => Tag::new("the hub was told", Tone::Info),
        HubCommandState::Done => Tag::new(
            after.map_or_else(|| "done".to_owned(), |after| format!("done in {after}")),
            Tone::Ok,
        ),
        HubCommandState::Failed => Tag::new("could not be done", Tone::Warn),
        HubCommandState::Expired => Tag::new("no answer", Tone::Warn),
    }
}
