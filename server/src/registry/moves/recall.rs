//! From a distributor's stock back to the platform's inventory.

use super::{RegistryError, Step, make};
use crate::ground::Ground;
use crate::ground::ids::DeviceId;
use crate::tenancy::{AdminScope, Database};

/// Takes a device out of its distributor's stock back into the inventory.
pub async fn recall(
    ground: &Ground,
    database: &Database,
    by: &AdminScope,
    device: DeviceId,
) -> Result<(), RegistryError> {
    make(ground, database, by, device, Step::Recall).await
}
