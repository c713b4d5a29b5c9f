//! What the sweep looks for: endpoints with something due that nobody holds, and endpoints that failed for too long.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{PgPool, Row as _};

use crate::queue::Wake;

/// Only this, or a 410, disables an endpoint.
const PATIENCE: TimeDelta = TimeDelta::days(5);

/// Active endpoints of which a delivery is due and not leased. One index look-up an endpoint.
pub(in crate::forwarding) async fn system_due(
    pool: &PgPool,
    now: DateTime<Utc>,
) -> Result<Vec<Wake>, sqlx::Error> {
    let rows = sqlx::query(
        "select e.customer_id, e.id from endpoint e
         where e.state = 'active' and exists (
           select from delivery d
           where d.endpoint_id = e.id and d.state = 'due' and d.next_attempt_at <= $1
             and (d.lease_until is null or d.lease_until < $1))",
    )
    .bind(now)
    .fetch_all(pool)
    .await?;
    rows.iter()
        .map(|row| Ok(Wake::endpoint(row.try_get("customer_id")?, row.try_get("id")?)))
        .collect()
}

/// Disables endpoints that have been failing for five days without one success: their last success is that old, and a
/// failure just as old stands in the attempt log. Returns how many.
pub(in crate::forwarding) async fn system_disable_hopeless(
    pool: &PgPool,
    now: DateTime<Utc>,
) -> Result<u64, sqlx::Error> {
    sqlx::query(
        "update endpoint e set state = 'disabled', disabled_reason = 'five days without a success', updated_at = $1
         where e.state = 'active' and e.consecutive_failures > 0
           and coalesce(e.last_success_at, e.created_at) < $2
           and exists (
             select from delivery_attempt a
             where a.endpoint_id = e.id and a.created_at < $2 and a.outcome <> 'delivered'
               and a.created_at > coalesce(e.last_success_at, e.created_at))",
    )
    .bind(now)
    .bind(now - PATIENCE)
    .execute(pool)
    .await
    .map(|done| done.rows_affected())
}
