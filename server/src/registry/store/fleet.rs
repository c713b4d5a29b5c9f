//! `hub_status`, `hub_command` and `hub_log`, and what hubs say of devices.

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult};
use sqlx::PgPool;
use uuid::Uuid;

use super::{all, get, id, maybe_id, one, run, word};
use crate::ground::enums::{HubCommandKind, HubCommandState};
use crate::ground::ids::{CustomerId, DistributorId, HubCommandId, HubId, HubLogId, UserId};
use crate::registry::fleet::{Command, HeardDevice, Heartbeat, Log, SeenDevice};
use crate::registry::hub_moves::HeldHub;
use crate::registry::{HubIdentity, RegistryError, RegistryScope};
use crate::tenancy::{CustomerScope, Scope as _, SystemScope, Tx, in_good_time};

type System = Tx<SystemScope>;

/// Rows that a page shows.
const SHOWN: i64 = 50;
const SHOWN_DEVICES: i64 = 1_000;
/// Logs of one hub that are kept.
const KEPT_LOGS: i64 = 5;
/// Hubs or logs that one run of the job takes at a time.
const AT_ONCE: i64 = 1_000;

/// Where a hub that speaks stands now.
#[derive(Debug, Clone, Copy)]
pub(in crate::registry) struct Stands {
    pub(super) hub: HubId,
    pub(super) customer: Option<CustomerId>,
    pub(super) distributor: Option<DistributorId>,
}

/// Locks the hub where it is active and still holds the key by which it was believed, so that what it says is noted before
/// or after it moves on.
pub(in crate::registry) async fn system_listen(
    tx: &System,
    hub: &HubIdentity,
) -> Result<Option<Stands>, DbErr> {
    let sql =
        "select customer_id, distributor_id from hub where id = $1 and state = 'active' and public_key = $2
        for no key update";
    let values = [hub.hub.as_uuid().into(), hub.public_key.to_vec().into()];
    let row = one(tx, sql, values).await?;
    let stands = |row: &QueryResult| {
        Ok(Stands {
            hub: hub.hub,
            customer: maybe_id(row, "customer_id")?,
            distributor: maybe_id(row, "distributor_id")?,
        })
    };
    row.as_ref().map(stands).transpose()
}

/// Whether the hub had been missed.
pub(in crate::registry) async fn system_note(
    tx: &System,
    Stands {
        hub,
        customer,
        distributor,
    }: Stands,
    heartbeat: &Heartbeat,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let version = "update hub set version = $2 where id = $1 and version is distinct from $2";
    if let Some(said) = &heartbeat.version {
        run(tx, version, [hub.as_uuid().into(), said.clone().into()]).await?;
    }
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let row = one(
        tx,
        "with before as (select offline_since from hub_status where hub_id = $1),
         noted as (
           insert into hub_status as s (hub_id, distributor_id, customer_id, heartbeat_at, uptime_seconds, queued)
           values ($1, $2, $3, $4, $5, $6)
           on conflict (hub_id) do update set distributor_id = excluded.distributor_id,
             customer_id = excluded.customer_id, heartbeat_at = greatest(s.heartbeat_at, excluded.heartbeat_at),
             uptime_seconds = excluded.uptime_seconds, queued = excluded.queued, offline_since = null
         )
         select exists (select from before where offline_since is not null) as was_missed",
        [
            hub.as_uuid().into(),
            distributor.map(DistributorId::as_uuid).into(),
            customer.map(CustomerId::as_uuid).into(),
            now.into(),
            number(heartbeat.uptime_seconds).into(),
            number(heartbeat.queued).into(),
        ],
    )
    .await?;
    row.map_or(Ok(false), |row| get(&row, "was_missed"))
}

/// What a hub says of its own customer's devices, of the time since these have them; all else is passed over in silence. In the
/// order of their ids, as the router writes them.
pub(in crate::registry) async fn system_note_devices(
    tx: &System,
    stands: Stands,
    devices: &[HeardDevice],
    kept_since: DateTime<Utc>,
) -> Result<(), DbErr> {
    let heard: Vec<&HeardDevice> = devices
        .iter()
        .filter(|device| device.last_seen_at.is_some())
        .collect();
    let (Some(customer), false) = (stands.customer, heard.is_empty()) else {
        return Ok(());
    };
    let texts = |pick: fn(&HeardDevice) -> String| -> Vec<String> { heard.iter().map(|d| pick(d)).collect() };
    let numbers = |pick: fn(&HeardDevice) -> Option<i16>| -> Vec<Option<i16>> {
        heard.iter().map(|d| pick(d)).collect()
    };
    // Arrays of PostgreSQL may hold nulls, SeaORM's may not: -32,768 stands for one.
    let plain = |numbers: Vec<Option<i16>>| -> Vec<i16> {
        numbers.into_iter().map(|n| n.unwrap_or(i16::MIN)).collect()
    };
    let seen: Vec<DateTime<Utc>> = heard.iter().filter_map(|device| device.last_seen_at).collect();
    run(
        tx,
        "with heard as materialized (
           select d.id, d.distributor_id, d.customer_id, h.seen, nullif(h.battery, -32768) as battery,
             nullif(h.signal, -32768) as signal
           from unnest($3::text[], $4::text[], $5::smallint[], $6::smallint[], $7::timestamptz[])
             as h(maker, serial, battery, signal, seen)
           join device d on d.maker_key = lower(h.maker collate \"C\") and d.serial = h.serial and d.customer_id = $1
           join assignment a on a.device_id = d.id and a.valid_until is null and a.valid_from <= h.seen
         ), days as (
           insert into device_vitality_day as v (customer_id, distributor_id, device_id, day, battery_min,
             battery_last, signal_min, signal_last, heard, last_at)
           select customer_id, distributor_id, id, (seen at time zone 'UTC')::date, battery, battery, signal, signal,
             1, seen
           from heard where seen > $8 order by id
           on conflict (customer_id, device_id, day) do update set distributor_id = excluded.distributor_id,
             battery_min = case when v.distributor_id is not distinct from excluded.distributor_id then least(v.battery_min, excluded.battery_min)
               else excluded.battery_min end,
             battery_last = case when v.distributor_id is not distinct from excluded.distributor_id then coalesce(excluded.battery_last, v.battery_last)
               else excluded.battery_last end,
             signal_min = case when v.distributor_id is not distinct from excluded.distributor_id then least(v.signal_min, excluded.signal_min) else excluded.signal_min end,
             signal_last = case when v.distributor_id is not distinct from excluded.distributor_id then coalesce(excluded.signal_last, v.signal_last)
               else excluded.signal_last end,
             heard = case when v.distributor_id is not distinct from excluded.distributor_id then v.heard + 1 else 1 end,
             last_at = excluded.last_at
           -- A hub repeats what it knows of a device until it hears it again.
           where v.last_at < excluded.last_at
         )
         insert into device_status as s (device_id, distributor_id, customer_id, last_seen_at, last_hub_id,
           battery_percent, signal_dbm)
         select id, distributor_id, customer_id, seen, $2, battery, signal from heard order by id
         on conflict (device_id) do update set
           distributor_id = excluded.distributor_id, customer_id = excluded.customer_id,
           last_reading_at = case when s.customer_id = excluded.customer_id then s.last_reading_at end,
           last_kind = case when s.customer_id = excluded.customer_id then s.last_kind end,
           last_hub_id = case when s.customer_id = excluded.customer_id and s.last_seen_at > excluded.last_seen_at
             then s.last_hub_id else excluded.last_hub_id end,
           last_seen_at = case when s.customer_id = excluded.customer_id
             then greatest(s.last_seen_at, excluded.last_seen_at) else excluded.last_seen_at end,
           battery_percent = case when s.customer_id = excluded.customer_id
             then coalesce(excluded.battery_percent, s.battery_percent) else excluded.battery_percent end,
           signal_dbm = case when s.customer_id = excluded.customer_id
             then coalesce(excluded.signal_dbm, s.signal_dbm) else excluded.signal_dbm end
         -- What the next holder's was heard to say since, where it was handed over meanwhile, stays.
         where s.customer_id is not distinct from excluded.customer_id or s.last_seen_at <= excluded.last_seen_at",
        [
            customer.as_uuid().into(),
            stands.hub.as_uuid().into(),
            texts(|device| device.key.maker.as_str().to_owned()).into(),
            texts(|device| device.key.serial.as_str().to_owned()).into(),
            plain(numbers(|device| device.battery_percent)).into(),
            plain(numbers(|device| device.signal_dbm)).into(),
            seen.into(),
            kept_since.into(),
        ],
    )
    .await?;
    Ok(())
}

/// Open commands, which count as told from now on.
pub(in crate::registry) async fn system_tell(
    tx: &System,
    hub: HubId,
    now: DateTime<Utc>,
) -> Result<Vec<(HubCommandId, HubCommandKind)>, DbErr> {
    let sql = "with told as (
          update hub_command set state = 'sent', sent_at = coalesce(sent_at, $2)
          where hub_id = $1 and state in ('queued', 'sent') and expires_at > $2
          returning id, kind, created_at
        )
        select id, kind from told order by created_at, id";
    let rows = all(tx, sql, [hub.as_uuid().into(), now.into()]).await?;
    rows.iter()
        .map(|row| Ok((id(row, "id")?, word(row, "kind")?)))
        .collect()
}

/// What the hub has still to do.
pub(in crate::registry) async fn system_open_commands(
    tx: &System,
    hub: HubId,
    now: DateTime<Utc>,
) -> Result<Vec<HubCommandKind>, RegistryError> {
    let sql =
        "select kind from hub_command where hub_id = $1 and state in ('queued', 'sent') and expires_at > $2";
    let rows = all(tx, sql, [hub.as_uuid().into(), now.into()]).await?;
    Ok(rows
        .iter()
        .map(|row| word(row, "kind"))
        .collect::<Result<_, _>>()?)
}

pub(in crate::registry) async fn system_ask(
    tx: &System,
    id: HubCommandId,
    (hub, held): (HubId, HeldHub),
    kind: HubCommandKind,
    by: UserId,
    (now, expires_at): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), RegistryError> {
    run(
        tx,
        "insert into hub_command (id, hub_id, distributor_id, customer_id, kind, made_by, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            id.as_uuid().into(),
            hub.as_uuid().into(),
            held.distributor.map(DistributorId::as_uuid).into(),
            held.customer.map(CustomerId::as_uuid).into(),
            kind.as_str().into(),
            by.as_uuid().into(),
            now.into(),
            expires_at.into(),
        ],
    )
    .await?;
    Ok(())
}

/// What the command was, where it was open and has ended now.
pub(in crate::registry) async fn system_end(
    tx: &System,
    (hub, command): (HubId, HubCommandId),
    (state, detail): (HubCommandState, Option<&str>),
    now: DateTime<Utc>,
) -> Result<Option<HubCommandKind>, DbErr> {
    let sql = "update hub_command set state = $3, detail = $4, done_at = $5, sent_at = coalesce(sent_at, $5)
        where id = $1 and hub_id = $2 and state in ('queued', 'sent') and expires_at > $5 returning kind";
    let values = [
        command.as_uuid().into(),
        hub.as_uuid().into(),
        state.as_str().into(),
        detail.into(),
        now.into(),
    ];
    let row = one(tx, sql, values).await?;
    row.map(|row| word(&row, "kind")).transpose()
}

/// How it ended, where the hub has said so before.
pub(in crate::registry) async fn system_ended(
    tx: &System,
    hub: HubId,
    command: HubCommandId,
) -> Result<Option<HubCommandState>, DbErr> {
    let sql = "select state from hub_command where id = $1 and hub_id = $2 and state in ('done', 'failed')";
    let row = one(tx, sql, [command.as_uuid().into(), hub.as_uuid().into()]).await?;
    row.map(|row| word(&row, "state")).transpose()
}

/// Keeps a log, and of one hub no more than the last few.
pub(in crate::registry) async fn system_keep_log(
    tx: &System,
    id: HubLogId,
    (stands, command): (Stands, HubCommandId),
    (bytes, sealed): (usize, Vec<u8>),
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let hub = || sea_orm::Value::from(stands.hub.as_uuid());
    run(
        tx,
        "insert into hub_log (id, hub_id, distributor_id, customer_id, command_id, received_at, bytes, body_sealed)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            id.as_uuid().into(),
            hub(),
            stands.distributor.map(DistributorId::as_uuid).into(),
            stands.customer.map(CustomerId::as_uuid).into(),
            command.as_uuid().into(),
            now.into(),
            i32::try_from(bytes).unwrap_or(i32::MAX).into(),
            sealed.into(),
        ],
    )
    .await?;
    run(
        tx,
        "delete from hub_log where hub_id = $1 and id not in (
           select id from hub_log where hub_id = $1 order by received_at desc, id desc limit $2)",
        [hub(), KEPT_LOGS.into()],
    )
    .await?;
    Ok(())
}

pub(in crate::registry) async fn commands<S: RegistryScope>(
    tx: &Tx<S>,
    hub: HubId,
    now: DateTime<Utc>,
) -> Result<Vec<Command>, RegistryError> {
    // What the hub said in its own words may tell of patients. Others have no grant on it.
    let detail = if S::ROLE == CustomerScope::ROLE {
        "k.detail"
    } else {
        "null::text as detail"
    };
    let sql = format!(
        "select k.id, k.kind, k.created_at, k.sent_at, k.done_at, {detail}, u.display_name as made_by,
           case when k.state in ('queued', 'sent') and k.expires_at <= $2 then 'expired' else k.state end as state
         from hub_command k left join user_account u on u.id = k.made_by
         where k.hub_id = $1 order by k.created_at desc, k.id desc limit $3"
    );
    let rows = all(tx, &sql, [hub.as_uuid().into(), now.into(), SHOWN.into()]).await?;
    let command = |row: &QueryResult| -> Result<Command, DbErr> {
        Ok(Command {
            id: id(row, "id")?,
            kind: word(row, "kind")?,
            state: word(row, "state")?,
            made_by: get(row, "made_by")?,
            created_at: get(row, "created_at")?,
            sent_at: get(row, "sent_at")?,
            done_at: get(row, "done_at")?,
            detail: get(row, "detail")?,
        })
    };
    Ok(rows.iter().map(command).collect::<Result<_, _>>()?)
}

pub(in crate::registry) async fn logs<S: RegistryScope>(
    tx: &Tx<S>,
    hub: HubId,
) -> Result<Vec<Log>, RegistryError> {
    let sql = "select id, command_id, received_at, bytes from hub_log
        where hub_id = $1 order by received_at desc, id desc limit $2";
    let rows = all(tx, sql, [hub.as_uuid().into(), SHOWN.into()]).await?;
    let log = |row: &QueryResult| -> Result<Log, DbErr> {
        Ok(Log {
            id: id(row, "id")?,
            command: id(row, "command_id")?,
            received_at: get(row, "received_at")?,
            bytes: get(row, "bytes")?,
        })
    };
    Ok(rows.iter().map(log).collect::<Result<_, _>>()?)
}

/// A log that a hub sent while it stood at the customer, sealed.
pub(in crate::registry) async fn log(
    tx: &Tx<CustomerScope>,
    hub: HubId,
    log: HubLogId,
) -> Result<Option<Vec<u8>>, RegistryError> {
    let sql = "select body_sealed from hub_log where id = $1 and hub_id = $2";
    let row = one(tx, sql, [log.as_uuid().into(), hub.as_uuid().into()]).await?;
    Ok(row.map(|row| get(&row, "body_sealed")).transpose()?)
}

pub(in crate::registry) async fn devices_of<S: RegistryScope>(
    tx: &Tx<S>,
    hub: HubId,
) -> Result<Vec<SeenDevice>, RegistryError> {
    // To the minute for others than the customer, as `device` shows them.
    let at = if S::ROLE == CustomerScope::ROLE {
        "s.last_seen_at, s.last_reading_at"
    } else {
        "date_trunc('minute', s.last_seen_at) as last_seen_at, date_trunc('minute', s.last_reading_at) as last_reading_at"
    };
    let sql = format!(
        "select d.id, d.maker, d.serial, m.name as model, d.state, {at}, s.battery_percent, s.signal_dbm
        from device_status s join device d on d.id = s.device_id and d.customer_id = s.customer_id
        join device_model m on m.id = d.model_id join hub h on h.id = s.last_hub_id and h.customer_id = s.customer_id
        where s.last_hub_id = $1 order by d.serial, d.id limit $2"
    );
    let rows = all(tx, &sql, [hub.as_uuid().into(), SHOWN_DEVICES.into()]).await?;
    let device = |row: &QueryResult| -> Result<SeenDevice, DbErr> {
        Ok(SeenDevice {
            id: id(row, "id")?,
            maker: get(row, "maker")?,
            serial: get(row, "serial")?,
            model: get(row, "model")?,
            state: word(row, "state")?,
            last_seen_at: get(row, "last_seen_at")?,
            last_reading_at: get(row, "last_reading_at")?,
            battery_percent: get(row, "battery_percent")?,
            signal_dbm: get(row, "signal_dbm")?,
        })
    };
    Ok(rows.iter().map(device).collect::<Result<_, _>>()?)
}

/// Marks active hubs that were not heard since then. In the order of their ids.
pub(in crate::registry) async fn system_mark_missed(
    system: &PgPool,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Vec<HubId>, sqlx::Error> {
    let query = sqlx::query_scalar(
        "with missed as (
           select h.id, h.distributor_id, h.customer_id, greatest(h.last_seen_at, h.confirmed_at) as heard
           from hub h left join hub_status s on s.hub_id = h.id
           where h.state = 'active' and coalesce(greatest(h.last_seen_at, h.confirmed_at), h.created_at) < $1
             and s.offline_since is null
           order by h.id limit $3
         )
         insert into hub_status as s (hub_id, distributor_id, customer_id, offline_since)
         select id, distributor_id, customer_id, coalesce(heard, $2) from missed order by id
         on conflict (hub_id) do update set offline_since = excluded.offline_since where s.offline_since is null
         returning hub_id",
    )
    .bind(since)
    .bind(now)
    .bind(AT_ONCE);
    let ids: Vec<Uuid> = in_good_time(system, async |connection| query.fetch_all(connection).await).await?;
    Ok(ids.into_iter().map(HubId::from).collect())
}

/// Hubs of these that had been missed are heard again. In the order of their ids.
pub(in crate::registry) async fn system_mark_heard(
    system: &PgPool,
    hubs: &[Uuid],
) -> Result<Vec<HubId>, sqlx::Error> {
    let query = sqlx::query_scalar(
        "with heard as (
           select hub_id from hub_status where hub_id = any($1) and offline_since is not null
           order by hub_id for no key update
         )
         update hub_status s set offline_since = null from heard where s.hub_id = heard.hub_id returning s.hub_id",
    )
    .bind(hubs);
    let ids: Vec<Uuid> = in_good_time(system, async |connection| query.fetch_all(connection).await).await?;
    Ok(ids.into_iter().map(HubId::from).collect())
}

pub(in crate::registry) async fn system_count_offline(system: &PgPool) -> Result<i32, sqlx::Error> {
    let query = sqlx::query_scalar(
        "select count(*)::int from hub_status s join hub h on h.id = s.hub_id
         where s.offline_since is not null and h.state = 'active'",
    );
    in_good_time(system, async |connection| query.fetch_one(connection).await).await
}

pub(in crate::registry) async fn system_expire(
    system: &PgPool,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let query = sqlx::query(
        "update hub_command set state = 'expired', done_at = $1
         where id in (select id from hub_command where state in ('queued', 'sent') and expires_at <= $1
                      order by id limit $2 for no key update skip locked)",
    )
    .bind(now)
    .bind(AT_ONCE);
    in_good_time(system, async |connection| query.execute(connection).await)
        .await
        .map(drop)
}

pub(in crate::registry) async fn system_forget_logs(
    system: &PgPool,
    before: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let query = sqlx::query(
        "delete from hub_log where id in (select id from hub_log where received_at < $1 order by received_at limit $2)",
    )
    .bind(before)
    .bind(AT_ONCE);
    in_good_time(system, async |connection| query.execute(connection).await)
        .await
        .map(drop)
}

/// Commands that ended long ago go, after their logs.
pub(in crate::registry) async fn system_forget_commands(
    system: &PgPool,
    before: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let query = sqlx::query(
        "delete from hub_command where id in (
           select k.id from hub_command k where k.created_at < $1 and k.state not in ('queued', 'sent')
             and not exists (select from hub_log l where l.command_id = k.id) limit $2)",
    )
    .bind(before)
    .bind(AT_ONCE);
    in_good_time(system, async |connection| query.execute(connection).await)
        .await
        .map(drop)
}
