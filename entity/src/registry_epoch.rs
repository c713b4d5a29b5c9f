//! `registry_epoch`: the one row that says whether the registry has changed.

use sea_orm::entity::prelude::*;

use crate::relations::belongs_to;

/// The registry's epoch; triggers bump it, servers poll it and drop what they remember.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "registry_epoch")]
pub struct Model {
    /// Always true: there is one row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub only_row: bool,
    /// Grows with every transaction that changes the registry.
    pub epoch: i64,
}

belongs_to! {}
