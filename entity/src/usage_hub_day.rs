//! `usage_hub_day`: the usage ledger by hub, written only by the router and only by increments.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

use crate::ids::{CustomerId, DistributorId, HubId};
use crate::relations::belongs_to;

/// What a hub sent on a UTC day, tests left out. It outlives telemetry and is never recomputed from it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "usage_hub_day")]
pub struct Model {
    /// Who is billed for it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub customer_id: CustomerId,
    /// The customer's distributor that day.
    pub distributor_id: Option<DistributorId>,
    /// The hub.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hub_id: HubId,
    /// The UTC day.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: NaiveDate,
    /// Readings in each UTC hour of the day, 24 counts.
    pub hourly: Vec<i32>,
}

belongs_to! {}
