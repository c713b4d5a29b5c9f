//! `hub_heartbeat`: the last heartbeats of hubs.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{CustomerId, DistributorId, HubId};
use crate::relations::belongs_to;

/// A heartbeat; of each hub the last few are kept.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "hub_heartbeat")]
pub struct Model {
    /// The hub.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hub_id: HubId,
    /// When it arrived.
    #[sea_orm(primary_key, auto_increment = false)]
    pub at: DateTime<Utc>,
    /// The hub's distributor then.
    pub distributor_id: Option<DistributorId>,
    /// The hub's customer then.
    pub customer_id: Option<CustomerId>,
    /// The version of its program.
    pub version: Option<String>,
    /// How long that had been running, seconds.
    pub uptime_seconds: i64,
    /// How many readings waited in its ledger.
    pub queued: i64,
}

belongs_to! {
    Hub: HubId => hub.Id,
}
