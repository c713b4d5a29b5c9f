//! From committed readings to the customer's own server: the router numbers events and makes deliveries, workers claim,
//! sign and send them, and what fails is tried again on a schedule that ends on the dead-letter shelf (DESIGN §6, §7).
//!
//! Main types: [`Forwarding`], which a worker process starts and stops, and [`Endpoints`], through which pages and API
//! act for a customer. [`signature`] is also what a receiver verifies with. Nothing below this room calls it; intake
//! reaches it through the outbox and [`Signals::committed`](crate::queue::Signals::committed).

mod attempt;
mod claimer;
mod completer;
mod dispatch;
mod endpoint;
mod endpoints;
mod event;
mod guard;
mod keys;
mod lane;
mod payload;
mod router;
pub mod schedule;
mod shelf;
mod store;

pub mod admin;
pub mod signature;

use std::time::Duration;

use sqlx::PgPool;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use endpoint::{
    Attempt, DeadLetter, Endpoint, EndpointChange, EndpointHealth, NewEndpoint, ReadingDelivery, Registered,
    webhook_id,
};
pub use endpoints::{EndpointError, Endpoints};
pub use guard::{AddressError, AddressPolicy};
pub use keys::{EndpointKeyError, OVERLAP};
pub use payload::VERSION;
pub use router::Router;
pub use shelf::{KEPT, Librarian, Shelf};

use crate::config::ForwardingConfig;
use crate::ground::Ground;
use crate::jobs::{Job, Scheduler};
use crate::mailing::Post;
use crate::queue::Signals;
use crate::tenancy::Database;

/// How often endpoints are looked through for those that have failed for five days.
const HOPELESS_EVERY: Duration = Duration::from_mins(10);
/// What a stop may take altogether; each part has a bound of its own below it.
const STOP: Duration = Duration::from_secs(20);

/// What forwarding is made of.
#[derive(Debug)]
pub struct ForwardingParts {
    /// Time, randomness, keys.
    pub ground: Ground,
    /// The database, of which it uses the forwarding circuit's connections.
    pub database: Database,
    /// Wake-ups.
    pub signals: Signals,
    /// Takes the letters to owners of what is given up soon.
    pub post: Post,
    /// Where the portal is, for the links in them.
    pub public_url: String,
    /// `[forwarding]`.
    pub config: ForwardingConfig,
    /// Whether deliveries may go to private addresses on a developer's machine.
    pub insecure_dev: bool,
}

/// Router and delivery workers of one process.
#[derive(Debug)]
pub struct Forwarding {
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

impl Forwarding {
    /// Starts router, workers and completer.
    pub fn start(parts: ForwardingParts) -> Self {
        let ForwardingParts {
            ground,
            database,
            signals,
            post,
            public_url,
            config,
            insecure_dev,
        } = parts;
        let pool = database.system_forwarding().clone();
        let stop = CancellationToken::new();
        let router = Router::new(ground.clone(), pool.clone(), signals.clone());
        let mut tasks = vec![
            tokio::spawn(router.run(stop.clone())),
            hopeless(&ground, &pool, &stop),
        ];
        let librarian = Librarian {
            ground: ground.clone(),
            database,
            post,
            public_url,
        };
        tasks.push(Scheduler::new(&ground, pool.clone()).spawn(librarian.job(), stop.clone()));
        let policy = AddressPolicy {
            allow_private: config.allow_private_addresses || insecure_dev,
        };
        match attempt::Sender::new(
            ground.clone(),
            policy,
            Duration::from_secs(config.timeout_seconds.max(1)),
        ) {
            Ok(sender) => {
                let (completions, finished) = completer::channel();
                let dispatcher = dispatch::Dispatcher {
                    ground,
                    pool: pool.clone(),
                    queue: signals.queue(),
                    sender,
                    completions,
                    slots: dispatch::Slots::of(config.concurrency),
                };
                tasks.push(tokio::spawn(dispatcher.run(stop.clone())));
                tasks.push(tokio::spawn(completer::run(pool, signals, finished)));
            }
            // Readings are still taken, numbered and kept for sending.
            Err(error) => tracing::error!(%error, "the HTTP client cannot be made; nothing is sent"),
        }
        Self { stop, tasks }
    }

    /// Stops: the batch and the requests under way are finished and written down within a bound.
    pub async fn stop(self) {
        self.stop.cancel();
        let all = async {
            for task in self.tasks {
                crate::ground::swallow::swallow(task.await, "the others are still to be stopped");
            }
        };
        if tokio::time::timeout(STOP, all).await.is_err() {
            tracing::warn!("forwarding did not stop in time; what was under way is left to its leases");
        }
    }
}

fn hopeless(ground: &Ground, pool: &PgPool, stop: &CancellationToken) -> JoinHandle<()> {
    let (clock, pool_of_run) = (ground.clone(), pool.clone());
    let job = Job::new("forwarding/hopeless", HOPELESS_EVERY, move || {
        let (now, pool) = (clock.now(), pool_of_run.clone());
        Box::pin(async move {
            let disabled = store::sweep::system_disable_hopeless(&pool, now).await?;
            if disabled > 0 {
                tracing::warn!(
                    disabled,
                    "endpoints were disabled after five days without a success"
                );
            }
            Ok(())
        })
    });
    Scheduler::new(ground, pool.clone()).spawn(job, stop.clone())
}
