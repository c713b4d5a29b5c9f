//! The room's SQL. Row-level security keeps every statement inside its tenant.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, Statement, Value};

use super::{DayCount, MinuteCount};
use crate::ground::ids::DeviceId;
use crate::tenancy::{AdminScope, CustomerScope, Scope, Tx};

fn sql(text: &'static str, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(DatabaseBackend::Postgres, text, values)
}

pub(super) async fn days<S: Scope>(
    tx: &Tx<S>,
    from: NaiveDate,
    until: NaiveDate,
) -> Result<Vec<DayCount>, DbErr> {
    let statement = sql(
        "select day, sum((select sum(n) from unnest(hourly) as n))::bigint as readings,
           count(distinct device_id) as devices
         from usage_device_day where day between $1 and $2 group by day order by day",
        [from.into(), until.into()],
    );
    let rows = tx.connection().query_all_raw(statement).await?;
    rows.iter()
        .map(|row| {
            Ok(DayCount {
                day: row.try_get("", "day")?,
                readings: row.try_get("", "readings")?,
                devices: row.try_get("", "devices")?,
            })
        })
        .collect()
}

pub(super) async fn device_hours(
    tx: &Tx<CustomerScope>,
    device: DeviceId,
    day: NaiveDate,
) -> Result<[i32; 24], DbErr> {
    let statement = sql(
        "select hourly from usage_device_day where device_id = $1 and day = $2",
        [device.into(), day.into()],
    );
    let Some(row) = tx.connection().query_one_raw(statement).await? else {
        return Ok([0; 24]);
    };
    let hourly: Vec<i32> = row.try_get("", "hourly")?;
    hourly
        .try_into()
        .map_err(|_| DbErr::Type("a day has 24 hours".to_owned()))
}

pub(super) async fn delivered_on(tx: &Tx<CustomerScope>, day: NaiveDate) -> Result<i64, DbErr> {
    let statement = sql(
        "select coalesce(sum(delivered), 0)::bigint as n from usage_delivery_day where day = $1",
        [day.into()],
    );
    tx.connection()
        .query_one_raw(statement)
        .await?
        .map_or(Ok(0), |row| row.try_get("", "n"))
}

pub(super) async fn minutes(tx: &Tx<AdminScope>, since: DateTime<Utc>) -> Result<Vec<MinuteCount>, DbErr> {
    let statement = sql(
        "select minute, sum(readings)::bigint as readings from minute_tally where minute >= $1
         group by minute order by minute",
        [since.into()],
    );
    let rows = tx.connection().query_all_raw(statement).await?;
    rows.iter()
        .map(|row| {
            Ok(MinuteCount {
                minute: row.try_get("", "minute")?,
                readings: row.try_get("", "readings")?,
            })
        })
        .collect()
}
