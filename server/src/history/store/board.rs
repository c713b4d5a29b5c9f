//! What an administrator's first page says of the data plane: how many readings arrive, and what waits unseen. Counts and
//! times, never a value.

use chrono::{DateTime, DurationRound as _, NaiveDate, TimeDelta, Utc};
use sea_orm::{ConnectionTrait as _, DbErr};
use std::collections::HashMap;
use uuid::Uuid;

use super::{get, sql};
use crate::ground::ids::CustomerId;
use crate::history::retention::oldest_day;
use crate::tenancy::{AdminScope, Tx};

/// Days are made for longer than this ahead, and a job looks after them every six hours.
const WEEK: i64 = 7;
/// A day that is over may take so long to leave before that is worth a word: it is archived and read back first.
const TO_LEAVE: TimeDelta = TimeDelta::hours(6);

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

/// How the tables of days stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// Of the coming week, those that cannot be written to yet.
    pub missing: u64,
    /// Those that are over and still in the history.
    pub over: u64,
}

/// How the tables of days stand: a day without a table refuses every reading, and one that does not leave keeps what
/// should be gone.
pub async fn days(tx: &Tx<AdminScope>, now: DateTime<Utc>) -> Result<Days, DbErr> {
    const ENDS: &str = "select vw_partitions_until() as newest,
        (select min(to_date(right(c.relname, 8), 'YYYYMMDD')) from pg_inherits i
         join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
         join pg_namespace n on n.oid = p.relnamespace
         where p.relname in ('reading', 'raw_message', 'event', 'delivery_attempt') and n.nspname = 'public') as oldest";
    let Some(row) = tx.connection().query_one_raw(sql(ENDS, [])).await? else {
        return Ok(Days { missing: 0, over: 0 });
    };
    let today = now.date_naive();
    let newest: Option<NaiveDate> = get(&row, "newest")?;
    let oldest: Option<NaiveDate> = get(&row, "oldest")?;
    let ahead = newest.map_or(0, |newest| (newest - today).num_days());
    let stays = oldest_day((now - TO_LEAVE).date_naive());
    let over = oldest.map_or(0, |oldest| (stays - oldest).num_days());
    let count = |days: i64| u64::try_from(days).unwrap_or(0);
    Ok(Days {
        missing: count(WEEK - ahead),
        over: count(over),
    })
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
