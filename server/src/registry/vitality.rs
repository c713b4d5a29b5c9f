//! How devices and hubs were, day by day: battery, signal, heartbeats. Nothing of what was measured.
//!
//! A device with a token of its own may say how it is beside what it measured. That is gathered here and written behind the
//! requests, many devices in one statement and one row a minute of each at most, so that no reading waits for it. What a
//! crash takes with it is a minute of this, never a reading.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{RegistryError, RegistryScope, store};
use crate::ground::Ground;
use crate::ground::ids::{CustomerId, DeviceId, HubId};
use crate::ground::swallow::swallow;
use crate::tenancy::Tx;

/// So many days are kept.
pub const KEPT_DAYS: i64 = 90;
/// So often one device is written at most.
const EACH: TimeDelta = TimeDelta::minutes(1);
const FLUSH: Duration = Duration::from_secs(1);
/// Days of devices that wait to be written; what comes on top is left out. About 100 bytes each.
const MOST_WAITING: usize = 100_000;
/// Days of devices in one statement.
const AT_ONCE: usize = 2_000;

/// A device on one UTC day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceDay {
    /// The day.
    pub day: NaiveDate,
    /// The lowest charge and the last one, 0 to 100 %.
    pub battery: Option<(i16, i16)>,
    /// The weakest signal and the last one, dBm.
    pub signal: Option<(i16, i16)>,
    /// How often it or its hub told how it is.
    pub heard: i32,
    /// The last time.
    pub last_at: DateTime<Utc>,
}

/// A hub on one UTC day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubDay {
    /// The day.
    pub day: NaiveDate,
    /// How many heartbeats there were.
    pub heartbeats: i32,
    /// The most readings that waited in it.
    pub queued_max: i64,
    /// How many waited at the last heartbeat.
    pub queued_last: i64,
    /// The longest time without a heartbeat that ended that day.
    pub longest_gap: Option<TimeDelta>,
    /// The last heartbeat.
    pub last_at: DateTime<Utc>,
}

/// One heartbeat of a hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beat {
    /// When it arrived.
    pub at: DateTime<Utc>,
    /// The version of the hub's program.
    pub version: Option<String>,
    /// How long that had been running.
    pub uptime_seconds: i64,
    /// How many readings waited in it.
    pub queued: i64,
}

/// The days of a device since then that its present holder may see, the oldest first; days without any word are left out.
pub async fn of_device<S: RegistryScope>(
    tx: &Tx<S>,
    device: DeviceId,
    customer: Option<CustomerId>,
    since: NaiveDate,
) -> Result<Vec<DeviceDay>, RegistryError> {
    store::vitality::device_days(tx, device, customer, since).await
}

/// The days of a hub, likewise.
pub async fn of_hub<S: RegistryScope>(
    tx: &Tx<S>,
    hub: HubId,
    customer: Option<CustomerId>,
    since: NaiveDate,
) -> Result<Vec<HubDay>, RegistryError> {
    store::vitality::hub_days(tx, hub, customer, since).await
}

/// The last heartbeats of a hub at its present holder, the newest first.
pub async fn heartbeats<S: RegistryScope>(
    tx: &Tx<S>,
    hub: HubId,
    customer: Option<CustomerId>,
) -> Result<Vec<Beat>, RegistryError> {
    store::vitality::heartbeats(tx, hub, customer).await
}

/// Whose, and which day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Of {
    pub(super) device: DeviceId,
    pub(super) customer: CustomerId,
    pub(super) day: NaiveDate,
}

/// What was said on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) battery: Option<(i16, i16)>,
    pub(super) signal: Option<(i16, i16)>,
    pub(super) heard: i32,
    pub(super) last_at: DateTime<Utc>,
}

impl Said {
    fn once(battery: Option<i16>, signal: Option<i16>, at: DateTime<Utc>) -> Self {
        Self {
            battery: battery.map(|percent| (percent, percent)),
            signal: signal.map(|dbm| (dbm, dbm)),
            heard: 1,
            last_at: at,
        }
    }

    /// The same and what was said after it, or before.
    fn and(self, other: Self) -> Self {
        let is_later = other.last_at >= self.last_at;
        let both = |mine: Option<(i16, i16)>, theirs: Option<(i16, i16)>| match (mine, theirs) {
            (Some(mine), Some(theirs)) => {
                Some((mine.0.min(theirs.0), if is_later { theirs.1 } else { mine.1 }))
            }
            (mine, theirs) => mine.or(theirs),
        };
        Self {
            battery: both(self.battery, other.battery),
            signal: both(self.signal, other.signal),
            heard: self.heard.saturating_add(other.heard),
            last_at: self.last_at.max(other.last_at),
        }
    }
}

/// What devices said of themselves. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Vitality(Arc<Mutex<Gathered>>, TaskTracker);

#[derive(Debug, Default)]
struct Gathered {
    /// When each was written last, as long as that holds it back.
    written: HashMap<DeviceId, DateTime<Utc>>,
    waiting: HashMap<Of, Said>,
}

impl Gathered {
    fn add(&mut self, of: Of, said: Said) {
        if self.waiting.len() >= MOST_WAITING && !self.waiting.contains_key(&of) {
            metrics::counter!("vitalwire_vitality_left_out_total").increment(1);
            return;
        }
        let waiting = self.waiting.entry(of).or_insert(Said { heard: 0, ..said });
        *waiting = waiting.and(said);
    }

    /// What may be written now, in the order in which everybody writes.
    fn due(&mut self, now: DateTime<Utc>, is_last: bool) -> Vec<(Of, Said)> {
        self.written
            .retain(|_, at| (TimeDelta::zero()..EACH).contains(&(now - *at)));
        let written = &self.written;
        let mut due: Vec<_> = self
            .waiting
            .extract_if(|of, _| is_last || !written.contains_key(&of.device))
            .collect();
        due.sort_unstable_by_key(|(of, _)| *of);
        self.written.extend(due.iter().map(|(of, _)| (of.device, now)));
        due
    }
}

impl Vitality {
    /// Starts the writing task, which ends with `stop` after a last write.
    pub(super) fn start(ground: Ground, system: PgPool, stop: CancellationToken) -> Self {
        let vitality = Self::default();
        let writer = vitality.clone();
        vitality.1.spawn(async move {
            let mut tick = tokio::time::interval(FLUSH);
            tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            while stop.run_until_cancelled(tick.tick()).await.is_some() {
                writer.write(&system, ground.now(), false).await;
            }
            writer.write(&system, ground.now(), true).await;
        });
        vitality.1.close();
        vitality
    }

    /// Returns when the writing task has ended, after its last write.
    pub(super) async fn ended(&self) {
        self.1.wait().await;
    }

    /// Notes how a device is that proved itself, for whoever its token was issued for.
    pub(super) fn note(
        &self,
        (device, customer): (DeviceId, CustomerId),
        battery: Option<i16>,
        signal: Option<i16>,
        at: DateTime<Utc>,
    ) {
        let day = at.date_naive();
        self.lock().add(
            Of {
                device,
                customer,
                day,
            },
            Said::once(battery, signal, at),
        );
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Gathered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn write(&self, system: &PgPool, now: DateTime<Utc>, is_last: bool) {
        let due = self.lock().due(now, is_last);
        for some in due.chunks(AT_ONCE) {
            let written = store::vitality::system_note_said(system, some).await;
            if swallow(written, "it is written with what the devices say next").is_none() {
                let mut gathered = self.lock();
                for (of, said) in some {
                    gathered.add(*of, *said);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
