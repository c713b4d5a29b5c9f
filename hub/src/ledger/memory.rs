//! A ledger that lives as long as its process: for simulated hubs, until the one on disk is there.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::{Entry, EntryId, Ledger, Verdict};
use crate::error::LedgerError;
use crate::reading::Item;

/// At most so many readings, in memory.
#[derive(Debug)]
pub struct MemoryLedger {
    most: usize,
    waiting: Mutex<Waiting>,
    arrived: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    entries: VecDeque<Entry>,
    last: u64,
}

impl MemoryLedger {
    /// An empty ledger that takes `most` readings.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            waiting: Mutex::default(),
            arrived: Notify::new(),
        }
    }

    /// How many readings wait.
    pub fn len(&self) -> usize {
        self.waiting().entries.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ledger for MemoryLedger {
    async fn push(&self, item: Item) -> Result<EntryId, LedgerError> {
        let id = {
            let mut waiting = self.waiting();
            if waiting.entries.len() >= self.most {
                return Err(LedgerError::Full);
            }
            waiting.last += 1;
            let id = EntryId(waiting.last);
            waiting.entries.push_back(Entry { id, item });
            id
        };
        self.arrived.notify_waiters();
        Ok(id)
    }

    async fn oldest(&self, n: usize) -> Result<Vec<Entry>, LedgerError> {
        Ok(self.waiting().entries.iter().take(n).cloned().collect())
    }

    async fn settle(&self, verdicts: &[(EntryId, Verdict)]) -> Result<(), LedgerError> {
        let settled: HashSet<EntryId> = verdicts.iter().map(|(id, _)| *id).collect();
        self.waiting()
            .entries
            .retain(|entry| !settled.contains(&entry.id));
        Ok(())
    }

    async fn ready(&self) {
        loop {
            // Made before the look, so that what arrives in between is not missed.
            let arrived = self.arrived.notified();
            if !self.is_empty() {
                return;
            }
            arrived.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::tests::item;

    fn accepted() -> Verdict {
        Verdict::Accepted {
            id: uuid::Uuid::nil(),
        }
    }

    #[tokio::test]
    async fn readings_wait_in_order_until_their_verdict() {
        let ledger = MemoryLedger::new(3);
        let mut ids = Vec::new();
        for systolic in 1..=3 {
            ids.push(ledger.push(item(systolic)).await.unwrap());
        }
        assert!(matches!(ledger.push(item(4)).await, Err(LedgerError::Full)));
        assert_eq!(
            ledger
                .oldest(2)
                .await
                .unwrap()
                .iter()
                .map(|entry| entry.id)
                .collect::<Vec<_>>(),
            ids[..2]
        );
        assert_eq!(
            ledger.oldest(9).await.unwrap().len(),
            3,
            "looking removes nothing"
        );
        ledger
            .settle(&[(ids[1], accepted()), (EntryId(99), accepted())])
            .await
            .unwrap();
        ledger.push(item(4)).await.unwrap();
        let left: Vec<Item> = ledger
            .oldest(9)
            .await
            .unwrap()
            .into_iter()
            .map(|entry| entry.item)
            .collect();
        assert_eq!(left, [item(1), item(3), item(4)]);
    }

    #[tokio::test]
    async fn an_arrival_wakes_whoever_waits() {
        let ledger = Arc::new(MemoryLedger::new(3));
        let waiting = tokio::spawn({
            let ledger = Arc::clone(&ledger);
            async move { ledger.ready().await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        ledger.push(item(1)).await.unwrap();
        waiting.await.unwrap();
        ledger.ready().await;
    }
}
