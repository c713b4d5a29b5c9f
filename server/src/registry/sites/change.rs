//! Setting up sites.

use super::manage::{What, manage, set_up};
use super::{NewSite, SitePatch};
use crate::ground::Ground;
use crate::ground::ids::SiteId;
use crate::identity::Place;
use crate::registry::{RegistryError, store};
use crate::tenancy::{CustomerScope, Database};

/// Sets up a site of the caller's customer.
pub async fn create(
    ground: &Ground,
    database: &Database,
    by: &CustomerScope,
    new: &NewSite,
) -> Result<SiteId, RegistryError> {
    let id = ground.id();
    set_up(database, by, What::Site, async |tx| {
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
    let now = ground.now();
    manage(database, by, Place::Site(id), async |tx| {
        if patch.archived == Some(true) && store::sites::system_is_used(tx, id).await? {
            return Err(RegistryError::Conflict(
                "devices or hubs stand there; move them to another site first",
            ));
        }
        store::sites::system_change(tx, id, patch, now).await
    })
    .await
}
