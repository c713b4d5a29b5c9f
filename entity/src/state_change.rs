//! `state_change`: who changed the state of a device or a hub, and when.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::enums::{CaseSide, ThingState};
use crate::ids::{CustomerId, DeviceId, DistributorId, HubId, UserId};
use crate::relations::belongs_to;

/// One change of a state that no period of assignment tells of.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "state_change")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The device, where it is not a hub.
    pub device_id: Option<DeviceId>,
    /// The hub, where it is not a device.
    pub hub_id: Option<HubId>,
    /// In whose stock or portfolio it was then.
    pub distributor_id: Option<DistributorId>,
    /// Who held it then.
    pub customer_id: Option<CustomerId>,
    /// When.
    pub at: DateTime<Utc>,
    /// What it was.
    pub was: ThingState,
    /// What it became.
    pub became: ThingState,
    /// Who changed it.
    pub changed_by: Option<UserId>,
    /// Whose people they are.
    pub by_side: CaseSide,
}

belongs_to! {
    Device: DeviceId => device.Id,
    Hub: HubId => hub.Id,
}
