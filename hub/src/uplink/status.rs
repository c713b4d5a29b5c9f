//! What the uplink is doing, for the local API, a display, and whoever asks why nothing arrives.

use std::time::Duration;

use crate::ledger::Verdict;

/// What the uplink is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// Nothing waits.
    Idle,
    /// A batch is on its way.
    Sending,
    /// Nobody has confirmed the hub's fingerprint yet; everything is kept.
    NotConfirmed,
    /// The hub was switched off; everything is kept.
    Inactive,
    /// Something failed; the same batch goes out again.
    Retrying {
        /// How long it waits.
        wait: Duration,
        /// What failed, without values.
        reason: String,
    },
    /// It was told to stop, and has.
    Stopped,
}

/// The phase, and how many verdicts of each kind came since the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// What it is doing.
    pub phase: Phase,
    /// Readings that were stored.
    pub accepted: u64,
    /// Readings that had been stored before.
    pub duplicates: u64,
    /// Readings that wait in the platform's quarantine.
    pub quarantined: u64,
    /// Readings that the platform does not keep.
    pub rejected: u64,
}

impl Status {
    pub(super) fn new() -> Self {
        Self {
            phase: Phase::Idle,
            accepted: 0,
            duplicates: 0,
            quarantined: 0,
            rejected: 0,
        }
    }

    pub(super) fn count(&mut self, verdict: &Verdict) {
        let counter = match verdict {
            Verdict::Accepted { .. } => &mut self.accepted,
            Verdict::Duplicate { .. } => &mut self.duplicates,
            Verdict::Quarantined { .. } => &mut self.quarantined,
            Verdict::Rejected { .. } => &mut self.rejected,
        };
        *counter += 1;
    }

    /// All verdicts so far.
    pub fn settled(&self) -> u64 {
        self.accepted + self.duplicates + self.quarantined + self.rejected
    }
}
