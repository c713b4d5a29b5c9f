//! Readings for a file: of every kind that is asked for, since a time, stretch by stretch.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait as _, DbErr, QueryResult};
use vitals::Kind;

use super::line::Devices;
use super::page::{self, Before, Shown, readings};
use super::{AHEAD_MINUTES, get, parsed, sql};
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

/// The kinds of which the devices have a reading since a time; those taken back do not count.
pub async fn kinds(
    tx: &Tx<CustomerScope>,
    devices: impl Into<Devices>,
    since: DateTime<Utc>,
) -> Result<BTreeSet<Kind>, DbErr> {
    const KINDS: &str = "select distinct kind
        from unnest($3::uuid[], $4::timestamptz[], $5::timestamptz[]) as l(device, begins, ends)
        join reading on device_id = l.device and measured_at >= l.begins and measured_at < l.ends
        where measured_at >= $1 and received_at >= $2 and status = 'final'";
    let arrived = since - TimeDelta::minutes(AHEAD_MINUTES);
    let values = [since.into(), arrived.into()]
        .into_iter()
        .chain(devices.into().values());
    let rows = tx.connection().query_all_raw(sql(KINDS, values)).await?;
    rows.iter().map(|row| parsed(row, "kind")).collect()
}

/// The devices' readings, newest first, before the one given; at most `limit`. Those taken back are among them.
pub async fn stretch(
    tx: &Tx<CustomerScope>,
    devices: impl Into<Devices>,
    wanted: &Wanted,
    before: Option<Before>,
    limit: u16,
) -> Result<Vec<Filed>, DbErr> {
    const STRETCH: &str = readings!(", r.user_slot", "kind = any($1::text[])");
    let kinds: Vec<String> = wanted.kinds.iter().map(|kind| kind.as_str().to_owned()).collect();
    let values = page::asked(kinds.into(), devices.into(), wanted.since, before, limit);
    let rows = tx.connection().query_all_raw(sql(STRETCH, values)).await?;
    rows.iter().map(filed).collect()
}

fn filed(row: &QueryResult) -> Result<Filed, DbErr> {
    Ok(Filed {
        shown: page::shown(row)?,
        user_slot: get(row, "user_slot")?,
    })
}
