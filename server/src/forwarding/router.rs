//! The router: outbox rows become numbered events and deliveries, batch after batch, for the shards of customers whose
//! leases this process holds.

use std::io;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres};
use tokio_util::sync::CancellationToken;

use super::store::route::{self, Batch, Routed, SHARDS};
use crate::ground::Ground;
use crate::ground::swallow::swallow;
use crate::queue::{Held, Leases, Signals, Wake};
use crate::tenancy::has_ended;

/// After this, another process takes over the shards of one that was killed.
const TERM: Duration = Duration::from_secs(5);
/// Without a wake-up, how often to look for commits of other processes.
const POLL: Duration = Duration::from_millis(200);
const RETRY: Duration = Duration::from_millis(500);
/// PostgreSQL ends a batch that takes thirty seconds; from a host that is gone no answer comes at all.
const LONGEST: Duration = Duration::from_secs(35);
/// In one transaction: outbox rows, and readings unless one row alone brings more.
const MAX_ROWS: i64 = 20_000;
const MAX_READINGS: i64 = 20_000;
/// Under sustained load, more is let gather after a batch, so that the counters of a thousand devices are written
/// twice a second and not a hundred times. So many readings in the last second are no load yet, and a hub's largest
/// batch is none: nobody waits for it.
const NO_LOAD: f64 = 2_000.0;
/// From here on it is let gather for as long as ever.
const FULL_LOAD: f64 = 10_000.0;
const GATHER_AT_MOST: Duration = Duration::from_millis(500);
/// A batch that took long, because the machine is busy, is followed by three times as much rest, but by no more than
/// this: routing takes a quarter of one connection's time at most, and a reading waits no longer than a person notices.
const REST_AT_MOST: Duration = Duration::from_millis(25);

/// Why a batch was not routed.
#[derive(Debug, thiserror::Error)]
enum RouteError {
    #[error(transparent)]
    Leases(#[from] crate::queue::LeaseError),
    #[error("a batch could not be routed: {0}")]
    Batch(#[from] sqlx::Error),
}

/// One router. Several may run on one database; each shard is served by one of them at a time.
#[derive(Debug)]
pub struct Router {
    ground: Ground,
    pool: PgPool,
    /// Kept from batch to batch: the pool would hand out the one that has rested longest, whose process has gone cold.
    connection: Option<PoolConnection<Postgres>>,
    signals: Signals,
    leases: Leases,
    names: Vec<String>,
    held: Vec<Held>,
    asked: Option<Instant>,
    /// Readings in a batch at most; halved after an error, so that a database which is slow or refuses still gets on.
    most: i64,
}

impl Router {
    /// A router that holds no shard yet.
    pub fn new(ground: Ground, pool: PgPool, signals: Signals) -> Self {
        let leases = Leases::new(&ground, pool.clone(), TERM);
        let names = (0..SHARDS).map(|shard| format!("forwarding/{shard}")).collect();
        Self {
            ground,
            pool,
            connection: None,
            signals,
            leases,
            names,
            held: Vec::new(),
            asked: None,
            most: MAX_READINGS,
        }
    }

    /// Routes until `stop`, then finishes the batch under way and lets its shards go.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut load = Load::default();
        while !stop.is_cancelled() {
            let began = Instant::now();
            let pause = match self.step().await {
                Ok(Step::Routed { readings, more: true }) => {
                    load.add(readings, Instant::now());
                    Duration::ZERO
                }
                Ok(Step::Routed { readings, .. }) => {
                    let rest = (began.elapsed() * 3).min(REST_AT_MOST);
                    load.add(readings, Instant::now());
                    load.pause().max(rest)
                }
                Ok(Step::Idle) => {
                    stop.run_until_cancelled(self.signals.router_wait(POLL)).await;
                    continue;
                }
                Err(error) => {
                    tracing::warn!(%error, "the router goes on after a pause");
                    metrics::counter!("vitalwire_router_errors_total").increment(1);
                    self.asked = None;
                    RETRY
                }
            };
            stop.run_until_cancelled(tokio::time::sleep(pause)).await;
        }
        self.signals.routes_all(false);
        swallow(
            self.leases.release(&self.names).await,
            "the leases end by themselves",
        );
    }

    /// Routes what waits now and returns how many readings that were; for tests and tools that go step by step.
    pub async fn route_waiting(&mut self) -> Result<i64, Box<dyn std::error::Error + Send + Sync>> {
        let mut readings = 0;
        while let Step::Routed { readings: some, .. } = self.step().await? {
            readings += some;
        }
        Ok(readings)
    }

    async fn step(&mut self) -> Result<Step, RouteError> {
        self.renew().await?;
        if self.held.is_empty() {
            return Ok(Step::Idle);
        }
        let (began, most) = (Instant::now(), self.most);
        let routed = Box::pin(self.route(most)).await.inspect_err(|_| {
            self.most = (most / 2).max(1);
        })?;
        self.most = (most * 2).min(MAX_READINGS);
        if routed.held < self.held.len() {
            tracing::info!("a shard has gone to another router");
            self.asked = None;
            return Ok(Step::Routed {
                readings: 0,
                more: true,
            });
        }
        if routed.rows == 0 {
            return Ok(Step::Idle);
        }
        self.announce(&routed, began.elapsed()).await;
        Ok(Step::Routed {
            readings: routed.readings,
            more: routed.readings >= most || routed.rows >= MAX_ROWS,
        })
    }

    async fn route(&mut self, most: i64) -> Result<Routed, RouteError> {
        let now = self.ground.now();
        let batch = Batch {
            holder: self.leases.holder(),
            leases: &self.held,
            shards: &self.shards(),
            max_rows: MAX_ROWS,
            max_readings: most,
            now,
            ids: id_prefix(&self.ground, now),
        };
        loop {
            let kept = self.connection.take();
            let is_new = kept.is_none();
            let mut connection = match kept {
                Some(connection) => connection,
                None => self.pool.acquire().await?,
            };
            let routing = tokio::time::timeout(LONGEST, route::system_route(&mut connection, &batch));
            let Ok(routed) = routing.await else {
                drop(connection.detach());
                return Err(sqlx::Error::from(io::Error::from(io::ErrorKind::TimedOut)).into());
            };
            match routed {
                Ok(routed) => {
                    self.connection = Some(connection);
                    return Ok(routed);
                }
                Err(error) => {
                    // Whatever is wrong, the next batch goes over another one: this may lead to a server that was replaced.
                    drop(connection.detach());
                    if is_new || !has_ended(&error) {
                        return Err(error.into());
                    }
                    tracing::info!(%error, "a kept connection has ended; the batch is routed over a new one");
                }
            }
        }
    }

    /// Renews the leases held and takes free ones, every third of their term.
    async fn renew(&mut self) -> Result<(), RouteError> {
        if self
            .asked
            .is_none_or(|asked| asked.elapsed() >= self.leases.renewal())
        {
            self.held = self.leases.hold(&self.names).await?;
            self.asked = Some(Instant::now());
            self.signals.routes_all(self.held.len() == self.names.len());
            metrics::gauge!("vitalwire_router_shards")
                .set(f64::from(u32::try_from(self.held.len()).unwrap_or(0)));
        }
        Ok(())
    }

    fn shards(&self) -> Vec<i32> {
        let number = |name: &str| name.rsplit('/').next().and_then(|shard| shard.parse().ok());
        self.held.iter().filter_map(|lease| number(&lease.name)).collect()
    }

    async fn announce(&self, routed: &Routed, took: Duration) {
        metrics::counter!("vitalwire_router_readings_total").increment(routed.readings.unsigned_abs());
        metrics::histogram!("vitalwire_router_batch_seconds").record(took.as_secs_f64());
        if routed.missing > 0 {
            tracing::error!(
                readings = routed.missing,
                "the outbox named readings that are not in the history"
            );
            metrics::counter!("vitalwire_router_missing_total").increment(routed.missing.unsigned_abs());
        }
        let wakes: Vec<Wake> = routed
            .customers
            .iter()
            .flat_map(|(customer, endpoints)| {
                endpoints
                    .iter()
                    .map(|endpoint| Wake::endpoint(*customer, *endpoint))
            })
            .collect();
        swallow(
            self.signals.queue().wake(&wakes).await,
            "the sweep finds the deliveries",
        );
        let customers: Vec<_> = routed.customers.iter().map(|(customer, _)| *customer).collect();
        self.signals.published(&customers);
    }
}

#[derive(Debug)]
enum Step {
    Idle,
    /// `more`: the batch was full, so there is a backlog.
    Routed {
        readings: i64,
        more: bool,
    },
}

/// Readings in about the last second.
#[derive(Debug, Default)]
struct Load {
    readings: f64,
    at: Option<Instant>,
}

impl Load {
    /// What was routed before weighs less the longer ago it was: a second later, a good third.
    fn add(&mut self, readings: i64, now: Instant) {
        let since = self
            .at
            .map_or(Duration::MAX, |at| now.saturating_duration_since(at));
        let readings = f64::from(u32::try_from(readings).unwrap_or(u32::MAX));
        self.readings = self.readings * (-since.as_secs_f64()).exp() + readings;
        self.at = Some(now);
    }

    fn pause(&self) -> Duration {
        let share = (self.readings - NO_LOAD) / (FULL_LOAD - NO_LOAD);
        GATHER_AT_MOST.mul_f64(share.clamp(0.0, 1.0))
    }
}

/// The first 24 of the 32 hexadecimal digits of a batch's UUIDv7s: the time and random bits; a counter of 32 bits
/// follows in the statement (RFC 9562 §6.2, method 1), so that thousands of ids need not travel to the database.
fn id_prefix(ground: &Ground, now: DateTime<Utc>) -> String {
    let id: uuid::Uuid = ground.id_at(now);
    HEXLOWER.encode(&id.as_bytes()[..12])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sustained_load_lets_readings_wait() {
        let begin = Instant::now();
        let after = |milliseconds| begin + Duration::from_millis(milliseconds);
        let mut load = Load::default();
        load.add(1_000, begin);
        assert_eq!(load.pause(), Duration::ZERO, "a hub's largest batch");
        for batch in 1..=50 {
            load.add(25, after(batch * 50));
        }
        assert_eq!(load.pause(), Duration::ZERO, "500 a second");
        for batch in 1..=50 {
            load.add(900, after(2_500 + batch * 50));
        }
        assert_eq!(load.pause(), GATHER_AT_MOST, "18,000 a second");
        load.add(1, after(8_000));
        assert_eq!(load.pause(), Duration::ZERO, "three seconds later");
    }
}
