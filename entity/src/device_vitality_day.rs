//! `device_vitality_day`: how a device was on a day.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{CustomerId, DeviceId, DistributorId};
use crate::relations::belongs_to;

/// Battery, signal and how often a device told them on a UTC day, for whoever held it then.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "device_vitality_day")]
pub struct Model {
    /// Who held it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub customer_id: CustomerId,
    /// Through whom.
    pub distributor_id: Option<DistributorId>,
    /// The device.
    #[sea_orm(primary_key, auto_increment = false)]
    pub device_id: DeviceId,
    /// The UTC day.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: NaiveDate,
    /// The lowest charge that day, 0 to 100 %.
    pub battery_min: Option<i16>,
    /// The charge told last.
    pub battery_last: Option<i16>,
    /// The weakest signal that day, dBm.
    pub signal_min: Option<i16>,
    /// The signal told last.
    pub signal_last: Option<i16>,
    /// How often it told, or its hub did.
    pub heard: i32,
    /// The last time.
    pub last_at: DateTime<Utc>,
}

belongs_to! {
    Device: DeviceId => device.Id,
}
