//! From a customer back to whoever it came from.

use super::{RegistryError, Step, make};
use crate::ground::Ground;
use crate::ground::ids::DeviceId;
use crate::registry::RegistryScope;
use crate::tenancy::Database;

/// A customer gives a device back, or its distributor or the platform takes it back: from now on it is returned, in the
/// stock of the customer's distributor, or in the inventory where there is none. Nothing that it sends is taken from the
/// next commit on.
pub async fn give_back<S: RegistryScope>(
    ground: &Ground,
    database: &Database,
    by: &S,
    device: DeviceId,
) -> Result<(), RegistryError> {
    make(ground, database, by, device, Step::GiveBack).await
}
