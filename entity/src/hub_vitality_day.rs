//! `hub_vitality_day`: how a hub was on a day.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{CustomerId, DistributorId, HubId};
use crate::relations::belongs_to;

/// A hub's heartbeats of a UTC day, for whoever held it then.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "hub_vitality_day")]
pub struct Model {
    /// Who held it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub customer_id: CustomerId,
    /// Through whom.
    pub distributor_id: Option<DistributorId>,
    /// The hub.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hub_id: HubId,
    /// The UTC day.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: NaiveDate,
    /// How many there were.
    pub heartbeats: i32,
    /// The most readings that waited in its ledger.
    pub queued_max: i64,
    /// How many waited at the last one.
    pub queued_last: i64,
    /// The longest time without one that ended that day, seconds.
    pub longest_gap_seconds: Option<i64>,
    /// The last one.
    pub last_at: DateTime<Utc>,
}

belongs_to! {
    Hub: HubId => hub.Id,
}
