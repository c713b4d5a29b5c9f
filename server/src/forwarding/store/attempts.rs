//! The attempt log, the dead-letter shelf, and the figures drawn from them.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DbErr};

use super::endpoints::sql;
use crate::forwarding::endpoint::{Attempt, DeadLetter, EndpointHealth};
use crate::forwarding::shelf::kept_until;
use crate::ground::ids::{AttemptId, DeliveryId, EndpointId};
use crate::tenancy::{CustomerScope, Tx};

type Customer = Tx<CustomerScope>;

/// Counts stop at 100,000 and percentiles look at the newest 10,000, so that a page costs the same at any volume.
pub(in crate::forwarding) async fn health(
    tx: &Customer,
    endpoint: EndpointId,
    now: DateTime<Utc>,
) -> Result<EndpointHealth, DbErr> {
    let statement = sql(
        "with hour as (
           select outcome, latency_ms, row_number() over (order by created_at desc) as n from delivery_attempt
           where endpoint_id = $1 and created_at > $2 order by created_at desc limit 100000
         )
         select
           (select count(*) from hour where outcome = 'delivered') as delivered,
           (select count(*) from hour where outcome <> 'delivered') as failed,
           (select percentile_cont(0.5) within group (order by latency_ms) from hour
            where outcome = 'delivered' and n <= 10000) as p50,
           (select percentile_cont(0.99) within group (order by latency_ms) from hour
            where outcome = 'delivered' and n <= 10000) as p99,
           (select count(*) from (select from delivery where endpoint_id = $1 and state = 'due' limit 100000) w) as waiting,
           (select count(*) from (select from delivery where endpoint_id = $1 and state = 'dead' limit 100000) d) as dead,
           (select min(next_attempt_at) from delivery
            where endpoint_id = $1 and state = 'due' and next_attempt_at > $3) as next_retry",
        [endpoint.into(), (now - TimeDelta::hours(1)).into(), now.into()],
    );
    let Some(row) = tx.connection().query_one_raw(statement).await? else {
        return Ok(EndpointHealth::default());
    };
    Ok(EndpointHealth {
        delivered_last_hour: row.try_get("", "delivered")?,
        failed_last_hour: row.try_get("", "failed")?,
        p50_ms: row.try_get("", "p50")?,
        p99_ms: row.try_get("", "p99")?,
        waiting: row.try_get("", "waiting")?,
        dead: row.try_get("", "dead")?,
        next_retry_at: row.try_get("", "next_retry")?,
    })
}

pub(in crate::forwarding) async fn page(
    tx: &Customer,
    endpoint: EndpointId,
    before: Option<(DateTime<Utc>, AttemptId)>,
    limit: u64,
) -> Result<Vec<Attempt>, DbErr> {
    let (at, id) = before.unzip();
    let statement = sql(
        "select id, created_at, delivery_id, event_sequences, event_type, attempt, outcome, status_code, error, answer,
           duration_ms, latency_ms, next_attempt_at
         from delivery_attempt
         where endpoint_id = $1 and ($2::timestamptz is null or (created_at, id) < ($2, $3::uuid))
         order by created_at desc, id desc limit $4",
        [endpoint.into(), at.into(), id.into(), limit.into()],
    );
    let rows = tx.connection().query_all_raw(statement).await?;
    rows.iter()
        .map(|row| {
            Ok(Attempt {
                id: row.try_get("", "id")?,
                at: row.try_get("", "created_at")?,
                delivery: row.try_get("", "delivery_id")?,
                sequences: row.try_get("", "event_sequences")?,
                event_type: row.try_get("", "event_type")?,
                number: row.try_get("", "attempt")?,
                outcome: row.try_get("", "outcome")?,
                status: row.try_get("", "status_code")?,
                error: row.try_get("", "error")?,
                answer: row.try_get("", "answer")?,
                duration_ms: row.try_get("", "duration_ms")?,
                latency_ms: row.try_get("", "latency_ms")?,
                next_attempt_at: row.try_get("", "next_attempt_at")?,
            })
        })
        .collect()
}

pub(in crate::forwarding) async fn dead(
    tx: &Customer,
    endpoint: EndpointId,
    after: Option<DeliveryId>,
    limit: u64,
) -> Result<Vec<DeadLetter>, DbErr> {
    let statement = sql(
        "select d.id, d.event_sequences, d.created_at, d.events_created_at, d.shelved_until, d.attempt,
           coalesce(a.created_at, d.last_attempt_at) as last_at,
           coalesce(a.status_code, d.last_status_code) as status_code, coalesce(a.error, d.last_error) as error
         from delivery d
         left join lateral (
           select created_at, status_code, error from delivery_attempt where delivery_id = d.id
           order by created_at desc limit 1
         ) a on true
         where d.endpoint_id = $1 and d.state = 'dead' and ($2::uuid is null or d.id > $2)
         order by d.id limit $3",
        [endpoint.into(), after.into(), limit.into()],
    );
    let rows = tx.connection().query_all_raw(statement).await?;
    rows.iter()
        .map(|row| {
            Ok(DeadLetter {
                delivery: row.try_get("", "id")?,
                sequences: row.try_get("", "event_sequences")?,
                created_at: row.try_get("", "created_at")?,
                kept_until: kept_until(
                    row.try_get("", "events_created_at")?,
                    row.try_get("", "shelved_until")?,
                ),
                attempts: row.try_get("", "attempt")?,
                last_attempt_at: row.try_get("", "last_at")?,
                last_status: row.try_get("", "status_code")?,
                last_error: row.try_get("", "error")?,
            })
        })
        .collect()
}
