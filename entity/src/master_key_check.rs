//! `master_key_check`: the one row that says which master key the database belongs to.

use sea_orm::entity::prelude::*;

use crate::relations::belongs_to;

/// What a master key is compared with at every start; there is no row before the first.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "master_key_check")]
pub struct Model {
    /// Always true: there is one row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub only_row: bool,
    /// The key's id as sealed values carry it: 8 hexadecimal digits.
    pub key_id: String,
    /// HMAC-SHA-256 under a key that is derived for this alone.
    pub check_hmac: Vec<u8>,
}

belongs_to! {}
