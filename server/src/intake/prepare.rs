//! From a decoded reading to a row for the commit.

use std::sync::Arc;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use vitals::{Proof, Reading};

use super::Intake;
use crate::ground::Purpose;
use crate::ground::ids::{CredentialId, DeviceId, HubId, RawMessageId};
use crate::history::commit::{Raw, Row};
use crate::registry::Standing;

/// Who sent a reading and what proves it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin {
    pub(super) device: DeviceId,
    pub(super) hub: Option<HubId>,
    pub(super) credential: CredentialId,
    pub(super) proof: Proof,
    pub(super) standing: Option<Standing>,
}

impl Intake {
    /// Seals the bytes as they came.
    pub(super) fn seal_raw(&self, body: &[u8], jwt: Option<String>) -> Raw {
        let received_at = self.ground.now();
        let id: RawMessageId = self.ground.id_at(received_at);
        let body_sealed = self
            .ground
            .keys()
            .seal(Purpose::RawMessage, id.as_uuid().as_bytes(), body);
        Raw {
            id,
            received_at,
            body_sealed,
            jwt,
        }
    }

    /// A row of the commit.
    pub(super) fn row(
        &self,
        origin: Origin,
        reading: &Reading,
        hub_time: Option<DateTime<Utc>>,
        raw: &Arc<Raw>,
    ) -> Row {
        let mut values = String::with_capacity(64);
        reading.vital.write_json(&mut values);
        let original = if reading.original.is_empty() {
            None
        } else {
            serde_json::to_string(&reading.original).ok()
        };
        Row {
            id: self.ground.id_at(raw.received_at),
            device: origin.device,
            hub: origin.hub,
            credential: origin.credential,
            kind: reading.vital.kind(),
            device_time_ms: reading.device_time.map(|time| time.ms),
            utc_offset_minutes: reading.device_time.and_then(|time| time.offset_minutes),
            hub_time,
            sequence: reading.sequence,
            user_slot: reading.user_slot.map(|slot| i16::from(slot.get())),
            hash: vitals::content_hash(reading, Some(first_seen_ms(hub_time, raw.received_at))),
            values,
            original,
            quality: reading.quality,
            proof: origin.proof,
            raw: Arc::clone(raw),
            standing: origin.standing,
        }
    }
}

/// What stands in for a device's time in the hash where it gave none: when its hub first saw the reading, which the
/// hub's ledger freezes. Without a hub only the arrival is left; identical frames within 10 s are then one, and a later
/// one is another reading, because two weights of 70 kg a day apart must not become one.
fn first_seen_ms(hub_time: Option<DateTime<Utc>>, received_at: DateTime<Utc>) -> i64 {
    let arrival = received_at
        .duration_trunc(TimeDelta::seconds(10))
        .unwrap_or(received_at);
    hub_time.unwrap_or(arrival).timestamp_millis()
}
