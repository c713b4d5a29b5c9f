//! `refusal`: what was refused, in partitions of the UTC day: why did nothing arrive?

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{CustomerId, DeviceId, DistributorId, HubId, RefusalId, SourceId};
use crate::relations::belongs_to;

/// Refusals of one subject for one reason within one minute, counted, without values.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refusal")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RefusalId,
    /// The minute's first moment; which day's partition it is in.
    #[sea_orm(primary_key, auto_increment = false)]
    pub minute: DateTime<Utc>,
    /// Whose sender it was, where that was proved.
    pub customer_id: Option<CustomerId>,
    /// That customer's distributor.
    pub distributor_id: Option<DistributorId>,
    /// The device, where it was proved.
    pub device_id: Option<DeviceId>,
    /// The hub, where it was proved.
    pub hub_id: Option<HubId>,
    /// What the sender called itself, where it proved nothing, at most 64 characters.
    pub claimed: Option<String>,
    /// The address it came from, at most 64 characters.
    pub remote: Option<String>,
    /// Why, as a stable name, at most 64 characters.
    pub reason: String,
    /// More about it, at most 200 characters.
    pub detail: Option<String>,
    /// How often within the minute.
    pub count: i64,
    /// When last.
    pub last_at: DateTime<Utc>,
    /// The vendor's cloud, where it was proved.
    pub source_id: Option<SourceId>,
}

belongs_to! {}
