//! Hubs that are missed, and what of hubs is kept no longer.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::ground::Ground;
use crate::jobs::{Job, Scheduler};
use crate::registry::store;
use crate::registry::vitality::KEPT_DAYS;
use crate::tenancy::Database;

/// An active hub of which nothing was heard for so long is offline.
pub const OFFLINE_AFTER: TimeDelta = TimeDelta::minutes(10);
/// How long a hub's log is kept.
const LOGS_LIVE: TimeDelta = TimeDelta::days(7);
/// How long it is known what a hub was asked.
const COMMANDS_LIVE: TimeDelta = TimeDelta::days(30);
/// How often the hubs are looked after.
const EVERY: Duration = Duration::from_mins(1);

/// Looks after the hubs under a lease, until `stop`; the handle ends with it.
#[expect(clippy::needless_pass_by_value, reason = "they live on in a task")]
pub fn look_after_hubs(ground: Ground, database: Database, stop: CancellationToken) -> JoinHandle<()> {
    let pool = database.system_forwarding().clone();
    let scheduler = Scheduler::new(&ground, pool.clone());
    let job = Job::new("registry/hubs", EVERY, move || {
        let (now, pool) = (ground.now(), pool.clone());
        Box::pin(async move {
            system_look_after_hubs(&pool, now).await?;
            Ok(())
        })
    });
    scheduler.spawn(job, stop)
}

/// Marks active hubs that are missed, ends commands that nobody came for, settles for whom devices were heard that changed hands
/// meanwhile, forgets old logs and how things were long ago, and marks the periods in which devices were heard. Safe to run
/// twice and to be killed at any statement. Returns how many hubs are newly missed.
pub async fn system_look_after_hubs(system: &PgPool, now: DateTime<Utc>) -> Result<usize, sqlx::Error> {
    let missed = store::fleet::system_mark_missed(system, now - OFFLINE_AFTER, now).await?;
    for hub in &missed {
        tracing::warn!(%hub, "a hub is missed");
    }
    metrics::counter!("vitalwire_hubs_missed_total")
        .increment(u64::try_from(missed.len()).unwrap_or(u64::MAX));
    let offline = store::fleet::system_count_offline(system).await?;
    metrics::gauge!("vitalwire_hubs_offline").set(f64::from(offline));
    let settled = store::vitality::system_settle_heard(system).await?;
    if settled > 0 {
        tracing::info!(
            settled,
            "it was settled for whom devices were heard that were changed meanwhile"
        );
    }
    store::fleet::system_expire(system, now).await?;
    store::fleet::system_forget_logs(system, now - LOGS_LIVE).await?;
    store::fleet::system_forget_commands(system, now - COMMANDS_LIVE).await?;
    store::vitality::system_forget(system, (now - TimeDelta::days(KEPT_DAYS)).date_naive()).await?;
    store::unheard::system_mark_periods(system).await?;
    Ok(missed.len())
}
