//! Customers and distributors: who they are on paper, and whether they are served.
//!
//! **Active** ones are served. What **suspended** and **closed** mean:
//! - The readings of a suspended customer's devices are still accepted, shown and delivered, and its people sign in: its
//!   patients are not party to whatever the suspension is about. It may be given devices, as a broken one must be replaced.
//! - A closed customer's people cannot sign in, and it is given nothing. It can be closed only when it holds no device that
//!   readings are taken from, so that closing it never silently stops a patient's readings.
//! - A suspended distributor adds no customers and orders nothing; a closed one's people cannot sign in, and it can be closed
//!   only when none of its customers is open and none of its orders and returns either. Its customers' readings do not depend
//!   on it.
//! - What the people of a closed one were given to sign in with is over, also where it is opened again.

mod draft;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::page::{Ask, Page};
use super::rights::HasRights;
use super::scope::RegistryScope;
use super::store::naming::{Because, customer_must_stand_alone, distributor_must_stand_alone};
use super::store::organisations::Before;
use super::typed::{Name, Typed as _};
use super::{RegistryError, again, past, store};
use crate::ground::Ground;
use crate::ground::enums::{CaseSide, OrganisationState, PatientMode, UserRole};
use crate::ground::ids::{CustomerId, DistributorId};
use crate::identity::system_void_of_former;
use crate::tenancy::{AdminScope, Database, DistributorScope, Right, Scope as _, Tx};

pub use draft::{Draft, NewOrganisation, OrganisationPatch};

/// Where a list of organisations goes on: name and id.
pub type OrganisationKey = (String, Uuid);

/// Who an organisation is on paper, as it is stored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paper {
    /// Its name on paper.
    pub legal_name: Option<String>,
    /// Street and number.
    pub street: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// City.
    pub city: Option<String>,
    /// State, province or region.
    pub region: Option<String>,
    /// ISO 3166-1 alpha-2, in upper case.
    pub country: Option<String>,
}

/// A clinic or whoever else receives readings.
#[derive(Debug, Clone)]
pub struct Customer {
    /// Its id.
    pub id: CustomerId,
    /// The distributor whose portfolio it is in.
    pub distributor: Option<DistributorId>,
    /// Its name.
    pub name: String,
    /// Who it is on paper.
    pub paper: Paper,
    /// Its IANA time zone.
    pub time_zone: String,
    /// Whether it is served.
    pub state: OrganisationState,
    /// Whether its readings belong to devices or to patients.
    pub patient_mode: PatientMode,
    /// Whether its days go into the archive before they leave the history.
    pub archive: bool,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// Devices it holds now, where they were counted; none for finance, who see no devices.
    pub devices: Option<i64>,
}

/// A company that places devices with customers.
#[derive(Debug, Clone)]
pub struct Distributor {
    /// Its id.
    pub id: DistributorId,
    /// Its name.
    pub name: String,
    /// Who it is on paper.
    pub paper: Paper,
    /// Its IANA time zone.
    pub time_zone: String,
    /// Whether it is served.
    pub state: OrganisationState,
    /// When it was added.
    pub created_at: DateTime<Utc>,
}

/// What is to change about a customer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomerPatch {
    /// Who it is.
    pub organisation: OrganisationPatch,
    /// Whether it is served: for who has it in the portfolio.
    pub state: Option<OrganisationState>,
    /// Whether its readings belong to devices or to patients: likewise.
    pub patient_mode: Option<PatientMode>,
    /// Whether its days go into the archive: for itself and for administrators.
    pub archive: Option<bool>,
}

/// What is to change about a distributor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DistributorPatch {
    /// Who it is.
    pub organisation: OrganisationPatch,
    /// Whether it is served: for administrators.
    pub state: Option<OrganisationState>,
}

/// A name as people write it: trimmed, 1 to 200 characters, none of them a control character.
pub(super) fn named(name: &str) -> Result<String, RegistryError> {
    Name::parse("name", name).map(|name| name.as_str().to_owned())
}

/// Adds a customer to the platform or to a distributor's portfolio.
pub async fn create_customer(
    tx: &Tx<AdminScope>,
    by: &AdminScope,
    ground: &Ground,
    new: NewOrganisation,
    distributor: Option<DistributorId>,
) -> Result<CustomerId, RegistryError> {
    if let Some(distributor) = distributor {
        let state = store::organisations::distributor_state(tx, distributor).await?;
        may_add_customers(state)?;
    }
    let id = ground.id();
    store::organisations::insert_customer(tx, id, &new, distributor, ground.now()).await?;
    past::note(tx, (ground, by), id, past::ADDED).await?;
    customer_must_stand_alone(tx, id, Because::Named).await?;
    Ok(id)
}

/// Adds a customer to the distributor's own portfolio.
pub async fn create_customer_of(
    tx: &Tx<DistributorScope>,
    by: &DistributorScope,
    ground: &Ground,
    new: NewOrganisation,
) -> Result<CustomerId, RegistryError> {
    by.must(Right::ManageCustomers)?;
    let state = store::organisations::distributor_state(tx, by.id()).await?;
    may_add_customers(state)?;
    let id = ground.id();
    store::organisations::insert_customer(tx, id, &new, Some(by.id()), ground.now()).await?;
    past::note(tx, (ground, by), id, past::ADDED).await?;
    customer_must_stand_alone(tx, id, Because::Named).await?;
    Ok(id)
}

fn may_add_customers(distributor: Option<OrganisationState>) -> Result<(), RegistryError> {
    match distributor {
        Some(OrganisationState::Active) => Ok(()),
        Some(OrganisationState::Suspended) => Err(RegistryError::Conflict(
            "the distributor is suspended: it gets no further customers",
        )),
        Some(OrganisationState::Closed) => Err(RegistryError::Conflict("the distributor is closed")),
        None => Err(RegistryError::NotFound("distributor")),
    }
}

/// Adds a distributor.
pub async fn create_distributor(
    tx: &Tx<AdminScope>,
    by: &AdminScope,
    ground: &Ground,
    new: NewOrganisation,
) -> Result<DistributorId, RegistryError> {
    let id = ground.id();
    store::organisations::insert_distributor(tx, id, &new, ground.now()).await?;
    past::note(tx, (ground, by), id, past::ADDED).await?;
    distributor_must_stand_alone(tx, id, Because::Named).await?;
    Ok(id)
}

/// Changes a customer: administrators any, a distributor those of its portfolio, a customer who it is itself and nothing
/// else of it.
pub async fn change_customer<S: HasRights>(
    tx: &Tx<S>,
    by: &S,
    ground: &Ground,
    id: CustomerId,
    patch: CustomerPatch,
) -> Result<(), RegistryError> {
    let CustomerPatch {
        organisation,
        state,
        patient_mode,
        archive,
    } = patch;
    let is_own = S::PEOPLE_OF == UserRole::Customer;
    by.must(if is_own {
        Right::ManageOwnProfile
    } else {
        Right::ManageCustomers
    })?;
    if is_own && (state.is_some() || patient_mode.is_some()) {
        return Err(RegistryError::NotAllowed(
            "your state and whom your readings belong to are changed by who provides the platform to you",
        ));
    }
    if archive.is_some() && S::PEOPLE_OF == UserRole::Distributor {
        return Err(RegistryError::NotAllowed(
            "whether its days are archived is the customer's own choice",
        ));
    }
    let before = store::organisations::lock_customer(tx, id, organisation.name.as_ref())
        .await?
        .ok_or(RegistryError::NotFound("customer"))?;
    let because = because(&before, state, is_own);
    if let Some(state) = state.filter(|state| *state != before.state) {
        set_state(tx, by, ground, id, (before, state)).await?;
    }
    if let Some(mode) = patient_mode {
        store::organisations::set_patient_mode(tx, id, mode).await?;
    }
    if let Some(archive) = archive {
        store::organisations::set_archive(tx, id, archive).await?;
    }
    past::note_name(tx, (ground, by), id, organisation.name.as_ref()).await?;
    store::organisations::change_customer(tx, id, &organisation).await?;
    match because {
        Some(because) => customer_must_stand_alone(tx, id, because).await,
        None => Ok(()),
    }
}

/// Why an organisation that changes must be the only one of its name; none where it keeps its name and its place, or is its
/// own people's (`store/naming.rs` says why these are not asked).
fn because(before: &Before, state: Option<OrganisationState>, is_own: bool) -> Option<Because> {
    let is_opened =
        before.state == OrganisationState::Closed && state.is_some_and(|state| state != before.state);
    if is_opened {
        Some(Because::Opened)
    } else {
        (before.is_renamed && !is_own).then_some(Because::Named)
    }
}

/// Gives a customer, whose row is locked, another state.
async fn set_state<S: HasRights>(
    tx: &Tx<S>,
    by: &S,
    ground: &Ground,
    id: CustomerId,
    (before, state): (Before, OrganisationState),
) -> Result<(), RegistryError> {
    // What the platform stopped, the platform sets going again.
    if before.stopped_side == Some(CaseSide::Platform) && !by.is_admin() {
        return Err(RegistryError::NotAllowed(
            "the platform's administrators stopped this customer, and serve it again",
        ));
    }
    if before.state == OrganisationState::Closed && !by.is_admin() {
        return Err(RegistryError::NotAllowed(
            "a closed customer is opened again by the platform's administrators alone",
        ));
    }
    if state == OrganisationState::Closed && store::organisations::has_active_devices(tx, id).await? {
        return Err(RegistryError::Conflict(
            "the customer holds active devices: switch them off or take them back before you close it",
        ));
    }
    let side = if by.is_admin() {
        CaseSide::Platform
    } else {
        CaseSide::Distributor
    };
    let stopped_by = (state != OrganisationState::Active).then_some(side);
    store::organisations::set_customer_state(tx, id, (state, ground.now()), stopped_by).await?;
    past::note(tx, (ground, by), id, past::kind(state)).await
}

/// Changes a distributor: administrators any, a distributor who it is itself.
pub async fn change_distributor<S: HasRights>(
    tx: &Tx<S>,
    by: &S,
    ground: &Ground,
    id: DistributorId,
    patch: DistributorPatch,
) -> Result<(), RegistryError> {
    let DistributorPatch { organisation, state } = patch;
    by.must(if S::PEOPLE_OF == UserRole::Admin {
        Right::ManageDistributors
    } else {
        Right::ManageOwnProfile
    })?;
    if !by.is_admin() && by.works_for_distributor() != Some(id) {
        return Err(RegistryError::NotFound("distributor"));
    }
    if state.is_some() && !by.is_admin() {
        return Err(RegistryError::NotAllowed(
            "your state is changed by the platform's administrators",
        ));
    }
    // Whoever adds a customer to it holds the row for sharing.
    let before = store::organisations::lock_distributor(tx, id, organisation.name.as_ref())
        .await?
        .ok_or(RegistryError::NotFound("distributor"))?;
    let because = because(&before, state, !by.is_admin());
    if let Some(state) = state.filter(|state| *state != before.state) {
        let closes = state == OrganisationState::Closed;
        if closes && store::organisations::has_open_customers(tx, id).await? {
            return Err(RegistryError::Conflict(
                "the distributor has customers that are not closed: close them, or move them to another one",
            ));
        }
        // Nobody could take in or send back afterwards what is promised to them.
        if closes && store::organisations::has_open_errands(tx, id).await? {
            return Err(RegistryError::Conflict(
                "the distributor has orders or returns that are not over: decline, cancel or finish them; a parcel that it \
                 does not confirm is written off, as lost or as back in the inventory",
            ));
        }
        store::organisations::set_distributor_state(tx, id, (state, ground.now())).await?;
        past::note(tx, (ground, by), id, past::kind(state)).await?;
    }
    past::note_name(tx, (ground, by), id, organisation.name.as_ref()).await?;
    store::organisations::change_distributor(tx, id, &organisation).await?;
    match because {
        Some(because) => distributor_must_stand_alone(tx, id, because).await,
        None => Ok(()),
    }
}

/// Moves a customer into another distributor's portfolio, or into the platform's own. Its contacts, its devices and hubs,
/// what is known of them, their open periods and the tokens that were issued for it go along in one transaction, so that
/// every reading is taken before and after. Periods that are over, and what was counted, stay with whose they were.
pub async fn move_customer(
    database: &Database,
    by: &AdminScope,
    ground: &Ground,
    id: CustomerId,
    distributor: Option<DistributorId>,
) -> Result<(), RegistryError> {
    by.run(database, async |tx| customer(tx, id).await.map(drop))
        .await?;
    let now = ground.now();
    let purpose = "move a customer and all that it holds to another distributor";
    again::system_run(database, purpose, async |tx| {
        if let Some(distributor) = distributor {
            let state = store::organisations::system_distributor_state(tx, distributor).await?;
            may_add_customers(state)?;
        }
        if !store::organisations::system_move_customer(tx, id, distributor, now).await? {
            return Ok(());
        }
        system_void_of_former(tx, id, distributor, now).await?;
        past::system_note_move(tx, (ground, by), id).await?;
        customer_must_stand_alone(tx, id, Because::Moved).await
    })
    .await
}

/// The customers that the scope sees, by name.
pub async fn customers<S: RegistryScope>(
    tx: &Tx<S>,
    ask: &Ask<OrganisationKey>,
) -> Result<Page<Customer, OrganisationKey>, RegistryError> {
    customers_like(tx, &CustomerFilter::default(), ask).await
}

/// Which customers are looked for.
#[derive(Debug, Clone, Default)]
pub struct CustomerFilter {
    /// Part of the name or the name on paper, without regard to case.
    pub q: Option<String>,
    /// Those in this state.
    pub state: Option<OrganisationState>,
    /// Those of one distributor.
    pub distributor: Option<DistributorId>,
    /// Whether the devices of each are counted.
    pub is_counted: bool,
}

/// Those customers that are looked for, by name.
pub async fn customers_like<S: RegistryScope>(
    tx: &Tx<S>,
    filter: &CustomerFilter,
    ask: &Ask<OrganisationKey>,
) -> Result<Page<Customer, OrganisationKey>, RegistryError> {
    let rows = store::organisations::customers(tx, filter, ask).await?;
    Ok(Page::of(rows, ask, |row| (row.name.clone(), row.id.as_uuid())))
}

/// One customer, whose devices are counted.
pub async fn customer_counted<S: RegistryScope>(
    tx: &Tx<S>,
    id: CustomerId,
) -> Result<Customer, RegistryError> {
    store::organisations::customer_counted(tx, id)
        .await?
        .ok_or(RegistryError::NotFound("customer"))
}

/// One customer; its devices are not counted.
pub async fn customer<S: RegistryScope>(tx: &Tx<S>, id: CustomerId) -> Result<Customer, RegistryError> {
    store::organisations::customer(tx, id)
        .await?
        .ok_or(RegistryError::NotFound("customer"))
}

/// The distributors that the scope sees, by name: all, or a distributor itself.
pub async fn distributors<S: SeesDistributors>(
    tx: &Tx<S>,
    ask: &Ask<OrganisationKey>,
) -> Result<Page<Distributor, OrganisationKey>, RegistryError> {
    distributors_like(tx, &DistributorFilter::default(), ask).await
}

/// Which distributors are looked for.
#[derive(Debug, Clone, Default)]
pub struct DistributorFilter {
    /// Part of the name, the name on paper or the city, without regard to case.
    pub q: Option<String>,
    /// Those in this state.
    pub state: Option<OrganisationState>,
}

/// Those distributors that are looked for, by name.
pub async fn distributors_like<S: SeesDistributors>(
    tx: &Tx<S>,
    filter: &DistributorFilter,
    ask: &Ask<OrganisationKey>,
) -> Result<Page<Distributor, OrganisationKey>, RegistryError> {
    let rows = store::organisations::distributors(tx, filter, ask).await?;
    Ok(Page::of(rows, ask, |row| (row.name.clone(), row.id.as_uuid())))
}

/// One distributor.
pub async fn distributor<S: SeesDistributors>(
    tx: &Tx<S>,
    id: DistributorId,
) -> Result<Distributor, RegistryError> {
    store::organisations::distributor(tx, id)
        .await?
        .ok_or(RegistryError::NotFound("distributor"))
}

/// A scope to which distributors are no secret.
pub trait SeesDistributors: RegistryScope {}

impl SeesDistributors for AdminScope {}
impl SeesDistributors for crate::tenancy::FinanceScope {}
impl SeesDistributors for DistributorScope {}

#[cfg(test)]
mod tests;
