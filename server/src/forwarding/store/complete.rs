//! What became of attempts, in groups.

use chrono::{DateTime, Utc};
use sqlx::{PgPool, Row as _};

use crate::forwarding::attempt::Finished;
use crate::ground::ids::CustomerId;

/// `gone` and `kept` look at the attempt number as well, the fencing token: a worker whose lease was lost changes
/// nothing, logs nothing and counts nothing. They are looked up by their id: asked for what is due, the planner would read
/// the whole queue where it has no figures of it yet. A delivery that succeeded leaves the table, so each of its events is
/// counted once. An endpoint's row is touched when its state changes, else once a second at most. An event that goes
/// to several endpoints shows `delivered` once one of them has it.
const COMPLETE: &str = "
with done as materialized (
  select * from unnest($1::uuid[], $2::smallint[], $3::text[], $4::timestamptz[], $5::uuid[], $6::timestamptz[],
    $7::text[], $8::smallint[], $9::text[], $10::text[], $11::int[], $12::bigint[], $13::int[], $14::bool[])
  as d(id, attempt, outcome, next_at, log_id, at, event_type, status_code, error, answer, duration_ms, latency_ms,
    counted, disable)
), gone as (
  delete from delivery d using done f
  where d.id = f.id and d.attempt = f.attempt and f.outcome = 'delivered'
  returning d.id, d.customer_id, d.endpoint_id, d.event_sequences, d.events_created_at
), kept as (
  update delivery d set lease_until = null, next_attempt_at = coalesce(f.next_at, d.next_attempt_at),
    state = case when f.outcome = 'dead' then 'dead' else 'due' end
  from done f where d.id = f.id and d.attempt = f.attempt and d.state <> 'dead' and f.outcome <> 'delivered'
  returning d.id, d.customer_id, d.endpoint_id, d.event_sequences, d.events_created_at
), hit as materialized (
  select h.customer_id, h.endpoint_id, h.event_sequences, h.events_created_at, f.*
  from (select * from gone union all select * from kept) h join done f on f.id = h.id
), logged as (
  insert into delivery_attempt (id, created_at, customer_id, endpoint_id, delivery_id, event_sequences, event_type,
    attempt, outcome, status_code, error, answer, duration_ms, latency_ms, next_attempt_at)
  select log_id, at, customer_id, endpoint_id, id, event_sequences, event_type, attempt, outcome, status_code, error,
    answer, duration_ms, latency_ms, next_at
  from hit
), events as (
  update event e set
    delivery_state = case h.outcome when 'delivered' then 'delivered' when 'dead' then 'dead' else e.delivery_state end,
    delivered_at = case when h.outcome = 'delivered' then coalesce(e.delivered_at, h.at) else e.delivered_at end,
    next_attempt_at = h.next_at
  from (
    select distinct on (customer_id, sequence) customer_id, sequence, events_created_at, outcome, at, next_at
    from hit cross join lateral unnest(event_sequences) as u(sequence)
    order by customer_id, sequence, case outcome when 'delivered' then 0 when 'dead' then 1 else 2 end
  ) h
  where e.customer_id = h.customer_id and e.sequence = h.sequence and e.created_at = h.events_created_at
    and (h.outcome = 'delivered' or e.delivery_state <> 'delivered')
), fared as materialized (
  select endpoint_id, max(at) filter (where outcome = 'delivered') as success, bool_or(disable) as disable,
    max(at) filter (where outcome <> 'delivered') as failure, count(*) filter (where outcome <> 'delivered') as failures
  from hit group by endpoint_id
), health as (
  update endpoint e set
    last_success_at = greatest(e.last_success_at, h.success), last_failure_at = greatest(e.last_failure_at, h.failure),
    consecutive_failures = case when h.success is null then e.consecutive_failures + h.failures
      when h.failure > h.success then 1 else 0 end
  from fared h
  where e.id = h.endpoint_id and not h.disable
    and (h.failures > 0 or e.consecutive_failures > 0 or e.last_success_at is null
      or e.last_success_at < h.success - interval '1 second')
), disabled as (
  update endpoint e set state = 'disabled', disabled_reason = 'the server answered 410 Gone', updated_at = h.failure,
    last_failure_at = h.failure, consecutive_failures = e.consecutive_failures + h.failures
  from fared h where e.id = h.endpoint_id and h.disable
), counted as (
  insert into usage_delivery_day as u (customer_id, distributor_id, endpoint_id, day, delivered)
  select h.customer_id, c.distributor_id, h.endpoint_id, h.day, h.n
  from (select customer_id, endpoint_id, (at at time zone 'UTC')::date as day, sum(counted) as n
        from hit where outcome = 'delivered' and counted > 0 group by 1, 2, 3) h
  join customer c on c.id = h.customer_id
  order by 1, 3, 4
  on conflict (customer_id, endpoint_id, day) do update set delivered = u.delivered + excluded.delivered
)
select customer_id from hit";

/// Writes a group down. Returns the customer of each delivery that was still this worker's; of the others nothing was
/// changed.
pub(in crate::forwarding) async fn system_complete(
    pool: &PgPool,
    group: &[Finished],
) -> Result<Vec<CustomerId>, sqlx::Error> {
    fn column<T>(group: &[Finished], pick: impl Fn(&Finished) -> T) -> Vec<T> {
        group.iter().map(pick).collect()
    }
    let next: Vec<Option<DateTime<Utc>>> = column(group, |done| done.outcome.next_attempt_at());
    let rows = sqlx::query(COMPLETE)
        .bind(column(group, |done| done.delivery.as_uuid()))
        .bind(column(group, |done| done.attempt))
        .bind(column(group, |done| done.outcome.as_str()))
        .bind(next)
        .bind(column(group, |done| done.log_id))
        .bind(column(group, |done| done.at))
        .bind(column(group, |done| done.event_type))
        .bind(column(group, |done| done.status))
        .bind(column(group, |done| done.error.clone()))
        .bind(column(group, |done| done.answer.clone()))
        .bind(column(group, |done| done.duration_ms))
        .bind(column(group, |done| done.latency_ms))
        .bind(column(group, |done| done.counted))
        .bind(column(group, |done| done.disable))
        .fetch_all(pool)
        .await?;
    rows.iter().map(|row| row.try_get("customer_id")).collect()
}
