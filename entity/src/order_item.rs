//! `order_item`: the devices and hubs that were found.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::enums::OrderItemState;
use crate::ids::{DeviceId, DistributorId, HubId, OrderId, OrderItemId, OrderLineId, ParcelId};
use crate::relations::belongs_to;

/// A device or a hub of an order.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_item")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrderItemId,
    /// Its order.
    pub order_id: OrderId,
    /// Of what it is one.
    pub line_id: OrderLineId,
    /// Whose the order is.
    pub distributor_id: DistributorId,
    /// The device.
    pub device_id: Option<DeviceId>,
    /// The hub.
    pub hub_id: Option<HubId>,
    /// Its serial, for who may not look it up, 1 to 64 characters.
    pub serial: String,
    /// The serial in lower case, for searches. The database generates it: leave it `NotSet`.
    pub serial_key: String,
    /// How far it is.
    pub state: OrderItemState,
    /// In which parcel it was sent.
    pub parcel_id: Option<ParcelId>,
    /// When it was found.
    pub allocated_at: DateTime<Utc>,
    /// When it came to the distributor's stock.
    pub received_at: Option<DateTime<Utc>>,
}

belongs_to! {
    Order: OrderId => device_order.Id,
    Line: LineId => order_line.Id,
    Parcel: ParcelId => order_parcel.Id,
    Distributor: DistributorId => distributor.Id,
    Device: DeviceId => device.Id,
    Hub: HubId => hub.Id,
}
