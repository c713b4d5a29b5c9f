//! Cases as their readers see them.

use super::{Case, CaseKey, CaseNote};
use crate::desk::store;
use crate::ground::enums::CaseState;
use crate::ground::ids::{CaseId, CustomerId, DeviceId, DistributorId, HubId, UserId};
use crate::registry::{Ask, Page, RegistryError, RegistryScope};
use crate::tenancy::Tx;

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

/// How many of the cases that the scope sees wait for somebody to look after them.
pub async fn open_count<S: RegistryScope>(tx: &Tx<S>) -> Result<i64, RegistryError> {
    store::cases::open_count(tx).await
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
