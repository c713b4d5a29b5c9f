//! How much a sender may send, so that none takes the room of the others: readings of a device with a token, of a hub, of a
//! vendor's cloud and of each device in it, and of all of them for one customer. Each server counts for itself. Who sends
//! too much is told when to come back, and nothing of what he sent too much is stored.
//!
//! A device in a vendor's cloud is counted by what the cloud calls it, before anybody looks for it, so that one gone wild
//! costs neither the others there their room nor the platform a question. What becomes of the others in the same message
//! stands in `source_room`.
//!
//! A device behind a hub has no limit of its own. What a hub sends comes over one radio from the few devices of one place, and
//! one gone wild takes the room of its own hub alone. But a hub that was cut off brings a month of a device's readings at
//! once, as fast as a hub may: a limit of each device would only keep it, and all behind it, waiting.
//!
//! The count is the generic cell rate algorithm (ITU-T I.371): of each sender one time is kept, at which everything that it
//! sent will have been paid back; it may lie so far ahead as a burst lasts.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use uuid::Uuid;

use crate::config::RatesConfig;
use crate::ground::Clock;
use crate::ground::ids::{CustomerId, DeviceId, HubId, SourceId};

/// Tables that are locked one by one, so that threads seldom wait for each other.
const SHARDS: usize = 16;
/// A table is looked through for those who have recovered when it has grown by so many since.
const SWEEP: usize = 1_024;

/// Whose rate it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Sender {
    Device(DeviceId),
    Hub(HubId),
    Source(SourceId),
    /// A device in a vendor's cloud, see [`Rates::called`].
    Called(Uuid),
    Customer(CustomerId),
}

/// Somebody sent too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many readings {of}")]
pub struct TooMany {
    /// Whose: `of this device` and the like.
    pub of: &'static str,
    /// What the limit is called in the header of the answer.
    pub policy: &'static str,
    /// Readings that may come in a row.
    pub burst: u32,
    /// Readings a second from then on.
    pub per_second: u32,
    /// When so many could be taken.
    pub retry_after: Duration,
    /// Whether of the same message was taken what there was room for.
    pub rest_taken: bool,
}

impl TooMany {
    /// The same of a message of which the rest was taken. Whoever is in it is counted again when it comes again, so it comes
    /// back when they have all recovered.
    pub(super) fn of_some(self) -> Self {
        let wholly = Duration::from_secs(self.burst.div_ceil(self.per_second.max(1)).into());
        Self {
            retry_after: self.retry_after.max(wholly),
            rest_taken: true,
            ..self
        }
    }
}

/// The counts of all senders. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Rates(Arc<Inner>);

struct Inner {
    clock: Arc<dyn Clock>,
    hasher: RandomState,
    shards: [Mutex<Shard>; SHARDS],
    device: Limit,
    hub: Limit,
    source: Limit,
    customer: Limit,
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rates").finish_non_exhaustive()
    }
}

#[derive(Debug, Default)]
struct Shard {
    /// When each will have recovered wholly, in microseconds since 1970.
    recovered: HashMap<Uuid, i64>,
    sweep_at: usize,
}

/// Microseconds; none: no limit.
#[derive(Debug, Clone, Copy)]
struct Limit {
    per_second: u32,
    burst: u32,
    each: Option<i64>,
}

impl Limit {
    fn new(per_second: u32, burst: u32) -> Self {
        let each = (per_second > 0).then(|| 1_000_000 / i64::from(per_second));
        Self {
            per_second,
            burst: burst.max(1),
            each: each.map(|each| each.max(1)),
        }
    }
}

impl Rates {
    pub(super) fn new(clock: Arc<dyn Clock>, config: RatesConfig) -> Self {
        Self(Arc::new(Inner {
            clock,
            hasher: RandomState::new(),
            shards: std::array::from_fn(|_| Mutex::default()),
            device: Limit::new(config.device_per_second, config.device_burst),
            hub: Limit::new(config.hub_per_second, config.hub_burst),
            source: Limit::new(config.source_per_second, config.source_burst),
            customer: Limit::new(config.customer_per_second, config.customer_burst),
        }))
    }

    /// The device that a source calls so. It is remembered as a hash, which nobody outside can foresee.
    pub(super) fn called(&self, source: SourceId, name: &str) -> Sender {
        let half = |salt: u8| self.0.hasher.hash_one((salt, source.as_uuid(), name));
        Sender::Called(Uuid::from_u64_pair(half(0), half(1)))
    }

    /// Counts so many readings of a sender and of the customer that it sends for, or of neither. A message that is larger
    /// than a burst is taken from who has recovered wholly.
    pub(super) fn take(
        &self,
        sender: Sender,
        customer: Option<CustomerId>,
        readings: usize,
    ) -> Result<(), TooMany> {
        let readings = i64::try_from(readings).unwrap_or(i64::MAX);
        let now = self.0.clock.now().timestamp_micros();
        self.count(sender, readings, now)?;
        let Some(customer) = customer else {
            return Ok(());
        };
        self.count(Sender::Customer(customer), readings, now)
            .inspect_err(|_| self.lessen(sender, readings))
    }

    /// Takes back that so many were counted, because they were not taken after all.
    pub(super) fn give_back(&self, sender: Sender, readings: usize) {
        self.lessen(sender, i64::try_from(readings).unwrap_or(i64::MAX));
    }

    fn count(&self, sender: Sender, readings: i64, now: i64) -> Result<(), TooMany> {
        let (limit, id) = (self.limit(sender), sender.id());
        let Some(each) = limit.each else {
            return Ok(());
        };
        let burst = each.saturating_mul(i64::from(limit.burst));
        let wanted = each.saturating_mul(readings);
        let mut shard = self.shard(id).lock().unwrap_or_else(PoisonError::into_inner);
        shard.sweep(now);
        let recovered = shard.recovered.get(&id).copied().unwrap_or(now).max(now);
        let wait = recovered
            .saturating_add(wanted.min(burst))
            .saturating_sub(now.saturating_add(burst));
        if wait > 0 {
            return Err(sender.too_many(limit, wait));
        }
        shard.recovered.insert(id, recovered.saturating_add(wanted));
        Ok(())
    }

    fn lessen(&self, sender: Sender, readings: i64) {
        let (limit, id) = (self.limit(sender), sender.id());
        let Some(each) = limit.each else { return };
        let mut shard = self.shard(id).lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(recovered) = shard.recovered.get_mut(&id) {
            *recovered = recovered.saturating_sub(each.saturating_mul(readings));
        }
    }

    fn limit(&self, sender: Sender) -> Limit {
        match sender {
            Sender::Device(_) | Sender::Called(_) => self.0.device,
            Sender::Hub(_) => self.0.hub,
            Sender::Source(_) => self.0.source,
            Sender::Customer(_) => self.0.customer,
        }
    }

    fn shard(&self, id: Uuid) -> &Mutex<Shard> {
        let hash = usize::try_from(self.0.hasher.hash_one(id) % SHARDS as u64).unwrap_or(0);
        &self.0.shards[hash]
    }
}

impl Shard {
    /// Forgets those who have recovered, as often as so many more are known as were left the last time: what that costs is
    /// shared by those who came.
    fn sweep(&mut self, now: i64) {
        if self.recovered.len() < self.sweep_at.max(SWEEP) {
            return;
        }
        self.recovered.retain(|_, recovered| *recovered > now);
        self.sweep_at = self.recovered.len() * 2;
    }
}

impl Sender {
    fn id(self) -> Uuid {
        match self {
            Self::Device(id) => id.as_uuid(),
            Self::Hub(id) => id.as_uuid(),
            Self::Source(id) => id.as_uuid(),
            Self::Called(id) => id,
            Self::Customer(id) => id.as_uuid(),
        }
    }

    fn too_many(self, limit: Limit, wait: i64) -> TooMany {
        let (policy, of) = match self {
            Self::Device(_) => ("device", "of this device"),
            Self::Called(_) => ("device", "of one of the devices"),
            Self::Hub(_) => ("hub", "of this hub"),
            Self::Source(_) => ("source", "of this source"),
            Self::Customer(_) => ("customer", "of this customer"),
        };
        TooMany {
            of,
            policy,
            burst: limit.burst,
            per_second: limit.per_second,
            retry_after: Duration::from_micros(wait.unsigned_abs()),
            rest_taken: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::*;
    use crate::ground::TestClock;

    fn rates(config: RatesConfig) -> (Arc<TestClock>, Rates) {
        let clock = Arc::new(TestClock::at(DateTime::UNIX_EPOCH + TimeDelta::days(20_000)));
        (Arc::clone(&clock), Rates::new(clock, config))
    }

    fn device(number: u128) -> Sender {
        Sender::Device(Uuid::from_u128(number).into())
    }

    const SOME: RatesConfig = RatesConfig {
        device_per_second: 10,
        device_burst: 5,
        customer_per_second: 100,
        customer_burst: 8,
        ..RatesConfig::NONE
    };

    #[test]
    fn a_burst_is_taken_and_then_so_much_a_second() {
        let (clock, rates) = rates(SOME);
        for _ in 0..5 {
            assert_eq!(rates.take(device(1), None, 1), Ok(()));
        }
        let refused = rates.take(device(1), None, 1).unwrap_err();
        assert_eq!(
            (refused.policy, refused.burst, refused.per_second),
            ("device", 5, 10)
        );
        assert_eq!(refused.retry_after, Duration::from_millis(100));
        assert_eq!(
            rates.take(device(2), None, 1),
            Ok(()),
            "another's burst is its own"
        );
        clock.advance(TimeDelta::milliseconds(100));
        assert_eq!(rates.take(device(1), None, 1), Ok(()));
        assert!(rates.take(device(1), None, 1).is_err());
        clock.advance(TimeDelta::seconds(60));
        assert_eq!(
            rates.take(device(1), None, 5),
            Ok(()),
            "no more than a burst is saved up"
        );
        assert!(rates.take(device(1), None, 1).is_err());
    }

    #[test]
    fn a_message_larger_than_a_burst_is_taken_from_who_has_recovered() {
        let (clock, rates) = rates(SOME);
        assert_eq!(rates.take(device(1), None, 20), Ok(()));
        let refused = rates.take(device(1), None, 1).unwrap_err();
        assert_eq!(refused.retry_after, Duration::from_millis(1_600));
        clock.advance(TimeDelta::milliseconds(1_600));
        assert_eq!(rates.take(device(1), None, 1), Ok(()));
    }

    #[test]
    fn what_the_customer_has_no_room_for_costs_the_device_nothing() {
        let (_, rates) = rates(SOME);
        let customer = Some(Uuid::from_u128(9).into());
        assert_eq!(rates.take(device(1), customer, 5), Ok(()));
        assert_eq!(rates.take(device(2), customer, 4).unwrap_err().policy, "customer");
        assert_eq!(rates.take(device(2), None, 5), Ok(()));
    }

    #[test]
    fn a_device_in_a_cloud_has_a_count_of_its_own() {
        let (_, rates) = rates(SOME);
        let source = |number| Uuid::from_u128(number).into();
        let called = rates.called(source(1), "864475040000000");
        assert_eq!(rates.take(called, None, 5), Ok(()));
        let refused = rates
            .take(rates.called(source(1), "864475040000000"), None, 2)
            .unwrap_err();
        assert_eq!((refused.policy, refused.rest_taken), ("device", false));
        let partly = refused.of_some();
        assert_eq!(
            (partly.retry_after, partly.rest_taken),
            (Duration::from_secs(1), true)
        );
        for other in [
            rates.called(source(2), "864475040000000"),
            rates.called(source(1), "x"),
        ] {
            assert_eq!(rates.take(other, None, 5), Ok(()));
        }
        rates.give_back(called, 2);
        assert_eq!(rates.take(called, None, 2), Ok(()));
        assert!(rates.take(called, None, 1).is_err());
    }

    #[test]
    fn without_a_limit_nothing_is_remembered_and_who_recovered_is_forgotten() {
        let (clock, rates) = rates(SOME);
        assert_eq!(
            rates.take(Sender::Hub(Uuid::from_u128(1).into()), None, usize::MAX),
            Ok(())
        );
        for number in 0..100_000 {
            rates.take(device(number), None, 1).unwrap();
            clock.advance(TimeDelta::milliseconds(1));
        }
        let known: usize = rates
            .0
            .shards
            .iter()
            .map(|shard| shard.lock().unwrap().recovered.len())
            .sum();
        assert!(known <= SHARDS * SWEEP * 2, "{known}");
    }
}
