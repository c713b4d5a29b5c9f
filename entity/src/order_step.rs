//! `order_step`: what happened to orders and returns, and what people wrote about them.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::enums::{CaseSide, OrderStepKind};
use crate::ids::{DistributorId, OrderId, OrderStepId, ReturnId, UserId};
use crate::relations::belongs_to;

/// A step of an order or a return.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_step")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrderStepId,
    /// Which came first of those of one moment.
    pub place: i64,
    /// The order; none: it is a return's.
    pub order_id: Option<OrderId>,
    /// The return.
    pub return_id: Option<ReturnId>,
    /// Whose that is.
    pub distributor_id: DistributorId,
    /// What happened.
    pub kind: OrderStepKind,
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub by_user: UserId,
    /// Their name.
    pub by_name: String,
    /// Whose people they are.
    pub by_side: CaseSide,
    /// To how many devices and hubs.
    pub count: Option<i32>,
    /// What was written, or what else is to be said, 1 to 2,000 characters.
    pub text: Option<String>,
}

belongs_to! {
    Order: OrderId => device_order.Id,
    Return: ReturnId => device_return.Id,
    Distributor: DistributorId => distributor.Id,
}
