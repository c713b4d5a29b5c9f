//! What stands at the top of the lists: how many there are, how many want a person, and what belongs together.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::hubs::Hub;
use super::page::{Ask, Page};
use super::remembered::Memory;
use super::scope::RegistryScope;
use super::sites::Stands;
use super::wanting::Silence;
use super::{RegistryError, store};
use crate::ground::enums::{HubState, OrganisationState};
use crate::ground::ids::{CustomerId, DeviceId, DistributorId, HubId};
use crate::tenancy::Tx;

/// An active device or hub that was not heard of for so long is called silent.
pub const SILENT_AFTER: TimeDelta = TimeDelta::days(3);
/// A battery wants changing at this charge, in percent.
pub const LOW_BATTERY: i16 = 20;
/// At this strength of a signal, in dBm, readings begin to get lost.
pub const WEAK_SIGNAL: i16 = -105;

/// What a scope sees, in figures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Devices, those out of use for good not counted.
    pub devices: i64,
    /// Those that readings are taken from.
    pub active: i64,
    /// Active ones that are silent, or were never heard.
    pub silent: i64,
    /// Active ones with a low battery.
    pub low_battery: i64,
    /// Active ones with a weak signal.
    pub weak_signal: i64,
    /// Devices that ever told their charge; of the others nobody knows.
    pub told_battery: i64,
    /// Hubs, those out of use not counted.
    pub hubs: i64,
    /// Hubs whose key waits for a person.
    pub hubs_to_confirm: i64,
    /// Active hubs that are offline: of which nothing was heard for [`super::fleet::OFFLINE_AFTER`], or never.
    pub hubs_offline: i64,
}

static COUNTED: Memory<Counts> = Memory::new();

/// Counts what the scope sees, or remembers what it was a moment ago.
pub async fn counts<S: RegistryScope>(tx: &Tx<S>, now: DateTime<Utc>) -> Result<Counts, RegistryError> {
    let count = async |tx: &Tx<S>| store::overview::counts(tx, Silence::at(now)).await;
    Ok(COUNTED.of(tx, now, count).await?)
}

/// The hubs through which these devices were last heard, with their names.
pub async fn last_hubs<S: RegistryScope>(
    tx: &Tx<S>,
    devices: &[DeviceId],
) -> Result<HashMap<DeviceId, (HubId, String)>, RegistryError> {
    Ok(store::overview::last_hubs(tx, devices).await?)
}

/// How many devices were last heard through each of these hubs.
pub async fn devices_behind<S: RegistryScope>(
    tx: &Tx<S>,
    hubs: &[HubId],
) -> Result<HashMap<HubId, i64>, RegistryError> {
    Ok(store::overview::devices_behind(tx, hubs).await?)
}

/// Where a list of hubs goes on: how much it wants a person, its serial, and its id.
pub type HubKey = (i16, String, uuid::Uuid);

/// Which hubs are looked for.
#[derive(Debug, Clone, Default)]
pub struct HubFilter {
    /// Part of the serial, the name or the customer's name, without regard to case.
    pub q: Option<String>,
    /// Those in this state.
    pub state: Option<HubState>,
    /// Active ones of which nothing is heard, or those that are heard or were never missed.
    pub offline: Option<bool>,
    /// Those at a site, or at none, for a customer's people.
    pub site: Option<Stands>,
    /// Those of one customer.
    pub customer: Option<CustomerId>,
    /// Those of one distributor, in its stock or with its customers.
    pub distributor: Option<DistributorId>,
}

/// The hubs that the scope sees: those that wait to be confirmed first, then those that are offline, then by serial.
pub async fn hubs<S: RegistryScope>(
    tx: &Tx<S>,
    filter: &HubFilter,
    ask: &Ask<HubKey>,
) -> Result<Page<Hub, HubKey>, RegistryError> {
    let rows = store::overview::hubs(tx, filter, ask).await?;
    Ok(Page::of(rows, ask, |row| {
        (rank(row), row.serial.clone(), row.id.as_uuid())
    }))
}

/// How much a hub wants a person, the least first, as the store orders them.
fn rank(hub: &Hub) -> i16 {
    match (hub.state, hub.offline_since) {
        (HubState::Claimed, _) => 0,
        (HubState::Active, Some(_)) => 1,
        _ => 2,
    }
}

/// A customer with what it holds.
#[derive(Debug, Clone)]
pub struct Holder {
    /// Which.
    pub customer: CustomerId,
    /// Its name.
    pub name: String,
    /// Through which distributor it came, and its name.
    pub distributor: Option<(DistributorId, String)>,
    /// Whether it is served.
    pub state: OrganisationState,
    /// Devices.
    pub devices: i64,
    /// Active ones that want a person.
    pub attention: i64,
    /// Hubs.
    pub hubs: i64,
}
