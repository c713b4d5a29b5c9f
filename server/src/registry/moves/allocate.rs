//! From the platform's inventory to a distributor.

use super::{RegistryError, Step, When, after, carry, locked, must_be_served, visible};
use crate::ground::Ground;
use crate::ground::ids::{DeviceId, DistributorId};
use crate::registry::RegistryScope as _;
use crate::tenancy::{AdminScope, Database, Scope as _, SystemScope};

/// Puts a device of the inventory into a distributor's stock.
pub async fn allocate(
    ground: &Ground,
    database: &Database,
    by: &AdminScope,
    device: DeviceId,
    to: DistributorId,
) -> Result<(), RegistryError> {
    let party = visible(database, by, device).await?;
    SystemScope::for_purpose("allocate a device of the inventory")
        .run(database, async |tx| {
            must_be_served(tx, to).await?;
            let held = locked(tx, party, device).await?;
            let next = after(party, &held, Step::Allocate(to))?;
            carry(tx, ground, by.user(), device, next, When::Now).await
        })
        .await
}
