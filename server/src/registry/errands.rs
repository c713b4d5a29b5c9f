//! Devices and hubs on their way between the platform and a distributor. What an order found, or what a return takes back,
//! is promised to it: until the errand has ended nobody moves the thing otherwise. The errand itself is the business of a
//! higher room, which calls these functions in its own transaction.
//!
//! Locks are taken in one order: devices by id, then hubs by id, each after the errand's own row.

use crate::ground::Ground;
use crate::ground::enums::{DeviceState, Errand, HubState};
use crate::ground::ids::{DeviceId, DeviceModelId, DistributorId, HubId, UserId};
use crate::tenancy::{SystemScope, Tx};

use super::{RegistryError, hub_moves, moves, store};

pub(super) const NOT_PROMISED: RegistryError =
    RegistryError::Conflict("the device or hub is not reserved for this any more");

/// How an errand ends for one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// It is in this distributor's stock.
    Delivered(DistributorId),
    /// It is in the platform's inventory again.
    TakenBack,
    /// It is out of use for good, wherever it is.
    Retired,
}

/// A device or a hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    /// A device.
    Device(DeviceId),
    /// A hub.
    Hub(HubId),
}

impl Thing {
    /// The device that it is.
    pub fn device(self) -> Option<DeviceId> {
        match self {
            Self::Device(id) => Some(id),
            Self::Hub(_) => None,
        }
    }

    /// The hub that it is.
    pub fn hub(self) -> Option<HubId> {
        match self {
            Self::Device(_) => None,
            Self::Hub(id) => Some(id),
        }
    }
}

/// A device or a hub that was found, and is locked.
#[derive(Debug, Clone)]
pub struct Found {
    /// What it is.
    pub thing: Thing,
    /// Its serial number.
    pub serial: String,
    /// Its model; none of a hub.
    pub model: Option<DeviceModelId>,
    /// Maker and model as people say it.
    pub model_name: String,
    /// What it measures, as texts.
    pub kinds: Vec<String>,
    /// Whether it lies there ready: of a device also one that came back, where `came_back` says so.
    pub is_ready: bool,
    /// Of a device: it came back from a customer and was not put into stock again.
    pub came_back: bool,
    /// What it is promised to.
    pub reserved: Option<Errand>,
}

/// How something stands, for [`Found`].
pub(super) fn readiness(device: Option<DeviceState>, hub: Option<HubState>) -> (bool, bool) {
    match (device, hub) {
        (Some(DeviceState::Stock), _) => (true, false),
        (Some(DeviceState::Returned), _) => (false, true),
        (None, Some(state)) => (state != HubState::Retired, false),
        _ => (false, false),
    }
}

/// Why nothing else can be done with what is promised.
pub(super) fn promised(errand: Errand) -> RegistryError {
    RegistryError::Conflict(match errand {
        Errand::Order => "it is reserved for an order; it has to be released there first",
        Errand::Return => "it is to go back to the platform; the return has to be cancelled first",
    })
}

/// Refuses a distributor that is closed.
pub async fn system_must_be_served(
    tx: &Tx<SystemScope>,
    distributor: DistributorId,
) -> Result<(), RegistryError> {
    moves::must_be_served(tx, distributor).await
}

/// Refuses a distributor that is closed or suspended; it stays what it is until the transaction ends.
pub async fn system_must_be_active(
    tx: &Tx<SystemScope>,
    distributor: DistributorId,
) -> Result<(), RegistryError> {
    moves::must_be_active(tx, distributor).await
}

/// Takes up to `count` of a model from the inventory for an order, those with the lowest serials. What another order is
/// just taking is passed over.
pub async fn system_take_devices(
    tx: &Tx<SystemScope>,
    model: DeviceModelId,
    count: i64,
) -> Result<Vec<(Thing, String)>, RegistryError> {
    store::errands::system_take_devices(tx, model, count).await
}

/// The same of hubs.
pub async fn system_take_hubs(
    tx: &Tx<SystemScope>,
    count: i64,
) -> Result<Vec<(Thing, String)>, RegistryError> {
    store::errands::system_take_hubs(tx, count).await
}

/// How many of a model, or hubs, lie in the inventory and are promised to nothing.
pub async fn system_free(tx: &Tx<SystemScope>, model: Option<DeviceModelId>) -> Result<i64, RegistryError> {
    store::errands::system_free(tx, model).await
}

/// The devices and hubs with these serials, in lower case, that lie in a distributor's stock or in the inventory; locked.
pub async fn system_find(
    tx: &Tx<SystemScope>,
    serials: &[String],
    with: Option<DistributorId>,
) -> Result<Vec<Found>, RegistryError> {
    let mut found = store::errands::system_find_devices(tx, serials, with).await?;
    found.extend(store::errands::system_find_hubs(tx, serials, with).await?);
    Ok(found)
}

/// The same by what they are.
pub async fn system_hold(
    tx: &Tx<SystemScope>,
    things: &[Thing],
    with: Option<DistributorId>,
) -> Result<Vec<Found>, RegistryError> {
    let (devices, hubs) = parted(things);
    let mut found = store::errands::system_hold_devices(tx, devices, with).await?;
    found.extend(store::errands::system_hold_hubs(tx, hubs, with).await?);
    Ok(found)
}

/// Promises locked things to an errand.
pub async fn system_reserve(
    tx: &Tx<SystemScope>,
    things: &[Thing],
    errand: Errand,
) -> Result<(), RegistryError> {
    store::errands::system_set(tx, parted(things), Some(errand)).await
}

/// Lets things go, without moving them.
pub async fn system_release(tx: &Tx<SystemScope>, things: &[Thing]) -> Result<(), RegistryError> {
    store::errands::system_set(tx, parted(things), None).await
}

/// Ends an errand for things that are promised to it: each makes the moves of the registry that it takes, with a word for
/// why, and is free afterwards. What goes to a distributor that is closed stays where it is.
pub async fn system_end(
    tx: &Tx<SystemScope>,
    ground: &Ground,
    by: UserId,
    things: &[Thing],
    (errand, ends, note): (Errand, &[Ends], &str),
) -> Result<(), RegistryError> {
    for end in ends {
        if let Ends::Delivered(to) = end {
            moves::must_be_served(tx, *to).await?;
        }
    }
    let mut things = things.to_vec();
    // Devices before hubs, each by id.
    things.sort_unstable();
    for thing in &things {
        for end in ends {
            let what = (errand, *end, note);
            match thing {
                Thing::Device(id) => moves::system_run(tx, ground, by, *id, what).await?,
                Thing::Hub(id) => hub_moves::system_run(tx, ground, by, *id, what).await?,
            }
        }
    }
    system_release(tx, &things).await
}

/// Devices and hubs, each by id.
fn parted(things: &[Thing]) -> (Vec<DeviceId>, Vec<HubId>) {
    let mut devices: Vec<DeviceId> = things.iter().filter_map(|thing| thing.device()).collect();
    let mut hubs: Vec<HubId> = things.iter().filter_map(|thing| thing.hub()).collect();
    devices.sort_unstable();
    hubs.sort_unstable();
    (devices, hubs)
}
