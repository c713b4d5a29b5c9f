//! Group commit: many requests, one transaction. A request is answered only after the statement that holds its reading
//! and its outbox row has committed; while one commit is under way, the next gathers.

mod statement;

use std::sync::Arc;
use std::time::Instant;

use sqlx::PgPool;
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

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

type Reply = oneshot::Sender<Result<Vec<Verdict>, CommitError>>;

struct Unit {
    rows: Vec<Row>,
    reply: Reply,
    _room: OwnedSemaphorePermit,
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
    queue: mpsc::Sender<Unit>,
    room: Arc<Semaphore>,
    capacity: usize,
}

impl std::fmt::Debug for Unit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unit")
            .field("rows", &self.rows.len())
            .finish_non_exhaustive()
    }
}

impl Committer {
    /// Starts the committing tasks. They end when the last clone of the committer is dropped and the queue is empty.
    /// `after` is called after every commit that stored something: it wakes the router.
    pub fn start(system: &PgPool, limits: Limits, after: &Arc<dyn Fn() + Send + Sync>) -> Self {
        let (queue, waiting) = mpsc::channel(limits.queue);
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..limits.committers {
            let task = Task {
                system: system.clone(),
                waiting: Arc::clone(&waiting),
                batch: limits.batch,
                after: Arc::clone(after),
            };
            tokio::spawn(task.run());
        }
        Self {
            queue,
            room: Arc::new(Semaphore::new(limits.queue)),
            capacity: limits.queue,
        }
    }

    /// Commits the readings of one message; verdicts come in their order.
    pub async fn commit(&self, rows: Vec<Row>) -> Result<Vec<Verdict>, CommitError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let wanted = u32::try_from(rows.len().min(self.capacity)).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.room)
            .try_acquire_many_owned(wanted)
            .map_err(|_| CommitError::Full)?;
        let (reply, answer) = oneshot::channel();
        self.queue
            .try_send(Unit {
                rows,
                reply,
                _room: room,
            })
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => CommitError::Full,
                mpsc::error::TrySendError::Closed(_) => CommitError::Stopping,
            })?;
        answer.await.unwrap_or(Err(CommitError::Stopping))
    }

    /// Readings that wait for a commit right now.
    pub fn waiting(&self) -> usize {
        self.capacity.saturating_sub(self.room.available_permits())
    }
}

struct Task {
    system: PgPool,
    waiting: Arc<Mutex<mpsc::Receiver<Unit>>>,
    batch: usize,
    after: Arc<dyn Fn() + Send + Sync>,
}

impl Task {
    async fn run(self) {
        while let Some(units) = self.gather().await {
            let began = Instant::now();
            let rows: Vec<Row> = units.iter().flat_map(|unit| unit.rows.iter().cloned()).collect();
            let result = self.store(&rows).await;
            metrics::histogram!("vitalwire_commit_seconds").record(began.elapsed().as_secs_f64());
            metrics::histogram!("vitalwire_commit_readings")
                .record(f64::from(u32::try_from(rows.len()).unwrap_or(u32::MAX)));
            self.answer(units, result);
        }
    }

    /// What has gathered while the last commit ran: at least one message, then more up to the size of a batch.
    async fn gather(&self) -> Option<Vec<Unit>> {
        let mut waiting = self.waiting.lock().await;
        let first = waiting.recv().await?;
        let mut rows = first.rows.len();
        let mut units = vec![first];
        while rows < self.batch {
            let Ok(unit) = waiting.try_recv() else { break };
            rows += unit.rows.len();
            units.push(unit);
        }
        Some(units)
    }

    fn answer(&self, units: Vec<Unit>, result: Result<Vec<Verdict>, CommitError>) {
        match result {
            Ok(verdicts) => {
                if verdicts
                    .iter()
                    .any(|verdict| matches!(verdict, Verdict::Accepted(_)))
                {
                    (self.after)();
                }
                let mut verdicts = verdicts.into_iter();
                for unit in units {
                    // A sender that went away gets its answer when it sends again.
                    let _gone = unit
                        .reply
                        .send(Ok(verdicts.by_ref().take(unit.rows.len()).collect()));
                }
            }
            Err(error) => {
                tracing::error!(%error, readings = units.iter().map(|unit| unit.rows.len()).sum::<usize>(), "a commit failed");
                for unit in units {
                    let _gone = unit.reply.send(Err(CommitError::Unavailable));
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
            match statement::run(&self.system, &Columns::of(&rows[from..until])).await {
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
