//! `event`: the customers' streams of events, in partitions of the UTC day on which they were numbered.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::enums::{EventDeliveryState, EventType};
use crate::ids::{CustomerId, DeviceId, ReadingId, Sequence};
use crate::relations::belongs_to;

/// An event, numbered after its reading has committed, so that no cursor can miss one.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event")]
pub struct Model {
    /// Whose stream it is in.
    #[sea_orm(primary_key, auto_increment = false)]
    pub customer_id: CustomerId,
    /// Its position there.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sequence: Sequence,
    /// When it was numbered; which day's partition it is in.
    #[sea_orm(primary_key, auto_increment = false)]
    pub created_at: DateTime<Utc>,
    /// What it says (column `type`).
    #[sea_orm(column_name = "type")]
    pub event_type: EventType,
    /// The device, where it is about one.
    pub device_id: Option<DeviceId>,
    /// The reading, where it is about one.
    pub reading_id: Option<ReadingId>,
    /// When that reading arrived: the other half of its key.
    pub reading_received_at: Option<DateTime<Utc>>,
    /// How far it got, as pages show it.
    pub delivery_state: EventDeliveryState,
    /// When the last endpoint had it.
    pub delivered_at: Option<DateTime<Utc>>,
    /// When it is tried next.
    pub next_attempt_at: Option<DateTime<Utc>>,
}

belongs_to! {}
