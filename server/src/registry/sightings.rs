//! When a hub or a vendor's cloud was last heard of. They call many times a minute; what is written is one time a minute of
//! each, many in one statement, behind the requests.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::store;
use crate::ground::ids::{HubId, SourceId};
use crate::ground::swallow::swallow;
use crate::tenancy::in_good_time;

/// How exactly the time is known.
const EACH: TimeDelta = TimeDelta::minutes(1);
const FLUSH: Duration = Duration::from_secs(1);

/// Who proved itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Sender {
    Hub(HubId),
    Source(SourceId),
}

/// Who was heard. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Sightings(Arc<Mutex<Heard>>, TaskTracker);

#[derive(Debug, Default)]
struct Heard {
    /// What was noted of each last.
    noted: HashMap<Sender, DateTime<Utc>>,
    /// What is still to be written.
    waiting: HashMap<Sender, DateTime<Utc>>,
}

impl Sightings {
    /// Starts the writing task, which ends with `stop` after a last write.
    pub(super) fn start(system: PgPool, stop: CancellationToken) -> Self {
        let sightings = Self::default();
        let writer = sightings.clone();
        sightings.1.spawn(async move {
            let mut tick = tokio::time::interval(FLUSH);
            tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            while stop.run_until_cancelled(tick.tick()).await.is_some() {
                writer.write(&system).await;
            }
            writer.write(&system).await;
        });
        sightings.1.close();
        sightings
    }

    /// Returns when the writing task has ended, after its last write. The connections have to live as long.
    pub(super) async fn ended(&self) {
        self.1.wait().await;
    }

    /// Notes that somebody proved itself.
    pub(super) fn note(&self, sender: Sender, now: DateTime<Utc>) {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_known = heard.noted.get(&sender).is_some_and(|noted| now - *noted < EACH);
        if !is_known {
            heard.noted.insert(sender, now);
            heard.waiting.insert(sender, now);
        }
    }

    async fn write(&self, system: &PgPool) {
        let heard = {
            let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut heard.waiting)
        };
        let of = |pick: fn(Sender) -> Option<Uuid>| -> (Vec<Uuid>, Vec<DateTime<Utc>>) {
            let picked = heard
                .iter()
                .filter_map(|(sender, at)| Some((pick(*sender)?, *at)));
            picked.unzip()
        };
        let (hubs, at) = of(Sender::hub);
        let are_hubs_written = hubs.is_empty() || write_hubs(system, &hubs, at).await;
        let (sources, at) = of(Sender::source);
        let are_sources_written = sources.is_empty() || write_sources(system, &sources, at).await;
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for sender in heard.keys() {
            let is_written = match sender {
                Sender::Hub(_) => are_hubs_written,
                Sender::Source(_) => are_sources_written,
            };
            if !is_written {
                noted.noted.remove(sender);
            }
        }
    }
}

impl Sender {
    fn hub(self) -> Option<Uuid> {
        match self {
            Self::Hub(hub) => Some(hub.as_uuid()),
            Self::Source(_) => None,
        }
    }

    fn source(self) -> Option<Uuid> {
        match self {
            Self::Source(source) => Some(source.as_uuid()),
            Self::Hub(_) => None,
        }
    }
}

/// In one order, so that two servers do not wait for each other. Returns whether it was written.
async fn write_hubs(system: &PgPool, hubs: &[Uuid], at: Vec<DateTime<Utc>>) -> bool {
    let query = sqlx::query(
        "with heard as (
           select h.id, i.at from unnest($1::uuid[], $2::timestamptz[]) as i(id, at) join hub h on h.id = i.id
           where h.last_seen_at is null or h.last_seen_at < i.at
           order by h.id for no key update of h
         )
         update hub set last_seen_at = heard.at from heard where hub.id = heard.id",
    )
    .bind(hubs)
    .bind(at);
    let written = in_good_time(system, async |connection| query.execute(connection).await).await;
    let back = match &written {
        Ok(_) => store::fleet::system_mark_heard(system, hubs).await,
        Err(_) => Ok(Vec::new()),
    };
    for hub in swallow(back, "a hub is marked as heard when it calls next").unwrap_or_default() {
        tracing::info!(%hub, "a hub is heard again");
        metrics::counter!("vitalwire_hubs_back_total").increment(1);
    }
    swallow(written, "a hub is noted again when it calls next").is_some()
}

/// The same for sources.
async fn write_sources(system: &PgPool, sources: &[Uuid], at: Vec<DateTime<Utc>>) -> bool {
    let query = sqlx::query(
        "with heard as (
           select s.id, i.at from unnest($1::uuid[], $2::timestamptz[]) as i(id, at) join source s on s.id = i.id
           where s.last_seen_at is null or s.last_seen_at < i.at
           order by s.id for no key update of s
         )
         update source set last_seen_at = heard.at from heard where source.id = heard.id",
    )
    .bind(sources)
    .bind(at);
    let written = in_good_time(system, async |connection| query.execute(connection).await).await;
    swallow(written, "a source is noted again when it calls next").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(sightings: &Sightings) -> Vec<i64> {
        let mut heard = sightings.0.lock().unwrap();
        std::mem::take(&mut heard.waiting)
            .values()
            .map(DateTime::timestamp)
            .collect()
    }

    #[test]
    fn one_time_a_minute_of_each_is_written() {
        let sightings = Sightings::default();
        let (hub, other): (HubId, SourceId) = (Uuid::from_u128(1).into(), Uuid::from_u128(1).into());
        let at = |second| DateTime::from_timestamp(second, 0).unwrap();
        (0..60).for_each(|second| sightings.note(Sender::Hub(hub), at(second)));
        assert_eq!(waiting(&sightings), [0]);
        sightings.note(Sender::Hub(hub), at(59));
        assert_eq!(waiting(&sightings), [0; 0], "written, and known for the minute");
        sightings.note(Sender::Source(other), at(59));
        assert_eq!(waiting(&sightings), [59]);
        sightings.note(Sender::Hub(hub), at(60));
        assert_eq!(waiting(&sightings), [60]);
    }

    #[tokio::test]
    async fn the_end_is_awaited_with_the_last_write() {
        // Nobody listens there: what cannot be written is forgotten, so that the hub is noted again.
        let nowhere = sqlx::postgres::PgConnectOptions::new().socket("/nonexistent/vitalwire");
        let stop = CancellationToken::new();
        stop.cancel();
        let sightings = Sightings::start(PgPool::connect_lazy_with(nowhere), stop);
        let hub: HubId = Uuid::from_u128(1).into();
        sightings.note(Sender::Hub(hub), DateTime::from_timestamp(0, 0).unwrap());
        sightings.ended().await;
        let heard = sightings.0.lock().unwrap();
        assert!(heard.waiting.is_empty() && heard.noted.is_empty());
    }
}
