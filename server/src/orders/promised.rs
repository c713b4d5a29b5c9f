//! Which order or return a device or a hub is promised to.

use super::store;
use crate::ground::enums::Errand;
use crate::registry::errands::Thing;
use crate::registry::{RegistryError, RegistryScope};
use crate::tenancy::Tx;

/// What something is promised to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// An order or a return.
    pub errand: Errand,
    /// Its id: an order's or a return's.
    pub id: uuid::Uuid,
    /// Its number.
    pub number: String,
}

/// What a device or a hub is promised to, as far as the scope sees the order or the return.
pub async fn promised<S: RegistryScope>(tx: &Tx<S>, thing: Thing) -> Result<Option<Promise>, RegistryError> {
    store::items::promised(tx, thing).await
}
