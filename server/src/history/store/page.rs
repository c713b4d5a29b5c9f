//! The rows of a device's page: its readings, newest first, each with its way to the customer's server.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait as _, DbErr, QueryResult, Value};
use uuid::Uuid;
use vitals::{Kind, Proof, Quality, Vital};

use super::line::Devices;
use super::{AHEAD_MINUTES, get, parsed, quality, sql, vital};
use crate::ground::enums::EventDeliveryState;
use crate::ground::ids::{DeviceId, HubId, ReadingId};
use crate::tenancy::{CustomerScope, Tx};

/// One reading as a page shows it. It holds a patient's values, so it has no `Debug`.
#[derive(Clone)]
pub struct Shown {
    /// Its id.
    pub id: ReadingId,
    /// The device that measured it.
    pub device: DeviceId,
    /// The time it counts for.
    pub measured_at: DateTime<Utc>,
    /// When it arrived; durable since then.
    pub received_at: DateTime<Utc>,
    /// When the hub first saw it, where it came through one.
    pub hub_time: Option<DateTime<Utc>>,
    /// The hub it came through.
    pub hub: Option<HubId>,
    /// The values.
    pub vital: Vital,
    /// What casts doubt on it.
    pub quality: Quality,
    /// What proves it.
    pub proof: Proof,
    /// Whether it was taken back.
    pub in_error: bool,
    /// Where it stands on its way to the customer's server; none until the router has seen it.
    pub forwarded: Option<Forwarded>,
}

/// Where a reading stands on its way to the customer's server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forwarded {
    /// Its event's number in the customer's stream.
    pub sequence: i64,
    /// How far it came.
    pub state: Delivery,
}

/// How far a reading came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// The customer had no endpoint when it came.
    NoEndpoint,
    /// It has not been tried, or is to be tried again at this time.
    Waiting(Option<DateTime<Utc>>),
    /// The customer's server has it, this long after it was durable here.
    Delivered(TimeDelta),
    /// On the dead-letter shelf.
    Dead,
}

/// Where a list goes on: after this reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Before {
    /// Its time.
    pub measured_at: DateTime<Utc>,
    /// Its id, among those of the same time.
    pub id: ReadingId,
}

impl Before {
    pub(super) fn values(this: Option<Self>) -> (DateTime<Utc>, Uuid) {
        // The end of PostgreSQL's useful time and the largest id: before them lies everything.
        let end = DateTime::from_timestamp(253_402_300_799, 0).unwrap_or(DateTime::<Utc>::MAX_UTC);
        this.map_or((end, Uuid::max()), |before| {
            (before.measured_at, before.id.as_uuid())
        })
    }
}

/// The columns of a row; `e` is the reading's event.
macro_rules! columns {
    () => {
        "r.id, r.device_id, r.measured_at, r.received_at, r.hub_time, r.hub_id, r.vals, r.quality, r.proof, r.status, r.kind, \
         e.sequence as event_sequence, e.delivery_state, e.delivered_at, e.next_attempt_at"
    };
}
pub(super) use columns;

/// The newest readings of devices: with these columns besides, and of which kinds. A device's readings of one kind lie in
/// order, so who wants one kind asks for it with `=`. The event is looked up by its reading, and only in the days since that
/// arrived.
macro_rules! readings {
    ($and:literal, $kind:literal) => {
        concat!(
            "select ",
            $crate::history::store::page::columns!(),
            $and,
            " from (
               select n.* from unnest($5::uuid[], $6::timestamptz[], $7::timestamptz[]) as l(device, begins, ends)
               cross join lateral (
                 select id, device_id, measured_at, received_at, hub_time, hub_id, vals, quality, proof, status, kind, user_slot
                 from reading
                 where device_id = l.device and ",
            $kind,
            " and measured_at <= $2 and (measured_at, id) < ($2, $3)
                   and measured_at >= greatest(l.begins, $8) and measured_at < l.ends and received_at >= $9
                 order by measured_at desc, id desc limit $4
               ) n
               order by n.measured_at desc, n.id desc limit $4
             ) r
             left join lateral (
               select sequence, delivery_state, delivered_at, next_attempt_at from event
               where reading_id = r.id and type = 'reading.created' and created_at >= r.received_at - interval '1 minute'
               order by sequence desc limit 1
             ) e on true
             order by r.measured_at desc, r.id desc"
        )
    };
}
pub(super) use readings;

/// The devices' newest readings of a kind, or those before one; newest first. Where a time is given, those that were measured
/// at it or later.
pub async fn newest(
    tx: &Tx<CustomerScope>,
    devices: impl Into<Devices>,
    kind: Kind,
    since: Option<DateTime<Utc>>,
    before: Option<Before>,
    limit: u16,
) -> Result<Vec<Shown>, DbErr> {
    const NEWEST: &str = readings!("", "kind = $1");
    let since = since.unwrap_or(DateTime::<Utc>::from_timestamp_nanos(i64::MIN));
    let values = asked(kind.as_str().into(), devices.into(), since, before, limit);
    let rows = tx.connection().query_all_raw(sql(NEWEST, values)).await?;
    rows.iter().map(shown).collect()
}

/// What [`readings!`] takes.
pub(super) fn asked(
    kinds: Value,
    devices: Devices,
    since: DateTime<Utc>,
    before: Option<Before>,
    limit: u16,
) -> impl Iterator<Item = Value> {
    let (time, id) = Before::values(before);
    let arrived = since - TimeDelta::minutes(AHEAD_MINUTES);
    [kinds, time.into(), id.into(), i64::from(limit).into()]
        .into_iter()
        .chain(devices.values())
        .chain([since.into(), arrived.into()])
}

/// A device's last reading, for a list of devices.
#[derive(Clone)]
pub struct Latest {
    /// The device.
    pub device: DeviceId,
    /// When it measured.
    pub measured_at: DateTime<Utc>,
    /// What.
    pub vital: Vital,
}

/// The last reading of each of these devices that has one in the history; those taken back do not count.
pub async fn latest(tx: &Tx<CustomerScope>, devices: &[DeviceId]) -> Result<Vec<Latest>, DbErr> {
    const LATEST: &str = "select r.* from unnest($1::uuid[]) as d(id) cross join lateral (
          select device_id, measured_at, kind, vals from reading
          where device_id = d.id and status = 'final' order by measured_at desc limit 1
        ) r";
    let devices: Vec<Uuid> = devices.iter().map(|device| device.as_uuid()).collect();
    let rows = tx
        .connection()
        .query_all_raw(sql(LATEST, [devices.into()]))
        .await?;
    let latest = |row: &QueryResult| {
        Ok(Latest {
            device: get::<Uuid>(row, "device_id")?.into(),
            measured_at: get(row, "measured_at")?,
            vital: vital(row, parsed(row, "kind")?)?,
        })
    };
    rows.iter().map(latest).collect()
}

pub(super) fn shown(row: &QueryResult) -> Result<Shown, DbErr> {
    let received_at = get(row, "received_at")?;
    Ok(Shown {
        id: get::<Uuid>(row, "id")?.into(),
        device: get::<Uuid>(row, "device_id")?.into(),
        measured_at: get(row, "measured_at")?,
        received_at,
        hub_time: get(row, "hub_time")?,
        hub: get::<Option<Uuid>>(row, "hub_id")?.map(HubId::from),
        vital: vital(row, parsed(row, "kind")?)?,
        quality: quality(row)?,
        proof: parsed(row, "proof")?,
        in_error: get::<String>(row, "status")? == "entered_in_error",
        forwarded: forwarded(row, received_at)?,
    })
}

fn forwarded(row: &QueryResult, received_at: DateTime<Utc>) -> Result<Option<Forwarded>, DbErr> {
    let Some(sequence) = get::<Option<i64>>(row, "event_sequence")? else {
        return Ok(None);
    };
    let delivered_at: Option<DateTime<Utc>> = get(row, "delivered_at")?;
    let state = match parsed(row, "delivery_state")? {
        EventDeliveryState::Delivered => {
            Delivery::Delivered(delivered_at.unwrap_or(received_at) - received_at)
        }
        EventDeliveryState::Dead => Delivery::Dead,
        EventDeliveryState::None => Delivery::NoEndpoint,
        EventDeliveryState::Waiting => Delivery::Waiting(get(row, "next_attempt_at")?),
    };
    Ok(Some(Forwarded { sequence, state }))
}
