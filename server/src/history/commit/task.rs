//! A committing task: takes what has gathered, commits it, and answers each sender.

use std::collections::HashSet;
use std::fmt;
use std::pin::pin;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use sqlx::PgPool;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::gathering::{Gathering, Unit};
use super::line::Line;
use super::statement::{Check, Columns, Done, Foreseen, Form, Messages, Missed};
use super::{CommitError, Limits, PATIENCE, Row, Verdict};

/// A commit that takes longer is not waited for by those who gather meanwhile.
const SLOW: Duration = Duration::from_millis(100);
/// A deadlock or serialisation failure is run again so many times.
const CONFLICTS: u32 = 10;
/// So many commits after one with a known reading are run with the statement that expects some.
const CAREFUL: u32 = 50;

/// What the committing tasks of all threads share. Cheap to clone.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) system: PgPool,
    pub(super) limits: Limits,
    /// For the readings that wait.
    pub(super) room: Arc<Semaphore>,
    /// One message at a time is taken apart, whoever sent it.
    pub(super) halving: Arc<Semaphore>,
    /// Called after every commit that stored something.
    pub(super) after: Arc<dyn Fn() + Send + Sync>,
    pub(super) expectation: Arc<Expectation>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

impl Shared {
    /// A line of this thread's own, with a connection for each commit.
    pub(super) fn line(&self) -> Line {
        let connections = u32::try_from(self.limits.committers).unwrap_or(u32::MAX);
        Line::like(&self.system, connections)
    }

    /// One commit, and what waits for the next ones on all threads.
    fn measure(&self, readings: usize, took: Duration) {
        let waiting = self.limits.queue.saturating_sub(self.room.available_permits());
        metrics::histogram!("vitalwire_commit_seconds").record(took.as_secs_f64());
        metrics::histogram!("vitalwire_commit_readings").record(number(readings));
        metrics::gauge!("vitalwire_commit_waiting").set(number(waiting));
    }
}

/// A committing task.
pub(super) struct Task {
    line: Line,
    shared: Shared,
}

/// Whether it is worth to try what the registry's memory foresees.
#[derive(Debug, Default)]
pub(super) struct Expectation {
    /// Commits that are still to be run carefully: who sends again, as a rule sends more than one reading again.
    careful: AtomicU32,
    /// The last epoch that was found to be over.
    over: AtomicI64,
    /// Customers of whom something stands under the fixed day.
    undated: RwLock<HashSet<Uuid>>,
}

impl Expectation {
    /// Counts a commit.
    fn is_good_for(&self, foreseen: &Foreseen<'_>) -> bool {
        let less = |careful: u32| careful.checked_sub(1);
        let careful = self
            .careful
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
        careful.is_err() && self.over.load(Ordering::Relaxed) != foreseen.epoch().as_i64()
    }

    /// How much the statement has to look up.
    fn check(&self, foreseen: &Foreseen<'_>) -> Check {
        let undated = self.undated.read().unwrap_or_else(PoisonError::into_inner);
        if !undated.is_empty() && foreseen.owners().any(|owner| undated.contains(&owner)) {
            Check::Readings
        } else {
            Check::Customers
        }
    }

    /// Something of these customers stands under the fixed day.
    fn remember_undated(&self, owners: Vec<Uuid>) {
        let mut undated = self.undated.write().unwrap_or_else(PoisonError::into_inner);
        undated.extend(owners);
    }

    /// A reading was known.
    fn disappoint(&self) {
        self.careful.store(CAREFUL, Ordering::Relaxed);
    }

    /// The registry has changed.
    fn outlive(&self, foreseen: &Foreseen<'_>) {
        self.over.store(foreseen.epoch().as_i64(), Ordering::Relaxed);
    }
}

/// Why some readings were not stored.
enum Refused {
    /// By the database, for what one of them holds.
    Data(sqlx::Error),
    /// All of them, for now.
    All(CommitError),
}

impl Task {
    pub(super) fn new(line: Line, shared: Shared) -> Self {
        Self { line, shared }
    }

    /// Commits until nothing more can come.
    pub(super) async fn run(self, gathering: Arc<Gathering>) {
        while let Some(mut group) = gathering.take().await {
            let mut settled = pin!(self.settle(std::mem::take(&mut group.units)));
            if tokio::time::timeout(SLOW, &mut settled).await.is_err() {
                group.is_slow();
                settled.await;
            }
        }
    }

    /// Commits the messages together. Where the database refuses what one of them holds, they are parted until it stands
    /// alone, so that the others have their answers at once; what is wrong inside of it is found out beside the commits.
    async fn settle(&self, units: Vec<Unit>) {
        let mut pieces = vec![units];
        while let Some(mut units) = pieces.pop() {
            units.retain(Unit::is_wanted);
            if units.is_empty() {
                continue;
            }
            let (rows, messages) = apart(&mut units);
            match self.store(&rows, Messages::Whole).await {
                Ok(verdicts) => self.answer(messages, verdicts),
                Err(Refused::All(error)) => {
                    tracing::error!(%error, readings = rows.len(), "a commit failed");
                    for message in messages {
                        message.fail();
                    }
                }
                Err(Refused::Data(error)) => {
                    complain(&error, rows.len());
                    let mut units = together(rows, messages);
                    match units.len() {
                        1 => units.into_iter().for_each(|unit| self.halve_beside(unit)),
                        some => {
                            let rest = units.split_off(some / 2);
                            pieces.extend([units, rest]);
                        }
                    }
                }
            }
        }
    }

    /// Takes one message apart in a task of its own, so that a sender of many bad readings holds up nobody else.
    fn halve_beside(&self, unit: Unit) {
        let line = Line::over(self.shared.system.clone());
        let task = Self::new(line, self.shared.clone());
        tokio::spawn(async move {
            // The semaphore is never closed.
            let _turn = task.shared.halving.acquire().await;
            if !unit.is_wanted() {
                return;
            }
            let (rows, mut messages) = apart(&mut vec![unit]);
            match task.halve(&rows).await {
                Ok(verdicts) => task.answer(messages, verdicts),
                Err(error) => {
                    tracing::error!(%error, readings = rows.len(), "a commit failed");
                    messages.drain(..).for_each(Waiting::fail);
                }
            }
        });
    }

    /// By halves, until each bad reading stands alone and is refused alone.
    async fn halve(&self, rows: &[Row]) -> Result<Vec<Verdict>, CommitError> {
        let mut pieces = vec![(0, rows.len())];
        let mut verdicts = vec![Verdict::Failed; rows.len()];
        while let Some((from, until)) = pieces.pop() {
            match self.store(&rows[from..until], Messages::InParts).await {
                Ok(answers) => verdicts[from..until].copy_from_slice(&answers),
                Err(Refused::All(error)) => return Err(error),
                Err(Refused::Data(_)) if until - from > 1 => {
                    let middle = from + (until - from) / 2;
                    pieces.extend([(from, middle), (middle, until)]);
                }
                Err(Refused::Data(_)) => {
                    metrics::counter!("vitalwire_readings_unstorable_total").increment(1);
                }
            }
        }
        Ok(verdicts)
    }

    async fn store(&self, rows: &[Row], messages: Messages) -> Result<Vec<Verdict>, Refused> {
        let mut columns = None;
        let mut foreseen = match messages {
            Messages::Whole => Foreseen::of(rows),
            Messages::InParts => None,
        };
        foreseen.take_if(|foreseen| !self.shared.expectation.is_good_for(foreseen));
        let mut conflicts = 0;
        let first = Instant::now();
        loop {
            if first.elapsed() > PATIENCE {
                return Err(Refused::All(CommitError::Unavailable));
            }
            let form = match &foreseen {
                Some(foreseen) => Form::Foreseen(foreseen, self.shared.expectation.check(foreseen)),
                None => Form::Careful(columns.get_or_insert_with(|| Columns::of(rows)), messages),
            };
            let began = Instant::now();
            let done = self.line.run(form).await;
            match done {
                Ok(Done::Verdicts(verdicts)) => {
                    self.shared.measure(rows.len(), began.elapsed());
                    if verdicts.iter().any(Verdict::is_duplicate) {
                        self.shared.expectation.disappoint();
                    }
                    return Ok(verdicts);
                }
                Ok(Done::Missed(why)) => self.miss(&mut foreseen, why),
                Err(error) if foreseen.is_some() && Foreseen::broke_off_at_a_key(&error) => {
                    self.miss(&mut foreseen, Missed::Known);
                }
                Err(error) if is_conflict(&error) && conflicts < CONFLICTS => {
                    conflicts += 1;
                    metrics::counter!("vitalwire_commit_conflicts_total").increment(1);
                }
                Err(error) if is_data_error(&error) => return Err(Refused::Data(error)),
                Err(error) => {
                    tracing::error!(%error, "the database did not take a commit");
                    return Err(Refused::All(CommitError::Unavailable));
                }
            }
        }
    }

    /// It was not as foreseen; the careful form comes next, or one that looks up more.
    fn miss(&self, foreseen: &mut Option<Foreseen<'_>>, why: Missed) {
        let why_said = match why {
            Missed::Epoch => "registry_changed",
            Missed::Known => "known",
            Missed::Undated(_) => "undated",
        };
        metrics::counter!("vitalwire_commit_missed_total", "why" => why_said).increment(1);
        match why {
            Missed::Epoch => {
                if let Some(foreseen) = foreseen.take() {
                    self.shared.expectation.outlive(&foreseen);
                }
            }
            Missed::Known => {
                *foreseen = None;
                self.shared.expectation.disappoint();
            }
            Missed::Undated(owners) => self.shared.expectation.remember_undated(owners),
        }
    }

    fn answer(&self, messages: Vec<Waiting>, verdicts: Vec<Verdict>) {
        if verdicts
            .iter()
            .any(|verdict| matches!(verdict, Verdict::Accepted(_)))
        {
            (self.shared.after)();
        }
        let mut verdicts = verdicts.into_iter();
        for Waiting { readings, unit } in messages {
            let verdicts = verdicts.by_ref().take(readings).collect();
            unit.answer(Ok(verdicts));
        }
    }
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// A message whose readings are under way.
struct Waiting {
    readings: usize,
    /// Without its rows.
    unit: Unit,
}

impl Waiting {
    fn fail(self) {
        self.unit.answer(Err(CommitError::Unavailable));
    }
}

fn apart(units: &mut Vec<Unit>) -> (Vec<Row>, Vec<Waiting>) {
    let mut rows = Vec::with_capacity(units.iter().map(|unit| unit.rows.len()).sum());
    let messages = units.drain(..).map(|mut unit| {
        let readings = unit.rows.len();
        rows.append(&mut unit.rows);
        Waiting { readings, unit }
    });
    let messages = messages.collect();
    (rows, messages)
}

fn together(rows: Vec<Row>, messages: Vec<Waiting>) -> Vec<Unit> {
    let mut rows = rows.into_iter();
    let whole = |Waiting { readings, mut unit }: Waiting| {
        unit.rows = rows.by_ref().take(readings).collect();
        unit
    };
    messages.into_iter().map(whole).collect()
}

/// Without the database's own text, which holds values.
fn complain(error: &sqlx::Error, readings: usize) {
    let database = error.as_database_error();
    tracing::error!(
        code = ?code(error),
        constraint = ?database.and_then(sqlx::error::DatabaseError::constraint),
        readings,
        "the database refused readings; the bad ones are looked for"
    );
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

/// Class 22 is data exceptions, class 23 broken constraints. A row for which there is no partition is also 23514, but
/// names no constraint: that is ours to repair and no fault of the reading.
fn is_data_error(error: &sqlx::Error) -> bool {
    let constraint = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::constraint);
    match code(error) {
        Some(code) if code == "23514" => constraint.is_some(),
        Some(code) => code.starts_with("22") || code.starts_with("23"),
        None => false,
    }
}
