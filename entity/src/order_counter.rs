//! `order_counter`: the last number of a year.

use sea_orm::entity::prelude::*;

use crate::enums::Errand;
use crate::relations::belongs_to;

/// How many orders or returns a year has had.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_counter")]
pub struct Model {
    /// Of what.
    #[sea_orm(primary_key, auto_increment = false)]
    pub what: Errand,
    /// In which year, UTC.
    #[sea_orm(primary_key, auto_increment = false)]
    pub year: i32,
    /// How many.
    pub last: i32,
}

belongs_to! {}
