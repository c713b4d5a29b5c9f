//! Returns as their readers see them.

use super::{Return, ReturnItem};
use crate::ground::enums::ReturnState;
use crate::ground::ids::ReturnId;
use crate::orders::list::{Filter, Key};
use crate::orders::order::Step;
use crate::orders::store;
use crate::orders::store::steps::Of;
use crate::registry::{Ask, Page, RegistryError, RegistryScope};
use crate::tenancy::Tx;

/// Where a list of returns goes on.
pub type ReturnKey = Key;
/// Which returns are looked for.
pub type ReturnFilter = Filter<ReturnState>;

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

/// The return that people call so, `R-2026-0007`, if the scope sees it.
pub async fn numbered<S: RegistryScope>(tx: &Tx<S>, number: &str) -> Result<Option<Return>, RegistryError> {
    store::returns::numbered(tx, number.trim()).await
}

/// What is sent back, by serial.
pub async fn items<S: RegistryScope>(tx: &Tx<S>, id: ReturnId) -> Result<Vec<ReturnItem>, RegistryError> {
    store::returns::items(tx, id).await
}

/// What happened, oldest first; the last 500 steps.
pub async fn steps<S: RegistryScope>(tx: &Tx<S>, id: ReturnId) -> Result<Vec<Step>, RegistryError> {
    store::steps::list(tx, Of::Return(id)).await
}
