//! Where devices and hubs stand.

use std::collections::BTreeSet;

use crate::ground::Ground;
use crate::ground::ids::{DeviceId, HubId, SiteId};
use crate::identity::Place;
use crate::registry::scope::RegistryScope;
use crate::registry::{RegistryError, hubs, store};
use crate::tenancy::{CustomerScope, Database, Permission, Scope as _, SystemScope, Tx};

/// Devices that are put somewhere at once.
pub const MOST_AT_ONCE: usize = 500;

/// Puts devices that the caller sees at a site that the caller sees, or at none. With a device go those whose place it took
/// and that are still there: their readings are one line. All of them are moved, or none.
pub async fn put_devices(
    ground: &Ground,
    database: &Database,
    by: &CustomerScope,
    devices: &[DeviceId],
    site: Option<SiteId>,
) -> Result<(), RegistryError> {
    must_place(by)?;
    let devices: Vec<DeviceId> = devices
        .iter()
        .copied()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    if devices.len() > MOST_AT_ONCE {
        return Err(RegistryError::invalid(
            "devices",
            format!("at most {MOST_AT_ONCE} at once"),
        ));
    }
    by.run(database, async |tx| {
        if let Some(site) = site {
            store::places::must_see(tx, Place::Site(site)).await?;
        }
        store::sites::must_see_devices(tx, &devices).await
    })
    .await?;
    let now = ground.now();
    SystemScope::for_purpose("put devices that the caller sees at a site that the caller sees")
        .run(database, async |tx| {
            must_stand(tx, by, site).await?;
            store::sites::system_put_devices(tx, by.id(), &devices, site, now).await
        })
        .await
}

/// The same with a hub.
pub async fn put_hub(
    database: &Database,
    by: &CustomerScope,
    hub: HubId,
    site: Option<SiteId>,
) -> Result<(), RegistryError> {
    must_place(by)?;
    by.run(database, async |tx| {
        if let Some(site) = site {
            store::places::must_see(tx, Place::Site(site)).await?;
        }
        hubs::get(tx, hub).await
    })
    .await?;
    SystemScope::for_purpose("put a hub that the caller sees at a site that the caller sees")
        .run(database, async |tx| {
            must_stand(tx, by, site).await?;
            store::sites::system_put_hub(tx, by.id(), hub, site).await
        })
        .await
}

/// Who manages sites, and who manages the devices of the whole customer.
fn must_place(by: &CustomerScope) -> Result<(), RegistryError> {
    if by.reach().is_confined() {
        return Err(RegistryError::NotAllowed(
            "it concerns the whole customer, and you see some of its sites alone",
        ));
    }
    if by.allows(Permission::ManageSites) || by.allows(Permission::ManageDevices) {
        return Ok(());
    }
    Err(RegistryError::NotAllowed(
        "it takes the permission manage_sites or manage_devices",
    ))
}

/// The site is in use, and is not archived while this transaction lasts.
async fn must_stand(
    tx: &Tx<SystemScope>,
    by: &CustomerScope,
    site: Option<SiteId>,
) -> Result<(), RegistryError> {
    match site {
        Some(site) => store::sites::system_hold(tx, by.id(), site).await,
        None => Ok(()),
    }
}

/// Where a device stands that the caller brings in: nowhere in particular, or at the one site of who is confined to one. Who
/// is confined to several would lose it from sight.
pub(in crate::registry) fn lands<S: RegistryScope>(by: &S) -> Result<Option<SiteId>, RegistryError> {
    match by.seen_by() {
        Some((_, reach)) if reach.is_confined() => {
            reach.only_site().map(Some).ok_or(RegistryError::NotAllowed(
                "you belong to several sites, or to none; somebody who sees the whole customer adds it",
            ))
        }
        _ => Ok(None),
    }
}
