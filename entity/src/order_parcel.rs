//! `order_parcel`: what was sent.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{DistributorId, OrderId, ParcelId, UserId};
use crate::relations::belongs_to;

/// A parcel of an order.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_parcel")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ParcelId,
    /// Its order.
    pub order_id: OrderId,
    /// Whose that is.
    pub distributor_id: DistributorId,
    /// Who carries it, 1 to 60 characters.
    pub carrier: String,
    /// The carrier's number for it, 4 to 40 characters.
    pub tracking: Option<String>,
    /// That in lower case, for searches. The database generates it: leave it `NotSet`.
    pub tracking_key: Option<String>,
    /// When it went out.
    pub shipped_at: DateTime<Utc>,
    /// Who sent it.
    pub shipped_by: UserId,
}

belongs_to! {
    Order: OrderId => device_order.Id,
    Distributor: DistributorId => distributor.Id,
}
