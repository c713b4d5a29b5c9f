//! `order_line`: so many of one model.

use sea_orm::entity::prelude::*;

use crate::ids::{DeviceModelId, DistributorId, OrderId, OrderLineId};
use crate::relations::belongs_to;

/// A line of an order.
#[expect(
    clippy::struct_field_names,
    reason = "`model` is the column's name: a model of device"
)]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_line")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrderLineId,
    /// Its order.
    pub order_id: OrderId,
    /// Whose that is.
    pub distributor_id: DistributorId,
    /// Its place in the order, from 1.
    pub place: i16,
    /// The model; none: hubs.
    pub model_id: Option<DeviceModelId>,
    /// Maker and name as they were then, 1 to 200 characters.
    pub model: String,
    /// What it measures, as texts of [`Kind`](crate::enums::Kind); nothing for hubs.
    pub kinds: Vec<String>,
    /// How many were ordered, 1 to 10,000.
    pub quantity: i32,
    /// How many of these will not come after all.
    pub waived: i32,
}

belongs_to! {
    Order: OrderId => device_order.Id,
    Distributor: DistributorId => distributor.Id,
}
