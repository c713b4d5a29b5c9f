//! Out of use for good.

use super::{RegistryError, Step, make};
use crate::ground::Ground;
use crate::ground::ids::DeviceId;
use crate::tenancy::{AdminScope, Database};

/// Takes a device out of use for good, wherever it is. Its readings stay with who held it when it measured.
pub async fn retire(
    ground: &Ground,
    database: &Database,
    by: &AdminScope,
    device: DeviceId,
) -> Result<(), RegistryError> {
    make(ground, database, by, device, Step::Retire).await
}
