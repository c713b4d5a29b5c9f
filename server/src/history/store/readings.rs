//! Readings as the customer's API gives them: a device's, page by page, and single ones.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait as _, DbErr, QueryResult};
use serde_json::Value;
use uuid::Uuid;
use vitals::{ContentHash, Kind, Proof, Quality};

use super::page::Before;
use super::{AHEAD_MINUTES, get, parsed, quality, sql, unknown};
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
    pub until: Option<DateTime<Utc>>,
    /// Those that carry none of these flags.
    pub without: Quality,
    /// Those that stand, or those that were taken back.
    pub status: Option<ReadingStatus>,
}

impl Wanted {
    /// The span of measured times, and the arrival before which none of them can lie: days before it are not looked at.
    pub(super) fn span(&self) -> [DateTime<Utc>; 3] {
        let from = self
            .from
            .unwrap_or(DateTime::<Utc>::from_timestamp_nanos(i64::MIN));
        // Nothing ends later than this, in PostgreSQL's useful time.
        let until = self.until.unwrap_or_else(|| Before::values(None).0);
        let arrived = from - TimeDelta::minutes(AHEAD_MINUTES);
        [from, until, arrived]
    }
}

/// In which direction of time a list goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The newest first.
    #[default]
    Newest,
    /// The oldest first.
    Oldest,
}

/// The columns that make a [`Stored`]: without the message, which nobody lists.
macro_rules! whole {
    () => {
        "id, device_id, hub_id, kind, measured_at, received_at, device_time_ms, utc_offset_minutes, hub_time, sequence, \
         user_slot, vals, original, quality, proof, status, content_hash"
    };
}
pub(super) use whole;

/// A device's readings in one direction of time. The bounds stand as they are, so that every plan goes along the index of
/// the device alone and leaves out the days of arrival before the wanted time.
macro_rules! listed {
    ($beyond:literal, $order:literal) => {
        concat!(
            "select ",
            $crate::history::store::readings::whole!(),
            " from reading
             where device_id = $1 and measured_at >= $4 and measured_at < $5 and received_at >= $6 and ",
            $beyond,
            " and ($7::text is null or kind = $7) and quality & $8 = 0 and ($9::text is null or status = $9)
             order by ",
            $order,
            " limit $10"
        )
    };
}

/// A device's readings, behind the one given in the order that is asked for; at most `limit`.
pub async fn readings(
    tx: &Tx<CustomerScope>,
    device: DeviceId,
    wanted: &Wanted,
    order: Order,
    behind: Option<Before>,
    limit: i64,
) -> Result<Vec<Stored>, DbErr> {
    const NEWEST: &str = listed!(
        "measured_at <= $2 and (measured_at, id) < ($2, $3)",
        "measured_at desc, id desc"
    );
    const OLDEST: &str = listed!(
        "measured_at >= $2 and (measured_at, id) > ($2, $3)",
        "measured_at, id"
    );
    let [from, until, arrived] = wanted.span();
    let (statement, (time, id)) = match order {
        Order::Newest => (NEWEST, Before::values(behind)),
        Order::Oldest => {
            let start = (from, Uuid::nil());
            let place = behind.map(|behind| (behind.measured_at, behind.id.as_uuid()));
            (OLDEST, place.unwrap_or(start))
        }
    };
    let values = [
        device.as_uuid().into(),
        time.into(),
        id.into(),
        from.into(),
        until.into(),
        arrived.into(),
        wanted.kind.map(Kind::as_str).into(),
        wanted.without.to_bits().into(),
        wanted.status.map(ReadingStatus::as_str).into(),
        limit.into(),
    ];
    let rows = tx.connection().query_all_raw(sql(statement, values)).await?;
    rows.iter().map(stored).collect()
}

/// One reading, if the scope sees it.
pub async fn reading(tx: &Tx<CustomerScope>, id: ReadingId) -> Result<Option<Stored>, DbErr> {
    const ONE: &str = concat!("select ", whole!(), " from reading where id = $1");
    let one = sql(ONE, [id.as_uuid().into()]);
    tx.connection()
        .query_one_raw(one)
        .await?
        .as_ref()
        .map(stored)
        .transpose()
}

pub(super) fn stored(row: &QueryResult) -> Result<Stored, DbErr> {
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
