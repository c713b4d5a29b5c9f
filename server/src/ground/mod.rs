//! The ground every room stands on: time, randomness, secrets and typed ids. It knows no database and no network.
//!
//! Main type: [`Ground`], handed to whoever needs the time, an id or a key. Anyone may call it.

mod clock;
mod hidden;
mod keys;
mod midnight;
mod random;
pub mod swallow;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

pub use clock::{Clock, SystemClock, TestClock};
pub use hidden::{folded, hides, is_hidden};
pub use keys::{KeyError, Keys, MasterKey, Purpose};
pub use midnight::midnight;
pub use random::{Random, SystemRandom};
pub use vitalwire_entity::{enums, ids};

/// Time, randomness and keys, injected so that a test can live through two months and know every id.
#[derive(Clone)]
pub struct Ground {
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    keys: Arc<Keys>,
}

impl std::fmt::Debug for Ground {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ground").finish_non_exhaustive()
    }
}

impl Ground {
    /// The real thing: the system's clock and generator, and these keys.
    pub fn new(keys: Keys) -> Self {
        Self::with(Arc::new(SystemClock), Arc::new(SystemRandom::new()), keys)
    }

    /// The same with a clock and a generator of one's own.
    pub fn with(clock: Arc<dyn Clock>, random: Arc<dyn Random>, keys: Keys) -> Self {
        Self {
            clock,
            random,
            keys: Arc::new(keys),
        }
    }

    /// The present moment.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The injected clock itself, for tasks of their own.
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    /// A new UUIDv7 of the present moment, as any of the typed ids.
    pub fn id<I: From<Uuid>>(&self) -> I {
        self.id_at(self.now())
    }

    /// A new UUIDv7 of a given moment.
    pub fn id_at<I: From<Uuid>>(&self, at: DateTime<Utc>) -> I {
        let mut random = [0; 10];
        self.random.fill(&mut random);
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
        I::from(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// `N` unpredictable bytes.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes);
        bytes
    }

    /// The platform's secrets.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }
}
