//! A device that a source spoke of and that nobody had becomes a device of the source's own tenant, with the readings that
//! wait. The tenant's own account in the vendor's cloud is the proof; for a source of the platform an administrator decides.

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use vitals::DeviceKey;

use super::{Source, SourceKey};
use crate::ground::Ground;
use crate::ground::enums::{DeviceState, MoveReason};
use crate::ground::ids::{CustomerId, DeviceId, DeviceModelId, DistributorId, SourceId};
use crate::registry::adoption::MOST_A_DAY;
use crate::registry::moves::{Party, Period, receiver};
use crate::registry::organisations;
use crate::registry::rights::HasRights;
use crate::registry::{RegistryError, store};
use crate::tenancy::{Database, Right, Scope as _, SystemScope};

/// What becomes of an unknown device.
#[derive(Debug, Clone)]
pub struct Adoption {
    /// What the vendor calls it.
    pub named: SourceKey,
    /// Its model.
    pub model: DeviceModelId,
    /// Its serial number, as on its label.
    pub serial: vitals::Serial,
    /// For whom, where the platform adopts it; none: it goes into the inventory. A customer adopts for itself.
    pub customer: Option<CustomerId>,
}

/// What was made of it.
#[derive(Debug, Clone, Copy)]
pub struct NewFromSource {
    /// The device.
    pub device: DeviceId,
    /// Since when its holder has it: what was measured before is nobody's.
    pub since: DateTime<Utc>,
}

/// Makes the device, active where somebody holds it, since `since`: when the first of what waits was measured. A device
/// that the platform knows already is given to the source instead ([`super::give`]).
pub async fn adopt<S: HasRights>(
    ground: &Ground,
    database: &Database,
    by: &S,
    source: SourceId,
    adoption: Adoption,
    since: DateTime<Utc>,
) -> Result<NewFromSource, RegistryError> {
    by.must(Right::ManageSources)?;
    let seen = by
        .run(database, async |tx| super::get(tx, by, source).await)
        .await?;
    let holder = holder(by, &seen, adoption.customer)?;
    if let Some(customer) = holder {
        let seen = async |tx: &_| organisations::customer(tx, customer).await;
        by.run(database, seen).await.map(drop)?;
    }
    let (id, now): (DeviceId, _) = (ground.id(), ground.now().trunc_subsecs(6));
    let since = since.min(now).trunc_subsecs(6);
    let (is_platform, user) = (by.is_admin(), by.user());
    let party = Party::of(by)?;
    SystemScope::for_purpose("add a device that a source of the caller's own tenant spoke of")
        .run(database, async |tx| {
            if !store::sources::system_waits(tx, source, adoption.named.as_str()).await? {
                return Err(RegistryError::NotFound("device that waits"));
            }
            let through = match holder {
                Some(customer) => receiver(tx, party, customer).await?.distributor,
                None => None,
            };
            let lately = now - TimeDelta::days(1);
            if let Some(customer) = holder.filter(|_| !is_platform)
                && store::adoption::system_added_since(tx, customer, lately).await? >= MOST_A_DAY
            {
                return Err(RegistryError::Conflict(
                    "you added many devices by their readings within a day; add more tomorrow, or with their labels",
                ));
            }
            let model = store::adoption::system_model(tx, adoption.model).await?;
            let (maker, _) = model.ok_or(RegistryError::NotFound("model"))?;
            let key = DeviceKey::parse(&maker, adoption.serial.as_str())
                .map_err(|error| RegistryError::invalid("serial", error.to_string()))?;
            insert(tx, (id, &key, adoption.model), (holder, through), now).await?;
            store::sources::system_give(tx, id, (source, &adoption.named), now).await?;
            let period = Period {
                device: id,
                customer: holder,
                distributor: through,
                from: since,
                reason: MoveReason::Added,
                line: None,
                replaces: None,
                note: None,
            };
            store::moves::open(tx, ground.id(), &period, user, now).await
        })
        .await?;
    Ok(NewFromSource { device: id, since })
}

/// Whose it becomes: the tenant's own, and of a source of the platform whoever the platform says.
fn holder<S: HasRights>(
    by: &S,
    source: &Source,
    wanted: Option<CustomerId>,
) -> Result<Option<CustomerId>, RegistryError> {
    match (source.customer, wanted) {
        (Some(tenant), None) => Ok(Some(tenant)),
        (Some(tenant), Some(wanted)) if tenant == wanted => Ok(Some(tenant)),
        (Some(_), Some(_)) => Err(RegistryError::Conflict(
            "a device of a customer's source is adopted for that customer alone",
        )),
        (None, wanted) if by.is_admin() => Ok(wanted),
        (None, _) => Err(RegistryError::NotAllowed(
            "devices of the platform's sources are adopted by the platform",
        )),
    }
}

async fn insert(
    tx: &crate::tenancy::Tx<SystemScope>,
    (id, key, model): (DeviceId, &DeviceKey, DeviceModelId),
    (holder, through): (Option<CustomerId>, Option<DistributorId>),
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    let state = if holder.is_some() {
        DeviceState::Active
    } else {
        DeviceState::Stock
    };
    let made =
        store::sources::system_insert_device(tx, (id, key, model), (holder, through), state, now).await?;
    if made {
        return Ok(());
    }
    // Whose it is, and whether it is anybody's, is not told: the answer for all of them is to look on the label.
    Err(RegistryError::Conflict(
        "no device of this maker and serial can be added; look at its label, and if you hold it already, give it to the source",
    ))
}
