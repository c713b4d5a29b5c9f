//! Setting up care teams.

use super::SiteName;
use super::manage::{What, manage, set_up};
use crate::ground::Ground;
use crate::ground::ids::{CareTeamId, SiteId};
use crate::identity::{Identity, Place};
use crate::registry::{RegistryError, store};
use crate::tenancy::{CustomerScope, Database};

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
    let id = ground.id();
    set_up(database, by, What::Team, async |tx| {
        store::teams::system_insert(tx, id, by.id(), name, ground.now()).await?;
        store::teams::system_set_sites(tx, by.id(), id, sites).await
    })
    .await?;
    Ok(id)
}

/// Changes a care team that the caller sees. What its people see follows at once, on their open pages too.
pub async fn change_team(
    identity: &Identity,
    database: &Database,
    by: &CustomerScope,
    id: CareTeamId,
    patch: &TeamPatch,
) -> Result<(), RegistryError> {
    manage(database, by, Place::Team(id), async |tx| {
        if let Some(name) = &patch.name {
            store::teams::system_rename(tx, id, name).await?;
        }
        match &patch.sites {
            Some(sites) => store::teams::system_set_sites(tx, by.id(), id, sites).await,
            None => Ok(()),
        }
    })
    .await?;
    identity.sees_otherwise();
    Ok(())
}

/// Dissolves a care team that the caller sees. Its people see no more by it.
pub async fn remove_team(
    identity: &Identity,
    database: &Database,
    by: &CustomerScope,
    id: CareTeamId,
) -> Result<(), RegistryError> {
    manage(database, by, Place::Team(id), async |tx| {
        store::teams::system_delete(tx, id).await
    })
    .await?;
    identity.sees_otherwise();
    Ok(())
}
