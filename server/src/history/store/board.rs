//! What an administrator's first page says of the data plane: how many readings arrive, and what waits unseen. Counts and
//! times, never a value.

use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use sea_orm::{ConnectionTrait as _, DbErr};
use std::collections::HashMap;
use uuid::Uuid;

use super::{get, sql};
use crate::ground::ids::CustomerId;
use crate::tenancy::{AdminScope, Tx};

/// Readings that were accepted in each of the last whole minutes, oldest first.
pub async fn readings_a_minute(
    tx: &Tx<AdminScope>,
    now: DateTime<Utc>,
    minutes: u8,
) -> Result<Vec<i64>, DbErr> {
    const TALLY: &str = "select minute, sum(readings)::bigint as readings from minute_tally
        where minute >= $1 and minute < $2 group by 1";
    let minute = TimeDelta::minutes(1);
    let end = now.duration_trunc(minute).unwrap_or(now);
    let begin = end - minute * i32::from(minutes);
    let rows = tx
        .connection()
        .query_all_raw(sql(TALLY, [begin.into(), end.into()]))
        .await?;
    let tally: HashMap<DateTime<Utc>, i64> = rows
        .iter()
        .map(|row| Ok((get(row, "minute")?, get(row, "readings")?)))
        .collect::<Result<_, DbErr>>()?;
    let of = |place: u8| {
        tally
            .get(&(begin + minute * i32::from(place)))
            .copied()
            .unwrap_or(0)
    };
    Ok((0..minutes).map(of).collect())
}

/// Items of one customer that wait in quarantine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quarantined {
    /// Whose they are, where that is known.
    pub customer: Option<CustomerId>,
    /// How many.
    pub count: i64,
    /// Since when the oldest waits.
    pub since: DateTime<Utc>,
}

/// What waits in quarantine, the oldest first.
pub async fn quarantined(tx: &Tx<AdminScope>, limit: u16) -> Result<Vec<Quarantined>, DbErr> {
    const WAITING: &str = "select customer_id, count(*) as count, min(received_at) as since from quarantine
        where state = 'waiting' group by 1 order by 3 limit $1";
    let rows = tx
        .connection()
        .query_all_raw(sql(WAITING, [i64::from(limit).into()]))
        .await?;
    let read = |row| {
        Ok(Quarantined {
            customer: get::<Option<Uuid>>(row, "customer_id")?.map(CustomerId::from),
            count: get(row, "count")?,
            since: get(row, "since")?,
        })
    };
    rows.iter().map(read).collect()
}
