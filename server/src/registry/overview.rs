//! What stands at the top of the lists: how many there are, how many want a person, and what belongs together.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use super::devices::Device;
use super::hubs::Hub;
use super::page::{Ask, Page};
use super::scope::RegistryScope;
use super::{RegistryError, store};
use crate::ground::enums::{HubState, OrganisationState};
use crate::ground::ids::{CustomerId, DeviceId, DistributorId, HubId};
use crate::tenancy::{AdminScope, Tx};

/// An active device or hub that was not heard of for so long is called silent.
pub const SILENT_AFTER: TimeDelta = TimeDelta::days(3);
/// A battery wants changing at this charge, in percent.
pub const LOW_BATTERY: i16 = 20;
/// At this strength of a signal, in dBm, readings begin to get lost.
pub const WEAK_SIGNAL: i16 = -105;

/// What a scope sees, in figures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Devices.
    pub devices: i64,
    /// Those that readings are taken from.
    pub active: i64,
    /// Active ones that were heard of before and are silent now.
    pub silent: i64,
    /// Active ones with a low battery.
    pub low_battery: i64,
    /// Hubs, those out of use not counted.
    pub hubs: i64,
    /// Hubs whose key waits for a person.
    pub hubs_to_confirm: i64,
    /// Active hubs that are silent.
    pub hubs_silent: i64,
    /// Active hubs of which nothing was heard for [`super::fleet::OFFLINE_AFTER`].
    pub hubs_offline: i64,
}

/// Figures that stand on every page may be so old; what a change of the registry brings is seen at once.
const REMEMBERED_FOR: TimeDelta = TimeDelta::seconds(10);
/// Tenants whose figures are remembered: some hundred bytes each.
const REMEMBERED: usize = 10_000;

/// Whose figures: the role, its tenant, and the state of the registry, which never comes again, not in another database
/// either.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Seen {
    pub(super) role: &'static str,
    pub(super) tenant: String,
    pub(super) epoch: i64,
}

/// Figures with the time at which they were counted.
type Counted = HashMap<Seen, (DateTime<Utc>, Counts)>;

static COUNTED: LazyLock<Mutex<Counted>> = LazyLock::new(Mutex::default);

/// Counts what the scope sees, or remembers what it was a moment ago.
pub async fn counts<S: RegistryScope>(tx: &Tx<S>, now: DateTime<Utc>) -> Result<Counts, RegistryError> {
    let seen = store::overview::seen(tx).await?;
    if let Some(seen) = &seen
        && let Some((at, counts)) = counted().get(seen)
        && (TimeDelta::zero()..REMEMBERED_FOR).contains(&(now - *at))
    {
        return Ok(*counts);
    }
    let counts = store::overview::counts(tx, now - SILENT_AFTER, LOW_BATTERY).await?;
    if let Some(seen) = seen {
        let mut counted = counted();
        if counted.len() >= REMEMBERED {
            counted.clear();
        }
        counted.insert(seen, (now, counts));
    }
    Ok(counts)
}

fn counted() -> MutexGuard<'static, Counted> {
    COUNTED.lock().unwrap_or_else(PoisonError::into_inner)
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

/// Devices for an administrator's first page: silent ones first, then those that were heard last.
pub async fn devices_to_see(
    tx: &Tx<AdminScope>,
    now: DateTime<Utc>,
    limit: u16,
) -> Result<Vec<Device>, RegistryError> {
    Ok(store::overview::devices_to_see(tx, now - SILENT_AFTER, limit).await?)
}

/// Where a list of hubs goes on: whether it waits for a person, its serial, and its id.
pub type HubKey = (bool, String, uuid::Uuid);

/// Which hubs are looked for.
#[derive(Debug, Clone, Default)]
pub struct HubFilter {
    /// Part of the serial, the name or the customer's name, without regard to case.
    pub q: Option<String>,
    /// Those in this state.
    pub state: Option<HubState>,
}

/// The hubs that the scope sees: those that wait for a person first, then by serial.
pub async fn hubs<S: RegistryScope>(
    tx: &Tx<S>,
    filter: &HubFilter,
    ask: &Ask<HubKey>,
) -> Result<Page<Hub, HubKey>, RegistryError> {
    let rows = store::overview::hubs(tx, filter, ask).await?;
    Ok(Page::of(rows, ask, |row| {
        (
            row.state != HubState::Claimed,
            row.serial.clone(),
            row.id.as_uuid(),
        )
    }))
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
    /// Active ones that are silent.
    pub silent: i64,
    /// Hubs.
    pub hubs: i64,
}

/// The customers with the most silent devices, for an administrator's first page.
pub async fn most_silent(
    tx: &Tx<AdminScope>,
    now: DateTime<Utc>,
    limit: u16,
) -> Result<Vec<Holder>, RegistryError> {
    Ok(store::overview::most_silent(tx, now - SILENT_AFTER, limit).await?)
}
