//! `raw_message`: messages of hubs and vendors' clouds as they came, and of devices what was set aside, in partitions of the
//! UTC day of arrival. What else a device sent by itself is kept with its reading.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::enums::Encoding;
use crate::ids::{CustomerId, DeviceId, HubId, RawMessageId, SourceId};
use crate::relations::belongs_to;

/// A message as it came, sealed, so that any reading of it can be proved later.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "raw_message")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RawMessageId,
    /// When it arrived; which day's partition it is in.
    #[sea_orm(primary_key, auto_increment = false)]
    pub received_at: DateTime<Utc>,
    /// Whose it is, where that is known.
    pub customer_id: Option<CustomerId>,
    /// The device that sent it by itself.
    pub device_id: Option<DeviceId>,
    /// The hub that sent it.
    pub hub_id: Option<HubId>,
    /// Its bytes, sealed.
    pub body_sealed: Vec<u8>,
    /// The hub's token, whose claim holds the hash of those bytes.
    pub jwt: Option<String>,
    /// The vendor's cloud that sent it.
    pub source_id: Option<SourceId>,
    /// How its bytes are packed.
    pub encoding: Option<Encoding>,
    /// Whether something in it is not its owner's, or may not be; none: a device sent it by itself.
    pub shared: Option<bool>,
}

belongs_to! {}
