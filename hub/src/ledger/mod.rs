//! Where readings wait. A reading leaves the ledger with the platform's verdict and not before.

mod memory;

use std::future::Future;

use serde::Deserialize;
use uuid::Uuid;

use crate::error::LedgerError;
use crate::reading::Item;

pub use memory::MemoryLedger;

/// A place in a ledger; a later reading has a larger one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(pub u64);

/// A waiting reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place.
    pub id: EntryId,
    /// What is sent.
    pub item: Item,
}

/// What became of a reading at the platform. Each of them is final.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Verdict {
    /// It is stored.
    Accepted {
        /// The reading's id at the platform.
        id: Uuid,
    },
    /// It was stored before.
    Duplicate {
        /// The reading's id at the platform.
        id: Uuid,
    },
    /// It is kept there, unseen, until somebody has looked.
    Quarantined {
        /// As `unknown_device`.
        reason: String,
    },
    /// It is not kept.
    Rejected {
        /// Why.
        reason: String,
    },
}

/// Waiting readings in the order they came.
pub trait Ledger: Send + Sync {
    /// Keeps an item; once this returned `Ok`, only a verdict removes it. A full ledger refuses and drops nothing.
    fn push(&self, item: Item) -> impl Future<Output = Result<EntryId, LedgerError>> + Send;

    /// Up to `n` waiting readings, oldest first. They stay.
    fn oldest(&self, n: usize) -> impl Future<Output = Result<Vec<Entry>, LedgerError>> + Send;

    /// Removes readings with their verdicts, all or none. One that is not there any more is passed over.
    fn settle(&self, verdicts: &[(EntryId, Verdict)])
    -> impl Future<Output = Result<(), LedgerError>> + Send;

    /// Returns as soon as a reading waits, at once where one does.
    fn ready(&self) -> impl Future<Output = ()> + Send;
}

impl<L: Ledger> Ledger for std::sync::Arc<L> {
    fn push(&self, item: Item) -> impl Future<Output = Result<EntryId, LedgerError>> + Send {
        L::push(self, item)
    }

    fn oldest(&self, n: usize) -> impl Future<Output = Result<Vec<Entry>, LedgerError>> + Send {
        L::oldest(self, n)
    }

    fn settle(
        &self,
        verdicts: &[(EntryId, Verdict)],
    ) -> impl Future<Output = Result<(), LedgerError>> + Send {
        L::settle(self, verdicts)
    }

    fn ready(&self) -> impl Future<Output = ()> + Send {
        L::ready(self)
    }
}
