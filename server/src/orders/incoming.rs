//! What is on its way, and what waits for whom.

use std::collections::HashMap;

use super::store;
use crate::ground::enums::CaseSide;
use crate::ground::ids::DeviceModelId;
use crate::registry::{RegistryError, RegistryScope};
use crate::tenancy::Tx;

/// How much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Incoming {
    /// Devices and hubs on their way to a distributor.
    pub on_its_way: i64,
    /// Orders that are not over.
    pub open: i64,
    /// Orders that wait for the platform.
    pub waiting: i64,
    /// Returns that wait for the platform.
    pub returns: i64,
    /// Orders of which a parcel is to be taken in by the distributor.
    pub to_take_in: i64,
    /// Returns that the platform agreed to, to be sent by the distributor.
    pub to_send: i64,
}

/// How many of each model are on their way, under none: hubs. Of what the scope sees.
pub async fn by_model<S: RegistryScope>(
    tx: &Tx<S>,
) -> Result<HashMap<Option<DeviceModelId>, i64>, RegistryError> {
    store::incoming::by_model(tx).await
}

/// Counts of what the scope sees.
pub async fn counts<S: RegistryScope>(tx: &Tx<S>) -> Result<Incoming, RegistryError> {
    store::incoming::counts(tx).await
}

/// How many orders and returns of what the scope sees wait for a side: none for a customer's, which has no orders.
pub async fn waiting_for<S: RegistryScope>(tx: &Tx<S>, side: CaseSide) -> Result<i64, RegistryError> {
    store::incoming::waiting_for(tx, side).await
}
