//! What a hub is called.

use super::organisations::named;
use super::scope::RegistryScope;
use super::{RegistryError, hubs, store};
use crate::ground::ids::HubId;
use crate::tenancy::Tx;

/// Gives a hub that the caller manages another name, 1 to 200 characters.
pub async fn name_hub<S: RegistryScope>(
    tx: &Tx<S>,
    by: &S,
    id: HubId,
    name: &str,
) -> Result<(), RegistryError> {
    by.must_manage_devices()?;
    let name = named(name)?;
    hubs::get(tx, id).await?;
    Ok(store::naming::name_hub(tx, id, &name).await?)
}
