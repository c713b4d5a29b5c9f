//! Who manages sites and care teams does it in one way.

use super::MOST;
use crate::identity::Place;
use crate::registry::rights::HasRights as _;
use crate::registry::{RegistryError, store};
use crate::tenancy::{CustomerScope, Database, Right, Scope as _, SystemScope, Tx};

/// What can be set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::registry) enum What {
    /// A site.
    Site,
    /// A care team.
    Team,
}

/// Sets something up for the caller's customer, who has less than 200 of them.
pub(super) async fn set_up(
    database: &Database,
    by: &CustomerScope,
    what: What,
    work: impl AsyncFnOnce(&Tx<SystemScope>) -> Result<(), RegistryError>,
) -> Result<(), RegistryError> {
    by.must(Right::ManageSites)?;
    let (purpose, enough) = match what {
        What::Site => (
            "set up a site of the caller's customer",
            "there are 200 sites already",
        ),
        What::Team => (
            "set up a care team of the caller's customer",
            "there are 200 care teams already",
        ),
    };
    SystemScope::for_purpose(purpose)
        .run(database, async |tx| {
            store::places::system_lock_customer(tx, by.id()).await?;
            if store::places::system_count(tx, by.id(), what).await? >= MOST {
                return Err(RegistryError::Conflict(enough));
            }
            work(tx).await
        })
        .await
}

/// Changes a site or a care team that the caller sees, and that nobody else changes meanwhile.
pub(super) async fn manage(
    database: &Database,
    by: &CustomerScope,
    place: Place,
    work: impl AsyncFnOnce(&Tx<SystemScope>) -> Result<(), RegistryError>,
) -> Result<(), RegistryError> {
    by.must(Right::ManageSites)?;
    by.run(database, async |tx| store::places::must_see(tx, place).await)
        .await?;
    SystemScope::for_purpose("change a site or a care team that the caller sees")
        .run(database, async |tx| {
            store::places::system_lock(tx, by.id(), place).await?;
            work(tx).await
        })
        .await
}
