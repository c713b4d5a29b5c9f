//! Group commit: many requests, one transaction. A request is answered only after the statement that holds its reading
//! and its outbox row has committed; while one commit is under way, the next gathers.

mod gathering;
mod statement;

use std::sync::Arc;
use std::time::Instant;

use sqlx::PgPool;
use tokio::sync::{Semaphore, oneshot};

use self::gathering::{Gathering, Unit};
use self::statement::Messages;
use super::rows::Columns;
pub use super::rows::{FIXED_DAY, OLDEST, Raw, Row, Times};
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
    /// Nobody held the device when it measured.
    NoOwner,
    /// The hub belongs to another customer than the device.
    WrongOwner,
    /// The time cannot be true and the device has moved, so its owner cannot be known.
    ClockSuspectMoved,
    /// The database refused this one reading; nothing of it is stored.
    Failed,
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
    /// Transactions at the same time.
    pub committers: usize,
}

/// The entry to the group commit. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Committer {
    entry: Arc<Entry>,
}

/// Closes the gathering when the last clone of the committer goes.
#[derive(Debug)]
struct Entry {
    gathering: Arc<Gathering>,
    room: Arc<Semaphore>,
    capacity: usize,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.gathering.close();
    }
}

impl Committer {
    /// Starts the committing tasks. They end when the last clone of the committer is dropped and nothing waits.
    /// `after` is called after every commit that stored something: it wakes the router.
    pub fn start(system: &PgPool, limits: Limits, after: &Arc<dyn Fn() + Send + Sync>) -> Self {
        let gathering = Arc::new(Gathering::default());
        for _ in 0..limits.committers {
            let task = Task {
                system: system.clone(),
                gathering: Arc::clone(&gathering),
                batch: limits.batch,
                after: Arc::clone(after),
            };
            tokio::spawn(task.run());
        }
        let entry = Entry {
            gathering,
            room: Arc::new(Semaphore::new(limits.queue)),
            capacity: limits.queue,
        };
        Self {
            entry: Arc::new(entry),
        }
    }

    /// Commits the readings of one message; verdicts come in their order.
    pub async fn commit(&self, rows: Vec<Row>) -> Result<Vec<Verdict>, CommitError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let Entry {
            gathering,
            room,
            capacity,
        } = &*self.entry;
        let wanted = u32::try_from(rows.len().min(*capacity)).unwrap_or(u32::MAX);
        let room = Arc::clone(room)
            .try_acquire_many_owned(wanted)
            .map_err(|_| CommitError::Full)?;
        let (reply, answer) = oneshot::channel();
        gathering.add(Unit { rows, reply, room });
        answer.await.unwrap_or(Err(CommitError::Stopping))
    }

    /// Readings that wait for a commit right now.
    pub fn waiting(&self) -> usize {
        self.entry
            .capacity
            .saturating_sub(self.entry.room.available_permits())
    }
}

struct Task {
    system: PgPool,
    gathering: Arc<Gathering>,
    batch: usize,
    after: Arc<dyn Fn() + Send + Sync>,
}

impl Task {
    async fn run(self) {
        while let Some(mut group) = self.gathering.take(self.batch).await {
            let (mut rows, mut waiting) = (Vec::new(), Vec::new());
            for Unit {
                rows: some,
                reply,
                room,
            } in group.units.drain(..)
            {
                waiting.push((some.len(), reply, room));
                rows.extend(some);
            }
            let began = Instant::now();
            let result = self.store(&rows).await;
            metrics::histogram!("vitalwire_commit_seconds").record(began.elapsed().as_secs_f64());
            metrics::histogram!("vitalwire_commit_readings")
                .record(f64::from(u32::try_from(rows.len()).unwrap_or(u32::MAX)));
            match result {
                Ok(verdicts) => {
                    if verdicts
                        .iter()
                        .any(|verdict| matches!(verdict, Verdict::Accepted(_)))
                    {
                        (self.after)();
                    }
                    let mut verdicts = verdicts.into_iter();
                    for (readings, reply, _room) in waiting {
                        // A sender that went away gets its answer when it sends again.
                        let _gone = reply.send(Ok(verdicts.by_ref().take(readings).collect()));
                    }
                }
                Err(error) => {
                    tracing::error!(%error, readings = rows.len(), "a commit failed");
                    for (_, reply, _room) in waiting {
                        let _gone = reply.send(Err(CommitError::Unavailable));
                    }
                }
            }
        }
    }

    /// Runs the statement; a deadlock or serialisation failure again, a data error by halves, so that one bad reading
    /// sinks nobody else's.
    async fn store(&self, rows: &[Row]) -> Result<Vec<Verdict>, CommitError> {
        let mut pieces = vec![(0, rows.len())];
        let mut verdicts = vec![Verdict::Failed; rows.len()];
        let mut again = 0;
        while let Some((from, until)) = pieces.pop() {
            let messages = if until - from == rows.len() {
                Messages::Whole
            } else {
                Messages::InParts
            };
            match statement::run(&self.system, &Columns::of(&rows[from..until]), messages).await {
                Ok(answers) => verdicts[from..until].copy_from_slice(&answers),
                Err(error) if is_conflict(&error) && again < 10 => {
                    again += 1;
                    metrics::counter!("vitalwire_commit_conflicts_total").increment(1);
                    pieces.push((from, until));
                }
                Err(error) if is_data_error(&error) => {
                    tracing::error!(code = ?code(&error), readings = until - from, "the database refused readings; halving");
                    if until - from > 1 {
                        let middle = from + (until - from) / 2;
                        pieces.extend([(from, middle), (middle, until)]);
                    }
                }
                Err(error) => {
                    tracing::error!(%error, "the database did not take a commit");
                    return Err(CommitError::Unavailable);
                }
            }
        }
        Ok(verdicts)
    }
}

fn code(error: &sqlx::Error) -> Option<String> {
    error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .map(std::borrow::Cow::into_owned)
}

fn is_conflict(error: &sqlx::Error) -> bool {
    matches!(code(error).as_deref(), Some("40P01" | "40001"))
}

/// Class 22 is data exceptions, class 23 broken constraints (also: no partition for the row).
fn is_data_error(error: &sqlx::Error) -> bool {
    code(error).is_some_and(|code| code.starts_with("22") || code.starts_with("23"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::{DateTime, Utc};
    use vitals::{ContentHash, Kind, Proof, Quality};

    use super::{Raw, Row};

    /// A weight of somebody's.
    pub(super) fn row() -> Row {
        let nothing = uuid::Uuid::nil();
        Row {
            id: nothing.into(),
            device: nothing.into(),
            hub: None,
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
                body_sealed: Vec::new(),
                jwt: None,
            }),
        }
    }
}
