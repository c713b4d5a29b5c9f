//! The body of a delivery. What a receiver may rely on is in docs/API.md; a change that a receiver could notice raises
//! [`VERSION`].

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use vitals::{ContentHash, Field};

use super::event::{Event, EventKind, Measured};
use crate::ground::enums::EndpointFormat;
use crate::history::observation::{Observed, Unwritable};

/// The version of the payload's shape.
pub const VERSION: u32 = 1;

/// Why a body could not be written. It names no value.
#[derive(Debug, thiserror::Error)]
pub(super) enum PayloadError {
    /// What is to be sent has left the history.
    #[error("the readings have left the history")]
    Gone,
    /// A stored reading does not read back.
    #[error(transparent)]
    Observation(#[from] Unwritable),
    /// The text could not be made.
    #[error("the payload cannot be written: {0}")]
    Json(#[from] serde_json::Error),
}

#[derive(Serialize)]
struct Envelope<D> {
    #[serde(rename = "type")]
    event_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
    timestamp: String,
    /// Where `data` is an Observation, which has no place for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence: Option<i64>,
    data: D,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Data<'a> {
    Reading(Box<ReadingOut<'a>>),
    Observation(Value),
    Test { sequence: i64, message: &'static str },
}

#[derive(Serialize)]
struct Batch<'a> {
    events: Vec<Envelope<Data<'a>>>,
}

#[derive(Serialize)]
struct ReadingOut<'a> {
    sequence: i64,
    id: String,
    status: &'static str,
    kind: &'static str,
    device: DeviceOut<'a>,
    /// There is none for a customer whose readings carry the device only.
    patient: Option<()>,
    measured_at: String,
    received_at: String,
    utc_offset_minutes: Option<i16>,
    hub: Option<HubOut>,
    user_slot: Option<i16>,
    values: &'a Value,
    units: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    original: Option<&'a Value>,
    quality: Vec<&'static str>,
    test: bool,
    proof: &'a str,
    content_hash: String,
}

#[derive(Serialize)]
struct DeviceOut<'a> {
    id: String,
    maker: &'a str,
    serial: &'a str,
    model: &'a str,
    reference: Option<&'a str>,
}

#[derive(Serialize)]
struct HubOut {
    id: String,
    seen_at: Option<String>,
}

/// The body for these events: one event stands alone, several stand in a `reading.batch`.
pub(super) fn body(events: &[Event], format: EndpointFormat) -> Result<Vec<u8>, PayloadError> {
    match events {
        [] => Err(PayloadError::Gone),
        [event] => Ok(serde_json::to_vec(&envelope(event, format, Some(VERSION))?)?),
        [first, ..] => {
            let events = events
                .iter()
                .map(|event| envelope(event, format, None))
                .collect::<Result<_, _>>()?;
            Ok(serde_json::to_vec(&Envelope {
                event_type: "reading.batch",
                version: Some(VERSION),
                timestamp: time(first.created_at),
                sequence: None,
                data: Batch { events },
            })?)
        }
    }
}

fn envelope(
    event: &Event,
    format: EndpointFormat,
    version: Option<u32>,
) -> Result<Envelope<Data<'_>>, PayloadError> {
    let data = match (&event.kind, format) {
        (EventKind::Test, _) => Data::Test {
            sequence: event.sequence,
            message: "This is a test of the endpoint. It carries no reading.",
        },
        (EventKind::Created(measured) | EventKind::Withdrawn(measured), EndpointFormat::Canonical) => {
            Data::Reading(Box::new(reading(event.sequence, measured)))
        }
        (EventKind::Created(measured) | EventKind::Withdrawn(measured), EndpointFormat::Fhir) => {
            Data::Observation(observation(measured)?)
        }
    };
    let sequence = matches!(data, Data::Observation(_)).then_some(event.sequence);
    Ok(Envelope {
        event_type: event.kind.as_str(),
        version,
        timestamp: time(event.created_at),
        sequence,
        data,
    })
}

fn reading(sequence: i64, measured: &Measured) -> ReadingOut<'_> {
    ReadingOut {
        sequence,
        id: measured.id.to_string(),
        status: if measured.entered_in_error {
            "entered_in_error"
        } else {
            "final"
        },
        kind: measured.kind.as_str(),
        device: DeviceOut {
            id: measured.device.to_string(),
            maker: &measured.maker,
            serial: &measured.serial,
            model: &measured.model,
            reference: measured.reference.as_deref(),
        },
        patient: None,
        measured_at: time(measured.taken_at),
        received_at: time(measured.received_at),
        utc_offset_minutes: measured.utc_offset_minutes,
        hub: measured.hub.map(|hub| HubOut {
            id: hub.to_string(),
            seen_at: measured.hub_time.map(time),
        }),
        user_slot: measured.user_slot,
        values: &measured.values,
        units: units(&measured.values),
        original: measured.original.as_ref(),
        quality: measured.quality().names().collect(),
        test: measured.is_test(),
        proof: &measured.proof,
        content_hash: ContentHash::from_bytes(measured.content_hash).to_hex(),
    }
}

/// The UCUM unit of every number among the values.
fn units(values: &Value) -> Map<String, Value> {
    let names = values.as_object().into_iter().flat_map(|map| map.keys());
    names
        .filter_map(|name| Some((name.clone(), name.parse::<Field>().ok()?.ucum().into())))
        .collect()
}

fn observation(measured: &Measured) -> Result<Value, PayloadError> {
    let observed = Observed {
        id: measured.id,
        device: measured.device,
        maker: &measured.maker,
        serial: &measured.serial,
        model: &measured.model,
        kind: measured.kind,
        measured_at: measured.taken_at,
        device_time_ms: measured.device_time_ms,
        utc_offset_minutes: measured.utc_offset_minutes,
        sequence: measured.sequence,
        user_slot: measured.user_slot,
        values: &measured.values,
        original: measured.original.as_ref(),
        quality: measured.quality(),
        entered_in_error: measured.entered_in_error,
    };
    Ok(observed.to_fhir()?)
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests;
