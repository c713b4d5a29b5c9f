//! "Why did nothing arrive?" has an answer: every refusal is counted per minute, subject and reason, without values, for
//! 30 days. Writing is behind a bounded channel, so that a flood of refusals costs memory and disk next to nothing.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::time::Duration;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use sqlx::PgPool;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::ground::Ground;
use crate::ground::ids::{CustomerId, DeviceId, DistributorId, HubId};

const WAITING: usize = 4_096;
const DISTINCT: usize = 512;
const FLUSH: Duration = Duration::from_millis(500);

/// Who was refused.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Subject {
    /// The proven device, if one was proven.
    pub device: Option<DeviceId>,
    /// The proven hub.
    pub hub: Option<HubId>,
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

/// The way to the log. Cheap to clone.
#[derive(Debug, Clone)]
pub struct RefusalLog(mpsc::Sender<Refusal>);

impl RefusalLog {
    /// Starts the writing task, which ends with `stop` after a last flush.
    pub fn start(
        ground: Ground,
        system: PgPool,
        stop: CancellationToken,
    ) -> (Self, tokio::task::JoinHandle<()>) {
        let (sender, receiver) = mpsc::channel(WAITING);
        let writer = Writer {
            ground,
            system,
            receiver,
            counts: HashMap::new(),
        };
        (Self(sender), tokio::spawn(writer.run(stop)))
    }

    /// Notes a refusal. Where too many wait, it is only counted in the metrics.
    pub fn note(&self, refusal: Refusal) {
        metrics::counter!("vitalwire_refusals_total", "reason" => refusal.reason).increment(1);
        if self.0.try_send(refusal).is_err() {
            metrics::counter!("vitalwire_refusals_not_logged_total").increment(1);
        }
    }
}

#[derive(PartialEq, Eq, Hash)]
struct Key {
    minute: DateTime<Utc>,
    subject: Subject,
    reason: RefusalReason,
    detail: Option<String>,
}

struct Count {
    times: i64,
    last_at: DateTime<Utc>,
}

struct Writer {
    ground: Ground,
    system: PgPool,
    receiver: mpsc::Receiver<Refusal>,
    counts: HashMap<Key, Count>,
}

impl Writer {
    async fn run(mut self, stop: CancellationToken) {
        let mut tick = tokio::time::interval(FLUSH);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                refusal = self.receiver.recv() => match refusal {
                    Some(refusal) => self.count(refusal),
                    None => break,
                },
                _ = tick.tick() => self.flush().await,
            }
        }
        self.receiver.close();
        while let Some(refusal) = self.receiver.recv().await {
            self.count(refusal);
        }
        self.flush().await;
    }

    fn count(&mut self, refusal: Refusal) {
        let now = self.ground.now();
        let minute = now.duration_trunc(TimeDelta::minutes(1)).unwrap_or(now);
        let Refusal {
            subject,
            reason,
            detail,
        } = refusal;
        let full = self.counts.len() >= DISTINCT;
        match self.counts.entry(Key {
            minute,
            subject,
            reason,
            detail,
        }) {
            Entry::Occupied(mut known) => {
                known.get_mut().times += 1;
                known.get_mut().last_at = now;
            }
            Entry::Vacant(_) if full => metrics::counter!("vitalwire_refusals_not_logged_total").increment(1),
            Entry::Vacant(new) => {
                new.insert(Count {
                    times: 1,
                    last_at: now,
                });
            }
        }
    }

    async fn flush(&mut self) {
        if self.counts.is_empty() {
            return;
        }
        let counts: Vec<_> = self.counts.drain().collect();
        let each = |pick: fn(&Subject) -> Option<Uuid>| -> Vec<Option<Uuid>> {
            counts.iter().map(|(key, _)| pick(&key.subject)).collect()
        };
        let ids: Vec<Uuid> = counts.iter().map(|_| self.ground.id()).collect();
        let written = sqlx::query(
            "insert into refusal (id, minute, device_id, hub_id, customer_id, distributor_id, claimed, remote, reason,
               detail, count, last_at)
             select * from unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[],
               $7::text[], $8::text[], $9::text[], $10::text[], $11::bigint[], $12::timestamptz[])",
        )
        .bind(ids)
        .bind(counts.iter().map(|(key, _)| key.minute).collect::<Vec<_>>())
        .bind(each(|subject| subject.device.map(DeviceId::as_uuid)))
        .bind(each(|subject| subject.hub.map(HubId::as_uuid)))
        .bind(each(|subject| subject.customer.map(CustomerId::as_uuid)))
        .bind(each(|subject| subject.distributor.map(DistributorId::as_uuid)))
        .bind(counts.iter().map(|(key, _)| key.subject.claimed.as_deref().map(|text| clean(text, 64))).collect::<Vec<_>>())
        .bind(counts.iter().map(|(key, _)| key.subject.remote.as_deref().map(|text| clean(text, 64))).collect::<Vec<_>>())
        .bind(counts.iter().map(|(key, _)| key.reason).collect::<Vec<_>>())
        .bind(counts.iter().map(|(key, _)| key.detail.as_deref().map(|text| clean(text, 200))).collect::<Vec<_>>())
        .bind(counts.iter().map(|(_, count)| count.times).collect::<Vec<_>>())
        .bind(counts.iter().map(|(_, count)| count.last_at).collect::<Vec<_>>())
        .execute(&self.system)
        .await;
        if let Err(error) = written {
            metrics::counter!("vitalwire_refusals_not_logged_total").increment(counts.len() as u64);
            tracing::warn!(%error, refusals = counts.len(), "refusals could not be logged");
        }
    }
}

/// Cut to a number of characters, without what PostgreSQL or a page could not take.
fn clean(text: &str, most: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(most).collect()
}
