//! `usage_delivery_day`: the usage ledger of deliveries, written only by the router and only by increments.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

use crate::ids::{CustomerId, DistributorId, EndpointId};
use crate::relations::belongs_to;

/// What an endpoint took on a UTC day; replays are free.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "usage_delivery_day")]
pub struct Model {
    /// Who is billed for it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub customer_id: CustomerId,
    /// The customer's distributor that day.
    pub distributor_id: Option<DistributorId>,
    /// The endpoint.
    #[sea_orm(primary_key, auto_increment = false)]
    pub endpoint_id: EndpointId,
    /// The UTC day.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: NaiveDate,
    /// Deliveries that succeeded.
    pub delivered: i64,
}

belongs_to! {}
