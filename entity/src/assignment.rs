//! `assignment`: who held a device or a hub, and when.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::enums::MoveReason;
use crate::ids::{AssignmentId, CustomerId, DeviceId, DistributorId, HubId, UserId};
use crate::relations::belongs_to;

/// A period in which somebody held one device or one hub. Periods of one thing never overlap.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "assignment")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AssignmentId,
    /// The device, where it is not a hub.
    pub device_id: Option<DeviceId>,
    /// The hub, where it is not a device.
    pub hub_id: Option<HubId>,
    /// In whose stock or portfolio it was.
    pub distributor_id: Option<DistributorId>,
    /// Who held it; none: it was in stock.
    pub customer_id: Option<CustomerId>,
    /// The first moment of the period.
    pub valid_from: DateTime<Utc>,
    /// The first moment after it; none: it lasts.
    pub valid_until: Option<DateTime<Utc>>,
    /// Who decided it.
    pub assigned_by: Option<UserId>,
    /// When it was written down.
    pub created_at: DateTime<Utc>,
    /// What the move was that began it.
    pub reason: MoveReason,
    /// The line of readings that it goes on with; none: the device began one of its own.
    pub line_id: Option<Uuid>,
    /// The device whose place this one took.
    pub replaces_device_id: Option<DeviceId>,
    /// Who ended it.
    pub ended_by: Option<UserId>,
    /// Why, in a person's words, 1 to 500 characters.
    pub note: Option<String>,
    /// Of a period that lasts: its device was heard in it. Set a moment later; where it is not set, one has to look.
    pub is_heard: bool,
}

belongs_to! {
    Device: DeviceId => device.Id,
    Hub: HubId => hub.Id,
    Customer: CustomerId => customer.Id,
}
