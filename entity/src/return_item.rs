//! `return_item`: the devices and hubs of a return.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::enums::ReturnItemState;
use crate::ids::{DeviceId, DeviceModelId, DistributorId, HubId, OrderId, ReturnId, ReturnItemId};
use crate::relations::belongs_to;

/// A device or a hub that is sent back.
#[expect(
    clippy::struct_field_names,
    reason = "`model` is the column's name: a model of device"
)]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "return_item")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReturnItemId,
    /// Its return.
    pub return_id: ReturnId,
    /// Whose that is.
    pub distributor_id: DistributorId,
    /// The device.
    pub device_id: Option<DeviceId>,
    /// The hub.
    pub hub_id: Option<HubId>,
    /// Its model; none of a hub.
    pub model_id: Option<DeviceModelId>,
    /// The order with which it came; none: it came by no order.
    pub order_id: Option<OrderId>,
    /// Maker and model as they were then, 1 to 200 characters.
    pub model: String,
    /// What it measures, as texts of [`Kind`](crate::enums::Kind); nothing for hubs.
    pub kinds: Vec<String>,
    /// Its serial, 1 to 64 characters.
    pub serial: String,
    /// The serial in lower case, for searches. The database generates it: leave it `NotSet`.
    pub serial_key: String,
    /// What became of it.
    pub state: ReturnItemState,
    /// When it came back.
    pub received_at: Option<DateTime<Utc>>,
}

belongs_to! {
    Return: ReturnId => device_return.Id,
    Distributor: DistributorId => distributor.Id,
    Device: DeviceId => device.Id,
    Hub: HubId => hub.Id,
    DeviceModel: ModelId => device_model.Id,
    Order: OrderId => device_order.Id,
}
