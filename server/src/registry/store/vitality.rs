//! `device_vitality_day`, `hub_vitality_day` and `hub_heartbeat`: how devices and hubs were. Hubs' words of devices are
//! written with what else they say, in `fleet`.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sea_orm::{DbErr, QueryResult};
use sqlx::PgPool;
use uuid::Uuid;

use super::fleet::Stands;
use super::{all, get, run};
use crate::ground::ids::{CustomerId, DeviceId, DistributorId, HubId};
use crate::registry::fleet::Heartbeat;
use crate::registry::vitality::{Beat, DeviceDay, HubDay, Of, Said};
use crate::registry::{RegistryError, RegistryScope};
use crate::tenancy::{SystemScope, Tx, in_good_time};

/// Heartbeats of one hub that are kept.
const KEPT_BEATS: i64 = 50;
/// Days that a page shows at most.
const SHOWN_DAYS: i64 = 100;
/// Rows that one run of the job takes at a time.
const AT_ONCE: i64 = 2_000;

/// What devices said of themselves, of those that are still at whom they said it for. In the order of their ids, as the
/// router and the heartbeats write them.
pub(in crate::registry) async fn system_note_said(
    system: &PgPool,
    said: &[(Of, Said)],
) -> Result<(), sqlx::Error> {
    let both = |pick: fn(&Said) -> Option<(i16, i16)>| -> (Vec<Option<i16>>, Vec<Option<i16>>) {
        said.iter()
            .map(|(_, said)| (pick(said).map(|both| both.0), pick(said).map(|both| both.1)))
            .unzip()
    };
    let (battery_min, battery) = both(|said| said.battery);
    let (signal_min, signal) = both(|said| said.signal);
    let devices: Vec<Uuid> = said.iter().map(|(of, _)| of.device.as_uuid()).collect();
    let customers: Vec<Uuid> = said.iter().map(|(of, _)| of.customer.as_uuid()).collect();
    let query = sqlx::query(
        "with said as materialized (
           select d.id, d.distributor_id, d.customer_id, s.day, s.battery_min, s.battery, s.signal_min, s.signal,
             s.heard, s.at
           from unnest($1::uuid[], $2::uuid[], $3::date[], $4::smallint[], $5::smallint[], $6::smallint[],
               $7::smallint[], $8::integer[], $9::timestamptz[])
             as s(device, customer, day, battery_min, battery, signal_min, signal, heard, at)
           join device d on d.id = s.device and d.customer_id = s.customer
         ), status as (
           insert into device_status as s (device_id, distributor_id, customer_id, last_seen_at, battery_percent,
             signal_dbm)
           select distinct on (id) id, distributor_id, customer_id, at, battery, signal from said order by id, at desc
           on conflict (device_id) do update set
             distributor_id = excluded.distributor_id, customer_id = excluded.customer_id,
             last_reading_at = case when s.customer_id = excluded.customer_id then s.last_reading_at end,
             last_kind = case when s.customer_id = excluded.customer_id then s.last_kind end,
             last_hub_id = case when s.customer_id = excluded.customer_id then s.last_hub_id end,
             last_seen_at = case when s.customer_id = excluded.customer_id
               then greatest(s.last_seen_at, excluded.last_seen_at) else excluded.last_seen_at end,
             battery_percent = case when s.customer_id = excluded.customer_id
               then coalesce(excluded.battery_percent, s.battery_percent) else excluded.battery_percent end,
             signal_dbm = case when s.customer_id = excluded.customer_id
               then coalesce(excluded.signal_dbm, s.signal_dbm) else excluded.signal_dbm end
           -- What the next holder's was heard to say since, where it was handed over meanwhile, stays.
           where s.customer_id is not distinct from excluded.customer_id or s.last_seen_at <= excluded.last_seen_at
         )
         insert into device_vitality_day as v (customer_id, distributor_id, device_id, day, battery_min, battery_last,
           signal_min, signal_last, heard, last_at)
         select customer_id, distributor_id, id, day, battery_min, battery, signal_min, signal, heard, at
         from said order by id, day
         on conflict (customer_id, device_id, day) do update set distributor_id = excluded.distributor_id,
           battery_min = case when v.distributor_id is not distinct from excluded.distributor_id
             then least(v.battery_min, excluded.battery_min) else excluded.battery_min end,
           battery_last = case when v.distributor_id is not distinct from excluded.distributor_id
             then coalesce(excluded.battery_last, v.battery_last) else excluded.battery_last end,
           signal_min = case when v.distributor_id is not distinct from excluded.distributor_id
             then least(v.signal_min, excluded.signal_min) else excluded.signal_min end,
           signal_last = case when v.distributor_id is not distinct from excluded.distributor_id
             then coalesce(excluded.signal_last, v.signal_last) else excluded.signal_last end,
           heard = case when v.distributor_id is not distinct from excluded.distributor_id
             then v.heard + excluded.heard else excluded.heard end,
           last_at = greatest(v.last_at, excluded.last_at)",
    )
    .bind(devices)
    .bind(customers)
    .bind(said.iter().map(|(of, _)| of.day).collect::<Vec<_>>())
    .bind(battery_min)
    .bind(battery)
    .bind(signal_min)
    .bind(signal)
    .bind(said.iter().map(|(_, said)| said.heard).collect::<Vec<_>>())
    .bind(said.iter().map(|(_, said)| said.last_at).collect::<Vec<_>>());
    in_good_time(system, async |connection| query.execute(connection).await)
        .await
        .map(drop)
}

/// What was written of devices while somebody changed them goes where that left them: with its customer, or away. Those that
/// are being changed right now are left for the next time. Returns how many there were.
pub(in crate::registry) async fn system_settle_heard(system: &PgPool) -> Result<u64, sqlx::Error> {
    let query = sqlx::query(
        "with held as materialized (
           select id, customer_id, distributor_id from device
           where id in (select device_id from device_status where is_unsure order by device_id limit $1)
           order by id for share skip locked
         ), gone as (
           delete from device_status s using held d
           where s.device_id = d.id and s.is_unsure and s.customer_id is distinct from d.customer_id returning 1
         ), kept as (
           update device_status s set distributor_id = d.distributor_id, is_unsure = false from held d
           where s.device_id = d.id and s.is_unsure and s.customer_id is not distinct from d.customer_id returning 1
         )
         select (select count(*) from gone) + (select count(*) from kept)",
    )
    .bind(AT_ONCE);
    let settled = in_good_time(system, async |connection| query.fetch_one(connection).await).await?;
    let settled: i64 = sqlx::Row::try_get(&settled, 0)?;
    Ok(u64::try_from(settled).unwrap_or_default())
}

/// A heartbeat: the last ones are kept, and what they say of the day. The hub is locked.
pub(in crate::registry) async fn system_note_beat(
    tx: &Tx<SystemScope>,
    stands: Stands,
    heartbeat: &Heartbeat,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    run(
        tx,
        "with before as materialized (
           select max(at) as at from hub_heartbeat where hub_id = $1 and customer_id = $3
             and distributor_id is not distinct from $2
         ), beat as (
           insert into hub_heartbeat (hub_id, at, distributor_id, customer_id, version, uptime_seconds, queued)
           values ($1, $4, $2, $3, $5, $6, $7) on conflict do nothing
         ), old as (
           delete from hub_heartbeat where hub_id = $1 and at < (
             select at from hub_heartbeat where hub_id = $1 order by at desc offset $8 limit 1)
         )
         insert into hub_vitality_day as v (customer_id, distributor_id, hub_id, day, heartbeats, queued_max,
           queued_last, longest_gap_seconds, last_at)
         select $3, $2, $1, ($4 at time zone 'UTC')::date, 1, $7, $7, extract(epoch from $4 - b.at)::bigint, $4
         from before b where $3 is not null
         on conflict (customer_id, hub_id, day) do update set distributor_id = excluded.distributor_id,
           heartbeats = case when v.distributor_id is not distinct from excluded.distributor_id
             then v.heartbeats + 1 else 1 end,
           queued_max = case when v.distributor_id is not distinct from excluded.distributor_id
             then greatest(v.queued_max, excluded.queued_max) else excluded.queued_max end,
           queued_last = excluded.queued_last,
           longest_gap_seconds = case when v.distributor_id is not distinct from excluded.distributor_id
             then greatest(v.longest_gap_seconds, excluded.longest_gap_seconds) else excluded.longest_gap_seconds end,
           last_at = greatest(v.last_at, excluded.last_at)",
        [
            stands.hub.as_uuid().into(),
            stands.distributor.map(DistributorId::as_uuid).into(),
            stands.customer.map(CustomerId::as_uuid).into(),
            now.into(),
            heartbeat.version.clone().into(),
            number(heartbeat.uptime_seconds).into(),
            number(heartbeat.queued).into(),
            // With the one that is being written.
            (KEPT_BEATS - 2).into(),
        ],
    )
    .await?;
    Ok(())
}

pub(in crate::registry) async fn device_days<S: RegistryScope>(
    tx: &Tx<S>,
    device: DeviceId,
    customer: Option<CustomerId>,
    since: NaiveDate,
) -> Result<Vec<DeviceDay>, RegistryError> {
    let sql = "select day, battery_min, battery_last, signal_min, signal_last, heard, last_at from device_vitality_day
        where device_id = $1 and customer_id = $2 and day >= $3 order by day limit $4";
    let customer = customer.map(CustomerId::as_uuid);
    let values = [
        device.as_uuid().into(),
        customer.into(),
        since.into(),
        SHOWN_DAYS.into(),
    ];
    let rows = all(tx, sql, values).await?;
    let both = |row: &QueryResult, names: [&str; 2]| -> Result<Option<(i16, i16)>, DbErr> {
        let [min, last] = names;
        Ok(get::<Option<i16>>(row, min)?.zip(get::<Option<i16>>(row, last)?))
    };
    let day = |row: &QueryResult| -> Result<DeviceDay, DbErr> {
        Ok(DeviceDay {
            day: get(row, "day")?,
            battery: both(row, ["battery_min", "battery_last"])?,
            signal: both(row, ["signal_min", "signal_last"])?,
            heard: get(row, "heard")?,
            last_at: get(row, "last_at")?,
        })
    };
    Ok(rows.iter().map(day).collect::<Result<_, _>>()?)
}

pub(in crate::registry) async fn hub_days<S: RegistryScope>(
    tx: &Tx<S>,
    hub: HubId,
    customer: Option<CustomerId>,
    since: NaiveDate,
) -> Result<Vec<HubDay>, RegistryError> {
    let sql =
        "select day, heartbeats, queued_max, queued_last, longest_gap_seconds, last_at from hub_vitality_day
        where hub_id = $1 and customer_id = $2 and day >= $3 order by day limit $4";
    let customer = customer.map(CustomerId::as_uuid);
    let values = [
        hub.as_uuid().into(),
        customer.into(),
        since.into(),
        SHOWN_DAYS.into(),
    ];
    let rows = all(tx, sql, values).await?;
    let day = |row: &QueryResult| -> Result<HubDay, DbErr> {
        let gap: Option<i64> = get(row, "longest_gap_seconds")?;
        Ok(HubDay {
            day: get(row, "day")?,
            heartbeats: get(row, "heartbeats")?,
            queued_max: get(row, "queued_max")?,
            queued_last: get(row, "queued_last")?,
            longest_gap: gap.and_then(TimeDelta::try_seconds),
            last_at: get(row, "last_at")?,
        })
    };
    Ok(rows.iter().map(day).collect::<Result<_, _>>()?)
}

pub(in crate::registry) async fn heartbeats<S: RegistryScope>(
    tx: &Tx<S>,
    hub: HubId,
    customer: Option<CustomerId>,
) -> Result<Vec<Beat>, RegistryError> {
    let sql = "select at, version, uptime_seconds, queued from hub_heartbeat
        where hub_id = $1 and customer_id = $2 order by at desc limit $3";
    let customer = customer.map(CustomerId::as_uuid);
    let values = [hub.as_uuid().into(), customer.into(), KEPT_BEATS.into()];
    let rows = all(tx, sql, values).await?;
    let beat = |row: &QueryResult| -> Result<Beat, DbErr> {
        Ok(Beat {
            at: get(row, "at")?,
            version: get(row, "version")?,
            uptime_seconds: get(row, "uptime_seconds")?,
            queued: get(row, "queued")?,
        })
    };
    Ok(rows.iter().map(beat).collect::<Result<_, _>>()?)
}

/// Forgets what lies before that day, a part of it at a time.
pub(in crate::registry) async fn system_forget(
    system: &PgPool,
    before: NaiveDate,
) -> Result<(), sqlx::Error> {
    for sql in [
        "delete from device_vitality_day where ctid = any (array(
           select ctid from device_vitality_day where day < $1 limit $2))",
        "delete from hub_vitality_day where ctid = any (array(
           select ctid from hub_vitality_day where day < $1 limit $2))",
        "delete from hub_heartbeat where ctid = any (array(
           select ctid from hub_heartbeat where at < $1::date::timestamp at time zone 'UTC' limit $2))",
    ] {
        let query = sqlx::query(sql).bind(before).bind(AT_ONCE);
        in_good_time(system, async |connection| query.execute(connection).await).await?;
    }
    Ok(())
}
