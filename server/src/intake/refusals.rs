//! "Why did nothing arrive?" has an answer: every refusal is counted per minute, subject and reason, without values, for
//! 30 days. Writing is behind bounded channels, so that a flood of refusals costs memory and disk next to nothing; and
//! what anybody can send without proving anything has channels and rows of its own, so that it crowds out nobody who is
//! known.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use sqlx::{PgConnection, PgPool};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::ground::Ground;
use crate::ground::ids::{CustomerId, DeviceId, DistributorId, HubId, SourceId};
use crate::history::commit::CommitError;
use crate::tenancy::in_good_time;

/// Refusals that may wait to be counted, of one standing.
const WAITING: usize = 4_096;
/// Subjects that are counted between two writes, of one standing.
const SUBJECTS: usize = 512;
/// Reasons with their details that one subject may have between two writes; in further ones the detail is left out.
const DETAILS: usize = 16;
const FLUSH: Duration = Duration::from_millis(500);

/// Who was refused.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Subject {
    /// The proven device, if one was proven.
    pub device: Option<DeviceId>,
    /// The proven hub.
    pub hub: Option<HubId>,
    /// The proven source.
    pub source: Option<SourceId>,
    /// Whose it is.
    pub customer: Option<CustomerId>,
    /// Through whom.
    pub distributor: Option<DistributorId>,
    /// What an unproven sender called itself, cut to 64 characters.
    pub claimed: Option<String>,
    /// The address it came from.
    pub remote: Option<String>,
}

/// Why, as a stable word; the same word ends the problem's `type`.
pub type RefusalReason = &'static str;

/// Why nothing was committed.
pub(super) fn commit_reason(error: &CommitError) -> RefusalReason {
    match error {
        CommitError::Full => "too-busy",
        CommitError::Stopping | CommitError::Unavailable => "unavailable",
    }
}

/// One refusal.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// Who.
    pub subject: Subject,
    /// Why.
    pub reason: RefusalReason,
    /// Which field or rule, never a value.
    pub detail: Option<String>,
}

impl Subject {
    fn standing(&self) -> Standing {
        match (self.device, self.hub, &self.claimed) {
            (Some(_), ..) | (None, Some(_), None) => Standing::Proven,
            (None, Some(_), Some(_)) => Standing::Named,
            (None, None, _) if self.source.is_some() => Standing::Proven,
            (None, None, _) => Standing::Stranger,
        }
    }
}

/// How far the sender is known. Each standing has room of its own in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// A device, a hub or a source, by its credential.
    Proven,
    /// A token that names a hub there is, but was not signed by it: the hub with another key, or somebody who knows its id.
    Named,
    /// Anybody.
    Stranger,
}

/// The way to the log. Cheap to clone.
#[derive(Debug, Clone)]
pub struct RefusalLog {
    proven: mpsc::Sender<Refusal>,
    named: mpsc::Sender<Refusal>,
    strangers: mpsc::Sender<Refusal>,
}

impl RefusalLog {
    /// Starts the writing task, which ends with `stop` after a last flush.
    pub fn start(
        ground: Ground,
        system: PgPool,
        stop: CancellationToken,
    ) -> (Self, tokio::task::JoinHandle<()>) {
        let writer = move |standing| {
            let (sender, receiver) = mpsc::channel(WAITING);
            let writer = Writer {
                standing,
                ground: ground.clone(),
                system: system.clone(),
                receiver,
                counts: HashMap::new(),
            };
            (sender, writer.run(stop.clone()))
        };
        let (proven, of_proven) = writer(Standing::Proven);
        let (named, of_named) = writer(Standing::Named);
        let (strangers, of_strangers) = writer(Standing::Stranger);
        let log = Self {
            proven,
            named,
            strangers,
        };
        let writing = async {
            tokio::join!(of_proven, of_named, of_strangers);
        };
        (log, tokio::spawn(writing))
    }

    /// Notes a refusal. Where too many wait, it is only counted in the metrics.
    pub fn note(&self, refusal: Refusal) {
        metrics::counter!("vitalwire_refusals_total", "reason" => refusal.reason).increment(1);
        let sender = match refusal.subject.standing() {
            Standing::Proven => &self.proven,
            Standing::Named => &self.named,
            Standing::Stranger => &self.strangers,
        };
        if sender.try_send(refusal).is_err() {
            not_logged(1);
        }
    }
}

/// Whose refusals of which minute.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    minute: DateTime<Utc>,
    subject: Subject,
}

type Why = (RefusalReason, Option<String>);
type Counts = HashMap<Key, HashMap<Why, Count>>;

struct Count {
    times: i64,
    last_at: DateTime<Utc>,
}

struct Writer {
    standing: Standing,
    ground: Ground,
    system: PgPool,
    receiver: mpsc::Receiver<Refusal>,
    counts: Counts,
}

impl Writer {
    async fn run(mut self, stop: CancellationToken) {
        let mut tick = tokio::time::interval(FLUSH);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                refusal = self.receiver.recv() => match refusal {
                    Some(refusal) => self.count(refusal).await,
                    None => break,
                },
                _ = tick.tick() => self.flush().await,
            }
        }
        self.receiver.close();
        while let Some(refusal) = self.receiver.recv().await {
            self.count(refusal).await;
        }
        self.flush().await;
        self.give_up();
    }

    /// There are as many strangers as somebody cares to invent, so of them a number between two writes is enough. Where
    /// there are many that are known, they are written sooner; only while that cannot be done are further ones left out,
    /// and counted.
    async fn count(&mut self, refusal: Refusal) {
        let now = self.ground.now();
        let minute = now.duration_trunc(TimeDelta::minutes(1)).unwrap_or(now);
        let Refusal {
            subject,
            reason,
            detail,
        } = refusal;
        let key = Key { minute, subject };
        if self.counts.len() >= SUBJECTS && !self.counts.contains_key(&key) {
            if self.standing == Standing::Proven {
                self.flush().await;
            }
            if self.counts.len() >= SUBJECTS {
                not_logged(1);
                return;
            }
        }
        let reasons = self.counts.entry(key).or_default();
        let mut why = (reason, detail);
        if reasons.len() >= DETAILS && !reasons.contains_key(&why) {
            why.1 = None;
        }
        let count = reasons.entry(why).or_insert(Count {
            times: 0,
            last_at: now,
        });
        count.times += 1;
        count.last_at = now;
    }

    /// Writes what was counted. While the database gives no connection it is kept; what fails on its way may have been
    /// written, so it is not tried again.
    async fn flush(&mut self) {
        if self.counts.is_empty() {
            return;
        }
        let mut taken = Counts::new();
        let written = in_good_time(&self.system, async |connection| {
            taken = std::mem::take(&mut self.counts);
            write(connection, &self.ground, &taken).await
        })
        .await;
        let Err(error) = written else { return };
        if taken.is_empty() {
            tracing::warn!(%error, subjects = self.counts.len(), "refusals wait to be logged");
        } else {
            let refusals = times(taken.values().flat_map(HashMap::values));
            not_logged(refusals);
            tracing::warn!(%error, refusals, "refusals could not be logged");
        }
    }

    /// The end: what still waits for a connection now is never logged.
    fn give_up(&mut self) {
        let refusals = times(self.counts.values().flat_map(HashMap::values));
        if refusals > 0 {
            not_logged(refusals);
            tracing::warn!(refusals, "refusals could not be logged before the end");
        }
        self.counts.clear();
    }
}

/// One row a reason.
async fn write(connection: &mut PgConnection, ground: &Ground, counts: &Counts) -> Result<(), sqlx::Error> {
    let counts: Vec<(&Key, &Why, &Count)> = counts
        .iter()
        .flat_map(|(key, reasons)| reasons.iter().map(move |(why, count)| (key, why, count)))
        .collect();
    let each = |pick: fn(&Subject) -> Option<Uuid>| -> Vec<Option<Uuid>> {
        counts.iter().map(|(key, ..)| pick(&key.subject)).collect()
    };
    let ids: Vec<Uuid> = counts.iter().map(|_| ground.id()).collect();
    sqlx::query(
        "insert into refusal (id, minute, device_id, hub_id, customer_id, distributor_id, claimed, remote, reason,
           detail, count, last_at, source_id)
         select * from unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[],
           $7::text[], $8::text[], $9::text[], $10::text[], $11::bigint[], $12::timestamptz[], $13::uuid[])",
    )
    .bind(ids)
    .bind(counts.iter().map(|(key, ..)| key.minute).collect::<Vec<_>>())
    .bind(each(|subject| subject.device.map(DeviceId::as_uuid)))
    .bind(each(|subject| subject.hub.map(HubId::as_uuid)))
    .bind(each(|subject| subject.customer.map(CustomerId::as_uuid)))
    .bind(each(|subject| subject.distributor.map(DistributorId::as_uuid)))
    .bind(counts.iter().map(|(key, ..)| key.subject.claimed.as_deref().map(|text| clean(text, 64))).collect::<Vec<_>>())
    .bind(counts.iter().map(|(key, ..)| key.subject.remote.as_deref().map(|text| clean(text, 64))).collect::<Vec<_>>())
    .bind(counts.iter().map(|(_, why, _)| why.0).collect::<Vec<_>>())
    .bind(counts.iter().map(|(_, why, _)| why.1.as_deref().map(|text| clean(text, 200))).collect::<Vec<_>>())
    .bind(counts.iter().map(|(.., count)| count.times).collect::<Vec<_>>())
    .bind(counts.iter().map(|(.., count)| count.last_at).collect::<Vec<_>>())
    .bind(each(|subject| subject.source.map(SourceId::as_uuid)))
    .execute(connection)
    .await?;
    Ok(())
}

fn not_logged(refusals: u64) {
    metrics::counter!("vitalwire_refusals_not_logged_total").increment(refusals);
}

/// How many refusals these counts stand for.
fn times<'a>(counts: impl Iterator<Item = &'a Count>) -> u64 {
    counts.map(|count| count.times.unsigned_abs()).sum()
}

/// Cut to a number of characters, without what PostgreSQL or a page could not take.
fn clean(text: &str, most: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(most).collect()
}

#[cfg(test)]
mod tests {
    use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

    use super::*;
    use crate::ground::{Keys, MasterKey};

    fn writer(receiver: mpsc::Receiver<Refusal>) -> Writer {
        // Nobody listens there.
        let nowhere = PgConnectOptions::new().socket("/nonexistent/vitalwire");
        Writer {
            standing: Standing::Proven,
            ground: Ground::new(Keys::derive(&MasterKey::new([1; 32]))),
            system: PgPoolOptions::new()
                .acquire_timeout(Duration::from_millis(1))
                .connect_lazy_with(nowhere),
            receiver,
            counts: HashMap::new(),
        }
    }

    fn refusal(device: u128) -> Refusal {
        Refusal {
            subject: Subject {
                device: Some(Uuid::from_u128(device).into()),
                ..Subject::default()
            },
            reason: "invalid-reading",
            detail: None,
        }
    }

    /// What the metric of those that were not logged stands at after this.
    async fn counted(work: impl Future<Output = ()>) -> String {
        let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        // The test has one thread, so the work stays under this recorder.
        let _here = metrics::set_default_local_recorder(&recorder);
        work.await;
        let text = handle.render();
        let line = text
            .lines()
            .find(|line| line.starts_with("vitalwire_refusals_not_logged_total"));
        line.unwrap_or("none").to_owned()
    }

    #[tokio::test]
    async fn what_cannot_be_written_yet_is_kept_and_at_last_counted() {
        let (_sender, receiver) = mpsc::channel(1);
        let mut writer = writer(receiver);
        let kept = counted(async {
            writer.count(refusal(1)).await;
            writer.count(refusal(1)).await;
            writer.flush().await;
        })
        .await;
        assert_eq!((writer.counts.len(), kept.as_str()), (1, "none"));
        let ended = counted(async {
            let stop = CancellationToken::new();
            stop.cancel();
            writer.run(stop).await;
        })
        .await;
        assert_eq!(
            ended, "vitalwire_refusals_not_logged_total 2",
            "refusals, not their rows"
        );
    }

    #[tokio::test]
    async fn of_those_that_are_known_only_who_finds_no_room_is_left_out_and_counted() {
        let (_sender, receiver) = mpsc::channel(1);
        let mut writer = writer(receiver);
        let dropped = counted(async {
            for device in 0..SUBJECTS as u128 + 3 {
                writer.count(refusal(device)).await;
            }
            // One who has room already is counted there.
            writer.count(refusal(7)).await;
        })
        .await;
        assert_eq!(dropped, "vitalwire_refusals_not_logged_total 3");
        assert_eq!(writer.counts.len(), SUBJECTS);
    }
}
