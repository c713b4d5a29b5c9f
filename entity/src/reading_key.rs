//! `reading_key`: the identity of readings, in partitions of the UTC day of measurement.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

use crate::ids::{CustomerId, ReadingId};
use crate::relations::belongs_to;

/// A reading's identity, which outlives the reading, so that sending again is known for 45 days.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reading_key")]
pub struct Model {
    /// Whose reading it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub customer_id: CustomerId,
    /// The UTC day of the measurement; 1970-01-01 where its time is missing or cannot be true.
    #[sea_orm(primary_key, auto_increment = false)]
    pub measured_on: NaiveDate,
    /// SHA-256 of what was measured, 32 bytes; patient data.
    #[sea_orm(primary_key, auto_increment = false)]
    pub content_hash: Vec<u8>,
    /// The reading.
    pub reading_id: ReadingId,
}

belongs_to! {}
