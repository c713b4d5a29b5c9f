//! `support_case`: a question or a fault that somebody looks after.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::enums::{CaseSide, CaseState};
use crate::ids::{CaseId, CustomerId, DeviceId, DistributorId, HubId, UserId};
use crate::relations::belongs_to;

/// A case. Whose it is was decided when it was opened.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "support_case")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CaseId,
    /// As the platform counts its cases, from 1.
    pub number: i64,
    /// Whose portfolio or stock it concerns.
    pub distributor_id: Option<DistributorId>,
    /// Whose it is; none: a matter of stock, or of a distributor itself.
    pub customer_id: Option<CustomerId>,
    /// The device that it is about.
    pub device_id: Option<DeviceId>,
    /// The hub that it is about; neither: the organisation.
    pub hub_id: Option<HubId>,
    /// The name of what it is about, as it was then, 1 to 200 characters.
    pub subject: String,
    /// What is the matter, 1 to 200 characters.
    pub title: String,
    /// How it stands.
    pub state: CaseState,
    /// Who opened it.
    pub opened_by: UserId,
    /// Their name, for who may not look their account up.
    pub opener_name: String,
    /// Whose people they are.
    pub opener_side: CaseSide,
    /// When.
    pub opened_at: DateTime<Utc>,
    /// Who looks after it.
    pub assignee: Option<UserId>,
    /// Their name.
    pub assignee_name: Option<String>,
    /// When something was last written or changed that everybody sees.
    pub updated_at: DateTime<Utc>,
}

belongs_to! {
    Distributor: DistributorId => distributor.Id,
    Customer: CustomerId => customer.Id,
    Device: DeviceId => device.Id,
    Hub: HubId => hub.Id,
}
