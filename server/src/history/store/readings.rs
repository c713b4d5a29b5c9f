//! Readings as the customer's API gives them: a device's, page by page, and single ones.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait as _, DbErr, QueryResult};
use serde_json::Value;
use uuid::Uuid;
use vitals::{ContentHash, Kind, Proof, Quality};

use super::page::Before;
use super::{get, parsed, quality, sql, unknown};
use crate::ground::enums::ReadingStatus;
use crate::ground::ids::{DeviceId, HubId, ReadingId};
use crate::tenancy::{CustomerScope, Tx};

/// A reading as it is stored. It holds a patient's values, so it has no `Debug`.
pub struct Stored {
    /// Its id.
    pub id: ReadingId,
    /// The device that measured.
    pub device: DeviceId,
    /// The hub it came through.
    pub hub: Option<HubId>,
    /// What was measured.
    pub kind: Kind,
    /// The time it counts for.
    pub measured_at: DateTime<Utc>,
    /// When it arrived; durable since then.
    pub received_at: DateTime<Utc>,
    /// The device's own time, as it sent it.
    pub device_time: Option<DateTime<Utc>>,
    /// The device's offset from UTC in minutes.
    pub utc_offset_minutes: Option<i16>,
    /// When the hub first saw it.
    pub hub_time: Option<DateTime<Utc>>,
    /// The device's own number for it.
    pub sequence: Option<i64>,
    /// Which of the device's users.
    pub user_slot: Option<i16>,
    /// Canonical values under their names.
    pub values: Value,
    /// What the sender wrote in other units.
    pub original: Option<Value>,
    /// What casts doubt on it.
    pub quality: Quality,
    /// What proves it.
    pub proof: Proof,
    /// Whether it was taken back.
    pub status: ReadingStatus,
    /// The idempotency key.
    pub hash: ContentHash,
}

/// Which readings of a device are looked for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Those of one kind.
    pub kind: Option<Kind>,
    /// Those measured at this time or later.
    pub from: Option<DateTime<Utc>>,
    /// Those measured before this time.
    pub to: Option<DateTime<Utc>>,
}

const NEWEST: &str = "select * from reading
    where device_id = $1 and measured_at <= $2 and (measured_at, id) < ($2, $3)
      and ($4::timestamptz is null or measured_at >= $4)
      and ($5::timestamptz is null or measured_at < $5)
      and ($6::text is null or kind = $6)
    order by measured_at desc, id desc limit $7";

/// A device's readings, newest first, before the one given; at most `limit`.
pub async fn readings(
    tx: &Tx<CustomerScope>,
    device: DeviceId,
    wanted: &Wanted,
    before: Option<Before>,
    limit: i64,
) -> Result<Vec<Stored>, DbErr> {
    let (time, id) = Before::values(before);
    let values = [
        device.as_uuid().into(),
        time.into(),
        id.into(),
        wanted.from.into(),
        wanted.to.into(),
        wanted.kind.map(Kind::as_str).into(),
        limit.into(),
    ];
    let rows = tx.connection().query_all_raw(sql(NEWEST, values)).await?;
    rows.iter().map(stored).collect()
}

/// One reading, if the scope sees it.
pub async fn reading(tx: &Tx<CustomerScope>, id: ReadingId) -> Result<Option<Stored>, DbErr> {
    let one = sql("select * from reading where id = $1", [id.as_uuid().into()]);
    tx.connection()
        .query_one_raw(one)
        .await?
        .as_ref()
        .map(stored)
        .transpose()
}

fn stored(row: &QueryResult) -> Result<Stored, DbErr> {
    let device_time: Option<i64> = get(row, "device_time_ms")?;
    let hash: Vec<u8> = get(row, "content_hash")?;
    Ok(Stored {
        id: get::<Uuid>(row, "id")?.into(),
        device: get::<Uuid>(row, "device_id")?.into(),
        hub: get::<Option<Uuid>>(row, "hub_id")?.map(HubId::from),
        kind: parsed(row, "kind")?,
        measured_at: get(row, "measured_at")?,
        received_at: get(row, "received_at")?,
        device_time: device_time.and_then(DateTime::from_timestamp_millis),
        utc_offset_minutes: get(row, "utc_offset_minutes")?,
        hub_time: get(row, "hub_time")?,
        sequence: get(row, "sequence")?,
        user_slot: get(row, "user_slot")?,
        values: get(row, "vals")?,
        original: get(row, "original")?,
        quality: quality(row)?,
        proof: parsed(row, "proof")?,
        status: parsed(row, "status")?,
        hash: ContentHash::from_bytes(hash.try_into().map_err(|_| unknown("content_hash"))?),
    })
}
