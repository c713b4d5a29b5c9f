//! What waits in quarantine because its source did not speak for the device is taken in once it does: as it came, with its
//! own arrival, so that it is judged as it would have been then. Safe to be killed at any moment: what was committed and
//! not yet marked is found as a duplicate.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{DbErr, RuntimeErr};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::Intake;
use super::source::{reason, reason_of};
use super::store;
use super::vendors::{self, Content};
use crate::ground::Purpose;
use crate::ground::enums::{QuarantineReason, SourceState};
use crate::ground::ids::{QuarantineId, SourceId};
use crate::ground::swallow::swallow;
use crate::history::commit::{CommitError, Raw, Row, Times, Verdict};
use crate::history::retention;
use crate::jobs::{Job, Scheduler};
use crate::registry::sources::{
    self, Adoption, NewFromSource, SourceCandidate, SourceIdentity, SourceKey, system_find_by_source,
};
use crate::registry::{HasRights, RegistryError};

/// Items of one round.
const AT_ONCE: i64 = 200;
/// Items of one device that are looked at for when the first was measured.
const LOOKED_AT: i64 = 5_000;

/// An item that waits.
pub(super) struct Waiting {
    pub(super) id: QuarantineId,
    pub(super) source: SourceId,
    pub(super) called: String,
    pub(super) sealed: Vec<u8>,
    pub(super) raw: Arc<Raw>,
}

/// What became of one.
pub(super) enum Outcome {
    Released,
    /// It stays, for another reason.
    Stays(QuarantineReason, Option<String>),
    /// Nothing can be said now.
    Later,
}

/// What waits, was dismissed or was released is kept for so long; whoever looks after it has that time.
pub const QUARANTINE_KEPT: TimeDelta = TimeDelta::days(30);
const FORGOTTEN_EVERY: Duration = Duration::from_mins(10);
/// How often somebody looks for what can be taken in.
const EVERY: Duration = Duration::from_secs(2);
/// Rounds of one look: what cannot be taken in now must not keep it going for ever.
const ROUNDS: usize = 100;

/// Starts the job; the handle ends when it has stopped.
pub fn release_what_is_known(
    intake: Intake,
    scheduler: &Scheduler,
    stop: CancellationToken,
) -> JoinHandle<()> {
    let job = Job::new("intake/release", EVERY, move || {
        let intake = intake.clone();
        Box::pin(async move {
            for _ in 0..ROUNDS {
                if intake.release_known().await? < usize::try_from(AT_ONCE)? {
                    break;
                }
            }
            Ok(())
        })
    });
    scheduler.spawn(job, stop)
}

/// Starts the job that empties the quarantine of what is old; the handle ends when it has stopped.
pub fn forget_quarantined(intake: Intake, scheduler: &Scheduler, stop: CancellationToken) -> JoinHandle<()> {
    let job = Job::new("intake/quarantine", FORGOTTEN_EVERY, move || {
        let intake = intake.clone();
        Box::pin(async move { Ok(intake.forget_quarantined().await?) })
    });
    scheduler.spawn(job, stop)
}

impl Intake {
    /// Forgets what has been in quarantine for longer than it is kept.
    pub async fn forget_quarantined(&self) -> Result<(), sqlx::Error> {
        let until = self.ground.now() - QUARANTINE_KEPT;
        loop {
            let forgotten = store::system_forget(self.database.system_intake(), until).await?;
            if forgotten == 0 {
                return Ok(());
            }
            tracing::info!(
                items = forgotten,
                "items left the quarantine: nobody had use for them in 30 days"
            );
        }
    }

    /// Takes in what waits of devices that sources speak for now. Returns how many items were looked at: where that is as
    /// many as one round takes, there may be more.
    pub async fn release_known(&self) -> Result<usize, CommitError> {
        let system = self.database.system_intake();
        let waiting = store::system_known(system, AT_ONCE)
            .await
            .map_err(|error| unavailable(&error))?;
        let mut by_source: HashMap<SourceId, Vec<Waiting>> = HashMap::new();
        let count = waiting.len();
        for item in waiting {
            by_source.entry(item.source).or_default().push(item);
        }
        for (source, items) in by_source {
            let known = self
                .identities
                .source_now(source)
                .await
                .map_err(|error| unavailable(&error))?;
            let Some(source) = known.filter(|source| source.state == SourceState::Active) else {
                continue;
            };
            self.release_of(&source, items).await?;
        }
        Ok(count)
    }

    async fn release_of(&self, source: &SourceIdentity, items: Vec<Waiting>) -> Result<(), CommitError> {
        let system = self.database.system_intake();
        let mut names: Vec<&str> = items.iter().map(|item| item.called.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let candidates = system_find_by_source(system, source.source, &names)
            .await
            .map_err(|error| unavailable(&error))?;
        let mut rows: Vec<Row> = Vec::new();
        let mut ended: Vec<(QuarantineId, Result<usize, Outcome>)> = Vec::new();
        for item in &items {
            let device = candidates.iter().find(|device| device.named == item.called);
            let made = device.map_or(Err(Outcome::Later), |device| self.rows_of(source, item, device));
            let made = made.map(|made| {
                let count = made.len();
                rows.extend(made);
                count
            });
            ended.push((item.id, made));
        }
        let mut verdicts = self.committer.commit(rows).await?.into_iter();
        let now = self.ground.now();
        for (id, made) in ended {
            let outcome = match made {
                Ok(count) => together(verdicts.by_ref().take(count).collect()),
                Err(outcome) => outcome,
            };
            store::system_mark(system, id, &outcome, now)
                .await
                .map_err(|error| unavailable(&error))?;
        }
        Ok(())
    }

    /// The rows of an item; none at all for a word of how the device was.
    fn rows_of(
        &self,
        source: &SourceIdentity,
        item: &Waiting,
        device: &SourceCandidate,
    ) -> Result<Vec<Row>, Outcome> {
        let unreadable = || {
            Outcome::Stays(
                QuarantineReason::Undecodable,
                Some("it cannot be read any more".to_owned()),
            )
        };
        let bytes = self
            .ground
            .keys()
            .open(Purpose::Quarantine, item.id.as_uuid().as_bytes(), &item.sealed)
            .map_err(|_| unreadable())?;
        let said = vendors::read_at(source.vendor, &bytes, item.raw.received_at)
            .and_then(|items| items.into_iter().next())
            .ok_or_else(unreadable)?;
        let raw = self.message_of(item, &bytes);
        match said.content {
            Ok(Content::Status) => Ok(Vec::new()),
            Ok(Content::Readings(readings)) => readings
                .into_iter()
                .map(|measured| {
                    let came = item.raw.received_at;
                    self.source_row(source, (&raw, came), measured, device)
                })
                .collect::<Result<_, String>>()
                .map_err(|why| Outcome::Stays(QuarantineReason::Implausible, Some(why))),
            Err(flaw) => Err(Outcome::Stays(reason_of(&flaw), Some(flaw.to_string()))),
        }
    }

    /// The message that the item came in. Where its day has left the history, the item comes in now, by itself.
    fn message_of(&self, item: &Waiting, bytes: &[u8]) -> Arc<Raw> {
        let now = self.ground.now();
        if retention::is_in_history(item.raw.received_at, now) {
            return Arc::clone(&item.raw);
        }
        Arc::new(self.seal_raw(bytes, None))
    }

    /// Makes a device of what a source spoke of, its holder's since the first of what waits was measured, and takes in as
    /// much of that as one round takes; the rest follows by itself.
    pub async fn adopt_from_source<S: HasRights>(
        &self,
        by: &S,
        source: SourceId,
        adoption: Adoption,
    ) -> Result<NewFromSource, RegistryError> {
        let first = self.first_measured(source, &adoption.named).await;
        let first = first.map_err(|error| DbErr::Query(RuntimeErr::SqlxError(error.into())))?;
        let since = first.unwrap_or_else(|| self.ground.now());
        let adopted = sources::adopt(&self.ground, &self.database, by, source, adoption, since).await?;
        swallow(
            self.release_known().await,
            "what waits is taken in by the job as well",
        );
        Ok(adopted)
    }

    /// When the first of what waits of a device was measured; none where nothing waits.
    async fn first_measured(
        &self,
        source: SourceId,
        called: &SourceKey,
    ) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
        let Some(known) = self.identities.source_now(source).await? else {
            return Ok(None);
        };
        let rows = store::system_waiting_of(self.database.system_intake(), source, called, LOOKED_AT).await?;
        let mut first: Option<DateTime<Utc>> = None;
        for (id, received_at, sealed) in rows {
            let opened = self
                .ground
                .keys()
                .open(Purpose::Quarantine, id.as_uuid().as_bytes(), &sealed);
            let said = opened
                .ok()
                .map(|bytes| earliest(known.vendor, &bytes, received_at));
            let at = said.flatten().unwrap_or(received_at);
            first = Some(first.map_or(at, |first| first.min(at)));
        }
        Ok(first)
    }
}

/// When the first reading of an item was measured.
fn earliest(
    vendor: crate::ground::enums::Vendor,
    bytes: &[u8],
    received_at: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let item = vendors::read(vendor, bytes)?.into_iter().next()?;
    let Ok(Content::Readings(readings)) = item.content else {
        return None;
    };
    let times = readings.iter().map(|measured| {
        let device_time = measured.device_time.map(|time| time.ms);
        Times::judge(device_time, None, received_at).measured_at
    });
    times.min()
}

/// An item is released when each of its readings is in the history.
fn together(verdicts: Vec<Verdict>) -> Outcome {
    let is_in = |verdict: &Verdict| matches!(verdict, Verdict::Accepted(_) | Verdict::Duplicate(_));
    match verdicts.into_iter().find(|verdict| !is_in(verdict)) {
        None => Outcome::Released,
        Some(Verdict::InactiveSource | Verdict::NotOfSource) => Outcome::Later,
        Some(other) => Outcome::Stays(reason(Some(other)), None),
    }
}

fn unavailable(error: &sqlx::Error) -> CommitError {
    tracing::error!(%error, "the database did not answer what was to be taken in");
    CommitError::Unavailable
}
