//! Group commit: many requests, one transaction. A request is answered only after the statement that holds its reading
//! and its outbox row has committed; while one commit is under way, the next gathers.

mod gathering;
mod line;
mod statement;
mod task;

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use tokio::sync::{Semaphore, oneshot};

use self::gathering::{Gathering, Unit};
use self::task::{Shared, Task};
pub use super::rows::{FIXED_DAY, OLDEST, Raw, Row, Sharing, Times};
use crate::ground::ids::ReadingId;

/// What became of one reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Durable, under this id.
    Accepted(ReadingId),
    /// Known already, under this id.
    Duplicate(ReadingId),
    /// The device is not active.
    InactiveDevice,
    /// The device's token was revoked.
    RevokedCredential,
    /// The hub is not active.
    InactiveHub,
    /// The vendor's cloud is not active.
    InactiveSource,
    /// The vendor's cloud does not speak for the device.
    NotOfSource,
    /// Nobody held the device when it measured.
    NoOwner,
    /// The hub or the vendor's cloud belongs to another customer than the device.
    WrongOwner,
    /// The time cannot be true and the device has moved, so its owner cannot be known.
    ClockSuspectMoved,
    /// The database refused this one reading; nothing of it is stored.
    Failed,
}

impl Verdict {
    /// Whether the reading was known.
    fn is_duplicate(&self) -> bool {
        matches!(self, Self::Duplicate(_))
    }
}

/// Why nothing was stored.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// More wait than we may hold.
    #[error("too many readings are waiting")]
    Full,
    /// The server is about to stop.
    #[error("the server is stopping")]
    Stopping,
    /// The database is away.
    #[error("the database is not available")]
    Unavailable,
}

/// How commits are grouped.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Readings that may wait.
    pub queue: usize,
    /// Readings in one transaction, unless one message alone brings more.
    pub batch: usize,
    /// Transactions at the same time, on each thread.
    pub committers: usize,
}

/// How long a sender waits for its commit before it is told to come back.
const PATIENCE: Duration = Duration::from_secs(5);

/// The entry to the group commit of one thread. Cheap to clone.
///
/// Each thread that serves requests has its own: what gathers, the connections and the answers stay on it, because to
/// hand a reading to another thread and its answer back is a fifth of what the server spends on it.
#[derive(Debug, Clone)]
pub struct Committer {
    entry: Arc<Entry>,
    shared: Shared,
}

/// Closes the gathering when the last clone of the committer goes.
#[derive(Debug)]
struct Entry(Arc<Gathering>);

impl Drop for Entry {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Committer {
    /// Starts committing tasks on this thread's runtime. They end when the last clone of the committer is dropped and
    /// nothing waits. `after` is called after every commit that stored something: it wakes the router.
    pub fn start(system: &PgPool, limits: Limits, after: &Arc<dyn Fn() + Send + Sync>) -> Self {
        Self::with(Shared {
            system: system.clone(),
            limits,
            room: Arc::new(Semaphore::new(limits.queue)),
            halving: Arc::new(Semaphore::new(1)),
            after: Arc::clone(after),
            expectation: Arc::default(),
        })
    }

    /// Another one for the thread that calls this; how many readings may wait is counted together.
    #[must_use]
    pub fn on_this_thread(&self) -> Self {
        Self::with(self.shared.clone())
    }

    fn with(shared: Shared) -> Self {
        let gathering = Arc::new(Gathering::new(shared.limits.committers, shared.limits.batch));
        let line = shared.line();
        for _ in 0..shared.limits.committers {
            let task = Task::new(line.clone(), shared.clone());
            tokio::spawn(task.run(Arc::clone(&gathering)));
        }
        Self {
            entry: Arc::new(Entry(gathering)),
            shared,
        }
    }

    /// Commits the readings of one message; verdicts come in their order. Who gets an error may have been stored all the
    /// same, and learns so as a duplicate when he sends again.
    pub async fn commit(&self, rows: Vec<Row>) -> Result<Vec<Verdict>, CommitError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let wanted = u32::try_from(rows.len().min(self.shared.limits.queue)).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.shared.room)
            .try_acquire_many_owned(wanted)
            .map_err(|_| CommitError::Full)?;
        let (reply, answer) = oneshot::channel();
        self.entry.0.add(Unit {
            rows,
            reply,
            _room: room,
        });
        match tokio::time::timeout(PATIENCE, answer).await {
            Ok(answer) => answer.unwrap_or(Err(CommitError::Stopping)),
            Err(_elapsed) => Err(CommitError::Unavailable),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::{DateTime, Utc};
    use vitals::{ContentHash, Kind, Proof, Quality};

    use super::{Raw, Row, Sharing};

    /// A weight of somebody's.
    pub(super) fn row() -> Row {
        let nothing = uuid::Uuid::nil();
        Row {
            id: nothing.into(),
            device: nothing.into(),
            hub: None,
            source: None,
            credential: nothing.into(),
            kind: Kind::Weight,
            device_time_ms: None,
            utc_offset_minutes: None,
            hub_time: None,
            sequence: None,
            user_slot: None,
            hash: ContentHash::from_bytes([0; 32]),
            values: "{\"weight\":70}".to_owned(),
            original: None,
            quality: Quality::default(),
            proof: Proof::DeviceToken,
            raw: Arc::new(Raw {
                id: nothing.into(),
                received_at: DateTime::<Utc>::UNIX_EPOCH,
                body_sealed: Some(Vec::new()),
                jwt: None,
                encoding: None,
                shared: Sharing::default(),
            }),
            standing: None,
        }
    }
}
