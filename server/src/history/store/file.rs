//! Readings for a file: of every kind that is asked for, since a time, stretch by stretch.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait as _, DbErr, QueryResult};
use vitals::Kind;

use super::line::Devices;
use super::page::{self, Before, Shown, columns};
use super::{AHEAD_MINUTES, get, sql};
use crate::tenancy::{CustomerScope, Tx};

/// A line of the file. It holds a patient's values, so it has no `Debug`.
#[derive(Clone)]
pub struct Filed {
    /// What a page shows of it.
    pub shown: Shown,
    /// Which of the device's users.
    pub user_slot: Option<i16>,
}

/// Which readings of the devices.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Of these kinds.
    pub kinds: Vec<Kind>,
    /// Measured at this time or later.
    pub since: DateTime<Utc>,
}

/// The event is looked up as for a page: by its reading, and only in the days since that arrived.
const STRETCH: &str = concat!(
    "select ",
    columns!(),
    ", r.user_slot from (
       select n.* from unnest($5::uuid[], $6::timestamptz[], $7::timestamptz[]) as l(device, begins, ends)
       cross join lateral (
         select * from reading
         where device_id = l.device and kind = any($1::text[]) and measured_at <= $2 and (measured_at, id) < ($2, $3)
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
);

/// The devices' readings, newest first, before the one given; at most `limit`. Those taken back are among them.
pub async fn stretch(
    tx: &Tx<CustomerScope>,
    devices: impl Into<Devices>,
    wanted: &Wanted,
    before: Option<Before>,
    limit: u16,
) -> Result<Vec<Filed>, DbErr> {
    let (time, id) = Before::values(before);
    let kinds: Vec<String> = wanted.kinds.iter().map(|kind| kind.as_str().to_owned()).collect();
    let values = [kinds.into(), time.into(), id.into(), i64::from(limit).into()];
    let arrived = wanted.since - TimeDelta::minutes(AHEAD_MINUTES);
    let values = values
        .into_iter()
        .chain(devices.into().values())
        .chain([wanted.since.into(), arrived.into()]);
    let rows = tx.connection().query_all_raw(sql(STRETCH, values)).await?;
    rows.iter().map(filed).collect()
}

fn filed(row: &QueryResult) -> Result<Filed, DbErr> {
    Ok(Filed {
        shown: page::shown(row)?,
        user_slot: get(row, "user_slot")?,
    })
}
