//! `hub_command`: what a hub is asked to do.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::enums::{HubCommandKind, HubCommandState};
use crate::ids::{CustomerId, DistributorId, HubCommandId, HubId, UserId};
use crate::relations::belongs_to;

/// One thing that a hub is asked to do; it hears of it with its next heartbeat.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "hub_command")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: HubCommandId,
    /// The hub.
    pub hub_id: HubId,
    /// The hub's distributor when it was asked.
    pub distributor_id: Option<DistributorId>,
    /// The hub's customer when it was asked.
    pub customer_id: Option<CustomerId>,
    /// What to do.
    pub kind: HubCommandKind,
    /// How far it is.
    pub state: HubCommandState,
    /// Who asked.
    pub made_by: Option<UserId>,
    /// When.
    pub created_at: DateTime<Utc>,
    /// From when on it is not told to the hub any more.
    pub expires_at: DateTime<Utc>,
    /// When the hub was first told.
    pub sent_at: Option<DateTime<Utc>>,
    /// When the hub reported what came of it.
    pub done_at: Option<DateTime<Utc>>,
    /// What came of it in the hub's words, 1 to 500 characters.
    pub detail: Option<String>,
}

belongs_to! {
    Hub: HubId => hub.Id,
}
