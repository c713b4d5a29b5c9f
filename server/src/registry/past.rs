//! What became of distributors and customers: when each was added, renamed, put on hold, closed, served again or moved, and
//! who did it. It is written down in the transaction that does it.

use chrono::{DateTime, SubsecRound as _, Utc};

use super::rights::HasRights;
use super::scope::RegistryScope;
use super::typed::Name;
use super::{RegistryError, store};
use crate::ground::Ground;
use crate::ground::enums::{CaseSide, OrganisationEventKind, OrganisationState, UserRole};
use crate::ground::ids::{CustomerId, DistributorId, UserId};
use crate::tenancy::{SystemScope, Tx};

/// Events of one organisation that are told, the newest.
const MOST: i64 = 100;

/// Whose past it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// A distributor's own.
    Distributor(DistributorId),
    /// A customer's.
    Customer(CustomerId),
}

impl From<DistributorId> for Whose {
    fn from(id: DistributorId) -> Self {
        Self::Distributor(id)
    }
}

impl From<CustomerId> for Whose {
    fn from(id: CustomerId) -> Self {
        Self::Customer(id)
    }
}

/// What is written down of one that is new.
pub(super) const ADDED: OrganisationEventKind = OrganisationEventKind::Added;

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastEvent {
    /// What.
    pub kind: OrganisationEventKind,
    /// When.
    pub at: DateTime<Utc>,
    /// The name that it had before, of a new one.
    pub before: Option<String>,
    /// Of a move: the distributor into whose portfolio it went; none: the platform's own.
    pub distributor: Option<(DistributorId, String)>,
    /// The name of who did it, where the caller may know them.
    pub by: Option<String>,
    /// Whose people they were.
    pub side: CaseSide,
}

/// Who does something, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Doing {
    pub(super) id: uuid::Uuid,
    pub(super) by: UserId,
    pub(super) side: CaseSide,
    pub(super) at: DateTime<Utc>,
}

impl Doing {
    fn of<S: HasRights>(ground: &Ground, by: &S) -> Self {
        Self {
            id: ground.id(),
            by: by.user(),
            side: match S::PEOPLE_OF {
                UserRole::Admin | UserRole::Finance => CaseSide::Platform,
                UserRole::Distributor => CaseSide::Distributor,
                UserRole::Customer => CaseSide::Customer,
            },
            at: ground.now().trunc_subsecs(6),
        }
    }
}

/// What a new state is called.
pub(super) const fn kind(state: OrganisationState) -> OrganisationEventKind {
    match state {
        OrganisationState::Active => OrganisationEventKind::Resumed,
        OrganisationState::Suspended => OrganisationEventKind::Suspended,
        OrganisationState::Closed => OrganisationEventKind::Closed,
    }
}

/// Writes down what was just done to an organisation that the scope sees.
pub(super) async fn note<S: HasRights>(
    tx: &Tx<S>,
    (ground, by): (&Ground, &S),
    whose: impl Into<Whose>,
    kind: OrganisationEventKind,
) -> Result<(), RegistryError> {
    store::past::insert(tx, Doing::of(ground, by), whose.into(), kind).await
}

/// Writes down that it gets another name, before it has it; nothing where the name stays.
pub(super) async fn note_name<S: HasRights>(
    tx: &Tx<S>,
    (ground, by): (&Ground, &S),
    whose: impl Into<Whose>,
    name: Option<&Name>,
) -> Result<(), RegistryError> {
    match name {
        Some(name) => {
            let doing = Doing::of(ground, by);
            store::past::insert_name(tx, doing, whose.into(), name.as_str()).await
        }
        None => Ok(()),
    }
}

/// Writes down that a customer has just gone into another portfolio.
pub(super) async fn system_note_move<S: HasRights>(
    tx: &Tx<SystemScope>,
    (ground, by): (&Ground, &S),
    customer: CustomerId,
) -> Result<(), RegistryError> {
    let whose = Whose::Customer(customer);
    store::past::insert(tx, Doing::of(ground, by), whose, OrganisationEventKind::Moved).await
}

/// What became of an organisation that the scope sees, newest first; of a customer that was moved, a distributor sees its
/// own time. A customer's people are not told to whom it was moved.
pub async fn of<S: RegistryScope>(tx: &Tx<S>, whose: Whose) -> Result<Vec<PastEvent>, RegistryError> {
    store::past::list(tx, whose, MOST).await
}
