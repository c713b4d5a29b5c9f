//! `outbox`: what the circuits have yet to take up.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::enums::Circuit;
use crate::ids::{CustomerId, OutboxId, ReadingId};
use crate::relations::belongs_to;

/// Readings of one customer and one commit for one circuit.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    /// Who takes it up.
    #[sea_orm(primary_key, auto_increment = false)]
    pub circuit: Circuit,
    /// Its number, made by the database.
    #[sea_orm(primary_key)]
    pub id: OutboxId,
    /// Whose readings they are.
    pub customer_id: CustomerId,
    /// The readings.
    pub reading_ids: Vec<ReadingId>,
    /// When the first of them arrived.
    pub received_from: DateTime<Utc>,
    /// When the last of them arrived: with the first, the days to look in.
    pub received_until: DateTime<Utc>,
}

belongs_to! {}
