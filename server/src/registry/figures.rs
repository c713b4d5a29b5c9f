//! How many devices and hubs organisations hold, and how many of these want a person.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::overview::{LOW_BATTERY, WEAK_SIGNAL};
use super::scope::RegistryScope;
use super::wanting::Silence;
use super::{RegistryError, store};
use crate::ground::ids::{CustomerId, DistributorId};
use crate::tenancy::{AdminScope, Tx};

/// An organisation in figures. What is out of use for good is not counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Devices, a distributor's customers' among them.
    pub devices: i64,
    /// Active ones that are silent or were never heard, or have a low battery or a weak signal.
    pub attention: i64,
    /// Devices in a distributor's stock.
    pub in_stock: i64,
    /// Hubs.
    pub hubs: i64,
    /// A distributor's customers.
    pub customers: i64,
}

/// When a device wants a person.
pub(super) struct Attention {
    pub(super) silence: Silence,
    pub(super) low_battery: i16,
    pub(super) weak_signal: i16,
}

impl Attention {
    fn at(now: DateTime<Utc>) -> Self {
        Self {
            silence: Silence::at(now),
            low_battery: LOW_BATTERY,
            weak_signal: WEAK_SIGNAL,
        }
    }
}

/// The figures of these customers, as far as the scope sees their devices.
pub async fn of_customers<S: RegistryScope>(
    tx: &Tx<S>,
    customers: &[CustomerId],
    now: DateTime<Utc>,
) -> Result<HashMap<CustomerId, Figures>, RegistryError> {
    Ok(store::figures::of_customers(tx, customers, &Attention::at(now)).await?)
}

/// The figures of these distributors.
pub async fn of_distributors(
    tx: &Tx<AdminScope>,
    distributors: &[DistributorId],
    now: DateTime<Utc>,
) -> Result<HashMap<DistributorId, Figures>, RegistryError> {
    Ok(store::figures::of_distributors(tx, distributors, &Attention::at(now)).await?)
}
