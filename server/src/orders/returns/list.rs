//! Returns as their readers see them.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Return, ReturnItem};
use crate::ground::enums::ReturnState;
use crate::ground::ids::{DistributorId, ReturnId};
use crate::orders::order::Step;
use crate::orders::store;
use crate::orders::store::steps::Of;
use crate::registry::{Ask, Page, RegistryError, RegistryScope};
use crate::tenancy::Tx;

/// Where a list of returns goes on: when it was asked for, and its id.
pub type ReturnKey = (DateTime<Utc>, Uuid);

/// How far a return is, for who looks for some.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReturnStanding {
    /// However far.
    #[default]
    Any,
    /// Not over.
    Open,
    /// Just so far.
    Is(ReturnState),
}

/// Which returns are looked for.
#[derive(Debug, Clone, Default)]
pub struct ReturnFilter {
    /// Part of the number or of the distributor's name, without regard to case; or a whole serial, or a carrier's number.
    pub q: Option<String>,
    /// How far it is.
    pub standing: ReturnStanding,
    /// Those of one distributor.
    pub distributor: Option<DistributorId>,
}

/// The returns that the scope sees, the newest first.
pub async fn list<S: RegistryScope>(
    tx: &Tx<S>,
    filter: &ReturnFilter,
    ask: &Ask<ReturnKey>,
) -> Result<Page<Return, ReturnKey>, RegistryError> {
    let rows = store::returns::list(tx, filter, ask).await?;
    Ok(Page::of(rows, ask, |row| (row.asked_at, row.id.as_uuid())))
}

/// The returns that wait for the platform, those that wait longest first.
pub async fn waiting<S: RegistryScope>(tx: &Tx<S>, limit: u16) -> Result<Vec<Return>, RegistryError> {
    store::returns::waiting(tx, limit).await
}

/// One return.
pub async fn get<S: RegistryScope>(tx: &Tx<S>, id: ReturnId) -> Result<Return, RegistryError> {
    store::returns::get_one(tx, id)
        .await?
        .ok_or(RegistryError::NotFound("return"))
}

/// What is sent back, by serial.
pub async fn items<S: RegistryScope>(tx: &Tx<S>, id: ReturnId) -> Result<Vec<ReturnItem>, RegistryError> {
    store::returns::items(tx, id).await
}

/// What happened, oldest first; the last 500 steps.
pub async fn steps<S: RegistryScope>(tx: &Tx<S>, id: ReturnId) -> Result<Vec<Step>, RegistryError> {
    store::steps::list(tx, Of::Return(id)).await
}
