//! From a decoded reading to a row for the commit.

use std::sync::Arc;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use vitals::{DeviceTime, Proof, Quality, Reading};

use super::Intake;
use super::packed::Body;
use crate::ground::Purpose;
use crate::ground::ids::{CredentialId, CustomerId, DeviceId, HubId, RawMessageId, SourceId};
use crate::history::commit::{OLDEST, Raw, Row, Sharing, Times};
use crate::registry::Standing;

/// Who sent a reading and what proves it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin {
    pub(super) device: DeviceId,
    pub(super) hub: Option<HubId>,
    pub(super) source: Option<SourceId>,
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
            body_sealed: Some(body_sealed),
            jwt,
            encoding: None,
            shared: Sharing::default(),
        }
    }

    /// The same of a body that may be packed.
    pub(super) fn seal_body(&self, body: &Body<'_>, jwt: Option<String>) -> Raw {
        Raw {
            encoding: body.encoding(),
            ..self.seal_raw(body.wire(), jwt)
        }
    }

    /// A row of the commit. Of a reading without any time it is known when it was sent.
    pub(super) fn row(
        &self,
        origin: Origin,
        reading: &Reading,
        hub_time: Option<DateTime<Utc>>,
        sent_at: DateTime<Utc>,
        raw: &Arc<Raw>,
    ) -> Row {
        let mut values = String::with_capacity(64);
        reading.vital.write_json(&mut values);
        let original = if reading.original.is_empty() {
            None
        } else {
            serde_json::to_string(&reading.original).ok()
        };
        let is_own = origin.hub.is_none() && origin.source.is_none();
        Row {
            // What a device sends by itself is one reading, and its message is kept with it.
            id: if is_own {
                raw.id.as_uuid().into()
            } else {
                self.ground.id_at(raw.received_at)
            },
            device: origin.device,
            hub: origin.hub,
            source: origin.source,
            credential: origin.credential,
            kind: reading.vital.kind(),
            device_time_ms: reading.device_time.map(|time| time.ms),
            utc_offset_minutes: reading.device_time.and_then(|time| time.offset_minutes),
            hub_time,
            sequence: reading.sequence,
            user_slot: reading.user_slot.map(|slot| i16::from(slot.get())),
            hash: vitals::content_hash(reading, Some(first_seen_ms(hub_time, sent_at))),
            values,
            original,
            quality: reading.quality,
            proof: origin.proof,
            raw: Arc::clone(raw),
            standing: origin.standing,
        }
    }
}

/// When something was measured, for all that its sender says.
#[derive(Debug, Clone, Copy)]
pub(super) struct SaidTimes {
    pub(super) device_time: Option<DeviceTime>,
    pub(super) hub_time: Option<DateTime<Utc>>,
    pub(super) quality: Quality,
}

impl SaidTimes {
    /// Whether a reading that is not taken is this customer's own beyond doubt: theirs, if it had been measured then.
    pub(super) fn is_of(
        self,
        customer: Option<CustomerId>,
        standing: Option<Standing>,
        came: DateTime<Utc>,
    ) -> bool {
        let times = Times::judge(self.device_time.map(|time| time.ms), self.hub_time, came);
        let suspect = times.prove_no_holder(self.quality);
        let owner = standing.and_then(|standing| standing.owner(times.measured_at, suspect));
        customer.is_some() && owner == customer
    }
}

/// How long what a device says of its battery and of its signal is news: a message that was held back for weeks, or comes
/// again, says how they were. Longer than the hours by which a clock is off that was set in another zone.
const NEWS: TimeDelta = TimeDelta::days(1);

/// Whether a message of this time says how a device is now. One without a time may, or with one that cannot be true.
pub(super) fn is_news(device_time: Option<DeviceTime>, came: DateTime<Utc>) -> bool {
    let measured = device_time.and_then(|time| DateTime::from_timestamp_millis(time.ms));
    measured.is_none_or(|at| at > came - NEWS || at < came - OLDEST)
}

/// What stands in for a device's time in the hash where it gave none: when its hub first saw the reading, which the
/// hub's ledger freezes. Without that, when the message was sent: what a hub signed as the time of its token, so that the
/// same token makes the same hash however often it is sent; of a device alone, the arrival.
fn first_seen_ms(hub_time: Option<DateTime<Utc>>, sent_at: DateTime<Utc>) -> i64 {
    hub_time.unwrap_or(ten_seconds(sent_at)).timestamp_millis()
}

/// The ten seconds in which something was sent. Identical frames within them are one, and a later one is another
/// measurement, because two weights of 70 kg a day apart must not become one.
pub(super) fn ten_seconds(sent_at: DateTime<Utc>) -> DateTime<Utc> {
    sent_at.duration_trunc(TimeDelta::seconds(10)).unwrap_or(sent_at)
}
