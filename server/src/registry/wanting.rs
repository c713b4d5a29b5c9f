//! What wants a person, the worst first: devices that are silent or were never heard, have a low battery or a weak signal, and
//! the customers that have most of them.

use chrono::{DateTime, TimeDelta, Utc};

use super::devices::Device;
use super::figures::Figures;
use super::overview::{Holder, SILENT_AFTER};
use super::remembered::Memory;
use super::scope::RegistryScope;
use super::{RegistryError, store};
use crate::ground::enums::DeviceState;
use crate::ground::ids::CustomerId;
use crate::tenancy::Tx;

/// An active device or hub that was never heard is silent so long after it was placed or confirmed.
pub const NEVER_HEARD_AFTER: TimeDelta = TimeDelta::days(1);

/// Which devices and hubs are silent: those that were heard, but not since then, and those that were never heard though they
/// were placed before then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Silence {
    /// Heard before this.
    pub heard_before: DateTime<Utc>,
    /// Placed before this, and never heard.
    pub placed_before: DateTime<Utc>,
}

impl Silence {
    /// As it is at this moment.
    pub fn at(now: DateTime<Utc>) -> Self {
        Self {
            heard_before: now - SILENT_AFTER,
            placed_before: now - NEVER_HEARD_AFTER,
        }
    }

    /// Whether what was heard last then, and is placed since then, is silent.
    pub fn is_of(self, heard: Option<DateTime<Utc>>, placed: Option<DateTime<Utc>>) -> bool {
        match heard {
            Some(heard) => heard < self.heard_before,
            None => placed.is_some_and(|placed| placed < self.placed_before),
        }
    }
}

impl Device {
    /// Whether it is silent, or was never heard though it should have been.
    pub fn is_silent(&self, now: DateTime<Utc>) -> bool {
        self.state == DeviceState::Active && Silence::at(now).is_of(self.last_seen_at, self.held_since)
    }
}

/// Active devices that want a person, of all that the scope sees: those that were never heard, then the silent ones, the
/// longest first, then low batteries, then weak signals.
pub async fn worst<S: RegistryScope>(
    tx: &Tx<S>,
    now: DateTime<Utc>,
    limit: u16,
) -> Result<Vec<Device>, RegistryError> {
    Ok(store::wanting::worst(tx, Silence::at(now), limit).await?)
}

/// The same, filled up with the devices that were heard last.
pub async fn worst_first<S: RegistryScope>(
    tx: &Tx<S>,
    now: DateTime<Utc>,
    limit: u16,
) -> Result<Vec<Device>, RegistryError> {
    let found = worst(tx, now, limit).await?;
    filled_up(tx, None, found, limit).await
}

/// The same of one customer, and its figures: what wants a person is looked for once.
pub async fn of_customer<S: RegistryScope>(
    tx: &Tx<S>,
    customer: CustomerId,
    now: DateTime<Utc>,
    limit: u16,
) -> Result<(Vec<Device>, Figures), RegistryError> {
    let (found, attention) = store::wanting::of_customer(tx, customer, Silence::at(now), limit).await?;
    let figures = Figures {
        attention,
        ..store::figures::held_by(tx, customer).await?
    };
    let found = filled_up(tx, Some(customer), found, limit).await?;
    Ok((found, figures))
}

async fn filled_up<S: RegistryScope>(
    tx: &Tx<S>,
    customer: Option<CustomerId>,
    mut found: Vec<Device>,
    limit: u16,
) -> Result<Vec<Device>, RegistryError> {
    if found.len() < usize::from(limit) {
        for device in store::wanting::latest(tx, customer, limit).await? {
            if found.len() < usize::from(limit) && found.iter().all(|one| one.id != device.id) {
                found.push(device);
            }
        }
    }
    Ok(found)
}

/// Customers that are looked for at once, and remembered.
const HOLDERS: u16 = 50;

static HOLDING: Memory<Vec<Holder>> = Memory::new();

/// The customers with the most devices that want a person, [`HOLDERS`] at most.
pub async fn customers<S: RegistryScope>(
    tx: &Tx<S>,
    now: DateTime<Utc>,
    limit: u16,
) -> Result<Vec<Holder>, RegistryError> {
    let find = async |tx: &Tx<S>| store::wanting::customers(tx, Silence::at(now), HOLDERS).await;
    let mut holders = HOLDING.of(tx, now, find).await?;
    holders.truncate(limit.into());
    Ok(holders)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_was_never_heard_is_silent_after_a_day() {
        let now = DateTime::from_timestamp(1_795_162_530, 0).unwrap();
        let ago = |hours| Some(now - TimeDelta::hours(hours));
        let silence = Silence::at(now);
        assert!(silence.is_of(None, ago(25)) && !silence.is_of(None, ago(23)));
        assert!(silence.is_of(ago(73), ago(1_000)) && !silence.is_of(ago(71), ago(1_000)));
        assert!(!silence.is_of(None, None), "nobody has it");
    }
}
