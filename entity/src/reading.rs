//! `reading`: readings, in partitions of the UTC day of arrival.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use serde_json::Value;

use crate::enums::{Kind, Proof, ReadingStatus};
use crate::ids::{CredentialId, CustomerId, DeviceId, HubId, RawMessageId, ReadingId};
use crate::relations::belongs_to;

/// A reading. It has no foreign keys, because its commit joins the registry itself.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reading")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReadingId,
    /// When it arrived; which day's partition it is in.
    #[sea_orm(primary_key, auto_increment = false)]
    pub received_at: DateTime<Utc>,
    /// Who held the device when it measured.
    pub customer_id: CustomerId,
    /// The device.
    pub device_id: DeviceId,
    /// The hub through which it came.
    pub hub_id: Option<HubId>,
    /// What sent it: the device's token, or the hub itself.
    pub credential_id: CredentialId,
    /// What was measured.
    pub kind: Kind,
    /// The time it counts for: the device's where that can be true, else its arrival, flagged `clock_suspect`.
    pub measured_at: DateTime<Utc>,
    /// The UTC day its key stands under; 1970-01-01 where the device's time is missing or cannot be true.
    pub measured_on: NaiveDate,
    /// The device's own raw time, in ms since 1970.
    pub device_time_ms: Option<i64>,
    /// The device's offset from UTC in minutes, -1080 to 1080.
    pub utc_offset_minutes: Option<i16>,
    /// When the hub first saw it, by the hub's clock.
    pub hub_time: Option<DateTime<Utc>>,
    /// The device's own sequence number.
    pub sequence: Option<i64>,
    /// The device's memory slot for its wearer, 0 to 255.
    pub user_slot: Option<i16>,
    /// SHA-256 of what was measured, 32 bytes. It can be guessed from the values, so it is patient data.
    pub content_hash: Vec<u8>,
    /// Canonical values in canonical units, as `vitals::Vital::write_json` writes them.
    #[sea_orm(column_type = "Json")]
    pub vals: Value,
    /// What the sender wrote, where its unit was another one.
    #[sea_orm(column_type = "Json", nullable)]
    pub original: Option<Value>,
    /// Bits of `vitals::Quality`.
    pub quality: i16,
    /// How well it is proved that it came from the device.
    pub proof: Proof,
    /// Whether it stands.
    pub status: ReadingStatus,
    /// The message it came in; none: the device sent it by itself, in the message that is kept here, under its own id.
    pub raw_id: Option<RawMessageId>,
    /// That message's bytes, sealed.
    pub body_sealed: Option<Vec<u8>>,
}

belongs_to! {}
