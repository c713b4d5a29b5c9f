//! Setting up care teams.

use super::{MOST, SiteName};
use crate::ground::Ground;
use crate::ground::ids::{CareTeamId, SiteId};
use crate::registry::rights::HasRights as _;
use crate::registry::{RegistryError, store};
use crate::tenancy::{CustomerScope, Database, Right, Scope as _, SystemScope};

/// What is to change about a care team.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TeamPatch {
    /// Its name.
    pub name: Option<SiteName>,
    /// The sites that it looks after from now on, all of them.
    pub sites: Option<Vec<SiteId>>,
}

/// Sets up a care team of the caller's customer, with no people.
pub async fn create_team(
    ground: &Ground,
    database: &Database,
    by: &CustomerScope,
    name: &SiteName,
    sites: &[SiteId],
) -> Result<CareTeamId, RegistryError> {
    by.must(Right::ManageSites)?;
    let id = ground.id();
    SystemScope::for_purpose("set up a care team of the caller's customer")
        .run(database, async |tx| {
            store::sites::system_lock_customer(tx, by.id()).await?;
            if store::teams::system_count(tx, by.id()).await? >= MOST {
                return Err(RegistryError::Conflict("there are 200 care teams already"));
            }
            store::teams::system_insert(tx, id, by.id(), name, ground.now()).await?;
            store::teams::system_set_sites(tx, by.id(), id, sites).await
        })
        .await?;
    Ok(id)
}

/// Changes a care team that the caller sees. What its people see follows with their next request.
pub async fn change_team(
    database: &Database,
    by: &CustomerScope,
    id: CareTeamId,
    patch: &TeamPatch,
) -> Result<(), RegistryError> {
    by.must(Right::ManageSites)?;
    by.run(database, async |tx| store::teams::must_see(tx, id).await)
        .await?;
    SystemScope::for_purpose("change a care team that the caller sees")
        .run(database, async |tx| {
            store::teams::system_lock(tx, by.id(), id).await?;
            if let Some(name) = &patch.name {
                store::teams::system_rename(tx, id, name).await?;
            }
            match &patch.sites {
                Some(sites) => store::teams::system_set_sites(tx, by.id(), id, sites).await,
                None => Ok(()),
            }
        })
        .await
}

/// Dissolves a care team that the caller sees. Its people see no more by it.
pub async fn remove_team(
    database: &Database,
    by: &CustomerScope,
    id: CareTeamId,
) -> Result<(), RegistryError> {
    by.must(Right::ManageSites)?;
    by.run(database, async |tx| store::teams::must_see(tx, id).await)
        .await?;
    SystemScope::for_purpose("dissolve a care team that the caller sees")
        .run(database, async |tx| {
            store::teams::system_lock(tx, by.id(), id).await?;
            store::teams::system_delete(tx, id).await
        })
        .await
}
