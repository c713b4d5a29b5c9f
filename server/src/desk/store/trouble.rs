//! What is known of why nothing arrived: counts, reasons and times of `refusal`, `quarantine`, `reading` and the usage
//! ledger, each of the present holder alone. No column of these that holds a value is read.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sea_orm::{DbErr, QueryResult, Value};
use uuid::Uuid;

use super::{all, get, one};
use crate::desk::trouble::{Quarantined, RefusedDay};
use crate::ground::ids::{CustomerId, DeviceId, HubId};
use crate::registry::RegistryError;
use crate::tenancy::{SystemScope, Tx};

type System = Tx<SystemScope>;

/// Refusals are kept, and counts shown, for so long.
const DAYS: TimeDelta = TimeDelta::days(30);
/// Readings are kept for so long.
const WEEK: TimeDelta = TimeDelta::days(7);
/// Days and reasons of refusals that are told.
const MOST: i64 = 200;

/// Of what, and who holds it.
#[derive(Debug, Clone, Copy)]
pub(in crate::desk) enum Of {
    Device(DeviceId, Option<CustomerId>),
    Hub(HubId, Option<CustomerId>),
}

/// What was found.
#[derive(Debug)]
pub(in crate::desk) struct Evidence {
    pub(in crate::desk) refusals: Vec<RefusedDay>,
    pub(in crate::desk) quarantined: Vec<Quarantined>,
    pub(in crate::desk) late: i64,
    pub(in crate::desk) readings: Vec<(NaiveDate, i64)>,
}

/// One statement for devices and one for hubs.
struct Statements {
    refusals: &'static str,
    quarantined: &'static str,
    late: &'static str,
    readings: &'static str,
}

const OF_DEVICE: Statements = Statements {
    refusals: "select (minute at time zone 'UTC')::date as day, reason, sum(count)::bigint as count, max(last_at) as last_at
        from refusal where device_id = $1 and customer_id is not distinct from $2 and minute > $3
        group by 1, 2 order by last_at desc limit $4",
    quarantined: "select reason, count(*) as count, max(received_at) as last_at from quarantine
        where state = 'waiting' and device_id = $1 and customer_id is not distinct from $2 group by reason order by 3 desc",
    late: "select count(*) as late from reading where device_id = $1 and customer_id = $2 and measured_at > $3
        and received_at > measured_at + interval '1 hour'",
    readings: "select day, (select sum(n) from unnest(hourly) as n)::bigint as count from usage_device_day
        where device_id = $1 and customer_id = $2 and day > ($3 at time zone 'UTC')::date order by day",
};

const OF_HUB: Statements = Statements {
    refusals: "select (minute at time zone 'UTC')::date as day, reason, sum(count)::bigint as count, max(last_at) as last_at
        from refusal where hub_id = $1 and customer_id is not distinct from $2 and minute > $3
        group by 1, 2 order by last_at desc limit $4",
    quarantined: "select reason, count(*) as count, max(received_at) as last_at from quarantine
        where state = 'waiting' and hub_id = $1 and customer_id is not distinct from $2 group by reason order by 3 desc",
    // Through the devices that it hears, because readings are found by device.
    late: "select count(*) as late from device_status s join reading r on r.device_id = s.device_id
        where s.last_hub_id = $1 and r.hub_id = $1 and r.customer_id = $2 and r.measured_at > $3
          and r.received_at > r.measured_at + interval '1 hour'",
    readings: "select day, (select sum(n) from unnest(hourly) as n)::bigint as count from usage_hub_day
        where hub_id = $1 and customer_id = $2 and day > ($3 at time zone 'UTC')::date order by day",
};

pub(in crate::desk) async fn system_evidence(
    tx: &System,
    of: Of,
    now: DateTime<Utc>,
) -> Result<Evidence, RegistryError> {
    let (sql, id, holder): (_, Uuid, _) = match of {
        Of::Device(id, holder) => (&OF_DEVICE, id.as_uuid(), holder),
        Of::Hub(id, holder) => (&OF_HUB, id.as_uuid(), holder),
    };
    let holder = holder.map(CustomerId::as_uuid);
    let who: [Value; 2] = [id.into(), holder.into()];
    let since = |span: TimeDelta| -> [Value; 3] { [id.into(), holder.into(), (now - span).into()] };
    let refusals: [Value; 4] = [id.into(), holder.into(), (now - DAYS).into(), MOST.into()];
    let refusals = all(tx, sql.refusals, refusals).await?;
    let quarantined = all(tx, sql.quarantined, who).await?;
    let late = one(tx, sql.late, since(WEEK)).await?;
    let readings = all(tx, sql.readings, since(DAYS)).await?;
    let day = |row: &QueryResult| Ok::<_, DbErr>((get(row, "day")?, get(row, "count")?));
    Ok(Evidence {
        refusals: refusals.iter().map(refused).collect::<Result<_, _>>()?,
        quarantined: quarantined.iter().map(kept).collect::<Result<_, _>>()?,
        late: late.map_or(Ok(0), |row| get(&row, "late"))?,
        readings: readings.iter().map(day).collect::<Result<_, _>>()?,
    })
}

fn refused(row: &QueryResult) -> Result<RefusedDay, DbErr> {
    Ok(RefusedDay {
        day: get(row, "day")?,
        reason: get(row, "reason")?,
        count: get(row, "count")?,
        last_at: get(row, "last_at")?,
    })
}

fn kept(row: &QueryResult) -> Result<Quarantined, DbErr> {
    Ok(Quarantined {
        reason: get(row, "reason")?,
        count: get(row, "count")?,
        last_at: get(row, "last_at")?,
    })
}
