//! The router's one statement, a transaction of its own: from outbox rows to numbered events, deliveries and the usage
//! ledger, or nothing at all. Written for throughput: about 12 µs of one core a reading in batches of thousands, under
//! 1 ms for a single reading.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Row as _};
use uuid::Uuid;

use crate::ground::ids::{CustomerId, EndpointId};
use crate::queue::Held;

/// Shards of customers: the low three bits of a customer's id, which are random in a UUIDv7.
pub(in crate::forwarding) const SHARDS: u8 = 8;

/// What one batch is taken with.
#[derive(Debug)]
pub(in crate::forwarding) struct Batch<'a> {
    pub(in crate::forwarding) holder: Uuid,
    pub(in crate::forwarding) leases: &'a [Held],
    pub(in crate::forwarding) shards: &'a [i32],
    pub(in crate::forwarding) max_rows: i64,
    pub(in crate::forwarding) max_readings: i64,
    pub(in crate::forwarding) now: DateTime<Utc>,
    /// The first 24 hexadecimal digits of the batch's delivery ids; a counter follows.
    pub(in crate::forwarding) ids: String,
}

/// What became of it.
#[derive(Debug, Default)]
pub(in crate::forwarding) struct Routed {
    /// How many of the leases were still held; if not all, nothing was done.
    pub(in crate::forwarding) held: usize,
    /// Outbox rows taken.
    pub(in crate::forwarding) rows: i64,
    /// Readings that now are events.
    pub(in crate::forwarding) readings: i64,
    /// Readings named by the outbox that are not in the history.
    pub(in crate::forwarding) missing: i64,
    /// Whose streams have grown, and the active endpoints that wait for that.
    pub(in crate::forwarding) customers: Vec<(CustomerId, Vec<EndpointId>)>,
}

/// Notes on the parts:
/// `held` locks the leases' rows, so that their next holder waits until this has committed, and vanishes if one has
/// changed hands. `taken` deletes by row address, found in the same snapshot and never updated. `found` hands the
/// readings' ids over as one array, which the index answers five times cheaper than a join. `streams` locks each
/// customer's counter until the commit, so sequence numbers appear in their order. `statuses` takes the device's present
/// holder; what an earlier holder's late reading says is not shown to the present one. Where a device
/// is handed over after this statement began, its row may be the next holder's by now, and heard later: then it stays. Where
/// the hand-over is under way, the row is that one's to take away, and this waits until it has committed
/// (`registry/store/moves.rs`).
const TEMPLATE: &str = "
with held as materialized (
  select name from job_lease
  where holder = $1 and lease_until > clock_timestamp() and (name, fence) in (select * from unnest($2::text[], $3::bigint[]))
  order by name for share
), waiting as (
  select ctid as row, id, cardinality(reading_ids) as n from outbox
  where circuit = 'forwarding' and (select count(*) from held) = cardinality($2::text[])
    and (cardinality($4::int[]) = SHARDS or (get_byte(uuid_send(customer_id), 15) & 7) = any ($4))
  order by id limit $5
), taken as (
  delete from outbox where ctid = any (array(
    select row from (select row, sum(n) over (order by id) - n as before from waiting) w where before < $6))
  returning reading_ids, received_from, received_until
), bounds as materialized (
  select array(select unnest(reading_ids) from taken) as ids, min(received_from) as earliest,
    max(received_until) as latest, count(*) as rows
  from taken
), found as materialized (
  select customer_id, id, received_at, device_id, hub_id, kind, measured_at, quality & 64 <> 0 as test
  from reading
  where id = any ((select ids from bounds)::uuid[]) and received_at >= (select earliest from bounds)
    and received_at <= (select latest from bounds)
), counted as (
  select customer_id, count(*) as n, min(received_at) as earliest from found group by customer_id
), streams as (
  insert into customer_stream as s (customer_id, last_sequence)
  select customer_id, n from counted order by customer_id
  on conflict (customer_id) do update set last_sequence = s.last_sequence + excluded.last_sequence
  returning customer_id, last_sequence
), spans as materialized (
  select s.customer_id, s.last_sequence - c.n as before, s.last_sequence as last, c.n, k.distributor_id,
    exists (select from endpoint e where e.customer_id = s.customer_id) as has_endpoint
  from streams s join counted c using (customer_id) join customer k on k.id = s.customer_id
), events as (
  insert into event (customer_id, sequence, created_at, type, device_id, reading_id, reading_received_at,
    delivery_state, next_attempt_at)
  select f.customer_id,
    s.before + row_number() over (partition by f.customer_id order by f.received_at, f.measured_at), $7,
    'reading.created', f.device_id, f.id, f.received_at,
    case when s.has_endpoint then 'waiting' else 'none' end, case when s.has_endpoint then $7 end
  from found f join spans s using (customer_id)
), deliveries as (
  insert into delivery (id, customer_id, endpoint_id, lane, event_sequences, events_created_at, next_attempt_at,
    created_at)
  select ($8 || lpad(to_hex(row_number() over ()), 8, '0'))::uuid, s.customer_id, e.id, '',
    case when e.batch_max = 1 then array[g.first]
      else array(select generate_series(g.first, least(g.first + e.batch_max - 1, s.last))) end,
    $7, $7, $7
  from spans s join endpoint e on e.customer_id = s.customer_id
  cross join lateral generate_series(s.before + 1, s.last, e.batch_max::bigint) as g(first)
), hours as materialized (
  select customer_id, device_id, hub_id, date_trunc('hour', measured_at, 'UTC') at time zone 'UTC' as hour,
    count(*)::int as n
  from found where not test group by 1, 2, 3, 4
), device_days as (
  insert into usage_device_day as u (customer_id, distributor_id, device_id, day, hourly)
  select h.customer_id, s.distributor_id, h.device_id, h.day, HOURS
  from (select customer_id, device_id, hour::date as day, extract(hour from hour)::int as h, n from hours) h
  join spans s using (customer_id)
  group by 1, 2, 3, 4 order by 1, 3, 4
  on conflict (customer_id, device_id, day) do update set hourly = SUMS
), hub_days as (
  insert into usage_hub_day as u (customer_id, distributor_id, hub_id, day, hourly)
  select h.customer_id, s.distributor_id, h.hub_id, h.day, HOURS
  from (select customer_id, hub_id, hour::date as day, extract(hour from hour)::int as h, n from hours
        where hub_id is not null) h
  join spans s using (customer_id)
  group by 1, 2, 3, 4 order by 1, 3, 4
  on conflict (customer_id, hub_id, day) do update set hourly = SUMS
), statuses as (
  insert into device_status as s (device_id, distributor_id, customer_id, last_seen_at, last_reading_at, last_kind,
    last_hub_id)
  select l.device_id, d.distributor_id, d.customer_id, l.received_at, l.measured_at, l.kind, l.hub_id
  from (select distinct on (device_id, customer_id) device_id, customer_id, received_at, measured_at, kind, hub_id
        from found order by device_id, customer_id, measured_at desc) l
  join device d on d.id = l.device_id and d.customer_id = l.customer_id
  order by l.device_id
  on conflict (device_id) do update set
    distributor_id = excluded.distributor_id, customer_id = excluded.customer_id,
    last_seen_at = case when s.customer_id is distinct from excluded.customer_id then excluded.last_seen_at
      else greatest(s.last_seen_at, excluded.last_seen_at) end,
    battery_percent = case when s.customer_id is not distinct from excluded.customer_id then s.battery_percent end,
    signal_dbm = case when s.customer_id is not distinct from excluded.customer_id then s.signal_dbm end,
    last_reading_at = case when s.customer_id is distinct from excluded.customer_id then excluded.last_reading_at
      else greatest(s.last_reading_at, excluded.last_reading_at) end,
    last_kind = case when NEWER then excluded.last_kind else s.last_kind end,
    last_hub_id = case when NEWER then excluded.last_hub_id else s.last_hub_id end
  where s.customer_id is not distinct from excluded.customer_id or s.last_seen_at <= excluded.last_seen_at
), tally as (
  insert into minute_tally as t (minute, shard, readings)
  select date_trunc('minute', earliest), get_byte(uuid_send(customer_id), 15) & 7, sum(n) from counted
  group by 1, 2 order by 1, 2
  on conflict (minute, shard) do update set readings = t.readings + excluded.readings
)
select (select count(*) from held) as held, b.rows, cardinality(b.ids) as named, s.customer_id, s.n,
  array(select e.id from endpoint e where e.customer_id = s.customer_id and e.state = 'active') as endpoints
from bounds b left join spans s on true";

/// Whether the batch's newest reading is newer than the one remembered, or the device has changed hands.
const NEWER: &str = "s.customer_id is distinct from excluded.customer_id or s.last_reading_at is null \
                     or excluded.last_reading_at >= s.last_reading_at";

/// The 24 counts of a day, of rows of an hour `h.h` and a number `h.n`. As a rule there is one hour of a day in a batch;
/// 24 filtered sums would cost more than the row that they are for, so only who needs them has them.
const HOURS: &str = "case when min(h.h) = max(h.h)
    then array_fill(0, array[min(h.h)]) || sum(h.n)::int || array_fill(0, array[23 - min(h.h)])
    else (select array[EACH] from unnest(array_agg(h.h), array_agg(h.n)) as t(h, n)) end";

/// With the 24 hours of a day spelled out: an SQL function in their place would cost more than the row.
fn statement() -> &'static str {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let each = |part: fn(usize) -> String| (0..24).map(part).collect::<Vec<_>>().join(", ");
        let hours = each(|h| format!("coalesce(sum(t.n) filter (where t.h = {h}), 0)::int"));
        let sums = each(|h| format!("u.hourly[{0}] + excluded.hourly[{0}]", h + 1));
        TEMPLATE
            .replace("HOURS", &HOURS.replace("EACH", &hours))
            .replace("SUMS", &format!("array[{sums}]"))
            .replace("NEWER", NEWER)
            .replace("SHARDS", &SHARDS.to_string())
    });
    &SQL
}

/// Routes one batch. Safe to run twice and to be killed at any moment; safe beside another router on the same rows.
pub(in crate::forwarding) async fn system_route(
    connection: &mut PgConnection,
    batch: &Batch<'_>,
) -> Result<Routed, sqlx::Error> {
    let names: Vec<&str> = batch.leases.iter().map(|lease| lease.name.as_str()).collect();
    let fences: Vec<i64> = batch.leases.iter().map(|lease| lease.fence).collect();
    let rows = sqlx::query(statement())
        .bind(batch.holder)
        .bind(names)
        .bind(fences)
        .bind(batch.shards)
        .bind(batch.max_rows)
        .bind(batch.max_readings)
        .bind(batch.now)
        .bind(&batch.ids)
        .fetch_all(connection)
        .await?;
    let mut routed = Routed::default();
    for row in &rows {
        routed.held = usize::try_from(row.try_get::<i64, _>("held")?).unwrap_or(0);
        routed.rows = row.try_get("rows")?;
        routed.missing = i64::from(row.try_get::<i32, _>("named")?);
        if let Some(customer) = row.try_get("customer_id")? {
            routed.readings += row.try_get::<i64, _>("n")?;
            routed.customers.push((customer, row.try_get("endpoints")?));
        }
    }
    routed.missing -= routed.readings;
    Ok(routed)
}
