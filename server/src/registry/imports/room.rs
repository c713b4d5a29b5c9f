//! How many files are brought and read at a time. A file is up to 20 MB, and reading it takes some tens of megabytes more.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use uuid::Uuid;

/// Files on their way, of whomever.
const MOST_ON_THEIR_WAY: usize = 8;
/// How long one may take to arrive.
pub const ARRIVES_WITHIN: Duration = Duration::from_mins(3);
/// How long one that has arrived waits for its turn.
const WAITS: Duration = Duration::from_secs(20);

/// Whose files are on their way: one of each organisation's, so that a slow one keeps nobody else from bringing theirs.
static ON_THEIR_WAY: Mutex<Vec<Option<Uuid>>> = Mutex::new(Vec::new());
/// Files that are read at a time, whichever way they came.
static READ: Semaphore = Semaphore::const_new(2);

/// A file is on its way, until this is dropped.
#[derive(Debug)]
#[must_use = "the place is free again when this is dropped"]
pub struct OnItsWay(Option<Uuid>);

impl OnItsWay {
    /// Begins to take a file of an organisation; none for the platform. Not while another of theirs is on its way.
    pub fn begin(organisation: Option<Uuid>) -> Option<Self> {
        let mut there = ON_THEIR_WAY.lock().unwrap_or_else(PoisonError::into_inner);
        // Several administrators may bring files at once.
        let is_theirs = organisation.is_some() && there.contains(&organisation);
        if is_theirs || there.len() >= MOST_ON_THEIR_WAY {
            return None;
        }
        there.push(organisation);
        Some(Self(organisation))
    }

    /// It has arrived; it is read as soon as there is room, unless that takes too long.
    pub async fn room(&self) -> Option<SemaphorePermit<'static>> {
        tokio::time::timeout(WAITS, READ.acquire()).await.ok()?.ok()
    }
}

impl Drop for OnItsWay {
    fn drop(&mut self) {
        let mut there = ON_THEIR_WAY.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = there.iter().position(|other| *other == self.0) {
            there.swap_remove(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_organisation_brings_one_file_and_never_takes_every_place() {
        let own = Some(Uuid::from_u128(1));
        let first = OnItsWay::begin(own).unwrap();
        assert!(OnItsWay::begin(own).is_none());
        let others: Vec<OnItsWay> = (2..9)
            .map(|other| OnItsWay::begin(Some(Uuid::from_u128(other))).unwrap())
            .collect();
        assert!(
            OnItsWay::begin(Some(Uuid::from_u128(9))).is_none(),
            "eight are on their way"
        );
        drop(others);
        drop(first);
        assert!(OnItsWay::begin(own).is_some());
    }
}
