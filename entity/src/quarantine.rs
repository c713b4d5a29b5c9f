//! `quarantine`: what was authenticated but not believed.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::enums::{QuarantineReason, QuarantineState};
use crate::ids::{CustomerId, DeviceId, DistributorId, HubId, QuarantineId, RawMessageId, SourceId, UserId};
use crate::relations::belongs_to;

/// An item kept, unseen, with its reason. Its values are only in the sealed columns.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "quarantine")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: QuarantineId,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
    /// Whose it would be, where that is known.
    pub customer_id: Option<CustomerId>,
    /// The distributor concerned, where that is known.
    pub distributor_id: Option<DistributorId>,
    /// The device, where it is known.
    pub device_id: Option<DeviceId>,
    /// The hub through which it came.
    pub hub_id: Option<HubId>,
    /// The serial number the item names.
    pub serial: Option<String>,
    /// Why it was not believed.
    pub reason: QuarantineReason,
    /// More about it, without values, at most 500 characters.
    pub detail: Option<String>,
    /// The item's bytes, sealed.
    pub item_sealed: Vec<u8>,
    /// HMAC of the item's bytes, 32 bytes, unique: a sender that repeats itself fills no shelf.
    pub item_hmac: Vec<u8>,
    /// The message it came in.
    pub raw_id: RawMessageId,
    /// The hub's token of that message.
    pub jwt: Option<String>,
    /// What became of it.
    pub state: QuarantineState,
    /// How large the item is, which the database computes.
    pub item_bytes: i32,
    /// When somebody dismissed it.
    pub dismissed_at: Option<DateTime<Utc>>,
    /// Who did.
    pub dismissed_by: Option<UserId>,
    /// Their name then, 1 to 200 characters.
    pub dismissed_name: Option<String>,
    /// Why, 1 to 500 characters.
    pub dismissed_why: Option<String>,
    /// The vendor's cloud through which it came.
    pub source_id: Option<SourceId>,
    /// When it was taken in after all.
    pub released_at: Option<DateTime<Utc>>,
}

belongs_to! {}
