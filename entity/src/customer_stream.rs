//! `customer_stream`: how far each customer's stream of events has come.

use sea_orm::entity::prelude::*;

use crate::ids::{CustomerId, Sequence};
use crate::relations::belongs_to;

/// A customer's stream; whoever numbers an event locks this row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customer_stream")]
pub struct Model {
    /// The customer.
    #[sea_orm(primary_key, auto_increment = false)]
    pub customer_id: CustomerId,
    /// The position of its newest event; 0 before the first.
    pub last_sequence: Sequence,
}

belongs_to! {}
