//! Orders as their readers see them.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::order::{Item, Line, Order, Parcel, Step};
use super::store;
use super::store::steps::Of;
use super::way::Tally;
use crate::ground::enums::{CaseSide, OrderState};
use crate::ground::ids::{DistributorId, OrderId};
use crate::registry::page::Standing;
use crate::registry::{Ask, Page, RegistryError, RegistryScope};
use crate::tenancy::Tx;

/// Where a list of orders or returns goes on: when it was made, and its id.
pub type Key = (DateTime<Utc>, Uuid);
/// Where a list of orders goes on.
pub type OrderKey = Key;

/// Parcels that are told, the newest first.
const PARCELS: i64 = 100;
/// Devices and hubs that are told.
const ITEMS: i64 = 500;

/// Which orders or returns are looked for.
#[derive(Debug, Clone)]
pub struct Filter<S> {
    /// Part of the number, of the distributor's name or own word, without regard to case; or a whole serial, or a carrier's
    /// number.
    pub q: Option<String>,
    /// How far it is.
    pub standing: Standing<S>,
    /// Those of one distributor.
    pub distributor: Option<DistributorId>,
    /// Those of which it is this side's turn.
    pub waits_for: Option<CaseSide>,
}

impl<S> Default for Filter<S> {
    fn default() -> Self {
        Self {
            q: None,
            standing: Standing::Any,
            distributor: None,
            waits_for: None,
        }
    }
}

/// Which orders are looked for.
pub type OrderFilter = Filter<OrderState>;

/// The orders that the scope sees, the newest first.
pub async fn list<S: RegistryScope>(
    tx: &Tx<S>,
    filter: &OrderFilter,
    ask: &Ask<OrderKey>,
) -> Result<Page<Order, OrderKey>, RegistryError> {
    let rows = store::orders::list(tx, filter, ask).await?;
    Ok(Page::of(rows, ask, |row| (row.ordered_at, row.id.as_uuid())))
}

/// The orders that wait for the platform, those that wait longest first.
pub async fn waiting<S: RegistryScope>(tx: &Tx<S>, limit: u16) -> Result<Vec<Order>, RegistryError> {
    store::orders::waiting(tx, limit).await
}

/// One order.
pub async fn get<S: RegistryScope>(tx: &Tx<S>, id: OrderId) -> Result<Order, RegistryError> {
    store::orders::get_one(tx, id)
        .await?
        .ok_or(RegistryError::NotFound("order"))
}

/// The order that people call so, `2026-0142`, if the scope sees it.
pub async fn numbered<S: RegistryScope>(tx: &Tx<S>, number: &str) -> Result<Option<Order>, RegistryError> {
    store::orders::numbered(tx, number.trim()).await
}

/// How many of its devices and hubs are how far.
pub async fn tally<S: RegistryScope>(tx: &Tx<S>, id: OrderId) -> Result<Tally, RegistryError> {
    store::orders::tally(tx, id).await
}

/// What was ordered, line by line.
pub async fn lines<S: RegistryScope>(tx: &Tx<S>, id: OrderId) -> Result<Vec<Line>, RegistryError> {
    store::orders::lines(tx, id).await
}

/// What was sent, the newest first; at most 100 parcels.
pub async fn parcels<S: RegistryScope>(tx: &Tx<S>, id: OrderId) -> Result<Vec<Parcel>, RegistryError> {
    store::orders::parcels(tx, id, PARCELS).await
}

/// Its devices and hubs, what is missing first, by model and serial; the first 500.
pub async fn items<S: RegistryScope>(tx: &Tx<S>, id: OrderId) -> Result<Vec<Item>, RegistryError> {
    store::items::list(tx, id, ITEMS).await
}

/// What happened, oldest first; the last 500 steps.
pub async fn steps<S: RegistryScope>(tx: &Tx<S>, id: OrderId) -> Result<Vec<Step>, RegistryError> {
    store::steps::list(tx, Of::Order(id)).await
}
