//! Wake-ups: at once inside the process, coalesced between processes.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::PgPool;
use tokio::sync::{Notify, broadcast};
use tokio_util::sync::CancellationToken;

use super::bridge;
use super::wake::{LocalQueue, Queue};
use crate::ground::Ground;
use crate::ground::ids::CustomerId;
use crate::ground::swallow::either_way;

/// Announcements that a slow live page may fall behind by; past that it asks for everything again.
const BACKLOG: usize = 256;

/// Whose pages have something new to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Published {
    /// Of these customers: new events, or deliveries that got further.
    Customers(Arc<[CustomerId]>),
    /// Possibly of anyone: something may have been missed.
    Anyone,
}

impl Published {
    /// Whether this customer's pages should look again.
    pub fn concerns(&self, customer: CustomerId) -> bool {
        match self {
            Self::Customers(customers) => customers.contains(&customer),
            Self::Anyone => true,
        }
    }
}

/// The wake-ups of one process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Signals(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    router: Notify,
    /// Whether this process' own router serves every shard, so that nobody else needs to hear of a commit.
    routes_all: AtomicBool,
    commit_to_tell: AtomicBool,
    published_to_tell: Mutex<HashSet<CustomerId>>,
    to_tell: Notify,
    published: broadcast::Sender<Published>,
    queue: Arc<dyn Queue>,
}

/// What the bridge is to tell other processes.
#[derive(Debug)]
pub(super) struct News {
    pub(super) committed: bool,
    pub(super) published: Vec<CustomerId>,
}

impl Signals {
    /// Wake-ups inside this process, and between processes over `pool` until `stop`.
    #[expect(clippy::needless_pass_by_value, reason = "they live on in tasks")]
    pub fn start(ground: Ground, pool: PgPool, stop: CancellationToken) -> Self {
        let signals = Self::local();
        bridge::start(&ground, &pool, &signals, &stop);
        signals
    }

    /// Wake-ups inside this process only.
    pub fn local() -> Self {
        Self(Arc::new(Inner {
            router: Notify::new(),
            routes_all: AtomicBool::new(false),
            commit_to_tell: AtomicBool::new(false),
            published_to_tell: Mutex::default(),
            to_tell: Notify::new(),
            published: broadcast::channel(BACKLOG).0,
            queue: Arc::new(LocalQueue::default()),
        }))
    }

    /// Readings have been committed here. Costs some atomic operations, so that every commit can call it.
    pub fn committed(&self) {
        self.0.router.notify_one();
        if !self.0.routes_all.load(Ordering::Relaxed) && !self.0.commit_to_tell.swap(true, Ordering::AcqRel) {
            self.0.to_tell.notify_one();
        }
    }

    /// Waits for a commit, here or announced by another process, but no longer than `at_most`: announcements can be lost.
    pub async fn router_wait(&self, at_most: Duration) {
        let waited = tokio::time::timeout(at_most, self.0.router.notified()).await;
        either_way(
            waited,
            "that the time is up is as good a reason to look as a commit",
        );
    }

    /// The router says whether it serves every shard.
    pub fn routes_all(&self, all: bool) {
        self.0.routes_all.store(all, Ordering::Relaxed);
    }

    /// New events of these customers have been committed, or their deliveries have got further.
    pub fn published(&self, customers: &[CustomerId]) {
        if customers.is_empty() {
            return;
        }
        self.publish_here(Published::Customers(customers.into()));
        self.0
            .published_to_tell
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(customers);
        self.0.to_tell.notify_one();
    }

    /// Follows what is published by any process. A receiver that lagged asks the database again.
    pub fn subscribe(&self) -> broadcast::Receiver<Published> {
        self.0.published.subscribe()
    }

    /// The queue that wakes the delivery workers.
    pub fn queue(&self) -> Arc<dyn Queue> {
        Arc::clone(&self.0.queue)
    }

    /// Another process has committed readings.
    pub(super) fn committed_elsewhere(&self) {
        self.0.router.notify_one();
    }

    pub(super) fn publish_here(&self, published: Published) {
        either_way(
            self.0.published.send(published),
            "an error only says that nobody is watching",
        );
    }

    /// Waits until other processes should be told something, and takes it.
    pub(super) async fn news(&self) -> News {
        loop {
            let committed = self.0.commit_to_tell.swap(false, Ordering::AcqRel);
            let published: Vec<_> = self
                .0
                .published_to_tell
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .drain()
                .collect();
            if committed || !published.is_empty() {
                return News { committed, published };
            }
            self.0.to_tell.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[tokio::test]
    async fn a_commit_before_the_wait_is_not_missed() {
        let signals = Signals::local();
        signals.committed();
        tokio::time::timeout(
            Duration::from_secs(5),
            signals.router_wait(Duration::from_mins(1)),
        )
        .await
        .unwrap();
    }

    #[tokio::test]
    async fn commits_are_told_once_and_not_at_all_where_all_shards_are_served_here() {
        let signals = Signals::local();
        signals.committed();
        signals.committed();
        assert!(signals.news().await.committed);
        signals.routes_all(true);
        signals.committed();
        signals.published(&[Uuid::from_u128(1).into()]);
        let news = signals.news().await;
        assert!(!news.committed);
        assert_eq!(news.published.len(), 1);
    }

    #[tokio::test]
    async fn pages_hear_of_their_own_customer() {
        let signals = Signals::local();
        let mut watching = signals.subscribe();
        signals.published(&[Uuid::from_u128(1).into()]);
        let published = watching.recv().await.unwrap();
        assert!(published.concerns(Uuid::from_u128(1).into()));
        assert!(!published.concerns(Uuid::from_u128(2).into()));
        assert!(Published::Anyone.concerns(Uuid::from_u128(2).into()));
    }
}
