//! `shelved_event`: what was not delivered when its day left the history, sealed.

use sea_orm::entity::prelude::*;

use crate::enums::EventType;
use crate::ids::{DeliveryId, DeviceId, Sequence};
use crate::relations::belongs_to;

/// One event of a delivery.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "shelved_event")]
pub struct Model {
    /// Of which delivery.
    #[sea_orm(primary_key, auto_increment = false)]
    pub delivery_id: DeliveryId,
    /// Its position in the customer's stream.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sequence: Sequence,
    /// What it says.
    #[sea_orm(column_name = "type")]
    pub event_type: EventType,
    /// The device it speaks of; a test speaks of none.
    pub device_id: Option<DeviceId>,
    /// The event with its reading, sealed.
    pub sealed: Vec<u8>,
}

belongs_to! {}
