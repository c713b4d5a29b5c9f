//! What is known of why nothing arrived: counts, reasons and times of `refusal`, `quarantine`, `reading` and the usage
//! ledger, each of the present holder alone, besides that something came in its time which is nobody's. No column of these
//! that holds a value is read.

use chrono::{DateTime, DurationRound as _, NaiveDate, TimeDelta, Utc};
use sea_orm::{DbErr, QueryResult, Value};
use uuid::Uuid;

use super::{all, get, maybe_id, one};
use crate::desk::trouble::{Late, Quarantined, RefusedDay, Way};
use crate::ground::ids::{CustomerId, DeviceId, DistributorId, HubId};
use crate::registry::RegistryError;
use crate::tenancy::{Scope, SystemScope, Tx};

type System = Tx<SystemScope>;

/// Refusals are kept, and counts shown, for so long.
const DAYS: TimeDelta = TimeDelta::days(30);
/// Readings are kept for so long.
const WEEK: TimeDelta = TimeDelta::days(7);
/// Days and reasons of refusals that are told.
const MOST: i64 = 200;
/// Late readings that are told one by one.
const MOST_LATE: i64 = 20;

/// Of what.
#[derive(Debug, Clone, Copy)]
pub(in crate::desk) enum Of {
    Device(DeviceId),
    Hub(HubId),
}

/// Of what, who holds it, and of whose time alone.
#[derive(Debug, Clone, Copy)]
pub(in crate::desk) struct Seen {
    of: Of,
    holder: Option<CustomerId>,
    /// A distributor sees what was in its own time: neither another's stock nor its present customer's time with another.
    distributor: Option<DistributorId>,
    /// The moment of a reading is the holder's own affair: others are told the minute.
    to_the_minute: bool,
}

impl Seen {
    /// As that person sees it.
    pub(in crate::desk) fn by<S: Scope>(by: &S, of: Of, holder: Option<CustomerId>) -> Self {
        Self {
            of,
            holder,
            distributor: by.distributor(),
            to_the_minute: by.customer().is_none(),
        }
    }
}

/// What was found.
#[derive(Debug)]
pub(in crate::desk) struct Evidence {
    pub(in crate::desk) refusals: Vec<RefusedDay>,
    pub(in crate::desk) quarantined: Vec<Quarantined>,
    pub(in crate::desk) late: i64,
    pub(in crate::desk) late_ones: Vec<Late>,
    pub(in crate::desk) readings: Vec<(NaiveDate, i64)>,
}

/// One statement for devices and one for hubs. $1 is of what, $2 the customer, $3 the distributor of whose time it is.
struct Statements {
    refusals: &'static str,
    quarantined: &'static str,
    late: &'static str,
    late_ones: &'static str,
    readings: &'static str,
}

const OF_DEVICE: Statements = Statements {
    refusals: "select (minute at time zone 'UTC')::date as day, reason, sum(count)::bigint as count, max(last_at) as last_at
        from refusal where device_id = $1 and customer_id is not distinct from $2
          and ($3::uuid is null or distributor_id = $3) and minute > $4
        group by 1, 2 order by last_at desc limit $5",
    // What nobody held when it was measured is nobody's. That it came is told to who had the device when it did.
    quarantined: "select reason, count(*) as count, max(received_at) as last_at from quarantine q
        where state = 'waiting' and device_id = $1
          and (customer_id is not distinct from $2 and ($3::uuid is null or distributor_id = $3)
            or customer_id is null and exists (select from assignment a
              where a.device_id = q.device_id and a.customer_id = $2 and ($3::uuid is null or a.distributor_id = $3)
                and a.valid_from <= q.received_at and (a.valid_until is null or q.received_at < a.valid_until)))
        group by reason order by 3 desc",
    late: "select count(*) as late from reading r where r.device_id = $1 and r.customer_id = $2 and r.received_at > $4
        and r.received_at > r.measured_at + interval '1 hour'
        and ($3::uuid is null or exists (select from usage_device_day u where u.customer_id = $2
          and u.device_id = r.device_id and u.day = (r.measured_at at time zone 'UTC')::date and u.distributor_id = $3))",
    late_ones: "select r.received_at, case when r.quality & 32 = 0 then r.measured_at end as measured_at, r.hub_id,
          h.name as hub_name
        from reading r left join hub h on h.id = r.hub_id
        where r.device_id = $1 and r.customer_id = $2 and r.received_at > $4
          and (r.received_at > r.measured_at + interval '1 hour' or r.quality & 32 <> 0)
          and ($3::uuid is null or exists (select from usage_device_day u where u.customer_id = $2
            and u.device_id = r.device_id and u.day = (r.measured_at at time zone 'UTC')::date
            and u.distributor_id = $3))
        order by r.received_at desc, r.measured_at desc, r.id desc limit $5",
    readings: "select day, (select sum(n) from unnest(hourly) as n)::bigint as count from usage_device_day
        where device_id = $1 and customer_id = $2 and ($3::uuid is null or distributor_id = $3)
          and day > ($4 at time zone 'UTC')::date order by day",
};

const OF_HUB: Statements = Statements {
    refusals: "select (minute at time zone 'UTC')::date as day, reason, sum(count)::bigint as count, max(last_at) as last_at
        from refusal where hub_id = $1 and customer_id is not distinct from $2
          and ($3::uuid is null or distributor_id = $3) and minute > $4
        group by 1, 2 order by last_at desc limit $5",
    quarantined: "select reason, count(*) as count, max(received_at) as last_at from quarantine
        where state = 'waiting' and hub_id = $1 and customer_id is not distinct from $2
          and ($3::uuid is null or distributor_id = $3)
        group by reason order by 3 desc",
    // Through the devices that it hears, because readings are found by device.
    late: "select count(*) as late from device_status s join reading r on r.device_id = s.device_id
        where s.last_hub_id = $1 and r.hub_id = $1 and r.customer_id = $2 and r.received_at > $4
          and r.received_at > r.measured_at + interval '1 hour'
          and ($3::uuid is null or exists (select from usage_device_day u where u.customer_id = $2
            and u.device_id = r.device_id and u.day = (r.measured_at at time zone 'UTC')::date
            and u.distributor_id = $3))",
    late_ones: "select r.received_at, case when r.quality & 32 = 0 then r.measured_at end as measured_at, r.hub_id,
          h.name as hub_name
        from device_status s join reading r on r.device_id = s.device_id join hub h on h.id = r.hub_id
        where s.last_hub_id = $1 and r.hub_id = $1 and r.customer_id = $2 and r.received_at > $4
          and (r.received_at > r.measured_at + interval '1 hour' or r.quality & 32 <> 0)
          and ($3::uuid is null or exists (select from usage_device_day u where u.customer_id = $2
            and u.device_id = r.device_id and u.day = (r.measured_at at time zone 'UTC')::date
            and u.distributor_id = $3))
        order by r.received_at desc, r.measured_at desc, r.id desc limit $5",
    readings: "select day, (select sum(n) from unnest(hourly) as n)::bigint as count from usage_hub_day
        where hub_id = $1 and customer_id = $2 and ($3::uuid is null or distributor_id = $3)
          and day > ($4 at time zone 'UTC')::date order by day",
};

pub(in crate::desk) async fn system_evidence(
    tx: &System,
    Seen {
        of,
        holder,
        distributor,
        to_the_minute,
    }: Seen,
    now: DateTime<Utc>,
) -> Result<Evidence, RegistryError> {
    let (sql, id): (_, Uuid) = match of {
        Of::Device(id) => (&OF_DEVICE, id.as_uuid()),
        Of::Hub(id) => (&OF_HUB, id.as_uuid()),
    };
    let who = || -> [Value; 3] {
        [
            id.into(),
            holder.map(CustomerId::as_uuid).into(),
            distributor.map(DistributorId::as_uuid).into(),
        ]
    };
    let since = |span: TimeDelta| who().into_iter().chain([(now - span).into()]);
    let refusals = all(tx, sql.refusals, since(DAYS).chain([MOST.into()])).await?;
    let quarantined = all(tx, sql.quarantined, who()).await?;
    let late = one(tx, sql.late, since(WEEK)).await?;
    let late_ones = all(tx, sql.late_ones, since(WEEK).chain([MOST_LATE.into()])).await?;
    let readings = all(tx, sql.readings, since(DAYS)).await?;
    let day = |row: &QueryResult| Ok::<_, DbErr>((get(row, "day")?, get(row, "count")?));
    Ok(Evidence {
        refusals: refusals.iter().map(refused).collect::<Result<_, _>>()?,
        quarantined: quarantined.iter().map(kept).collect::<Result<_, _>>()?,
        late: late.map_or(Ok(0), |row| get(&row, "late"))?,
        late_ones: late_ones
            .iter()
            .map(|row| came_late(row, to_the_minute))
            .collect::<Result<_, _>>()?,
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

fn came_late(row: &QueryResult, to_the_minute: bool) -> Result<Late, DbErr> {
    let name: Option<String> = get(row, "hub_name")?;
    let told = |at: DateTime<Utc>| match at.duration_trunc(TimeDelta::minutes(1)) {
        Ok(minute) if to_the_minute => minute,
        _ => at,
    };
    Ok(Late {
        received_at: told(get(row, "received_at")?),
        measured_at: get::<Option<_>>(row, "measured_at")?.map(told),
        way: maybe_id(row, "hub_id")?.map_or(Way::Itself, |hub| {
            name.map_or(Way::OtherHub, |name| Way::Hub(hub, name))
        }),
    })
}
