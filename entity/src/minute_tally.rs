//! `minute_tally`: readings accepted a minute, for the health board.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::relations::belongs_to;

/// A part of a minute's count; no tenant is in it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "minute_tally")]
pub struct Model {
    /// The minute's first moment.
    #[sea_orm(primary_key, auto_increment = false)]
    pub minute: DateTime<Utc>,
    /// Which part: several servers count without waiting for each other.
    #[sea_orm(primary_key, auto_increment = false)]
    pub shard: i16,
    /// Readings accepted.
    pub readings: i64,
}

belongs_to! {}
