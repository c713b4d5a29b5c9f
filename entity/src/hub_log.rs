//! `hub_log`: what a hub sent of its log.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{CustomerId, DistributorId, HubCommandId, HubId, HubLogId};
use crate::relations::belongs_to;

/// A piece of a hub's log, sent because somebody asked. The last few of a hub are kept, for a week.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "hub_log")]
pub struct Model {
    /// Its id, which its sealing is bound to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: HubLogId,
    /// The hub.
    pub hub_id: HubId,
    /// The hub's distributor when it was sent.
    pub distributor_id: Option<DistributorId>,
    /// The hub's customer when it was sent.
    pub customer_id: Option<CustomerId>,
    /// The command that asked for it.
    pub command_id: HubCommandId,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
    /// How long the text is.
    pub bytes: i32,
    /// The text, sealed.
    pub body_sealed: Vec<u8>,
}

belongs_to! {
    Hub: HubId => hub.Id,
    Command: CommandId => hub_command.Id,
}
