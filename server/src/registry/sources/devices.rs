//! Which devices a source speaks for, and which it spoke of that are not its own.

use chrono::{DateTime, Utc};

use super::{SourceKey, UnknownDevice};
use crate::ground::Ground;
use crate::ground::enums::DeviceState;
use crate::ground::ids::{CustomerId, DeviceId, SourceId};
use crate::registry::devices;
use crate::registry::rights::HasRights;
use crate::registry::{RegistryError, store};
use crate::tenancy::{Database, Right, Scope as _, SystemScope, Tx};

/// Rows of a page at most: more devices than that are looked for among all devices.
const MOST: i64 = 200;

/// A device that a source speaks for.
#[derive(Debug, Clone)]
pub struct SourceDevice {
    /// The device.
    pub id: DeviceId,
    /// Who made it.
    pub maker: String,
    /// Its serial number.
    pub serial: String,
    /// Its model.
    pub model: String,
    /// Where it is in its life.
    pub state: DeviceState,
    /// Who holds it now, by name.
    pub customer: Option<(CustomerId, String)>,
    /// What the vendor calls it.
    pub named: String,
    /// When it was last heard.
    pub last_seen_at: Option<DateTime<Utc>>,
}

/// The devices that a source speaks for and that the scope sees, by what the vendor calls them; the first 200.
pub async fn spoken_for<S: HasRights>(
    tx: &Tx<S>,
    by: &S,
    id: SourceId,
) -> Result<Vec<SourceDevice>, RegistryError> {
    super::get(tx, by, id).await?;
    Ok(store::sources::devices(tx, id, MOST).await?)
}

/// The devices that the source spoke of and that nobody has given to it, those that were heard last first; 200 of them.
pub async fn waiting<S: HasRights>(
    tx: &Tx<S>,
    by: &S,
    id: SourceId,
) -> Result<Vec<UnknownDevice>, RegistryError> {
    super::get(tx, by, id).await?;
    Ok(store::sources::unknown(tx, id, MOST).await?)
}

/// Lets a source speak for a device: from the next message on, and for what waits of that name. A customer gives its own
/// devices to its own sources; the platform gives any device to a source of its own, and a customer's device to a source of
/// that customer.
pub async fn give<S: HasRights>(
    ground: &Ground,
    database: &Database,
    by: &S,
    (source, device): (SourceId, DeviceId),
    named: &SourceKey,
) -> Result<(), RegistryError> {
    by.must(Right::ManageSources)?;
    let (tenant, seen) = by
        .run(database, async |tx| {
            let source = super::get(tx, by, source).await?;
            Ok::<_, RegistryError>((source.customer, devices::get(tx, device).await?))
        })
        .await?;
    if tenant.is_some() && tenant != seen.customer {
        return Err(RegistryError::Conflict(
            "a customer's source speaks for devices of that customer alone",
        ));
    }
    if matches!(seen.state, DeviceState::Retired | DeviceState::Replaced) {
        return Err(RegistryError::Conflict("the device is out of use for good"));
    }
    let is_platform = by.is_admin();
    let now = ground.now();
    SystemScope::for_purpose("let a source that the caller sees speak for a device that the caller sees")
        .run(database, async |tx| {
            let holder = (seen.customer, seen.distributor);
            let present = store::sources::system_lock_device(tx, device, holder).await?;
            if present.is_some_and(|tenant| tenant.is_none()) && !is_platform {
                return Err(RegistryError::Conflict(
                    "a source of the platform speaks for it; ask the platform to take it away from there",
                ));
            }
            store::sources::system_give(tx, device, (source, named), now).await
        })
        .await
}

/// The source speaks for the device no more; that it did not is no error.
pub async fn take_away<S: HasRights>(
    ground: &Ground,
    database: &Database,
    by: &S,
    (source, device): (SourceId, DeviceId),
) -> Result<(), RegistryError> {
    by.must(Right::ManageSources)?;
    let seen = by
        .run(database, async |tx| {
            super::get(tx, by, source).await?;
            devices::get(tx, device).await
        })
        .await?;
    let now = ground.now();
    SystemScope::for_purpose("take a device that the caller sees away from a source that the caller sees")
        .run(database, async |tx| {
            let holder = (seen.customer, seen.distributor);
            store::sources::system_lock_device(tx, device, holder).await?;
            store::sources::system_take_away(tx, device, source, now).await
        })
        .await
}
