//! `GET /readings/{id}/trace`: the whole way of one reading. The script of a page gets a fragment for its dialog; who opens
//! the link by itself, in a tab or without scripts, gets a page.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use vitals::{Proof, Units, Vital};
use web_templates::text::milliseconds;
use web_templates::{ReadingPage, Tone, TracePage, TraceStep};

use super::devices::notes;
use super::devices::parts::{figures, model};
use super::error::PageError;
use super::frame::{Place, crumb, frame};
use super::page::html;
use super::visitor::Visitor;
use crate::ground::enums::{AttemptOutcome, EventDeliveryState, ReadingStatus};
use crate::ground::ids::ReadingId;
use crate::history::store::trace::{self, Announced, Trace, Tried};
use crate::http::State;
use crate::registry::devices::{self, Device};
use crate::registry::{RegistryError, hubs};
use crate::tenancy::Scope as _;

/// The trace of a reading that the customer owns.
pub(super) async fn trace(
    state: web::Data<State>,
    visitor: Visitor,
    request: HttpRequest,
    id: web::Path<ReadingId>,
) -> Result<HttpResponse, PageError> {
    let (trace, device, hub) = visitor
        .reader()?
        .run(state.database(), async |tx| {
            let trace = trace::trace(tx, *id).await?.ok_or_else(PageError::not_found)?;
            // A device that has moved on leaves its readings here, but is itself seen no more.
            let device = if_seen(devices::get(tx, trace.reading.device).await)?;
            let hub = match trace.reading.hub {
                Some(hub) => if_seen(hubs::get(tx, hub).await)?.map(|hub| hub.name),
                None => None,
            };
            Ok::<_, PageError>((trace, device, hub))
        })
        .await?;
    // What htmx asks for says so of itself.
    let in_dialog = request.headers().contains_key("hx-request");
    let units = visitor.person().units;
    let fragment = fragment(&trace, device.as_ref(), hub, (visitor.zone(), units), in_dialog)?;
    if in_dialog {
        return html(&fragment);
    }
    let counts = visitor.counts(&state).await?;
    let mut frame = frame(&state, &visitor, Place::Devices, "Way of a reading", &counts);
    let kind = trace.reading.kind;
    let href = device.map(|device| (format!("/devices/{}?kind={kind}", device.id), device.serial));
    frame.crumbs = vec![crumb("Devices", "/devices")];
    if let Some((href, serial)) = &href {
        frame.crumbs.push(crumb(serial, href));
    }
    html(&ReadingPage {
        frame,
        device: href.map(|(href, _)| href),
        trace: fragment,
    })
}

fn if_seen<T>(found: Result<T, RegistryError>) -> Result<Option<T>, RegistryError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(RegistryError::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn fragment(
    trace: &Trace,
    device: Option<&Device>,
    hub: Option<String>,
    (zone, units): (Tz, Units),
    in_dialog: bool,
) -> Result<TracePage, PageError> {
    let reading = &trace.reading;
    let vital = Vital::from_json(reading.kind, &reading.values)
        .map_err(|error| PageError::internal(&error.code()))?;
    let withdrawn = reading.status == ReadingStatus::EnteredInError;
    Ok(TracePage {
        reading_id: reading.id.to_string(),
        title: reading.kind.label().to_owned(),
        value: figures(&vital, units),
        device: device.map_or_else(
            || "a device that moved on".to_owned(),
            |device| format!("{} · {}", model(device), device.serial),
        ),
        measured: reading
            .measured_at
            .with_timezone(&zone)
            .format("%b %-d, %Y, %H:%M %Z")
            .to_string(),
        notes: notes(&vital, reading.quality, withdrawn),
        steps: steps(trace, hub.as_deref(), zone),
        proof: reading.proof,
        credential: match (reading.proof, hub) {
            (Proof::HubSigned, Some(hub)) => format!("Ed25519 key of hub {hub}"),
            (Proof::HubSigned, None) => "Ed25519 key of its hub".to_owned(),
            (Proof::DeviceToken, _) => "The device's own token".to_owned(),
            (Proof::VendorAsserted, _) => "The vendor's credential".to_owned(),
        },
        // A hub's batch is stored with the token that signed it, or not at all.
        jwt_kept: (reading.proof == Proof::HubSigned).then_some(true),
        sequence: trace.events.first().map(|event| event.sequence),
        time_zone: zone.name().replace('_', " "),
        withdrawn,
        in_dialog,
    })
}

/// A step before its time is compared with the one before.
struct Step {
    at: DateTime<Utc>,
    name: String,
    detail: String,
    tone: Tone,
}

fn steps(trace: &Trace, hub: Option<&str>, zone: Tz) -> Vec<TraceStep> {
    let reading = &trace.reading;
    let step = |at, name: &str, detail: String, tone| Step {
        at,
        name: name.to_owned(),
        detail,
        tone,
    };
    let suspect = reading.quality.contains(vitals::Quality::CLOCK_SUSPECT);
    let measured = match reading.device_time.filter(|_| suspect) {
        Some(told) => format!(
            "the device said {}",
            told.with_timezone(&zone).format("%b %-d, %Y, %H:%M:%S")
        ),
        None => String::new(),
    };
    let mut steps = vec![step(
        reading.measured_at,
        "Measured",
        measured,
        if suspect { Tone::Info } else { Tone::Ok },
    )];
    if let Some(seen) = reading.hub_time {
        steps.push(step(seen, "Hub", hub.unwrap_or_default().to_owned(), Tone::Ok));
    }
    steps.push(step(
        reading.received_at,
        "Accepted",
        "durable".to_owned(),
        Tone::Ok,
    ));
    steps.extend(trace.events.iter().map(announced));
    steps.extend(trace.attempts.iter().map(tried));
    steps.sort_by_key(|step| step.at);
    let mut previous: Option<DateTime<Utc>> = None;
    let timed = steps.into_iter().map(|step| {
        let before = previous.replace(step.at);
        let after = before.map(|before| step.at - before);
        TraceStep {
            name: step.name,
            detail: step.detail,
            at: on_its_day(step.at, before, zone, "%H:%M:%S%.3f"),
            after: after.map(passed).unwrap_or_default(),
            tone: step.tone,
        }
    });
    timed
        .chain(trace.events.iter().filter_map(|event| ahead(event, zone)))
        .collect()
}

fn announced(event: &Announced) -> Step {
    let detail = match event.state {
        EventDeliveryState::None => "no endpoint to deliver to".to_owned(),
        _ => format!("{}, no. {}", event.event_type, event.sequence),
    };
    Step {
        at: event.created_at,
        name: "Event".to_owned(),
        detail,
        tone: Tone::Ok,
    }
}

fn tried(attempt: &Tried) -> Step {
    let took = milliseconds(u64::from(attempt.duration_ms.unsigned_abs()));
    let answer = match (&attempt.error, attempt.status) {
        (Some(error), _) => error.clone(),
        (None, Some(status)) => format!("status {status}"),
        (None, None) => String::new(),
    };
    let (name, tone) = match attempt.outcome {
        AttemptOutcome::Delivered => ("Delivered".to_owned(), Tone::Ok),
        AttemptOutcome::Retry | AttemptOutcome::Dead | AttemptOutcome::Expired => {
            (format!("Attempt {}", attempt.number), Tone::Warn)
        }
    };
    let detail = if answer.is_empty() {
        took
    } else {
        format!("{answer}, {took}")
    };
    Step {
        at: attempt.at,
        name,
        detail,
        tone,
    }
}

/// What is still to come.
fn ahead(event: &Announced, zone: Tz) -> Option<TraceStep> {
    let (name, detail, at, tone) = match event.state {
        EventDeliveryState::Waiting => {
            let at = event
                .next_attempt_at
                .map(|at| on_its_day(at, None, zone, "%H:%M:%S"));
            ("Next attempt", "", at.unwrap_or_default(), Tone::Info)
        }
        EventDeliveryState::Dead => ("Given up", "on the dead-letter shelf", String::new(), Tone::Warn),
        EventDeliveryState::None | EventDeliveryState::Delivered => return None,
    };
    Some(TraceStep {
        name: name.to_owned(),
        detail: detail.to_owned(),
        at,
        after: String::new(),
        tone,
    })
}

/// The clock, with the day where that is not the day of what came before.
fn on_its_day(at: DateTime<Utc>, before: Option<DateTime<Utc>>, zone: Tz, clock: &str) -> String {
    let at = at.with_timezone(&zone);
    let same_day = before.is_some_and(|before| before.with_timezone(&zone).date_naive() == at.date_naive());
    let day = if same_day { "" } else { "%b %-d, " };
    at.format(&format!("{day}{clock}")).to_string()
}

fn passed(span: TimeDelta) -> String {
    format!("+{}", milliseconds(span.num_milliseconds().max(0).unsigned_abs()))
}
