//! `device_status`: what is known of a device without its values.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::enums::Kind;
use crate::ids::{CustomerId, DeviceId, DistributorId, HubId};
use crate::relations::belongs_to;

/// A device's last signs of life: written by the router, so that a reading's commit touches no hot row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "device_status")]
pub struct Model {
    /// The device.
    #[sea_orm(primary_key, auto_increment = false)]
    pub device_id: DeviceId,
    /// Its distributor when it last reported.
    pub distributor_id: Option<DistributorId>,
    /// Its customer when it last reported.
    pub customer_id: Option<CustomerId>,
    /// When it last sent anything.
    pub last_seen_at: DateTime<Utc>,
    /// When its last reading arrived.
    pub last_reading_at: Option<DateTime<Utc>>,
    /// What that reading was.
    pub last_kind: Option<Kind>,
    /// Through which hub it came.
    pub last_hub_id: Option<HubId>,
    /// Charge, 0 to 100 %.
    pub battery_percent: Option<i16>,
    /// Strength of its signal in dBm, negative.
    pub signal_dbm: Option<i16>,
    /// Written while somebody changed the device: whether it is still for its holder is asked a little later.
    pub is_unsure: bool,
}

belongs_to! {
    Device: DeviceId => device.Id,
}
