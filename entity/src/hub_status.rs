//! `hub_status`: how a hub is.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{CustomerId, DistributorId, HubId};
use crate::relations::belongs_to;

/// A hub's last signs of life besides its readings.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "hub_status")]
pub struct Model {
    /// The hub.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hub_id: HubId,
    /// Its distributor when it last reported.
    pub distributor_id: Option<DistributorId>,
    /// Its customer when it last reported.
    pub customer_id: Option<CustomerId>,
    /// When its last heartbeat arrived.
    pub heartbeat_at: Option<DateTime<Utc>>,
    /// How long its program had been running then, seconds.
    pub uptime_seconds: Option<i64>,
    /// How many readings waited in its ledger then.
    pub queued: Option<i64>,
    /// Since when nothing is heard of it; none: it is heard.
    pub offline_since: Option<DateTime<Utc>>,
}

belongs_to! {
    Hub: HubId => hub.Id,
}
