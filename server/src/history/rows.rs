//! What a commit is made of: rows as intake hands them over, and the times under which they count.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use vitals::{ContentHash, Kind, Proof, Quality};

use crate::ground::enums::Encoding;
use crate::ground::ids::{CredentialId, DeviceId, HubId, RawMessageId, ReadingId, SourceId};
use crate::registry::Standing;

/// How far back a measured time can be true, and how long a re-send is recognised.
pub const OLDEST: TimeDelta = TimeDelta::days(45);
/// How far ahead of arrival a key's day exists.
const FURTHEST: TimeDelta = TimeDelta::days(2);
/// A device's clock may be this much ahead of ours before we say that it cannot be true.
const AHEAD: TimeDelta = TimeDelta::minutes(10);

/// The bytes as they came, sealed, shared by all readings that came in them.
#[derive(Debug)]
pub struct Raw {
    /// Its id.
    pub id: RawMessageId,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
    /// The sealed body; none: the message is kept already.
    pub body_sealed: Option<Vec<u8>>,
    /// The hub's proof.
    pub jwt: Option<String>,
    /// How the bytes are packed.
    pub encoding: Option<Encoding>,
    /// Whether something in it is somebody else's, or may be.
    pub shared: Sharing,
}

/// What is known, once all that came in a message was looked at, of whether it is its owner's alone. A reading of somebody
/// else's is seen by the commit as well.
#[derive(Debug, Default)]
pub struct Sharing {
    others: AtomicBool,
    remembered: AtomicBool,
}

impl Sharing {
    /// Something in the message is not its owner's, or may not be.
    pub fn mark(&self) {
        self.others.store(true, Ordering::Relaxed);
    }

    /// Something was set aside that is the owner's, as far as the registry's memory goes.
    pub fn mark_remembered(&self) {
        self.remembered.store(true, Ordering::Relaxed);
    }

    /// Whether something is somebody else's, or may be, while the registry's memory holds.
    pub fn is_marked(&self) -> bool {
        self.others.load(Ordering::Relaxed)
    }

    /// The same where that memory is no longer relied upon.
    pub(super) fn may_be(&self) -> bool {
        self.is_marked() || self.remembered.load(Ordering::Relaxed)
    }
}

/// One reading on its way into the history.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its id if it turns out to be new. Of what a device sends by itself, which is one reading a message, it is the message's
    /// too: they are kept together, and the message opens with this id alone.
    pub id: ReadingId,
    /// The device that measured.
    pub device: DeviceId,
    /// The hub that sent it, if one did.
    pub hub: Option<HubId>,
    /// The vendor's cloud that sent it, if one did.
    pub source: Option<SourceId>,
    /// The device's token, or the hub or the source again.
    pub credential: CredentialId,
    /// What was measured.
    pub kind: Kind,
    /// The device's own time in ms, raw.
    pub device_time_ms: Option<i64>,
    /// The device's offset from UTC in minutes.
    pub utc_offset_minutes: Option<i16>,
    /// When the hub first saw it.
    pub hub_time: Option<DateTime<Utc>>,
    /// The device's own number for it.
    pub sequence: Option<i64>,
    /// Which of the device's users.
    pub user_slot: Option<i16>,
    /// The idempotency key.
    pub hash: ContentHash,
    /// Canonical values as JSON text.
    pub values: String,
    /// What the sender wrote in other units, as JSON text.
    pub original: Option<String>,
    /// Quality flags.
    pub quality: Quality,
    /// What proves it.
    pub proof: Proof,
    /// The message it came in.
    pub raw: Arc<Raw>,
    /// What the registry's memory says of device, credential and hub.
    pub standing: Option<Standing>,
}

impl Row {
    /// Whether the device sent it by itself, so that its message holds nothing else and opens with the reading's id.
    pub(super) fn is_own(&self) -> bool {
        self.hub.is_none() && self.source.is_none() && self.id.as_uuid() == self.raw.id.as_uuid()
    }

    /// The times under which it counts and under which its key stands.
    pub(super) fn times(&self) -> Times {
        Times::judge(self.device_time_ms, self.hub_time, self.raw.received_at)
    }

    /// What is to be known of its quality, also by its times.
    pub(super) fn quality(&self, times: Times) -> Quality {
        let mut quality = self.quality;
        if times.suspect {
            quality.insert(Quality::CLOCK_SUSPECT);
        }
        quality
    }

    /// The device's own message, which is kept with the reading.
    pub(super) fn own_body(&self) -> Option<&[u8]> {
        self.raw.body_sealed.as_deref().filter(|_| self.is_own())
    }
}

/// The times under which a reading counts and under which its key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// The time it counts for.
    pub measured_at: DateTime<Utc>,
    /// The day of its key; the fixed day where the time is missing or cannot be true.
    pub measured_on: NaiveDate,
    /// The other day under which an earlier arrival of the same reading may stand: a time that could not be true when
    /// it came first can be true when it comes again, and the other way round.
    pub other_day: NaiveDate,
    /// Whether the device's time cannot be true.
    pub suspect: bool,
}

/// The day of keys whose measured time is missing or cannot be true.
pub const FIXED_DAY: NaiveDate = match NaiveDate::from_ymd_opt(1970, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

impl Times {
    /// Whether nothing can be concluded from them of who held the device: they cannot be true, or the sender does not vouch
    /// for them.
    pub fn prove_no_holder(self, quality: Quality) -> bool {
        self.suspect || quality.contains(Quality::CLOCK_SUSPECT)
    }

    /// Judges the device's time by the arrival, and by when its hub first saw the reading: nothing is seen before it was
    /// measured.
    pub fn judge(
        device_time_ms: Option<i64>,
        hub_time: Option<DateTime<Utc>>,
        received_at: DateTime<Utc>,
    ) -> Self {
        let device_time = device_time_ms.and_then(DateTime::from_timestamp_millis);
        let seen = hub_time.filter(|at| *at <= received_at + AHEAD && *at >= received_at - OLDEST);
        let fallback = seen.unwrap_or(received_at);
        match device_time {
            // The day of its key stays, for the same reading may come another way, without what the hub knows.
            Some(at)
                if at >= received_at - OLDEST
                    && at <= received_at + AHEAD
                    && seen.is_some_and(|seen| at > seen + AHEAD) =>
            {
                Self {
                    measured_at: fallback,
                    measured_on: at.date_naive(),
                    other_day: FIXED_DAY,
                    suspect: true,
                }
            }
            Some(at) if at >= received_at - OLDEST && at <= received_at + AHEAD => Self {
                measured_at: at,
                measured_on: at.date_naive(),
                other_day: FIXED_DAY,
                suspect: false,
            },
            Some(at) if at > received_at && at <= received_at + FURTHEST => Self {
                measured_at: fallback,
                measured_on: at.date_naive(),
                other_day: FIXED_DAY,
                suspect: true,
            },
            Some(at) => Self {
                measured_at: fallback,
                measured_on: FIXED_DAY,
                other_day: at.date_naive(),
                suspect: true,
            },
            None => Self {
                measured_at: fallback,
                measured_on: FIXED_DAY,
                other_day: FIXED_DAY,
                suspect: true,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn judge(device: &str) -> Times {
        Times::judge(
            Some(at(device).timestamp_millis()),
            None,
            at("2026-11-20T12:00:00Z"),
        )
    }

    #[test]
    fn a_time_that_can_be_true_counts() {
        let times = judge("2026-11-19T23:59:59Z");
        assert_eq!(
            (times.measured_on.to_string().as_str(), times.suspect),
            ("2026-11-19", false)
        );
        assert!(
            !judge("2026-11-20T12:09:00Z").suspect,
            "a clock a little ahead is believed"
        );
        assert!(
            !judge("2026-10-06T12:00:00Z").suspect,
            "45 days late is late, not wrong"
        );
    }

    #[test]
    fn a_time_slightly_in_the_future_is_suspect_but_keeps_its_day() {
        let times = judge("2026-11-21T12:00:00Z");
        assert_eq!(times.measured_at, at("2026-11-20T12:00:00Z"));
        assert_eq!(
            (times.measured_on.to_string().as_str(), times.suspect),
            ("2026-11-21", true)
        );
    }

    #[test]
    fn a_time_that_cannot_be_true_goes_under_the_fixed_day() {
        for device in [
            "1999-01-01T00:00:00Z",
            "2026-10-06T11:59:59Z",
            "2026-11-23T00:00:00Z",
        ] {
            let times = judge(device);
            assert_eq!((times.measured_on, times.suspect), (FIXED_DAY, true), "{device}");
            assert_eq!(times.other_day, at(device).date_naive());
        }
    }

    #[test]
    fn a_time_after_the_hub_has_seen_the_reading_cannot_be_true() {
        let arrival = at("2026-11-20T12:00:00Z");
        let seen = at("2026-11-10T12:00:00Z");
        let judge =
            |device: &str, seen| Times::judge(Some(at(device).timestamp_millis()), Some(seen), arrival);
        let ahead = judge("2026-11-18T12:00:00Z", seen);
        assert_eq!((ahead.measured_at, ahead.suspect), (seen, true));
        assert_eq!(
            (ahead.measured_on.to_string().as_str(), ahead.other_day),
            ("2026-11-18", FIXED_DAY)
        );
        assert!(
            !judge("2026-11-10T12:09:00Z", seen).suspect,
            "a clock a little ahead is believed"
        );
        assert!(
            !judge("2026-11-18T12:00:00Z", at("2026-01-01T00:00:00Z")).suspect,
            "a hub whose own clock cannot be right proves nothing"
        );
    }

    #[test]
    fn without_a_time_the_hub_s_first_sight_counts_if_it_can_be_true() {
        let arrival = at("2026-11-20T12:00:00Z");
        let seen = at("2026-11-20T11:00:00Z");
        assert_eq!(Times::judge(None, Some(seen), arrival).measured_at, seen);
        assert_eq!(
            Times::judge(None, Some(at("2031-01-01T00:00:00Z")), arrival).measured_at,
            arrival
        );
        assert!(Times::judge(None, Some(seen), arrival).suspect);
    }
}
