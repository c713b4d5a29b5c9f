//! Cases as their readers see them.

use super::{Case, CaseKey, CaseNote, CaseNumber};
use crate::desk::{self, store};
use crate::ground::enums::{CaseSide, CaseState};
use crate::ground::ids::{CaseId, CustomerId, DeviceId, DistributorId, HubId, UserId};
use crate::identity::Caller;
use crate::registry::{Ask, Page, RegistryError, RegistryScope};
use crate::tenancy::{Right, Tx};

/// How a case stands, for who looks for some.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Standing {
    /// However.
    #[default]
    Any,
    /// Not solved and not closed.
    Unsolved,
    /// Just so.
    Is(CaseState),
    /// Waiting for somebody.
    For(Waiting),
}

/// For whom a case waits: for the side of who opened it, once it was answered; for who looks after it; and while nobody does,
/// for the other sides, of which the distributor comes before the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Whose people they are.
    side: CaseSide,
    /// Who they are.
    person: UserId,
    /// Whether they answer cases. Who does not is waited for where they have opened the case themselves.
    answers: bool,
}

impl Waiting {
    /// For the caller and their side.
    pub fn on(caller: &Caller) -> Self {
        Self {
            side: desk::side(caller),
            person: caller.person.id,
            answers: caller.check(Right::AnswerCases).is_ok(),
        }
    }

    /// The three, as the store asks for them.
    pub(in crate::desk) const fn parts(self) -> (CaseSide, UserId, bool) {
        (self.side, self.person, self.answers)
    }
}

/// Which cases are looked for.
#[derive(Debug, Clone, Default)]
pub struct CaseFilter {
    /// Part of the title, the subject or the customer's name, without regard to case; or the number.
    pub q: Option<String>,
    /// How it stands.
    pub standing: Standing,
    /// Those that somebody opened or looks after.
    pub of: Option<UserId>,
    /// Those of one customer.
    pub customer: Option<CustomerId>,
    /// Those of one distributor.
    pub distributor: Option<DistributorId>,
    /// Those about one device.
    pub device: Option<DeviceId>,
    /// Those about one hub.
    pub hub: Option<HubId>,
}

/// The cases that the scope sees, those that changed last first.
pub async fn list<S: RegistryScope>(
    tx: &Tx<S>,
    filter: &CaseFilter,
    ask: &Ask<CaseKey>,
) -> Result<Page<Case, CaseKey>, RegistryError> {
    let rows = store::cases::list(tx, filter, ask).await?;
    Ok(Page::of(rows, ask, |row| (row.updated_at, row.id.as_uuid())))
}

/// How many of the cases that the scope sees are not solved, whoever they wait for.
pub async fn open_count<S: RegistryScope>(tx: &Tx<S>) -> Result<i64, RegistryError> {
    store::cases::open_count(tx).await
}

/// How many of the cases that the scope sees wait for a caller and their side.
pub async fn waiting_count<S: RegistryScope>(tx: &Tx<S>, waiting: Waiting) -> Result<i64, RegistryError> {
    store::cases::waiting_count(tx, waiting).await
}

/// The case of this number, if the scope sees it.
pub async fn numbered<S: RegistryScope>(
    tx: &Tx<S>,
    number: CaseNumber,
) -> Result<Option<Case>, RegistryError> {
    store::cases::numbered(tx, number).await
}

/// One case.
pub async fn get<S: RegistryScope>(tx: &Tx<S>, id: CaseId) -> Result<Case, RegistryError> {
    store::cases::get_one(tx, id)
        .await?
        .ok_or(RegistryError::NotFound("case"))
}

/// What was written in a case that the scope sees, oldest first, as far as the scope may read it.
pub async fn notes<S: RegistryScope>(tx: &Tx<S>, id: CaseId) -> Result<Vec<CaseNote>, RegistryError> {
    store::notes::list(tx, id).await
}
