//! Hubs: unclaimed → claimed by a box that holds the code → active once a person has compared its key's fingerprint.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::organisations::named;
use super::page::{Ask, Page};
use super::scope::RegistryScope;
use super::{HubIdentity, RegistryError, store};
use crate::ground::Ground;
use crate::ground::enums::HubState;
use crate::ground::ids::{CustomerId, DistributorId, HubId};
use crate::tenancy::{AdminScope, Database, DistributorScope, Scope as _, SystemScope, Tx};

/// Where a list of hubs goes on: serial and id.
pub type SerialKey = (String, Uuid);

/// A hub with what is known of it.
#[derive(Debug, Clone)]
pub struct Hub {
    /// Its id, which it signs as.
    pub id: HubId,
    /// Its serial number, which is its own among its customer's hubs.
    pub serial: String,
    /// Its name.
    pub name: String,
    /// Through whom it was placed.
    pub distributor: Option<DistributorId>,
    /// At whom it stands.
    pub customer: Option<CustomerId>,
    /// That customer's name.
    pub customer_name: Option<String>,
    /// Where it is in its life.
    pub state: HubState,
    /// What a person compares with the hub's own display.
    pub fingerprint: Option<String>,
    /// What the hub said its program's version is.
    pub version: Option<String>,
    /// When it left its key.
    pub claimed_at: Option<DateTime<Utc>>,
    /// When a person confirmed the key.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// When it was last heard of.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
}

/// A hub to add.
#[derive(Debug, Clone)]
pub struct NewHub {
    /// Its serial number, 1 to 64 characters.
    pub serial: String,
    /// Its name, 1 to 200 characters.
    pub name: String,
    /// At whom it stands; it stays there for good.
    pub customer: CustomerId,
}

/// A device that a hub takes readings from.
#[derive(Debug, Clone)]
pub struct HubDevice {
    /// Who made it.
    pub maker: String,
    /// Its serial number.
    pub serial: String,
    /// Its model.
    pub model: String,
    /// What it measures.
    pub kinds: Vec<String>,
}

/// Who may add hubs, and for whom.
#[derive(Debug, Clone, Copy)]
pub enum HubMaker<'a> {
    /// The platform, for any customer.
    Admin(&'a AdminScope),
    /// A distributor, for a customer of its own portfolio.
    Distributor(&'a DistributorScope),
}

/// Adds a hub, unclaimed.
pub async fn create(
    ground: &Ground,
    database: &Database,
    by: HubMaker<'_>,
    new: NewHub,
) -> Result<HubId, RegistryError> {
    let serial: vitals::Serial = new
        .serial
        .parse()
        .map_err(|error: vitals::BadText| RegistryError::invalid("serial", error.to_string()))?;
    let name = named(&new.name)?;
    let customer = match by {
        HubMaker::Admin(scope) => {
            scope
                .run(database, async |tx| {
                    super::organisations::customer(tx, new.customer).await
                })
                .await?
        }
        HubMaker::Distributor(scope) => {
            scope.must_manage_devices()?;
            scope
                .run(database, async |tx| {
                    super::organisations::customer(tx, new.customer).await
                })
                .await?
        }
    };
    let (id, now) = (ground.id(), ground.now());
    SystemScope::for_purpose("add a hub for a customer that the caller sees")
        .run(database, async |tx| {
            store::hubs::system_insert(
                tx,
                id,
                serial.as_str(),
                &name,
                customer.id,
                customer.distributor,
                now,
            )
            .await
        })
        .await?;
    Ok(id)
}

/// The hubs that the scope sees, by serial.
pub async fn list<S: RegistryScope>(
    tx: &Tx<S>,
    customer: Option<CustomerId>,
    ask: &Ask<SerialKey>,
) -> Result<Page<Hub, SerialKey>, RegistryError> {
    let rows = store::hubs::list(tx, customer, ask).await?;
    Ok(Page::of(rows, ask, |row| (row.serial.clone(), row.id.as_uuid())))
}

/// One hub.
pub async fn get<S: RegistryScope>(tx: &Tx<S>, id: HubId) -> Result<Hub, RegistryError> {
    store::hubs::get_one(tx, id)
        .await?
        .ok_or(RegistryError::NotFound("hub"))
}

/// A person has compared the fingerprint on the page with the one that the hub shows: from now on its readings count.
/// The fingerprint that the person saw comes along, so that a key which was exchanged meanwhile is not confirmed.
pub async fn confirm<S: RegistryScope>(
    tx: &Tx<S>,
    by: &S,
    ground: &Ground,
    id: HubId,
    fingerprint: &str,
) -> Result<(), RegistryError> {
    by.must_manage_devices()?;
    if by.distributor().is_some() {
        return Err(RegistryError::NotAllowed(
            "a hub is confirmed where it stands, by its customer",
        ));
    }
    let hub = get(tx, id).await?;
    if hub.state != HubState::Claimed {
        return Err(RegistryError::Conflict("the hub is not waiting to be confirmed"));
    }
    if store::hubs::confirm(tx, id, fingerprint.trim(), by.user(), ground.now()).await? {
        return Ok(());
    }
    Err(RegistryError::Conflict(
        "the hub holds another key than the one that was compared",
    ))
}

/// Stops a hub, takes it in again, or retires it for good (administrators).
pub async fn set_state<S: RegistryScope>(
    tx: &Tx<S>,
    by: &S,
    id: HubId,
    wanted: HubState,
) -> Result<(), RegistryError> {
    use HubState::{Active, Claimed, Inactive, Retired, Unclaimed};
    by.must_manage_devices()?;
    let hub = get(tx, id).await?;
    match (hub.state, wanted) {
        (from, to) if from == to => return Ok(()),
        (Retired, _) => return Err(RegistryError::Conflict("the hub is out of use for good")),
        (_, Retired) if by.is_admin() => {}
        (Active | Claimed, Inactive) => {}
        (Inactive, Active) if hub.confirmed_at.is_some() => {}
        (Inactive, Active) => return Err(RegistryError::Conflict("nobody has confirmed the hub's key yet")),
        (_, Unclaimed | Claimed | Active | Inactive | Retired) => {
            return Err(RegistryError::Conflict(
                "a hub goes from active or claimed to inactive, and back to active",
            ));
        }
    }
    if store::hubs::set_state(tx, id, (hub.state, wanted)).await? {
        return Ok(());
    }
    Err(RegistryError::Conflict(
        "the hub has changed meanwhile; look at it again",
    ))
}

/// The devices that a hub takes readings from: the active Bluetooth devices of its customer.
pub async fn system_devices_of_hub(
    database: &Database,
    hub: &HubIdentity,
) -> Result<Vec<HubDevice>, RegistryError> {
    let Some(customer) = hub.customer else {
        return Ok(Vec::new());
    };
    SystemScope::for_purpose("tell a hub that proved itself which devices it serves")
        .run(database, async |tx| {
            store::hubs::system_devices(tx, customer).await
        })
        .await
}
