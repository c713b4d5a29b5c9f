//! Setting up sites.

use super::{MOST, NewSite, SitePatch};
use crate::ground::Ground;
use crate::ground::ids::SiteId;
use crate::registry::rights::HasRights as _;
use crate::registry::{RegistryError, store};
use crate::tenancy::{CustomerScope, Database, Right, Scope as _, SystemScope};

/// Sets up a site of the caller's customer.
pub async fn create(
    ground: &Ground,
    database: &Database,
    by: &CustomerScope,
    new: &NewSite,
) -> Result<SiteId, RegistryError> {
    by.must(Right::ManageSites)?;
    let id = ground.id();
    SystemScope::for_purpose("set up a site of the caller's customer")
        .run(database, async |tx| {
            store::sites::system_lock_customer(tx, by.id()).await?;
            if store::sites::system_count(tx, by.id()).await? >= MOST {
                return Err(RegistryError::Conflict("there are 200 sites already"));
            }
            store::sites::system_insert(tx, id, by.id(), new, ground.now()).await
        })
        .await?;
    Ok(id)
}

/// Changes a site that the caller sees. One where something stands is not archived.
pub async fn change(
    ground: &Ground,
    database: &Database,
    by: &CustomerScope,
    id: SiteId,
    patch: &SitePatch,
) -> Result<(), RegistryError> {
    by.must(Right::ManageSites)?;
    by.run(database, async |tx| store::sites::must_see(tx, id).await)
        .await?;
    let now = ground.now();
    SystemScope::for_purpose("change a site that the caller sees")
        .run(database, async |tx| {
            // Whoever would put something there waits, or is waited for.
            store::sites::system_lock(tx, by.id(), id).await?;
            if patch.archived == Some(true) && store::sites::system_is_used(tx, id).await? {
                return Err(RegistryError::Conflict(
                    "devices or hubs stand there; move them to another site first",
                ));
            }
            store::sites::system_change(tx, id, patch, now).await
        })
        .await
}
