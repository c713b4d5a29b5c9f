//! Readings, for the customer whose they are.

pub(super) mod asked;
pub(super) mod file;
mod following;
mod get;
mod lines;
mod stream;
mod trace;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use vitals::{Field, Kind, Proof, Quality};

use crate::ground::enums::{self, ReadingStatus};
use crate::ground::ids::{DeviceId, HubId, ReadingId};
use crate::history::store::readings::Stored;

pub(super) fn operations(cfg: &mut ServiceConfig) {
    // Before the path with an id, which `stream` would fit.
    cfg.service(stream::stream).service(get::get).service(trace::get);
}

/// A reading, in the words of the event that announces it.
#[derive(Serialize, ToSchema)]
#[schema(as = Reading)]
pub(super) struct Out {
    id: ReadingId,
    device_id: DeviceId,
    /// The hub it came through.
    #[schema(required)]
    hub_id: Option<HubId>,
    #[schema(value_type = enums::Kind)]
    kind: Kind,
    status: ReadingStatus,
    /// The time it counts for: the device's where that can be true, else its arrival, and then `clock_suspect` is set.
    measured_at: DateTime<Utc>,
    /// When it arrived; durable since then.
    received_at: DateTime<Utc>,
    /// The device's own time, as it sent it.
    #[schema(required)]
    device_time: Option<DateTime<Utc>>,
    #[schema(required)]
    utc_offset_minutes: Option<i16>,
    /// When the hub first saw it.
    #[schema(required)]
    hub_time: Option<DateTime<Utc>>,
    /// The device's own number for it.
    #[schema(required)]
    sequence: Option<i64>,
    /// Which of the device's users.
    #[schema(required)]
    user_slot: Option<i16>,
    /// Canonical values under their names.
    #[schema(value_type = Object, example = json!({"systolic": 121, "diastolic": 79, "pulse": 66}))]
    values: Value,
    /// The UCUM unit of each number.
    #[schema(value_type = Object, example = json!({"systolic": "mm[Hg]", "diastolic": "mm[Hg]", "pulse": "/min"}))]
    units: Map<String, Value>,
    /// What the sender wrote, where its unit was another one.
    #[schema(required, value_type = Option<Vec<OriginalOut>>)]
    original: Option<Value>,
    /// What casts doubt on it.
    #[schema(value_type = Vec<String>)]
    quality: Quality,
    /// What proves that it comes from its device.
    #[schema(value_type = enums::Proof)]
    proof: Proof,
    /// The same over every way it may have come: the key by which it is known when it comes again.
    content_hash: String,
}

/// A value as it was sent, in another unit than the canonical one.
#[derive(ToSchema)]
#[schema(as = Original)]
#[expect(dead_code, reason = "describes what is stored as JSON already")]
struct OriginalOut {
    /// The value it is about.
    #[schema(example = "weight")]
    field: String,
    /// The number as sent.
    #[schema(example = "154.2")]
    value: String,
    /// The unit as sent.
    #[schema(example = "[lb_av]")]
    unit: String,
}

impl From<Stored> for Out {
    fn from(reading: Stored) -> Self {
        let Stored {
            id,
            device,
            hub,
            kind,
            measured_at,
            received_at,
            device_time,
            utc_offset_minutes,
            hub_time,
            sequence,
            user_slot,
            values,
            original,
            quality,
            proof,
            status,
            hash,
        } = reading;
        Self {
            id,
            device_id: device,
            hub_id: hub,
            kind,
            status,
            measured_at,
            received_at,
            device_time,
            utc_offset_minutes,
            hub_time,
            sequence,
            user_slot,
            units: units(&values),
            values,
            original,
            quality,
            proof,
            content_hash: hash.to_hex(),
        }
    }
}

fn units(values: &Value) -> Map<String, Value> {
    let names = values.as_object().into_iter().flat_map(Map::keys);
    names
        .filter_map(|name| Some((name.clone(), name.parse::<Field>().ok()?.ucum().into())))
        .collect()
}
