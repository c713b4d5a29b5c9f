//! The scheduler: named jobs that run once in every interval on whichever server holds their lease.
//!
//! Main type: [`Scheduler`]. A job must be safe to run twice and to be killed at any statement. Rooms above hand their
//! own jobs in; [`start`] runs those that belong to no room.

mod store;

use std::pin::Pin;
use std::time::{Duration, Instant};

use sqlx::PgPool;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::ground::Ground;
use crate::queue::Leases;
use crate::tenancy::Database;

/// How often the days of the partitioned tables are looked after; they reach a week ahead.
const PARTITIONS_EVERY: Duration = Duration::from_hours(6);
const LEASE: Duration = Duration::from_mins(1);
/// Between a failed run, or one that another server has, and the next try; never more than the interval.
const RETRY: Duration = Duration::from_secs(30);

/// How a run ended.
pub type RunResult = Result<(), Box<dyn std::error::Error + Send + Sync>>;
type Run = Box<dyn Fn() -> Pin<Box<dyn Future<Output = RunResult> + Send>> + Send + Sync>;

/// Something to do again and again.
pub struct Job {
    name: &'static str,
    interval: Duration,
    run: Run,
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Job")
            .field("name", &self.name)
            .field("interval", &self.interval)
            .finish_non_exhaustive()
    }
}

impl Job {
    /// A job of this name, run once at the start and then in every interval.
    pub fn new(
        name: &'static str,
        interval: Duration,
        run: impl Fn() -> Pin<Box<dyn Future<Output = RunResult> + Send>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name,
            interval,
            run: Box::new(run),
        }
    }
}

/// Runs jobs under leases.
#[derive(Debug)]
pub struct Scheduler {
    leases: Leases,
}

impl Scheduler {
    /// A scheduler with a hand of its own on the leases.
    pub fn new(ground: &Ground, pool: PgPool) -> Self {
        Self {
            leases: Leases::new(ground, pool, LEASE),
        }
    }

    /// Runs the job until `stop`; a run under way is finished by dropping it, which a job must bear.
    pub fn spawn(&self, job: Job, stop: CancellationToken) -> JoinHandle<()> {
        let leases = self.leases.clone();
        tokio::spawn(async move {
            let names = [job.name.to_owned()];
            let looped = async {
                loop {
                    let ran = run_once(&leases, &names, &job).await;
                    let pause = if ran {
                        job.interval
                    } else {
                        job.interval.min(RETRY)
                    };
                    tokio::time::sleep(pause).await;
                }
            };
            stop.run_until_cancelled(looped).await;
            crate::ground::swallow::swallow(leases.release(&names).await, "the lease ends by itself");
        })
    }
}

/// Runs the job under its lease, renewing it. Returns whether it ran and succeeded.
async fn run_once(leases: &Leases, names: &[String], job: &Job) -> bool {
    match leases.hold(names).await {
        Ok(held) if held.is_empty() => return false,
        Ok(_) => {}
        Err(error) => {
            tracing::warn!(job = job.name, %error, "a job's lease could not be had");
            return false;
        }
    }
    let began = Instant::now();
    let renewed = async {
        loop {
            tokio::time::sleep(leases.renewal()).await;
            if !leases.hold(names).await.is_ok_and(|held| !held.is_empty()) {
                return;
            }
        }
    };
    let result = tokio::select! {
        result = (job.run)() => result,
        () = renewed => Err("its lease was lost".into()),
    };
    let outcome = if result.is_ok() { "ok" } else { "error" };
    metrics::counter!("vitalwire_job_runs_total", "job" => job.name, "outcome" => outcome).increment(1);
    metrics::histogram!("vitalwire_job_seconds", "job" => job.name).record(began.elapsed().as_secs_f64());
    match result {
        Ok(()) => tracing::debug!(job = job.name, "a job ran"),
        Err(error) => tracing::error!(job = job.name, %error, "a job failed"),
    }
    outcome == "ok"
}

/// Starts the platform's own jobs; the handle ends when all of them have stopped.
#[expect(clippy::needless_pass_by_value, reason = "they live on in tasks")]
pub fn start(ground: Ground, database: Database, stop: CancellationToken) -> JoinHandle<()> {
    let pool = database.system_forwarding().clone();
    let scheduler = Scheduler::new(&ground, pool.clone());
    let partitions = Job::new("history/partitions", PARTITIONS_EVERY, move || {
        let (today, pool) = (ground.now().date_naive(), pool.clone());
        Box::pin(async move {
            let made = store::system_make_partitions(&pool, today).await?;
            if made > 0 {
                tracing::info!(made, "made the days ahead");
            }
            Ok(())
        })
    });
    scheduler.spawn(partitions, stop)
}
