//! The port of the delivery queue, and its adapter inside one process.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use tokio::sync::Notify;

use crate::ground::ids::{CustomerId, EndpointId};

/// "There may be something to send here." It carries nothing else: what is to be sent, and whether, stands in
/// `delivery`. A doubled wake costs one look; a lost one costs two seconds, until the sweep.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Wake {
    /// Whose endpoint; the group by which a shared queue keeps tenants apart.
    pub customer: CustomerId,
    /// Where to send.
    pub endpoint: EndpointId,
    /// The lane inside the endpoint: empty, or the device whose readings go in strict order.
    pub lane: String,
}

impl Wake {
    /// A wake of the endpoint's common lane.
    pub fn endpoint(customer: CustomerId, endpoint: EndpointId) -> Self {
        Self {
            customer,
            endpoint,
            lane: String::new(),
        }
    }
}

/// Why a wake was not taken or none could be had. The caller goes on: the sweep makes up for it.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// The queue is away.
    #[error("the queue is not available: {0}")]
    Unavailable(String),
}

/// Carries wakes from whoever made a delivery due to a worker that sends it.
///
/// An adapter may deliver a wake late, twice, to several workers, or not at all. One that has to acknowledge what it
/// received does so before it returns from [`Queue::receive`], since losing a wake is cheap.
#[async_trait]
pub trait Queue: Send + Sync + std::fmt::Debug {
    /// Announces work.
    async fn wake(&self, wakes: &[Wake]) -> Result<(), QueueError>;

    /// Waits until there are wakes and takes them. Dropping the future loses none.
    async fn receive(&self) -> Result<Vec<Wake>, QueueError>;
}

/// Wakes inside one process: the router's workers are next door. It holds each wake at most once, so it cannot grow past
/// the number of endpoints. Workers of other processes find by their sweep what this one does not get done.
#[derive(Debug, Default)]
pub struct LocalQueue {
    waiting: Mutex<HashSet<Wake>>,
    arrived: Notify,
}

impl LocalQueue {
    fn take(&self) -> Vec<Wake> {
        self.waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .drain()
            .collect()
    }
}

#[async_trait]
impl Queue for LocalQueue {
    async fn wake(&self, wakes: &[Wake]) -> Result<(), QueueError> {
        if !wakes.is_empty() {
            self.waiting
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .extend(wakes.iter().cloned());
            self.arrived.notify_one();
        }
        Ok(())
    }

    async fn receive(&self) -> Result<Vec<Wake>, QueueError> {
        loop {
            let wakes = self.take();
            if !wakes.is_empty() {
                return Ok(wakes);
            }
            self.arrived.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[tokio::test]
    async fn equal_wakes_are_one_and_none_is_lost() {
        let queue = LocalQueue::default();
        let wake = |n| Wake::endpoint(Uuid::from_u128(1).into(), Uuid::from_u128(n).into());
        queue.wake(&[wake(1), wake(1), wake(2)]).await.unwrap();
        queue.wake(&[wake(1)]).await.unwrap();
        assert_eq!(queue.receive().await.unwrap().len(), 2);
        let later = async {
            tokio::task::yield_now().await;
            queue.wake(&[wake(3)]).await.unwrap();
        };
        let (received, ()) = tokio::join!(queue.receive(), later);
        assert_eq!(received.unwrap(), [wake(3)]);
    }
}
