//! What came back is fit for use again.

use super::{RegistryError, Step, make};
use crate::ground::Ground;
use crate::ground::ids::DeviceId;
use crate::registry::RegistryScope;
use crate::tenancy::Database;

/// Puts a device that came back into stock, by whoever has it: its distributor or the platform. Nobody else gets it, so its
/// period lasts.
pub async fn restock<S: RegistryScope>(
    ground: &Ground,
    database: &Database,
    by: &S,
    device: DeviceId,
) -> Result<(), RegistryError> {
    make(ground, database, by, device, Step::Restock).await
}
