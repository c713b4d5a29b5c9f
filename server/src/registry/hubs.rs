//! Hubs: unclaimed → claimed by a box that holds the code → active once a person has compared its key's fingerprint.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::faults::both;
use super::hub_moves::NextHub;
use super::moves::{Party, must_be_served, receiver};
use super::organisations::named;
use super::page::{Ask, Page};
use super::rights::HasRights as _;
use super::scope::RegistryScope;
use super::sites::{Stands, lands};
use super::states::Author;
use super::{HubIdentity, RegistryError, store};
use crate::ground::Ground;
use crate::ground::enums::{Errand, HubState, MoveReason};
use crate::ground::ids::{CustomerId, DistributorId, HubId, SiteId};
use crate::tenancy::{
    AdminScope, CustomerScope, Database, DistributorScope, Right, Scope as _, SystemScope, Tx,
};

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
    /// The site where it stands, and its name; only its customer sees it.
    pub site: Option<(SiteId, String)>,
    /// Where it is in its life.
    pub state: HubState,
    /// What it is promised to, so that nothing else is done with it meanwhile; a customer does not see it.
    pub reserved: Option<Errand>,
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
    /// Since when an active hub is missed; none: it is heard.
    pub offline_since: Option<DateTime<Utc>>,
    /// When its last heartbeat arrived.
    pub heartbeat_at: Option<DateTime<Utc>>,
    /// How long its program had been running then, seconds.
    pub uptime_seconds: Option<i64>,
    /// How many readings waited in its ledger then.
    pub queued: Option<i64>,
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
    /// At whom it stands; none: it goes into stock.
    pub customer: Option<CustomerId>,
    /// Whose stock it goes into; a customer's own distributor counts over this.
    pub distributor: Option<DistributorId>,
}

/// Which hubs are looked for.
#[derive(Debug, Clone, Default)]
pub struct HubsAsked {
    /// Part of the serial, the name or the customer's name, without regard to case.
    pub q: Option<String>,
    /// Those in this state.
    pub state: Option<HubState>,
    /// Those of one customer, for who sees more than one.
    pub customer: Option<CustomerId>,
    /// Those of one distributor, in its stock or with its customers.
    pub distributor: Option<DistributorId>,
    /// Active ones that are missed, or those that are not.
    pub offline: Option<bool>,
    /// Those at a site, or at none, for a customer's people.
    pub site: Option<Stands>,
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
    /// A customer, for itself: that it has the hub is proved by claiming it.
    Customer(&'a CustomerScope),
}

/// Refuses what cannot be taken of what is typed about a hub.
pub fn check(serial: &str, name: &str) -> Result<(), RegistryError> {
    checked(serial, name).map(drop)
}

fn checked(serial: &str, name: &str) -> Result<(vitals::Serial, String), RegistryError> {
    let read: Result<vitals::Serial, _> = serial
        .parse()
        .map_err(|error: vitals::BadText| RegistryError::invalid("serial", error.to_string()));
    // A hub that nobody named is called by its serial: what is wrong with that is said once.
    if name == serial {
        return Ok((read?, named(name)?));
    }
    both(read, named(name))
}

/// Adds a hub, unclaimed.
pub async fn create(
    ground: &Ground,
    database: &Database,
    by: HubMaker<'_>,
    new: NewHub,
) -> Result<HubId, RegistryError> {
    let (serial, name) = checked(&new.serial, &new.name)?;
    let (party, user) = match by {
        HubMaker::Admin(scope) => (Party::of(scope)?, scope.user()),
        HubMaker::Distributor(scope) => {
            scope.must_manage_devices()?;
            (Party::of(scope)?, scope.user())
        }
        HubMaker::Customer(scope) => {
            scope.must(Right::AddHubs)?;
            (Party::of(scope)?, scope.user())
        }
    };
    match (by, new.customer) {
        (HubMaker::Customer(scope), Some(id)) if id == scope.id() => {}
        (HubMaker::Customer(_), _) => return Err(RegistryError::NotFound("customer")),
        (HubMaker::Admin(scope), Some(id)) => {
            let seen = async |tx: &_| super::organisations::customer(tx, id).await;
            scope.run(database, seen).await.map(drop)?;
        }
        (HubMaker::Distributor(scope), Some(id)) => {
            let seen = async |tx: &_| super::organisations::customer(tx, id).await;
            scope.run(database, seen).await.map(drop)?;
        }
        (HubMaker::Admin(_), None) => {}
        (HubMaker::Distributor(_), None) => {
            return Err(RegistryError::NotAllowed("the platform takes hubs into stock"));
        }
    }
    let site = match by {
        HubMaker::Customer(scope) => lands(scope)?,
        HubMaker::Admin(_) | HubMaker::Distributor(_) => None,
    };
    let id = ground.id();
    SystemScope::for_purpose("add a hub, where for a customer, for one that the caller sees")
        .run(database, async |tx| {
            let distributor = match (new.customer, new.distributor) {
                (Some(customer), _) => receiver(tx, party, customer).await?.distributor,
                (None, Some(distributor)) => {
                    must_be_served(tx, distributor).await?;
                    Some(distributor)
                }
                (None, None) => None,
            };
            let now = ground.now();
            let first = NextHub {
                state: HubState::Unclaimed,
                customer: new.customer,
                distributor,
                reason: MoveReason::Added,
                at: now,
            };
            store::hubs::system_insert(tx, id, serial.as_str(), &name, first).await?;
            store::hub_moves::system_open(tx, ground.id(), id, (first, None), user, now).await?;
            store::sites::system_land_hub(tx, new.customer, id, site).await
        })
        .await?;
    Ok(id)
}

/// The hubs that the scope sees, by serial.
pub async fn list<S: RegistryScope>(
    tx: &Tx<S>,
    asked: &HubsAsked,
    ask: &Ask<SerialKey>,
) -> Result<Page<Hub, SerialKey>, RegistryError> {
    let rows = store::hubs::list(tx, asked, ask).await?;
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
    if let Some(holder) = hub.customer {
        store::organisations::must_be_open(tx, holder).await?;
    }
    let now = ground.now();
    if store::hubs::confirm(tx, id, fingerprint.trim(), by.user(), now).await? {
        let turn = (HubState::Claimed.into(), HubState::Active.into());
        return store::states::write_hub(tx, ground.id(), id, turn, (Author::of(by), now)).await;
    }
    Err(RegistryError::Conflict(
        "the hub holds another key than the one that was compared",
    ))
}

/// Stops a hub, takes it in again, or retires it for good (administrators).
pub async fn set_state<S: RegistryScope>(
    tx: &Tx<S>,
    by: &S,
    ground: &Ground,
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
    if let Some(holder) = hub.customer.filter(|_| wanted == Active) {
        store::organisations::must_be_open(tx, holder).await?;
    }
    if store::hubs::set_state(tx, id, (hub.state, wanted)).await? {
        let turn = (hub.state.into(), wanted.into());
        let when = (Author::of(by), ground.now());
        return store::states::write_hub(tx, ground.id(), id, turn, when).await;
    }
    Err(RegistryError::Conflict(
        "the hub has changed meanwhile; look at it again",
    ))
}

/// The devices that a hub takes readings from: the active Bluetooth devices of its customer. A hub that is not active is told
/// of none: whoever found the claim code may hold a key that nobody has compared yet, or that was refused.
pub async fn system_devices_of_hub(
    database: &Database,
    hub: &HubIdentity,
) -> Result<Vec<HubDevice>, RegistryError> {
    let Some(customer) = hub.customer.filter(|_| hub.state == HubState::Active) else {
        return Ok(Vec::new());
    };
    SystemScope::for_purpose("tell a hub that proved itself which devices it serves")
        .run(database, async |tx| {
            store::hubs::system_devices(tx, customer).await
        })
        .await
}
