//! How forwarding fares over all customers. Administrators have no grant on secrets, descriptions and answers, so the
//! statements name their columns one by one.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DbErr, QueryResult};
use uuid::Uuid;

use super::endpoints::sql;
use crate::forwarding::admin::{EndpointSummary, ForwardingSummary};
use crate::ground::ids::{CustomerId, EndpointId};
use crate::tenancy::{AdminScope, Tx};

/// Counts stop at 100,000 and the percentile looks at the newest 10,000 deliveries.
pub(in crate::forwarding) async fn summary(
    tx: &Tx<AdminScope>,
    now: DateTime<Utc>,
) -> Result<ForwardingSummary, DbErr> {
    let statement = sql(
        "select
           (select count(*) from endpoint) as endpoints,
           (select count(*) from endpoint where state = 'active' and consecutive_failures > 0) as failing,
           (select count(*) from endpoint where state = 'disabled') as disabled,
           (select count(*) from (select from delivery where state = 'due' limit 100000) w) as waiting,
           (select count(*) from (select from delivery where state = 'dead' limit 100000) d) as dead,
           (select percentile_cont(0.99) within group (order by latency_ms) from (
              select latency_ms from delivery_attempt where created_at > $1 and outcome = 'delivered'
              order by created_at desc limit 10000) a) as p99",
        [(now - TimeDelta::hours(1)).into()],
    );
    let Some(row) = tx.connection().query_one_raw(statement).await? else {
        return Ok(ForwardingSummary::default());
    };
    Ok(ForwardingSummary {
        endpoints: row.try_get("", "endpoints")?,
        failing: row.try_get("", "failing")?,
        disabled: row.try_get("", "disabled")?,
        waiting: row.try_get("", "waiting")?,
        dead: row.try_get("", "dead")?,
        p99_ms: row.try_get("", "p99")?,
    })
}

/// All endpoints in the order of their registration.
pub(in crate::forwarding) async fn endpoints(
    tx: &Tx<AdminScope>,
    after: Option<EndpointId>,
    limit: u64,
) -> Result<Vec<EndpointSummary>, DbErr> {
    let statement = sql(
        "select e.id, e.customer_id, c.name as customer_name, e.url, e.state, e.disabled_reason, e.format, e.batch_max,
           e.last_success_at, e.last_failure_at, e.consecutive_failures
         from endpoint e join customer c on c.id = e.customer_id
         where $1::uuid is null or e.id > $1 order by e.id limit $2",
        [after.into(), limit.into()],
    );
    tx.connection()
        .query_all_raw(statement)
        .await?
        .iter()
        .map(read)
        .collect()
}

/// The endpoints of some customers.
pub(in crate::forwarding) async fn endpoints_of(
    tx: &Tx<AdminScope>,
    customers: &[CustomerId],
) -> Result<Vec<EndpointSummary>, DbErr> {
    let customers: Vec<Uuid> = customers.iter().map(|customer| customer.as_uuid()).collect();
    let statement = sql(
        "select e.id, e.customer_id, c.name as customer_name, e.url, e.state, e.disabled_reason, e.format, e.batch_max,
           e.last_success_at, e.last_failure_at, e.consecutive_failures
         from endpoint e join customer c on c.id = e.customer_id
         where e.customer_id = any($1) order by e.id",
        [customers.into()],
    );
    tx.connection()
        .query_all_raw(statement)
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Those that fail or are disabled, the longest without a success first.
pub(in crate::forwarding) async fn unwell(
    tx: &Tx<AdminScope>,
    limit: u64,
) -> Result<Vec<EndpointSummary>, DbErr> {
    let statement = sql(
        "select e.id, e.customer_id, c.name as customer_name, e.url, e.state, e.disabled_reason, e.format, e.batch_max,
           e.last_success_at, e.last_failure_at, e.consecutive_failures
         from endpoint e join customer c on c.id = e.customer_id
         where e.state = 'disabled' or e.consecutive_failures > 0
         order by e.last_success_at nulls first, e.id limit $1",
        [limit.into()],
    );
    tx.connection()
        .query_all_raw(statement)
        .await?
        .iter()
        .map(read)
        .collect()
}

fn read(row: &QueryResult) -> Result<EndpointSummary, DbErr> {
    Ok(EndpointSummary {
        id: row.try_get("", "id")?,
        customer: row.try_get("", "customer_id")?,
        customer_name: row.try_get("", "customer_name")?,
        url: row.try_get("", "url")?,
        state: row.try_get("", "state")?,
        disabled_reason: row.try_get("", "disabled_reason")?,
        format: row.try_get("", "format")?,
        batch_max: row.try_get("", "batch_max")?,
        last_success_at: row.try_get("", "last_success_at")?,
        last_failure_at: row.try_get("", "last_failure_at")?,
        consecutive_failures: row.try_get("", "consecutive_failures")?,
    })
}
