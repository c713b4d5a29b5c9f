//! Readings for a file: of every kind that is asked for, since a time, stretch by stretch.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait as _, DbErr, QueryResult};
use vitals::Kind;

use super::line::Devices;
use super::page::{self, Before, Shown, readings};
use super::{get, sql};
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
