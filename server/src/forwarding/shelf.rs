//! What could not be delivered when its day leaves the history: it is sealed and kept for another 30 days, delivered from
//! there as from anywhere, and its owner is told before that time ends.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use super::event::{Claimed, Event, EventKind, Measured};
use super::store::shelf::{self, Ending, Names, Shelved};
use crate::ground::enums::MailKind;
use crate::ground::ids::{DeliveryId, HubId};
use crate::ground::{Ground, Purpose};
use crate::history::retention::{BeforeItGoes, end_of, leaves_at};
use crate::jobs::{Job, RunResult};
use crate::mailing::{Letter, Post};
use crate::tenancy::{Database, Scope as _, SystemScope};

/// How long the shelf keeps what was put on it.
pub const KEPT: TimeDelta = TimeDelta::days(30);
/// The owner is told so long before something goes, of all that goes in twice that time: once a week at most.
const TOLD_BEFORE: TimeDelta = TimeDelta::days(7);
/// How long such a letter is worth carrying.
const LETTER_LIVES: TimeDelta = TimeDelta::days(3);
const LOOKED_AFTER_EVERY: Duration = Duration::from_mins(10);

/// Until when something undelivered can be sent again: where its events' day has not left the history yet, for as long again
/// as the shelf keeps it after that.
pub(super) fn kept_until(events: DateTime<Utc>, shelved_until: Option<DateTime<Utc>>) -> DateTime<Utc> {
    shelved_until.unwrap_or_else(|| leaves_at(events) + KEPT)
}

/// Puts on the shelf what a day that goes has left undelivered.
#[derive(Debug)]
pub struct Shelf {
    ground: Ground,
    pool: PgPool,
}

impl Shelf {
    /// The shelf of this database.
    pub fn new(ground: Ground, database: &Database) -> Self {
        Self {
            ground,
            pool: database.system_forwarding().clone(),
        }
    }

    /// One transaction's worth of deliveries after this one: up to which it was; none when there are no more.
    async fn shelve_some(
        &self,
        end: DateTime<Utc>,
        after: DeliveryId,
    ) -> Result<Option<DeliveryId>, sqlx::Error> {
        let mut tx = self.pool.begin().await?;
        let Some(until) = shelf::end_of_look(&mut tx, after).await? else {
            return Ok(None);
        };
        let deliveries = shelf::lock_next(&mut tx, end, (after, until)).await?;
        let is_full = i64::try_from(deliveries.len()).is_ok_and(|found| found >= shelf::AT_ONCE);
        let reached = deliveries
            .last()
            .filter(|_| is_full)
            .map_or(until, |last| (*last).into());
        if deliveries.is_empty() {
            return Ok(Some(reached));
        }
        let carried = shelf::carried(&mut tx, &deliveries).await?;
        let sealed = carried
            .into_iter()
            .map(|(delivery, event)| self.sealed(delivery, &event));
        let events = sealed
            .collect::<Result<Vec<Shelved>, _>>()
            .map_err(|error| sqlx::Error::Encode(error.into()))?;
        let kept_until = self.ground.now() + KEPT;
        shelf::shelve(&mut tx, &deliveries, &events, kept_until).await?;
        tx.commit().await?;
        tracing::warn!(deliveries = deliveries.len(), %kept_until, "undelivered for seven days: put on the shelf");
        metrics::counter!("vitalwire_shelved_deliveries_total")
            .increment(u64::try_from(deliveries.len()).unwrap_or(0));
        Ok(Some(reached))
    }

    fn sealed(&self, delivery: DeliveryId, event: &Event) -> serde_json::Result<Shelved> {
        let text = serde_json::to_vec(&Kept::of(event))?;
        let keys = self.ground.keys();
        Ok(Shelved {
            delivery,
            sequence: event.sequence,
            kind: event.kind.as_str(),
            device: event.kind.measured().map(|measured| measured.device),
            sealed: keys.seal(Purpose::ShelvedEvent, &context(delivery, event.sequence), &text),
        })
    }
}

#[async_trait::async_trait]
impl BeforeItGoes for Shelf {
    async fn let_go(&self, day: NaiveDate) -> RunResult {
        let end = end_of(day);
        if shelf::system_waits_for_router(&self.pool, end).await? {
            return Err("readings of it still wait for the router".into());
        }
        let mut after = DeliveryId::from(Uuid::nil());
        while let Some(last) = self.shelve_some(end, after).await? {
            after = last;
        }
        Ok(())
    }
}

/// Looks what these deliveries carry up on the shelf. A delivery that is not there whole comes back empty.
pub(super) async fn bring(
    ground: &Ground,
    pool: &PgPool,
    deliveries: &mut [Claimed],
) -> Result<(), sqlx::Error> {
    let wanted: Vec<Uuid> = deliveries
        .iter()
        .filter(|delivery| delivery.shelved)
        .map(|delivery| delivery.id.as_uuid())
        .collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let mut found: HashMap<DeliveryId, Vec<Event>> = HashMap::new();
    let mut broken: HashSet<DeliveryId> = HashSet::new();
    for (delivery, sequence, sealed, names) in shelf::system_shelved(pool, &wanted).await? {
        let opened = ground
            .keys()
            .open(Purpose::ShelvedEvent, &context(delivery, sequence), &sealed);
        let kept = opened
            .ok()
            .and_then(|text| serde_json::from_slice::<Kept>(&text).ok());
        if let Some(event) = kept.and_then(|kept| kept.into_event(sequence, names)) {
            found.entry(delivery).or_default().push(event);
        } else {
            tracing::error!(%delivery, sequence, "what lies on the shelf does not open");
            broken.insert(delivery);
        }
    }
    for delivery in deliveries.iter_mut().filter(|delivery| delivery.shelved) {
        let whole = found
            .remove(&delivery.id)
            .filter(|_| !broken.contains(&delivery.id));
        delivery.events = whole.unwrap_or_default();
    }
    Ok(())
}

fn context(delivery: DeliveryId, sequence: i64) -> Vec<u8> {
    let mut context = delivery.as_uuid().as_bytes().to_vec();
    context.extend(sequence.to_be_bytes());
    context
}

/// An event as it lies on the shelf. Patient data: it has no `Debug`.
#[derive(Serialize, Deserialize)]
struct Kept {
    created_at: DateTime<Utc>,
    withdrawn: bool,
    reading: Option<KeptReading>,
}

#[derive(Serialize, Deserialize)]
struct KeptReading {
    id: Uuid,
    received_at: DateTime<Utc>,
    device: Uuid,
    hub: Option<Uuid>,
    hub_time: Option<DateTime<Utc>>,
    kind: String,
    taken_at: DateTime<Utc>,
    device_time_ms: Option<i64>,
    utc_offset_minutes: Option<i16>,
    sequence: Option<i64>,
    user_slot: Option<i16>,
    content_hash: [u8; 32],
    values: Value,
    original: Option<Value>,
    quality: i16,
    proof: String,
    entered_in_error: bool,
}

impl Kept {
    fn of(event: &Event) -> Self {
        Self {
            created_at: event.created_at,
            withdrawn: matches!(event.kind, EventKind::Withdrawn(_)),
            reading: event.kind.measured().map(|measured| KeptReading {
                id: measured.id.as_uuid(),
                received_at: measured.received_at,
                device: measured.device.as_uuid(),
                hub: measured.hub.map(HubId::as_uuid),
                hub_time: measured.hub_time,
                kind: measured.kind.as_str().to_owned(),
                taken_at: measured.taken_at,
                device_time_ms: measured.device_time_ms,
                utc_offset_minutes: measured.utc_offset_minutes,
                sequence: measured.sequence,
                user_slot: measured.user_slot,
                content_hash: measured.content_hash,
                values: measured.values.clone(),
                original: measured.original.clone(),
                quality: measured.quality,
                proof: measured.proof.clone(),
                entered_in_error: measured.entered_in_error,
            }),
        }
    }

    fn into_event(self, sequence: i64, names: Option<Names>) -> Option<Event> {
        let kind = match self.reading {
            None => EventKind::Test,
            Some(reading) => {
                let measured = Box::new(reading.into_measured(names?)?);
                if self.withdrawn {
                    EventKind::Withdrawn(measured)
                } else {
                    EventKind::Created(measured)
                }
            }
        };
        Some(Event {
            sequence,
            created_at: self.created_at,
            kind,
        })
    }
}

impl KeptReading {
    fn into_measured(self, names: Names) -> Option<Measured> {
        Some(Measured {
            id: self.id.into(),
            received_at: self.received_at,
            device: self.device.into(),
            maker: names.maker,
            serial: names.serial,
            model: names.model,
            reference: names.reference,
            hub: self.hub.map(Into::into),
            hub_time: self.hub_time,
            kind: self.kind.parse().ok()?,
            taken_at: self.taken_at,
            device_time_ms: self.device_time_ms,
            utc_offset_minutes: self.utc_offset_minutes,
            sequence: self.sequence,
            user_slot: self.user_slot,
            content_hash: self.content_hash,
            values: self.values,
            original: self.original,
            quality: self.quality,
            proof: self.proof,
            entered_in_error: self.entered_in_error,
        })
    }
}

/// Whoever looks after the shelf: ends what was there for its time, forgets what was delivered, and tells owners.
#[derive(Debug, Clone)]
pub struct Librarian {
    /// Time and keys.
    pub ground: Ground,
    /// The shelf's database.
    pub database: Database,
    /// Takes the letters.
    pub post: Post,
    /// Where the portal is, for the links in them.
    pub public_url: String,
}

impl Librarian {
    /// As a job.
    pub(super) fn job(self) -> Job {
        Job::new("forwarding/shelf", LOOKED_AFTER_EVERY, move || {
            let librarian = self.clone();
            Box::pin(async move { librarian.look_after().await })
        })
    }

    /// Does now what is to be done.
    pub async fn look_after(&self) -> RunResult {
        let pool = self.database.system_forwarding();
        self.tell().await?;
        loop {
            let ended = shelf::system_expire(pool, self.ground.now()).await?;
            if ended.is_empty() {
                break;
            }
            tracing::error!(
                deliveries = ended.len(),
                "deliveries were given up: the shelf kept them for 30 days and nobody took them"
            );
            metrics::counter!("vitalwire_expired_deliveries_total")
                .increment(u64::try_from(ended.len()).unwrap_or(0));
        }
        while shelf::system_forget_delivered(pool).await? > 0 {}
        Ok(())
    }

    /// Tells owners of what goes soon; the letters commit with the note that they were written.
    async fn tell(&self) -> RunResult {
        let now = self.ground.now();
        let told = SystemScope::for_purpose("tell owners of endpoints what will be given up")
            .run(&self.database, async |tx| {
                let endings =
                    shelf::system_take_endings(tx, now + TOLD_BEFORE, now + TOLD_BEFORE * 2).await?;
                let mut letters = 0;
                for ending in &endings {
                    let owners = shelf::system_owners(tx, ending.customer).await?;
                    if owners.is_empty() {
                        tracing::warn!(endpoint = %ending.endpoint, "nobody of its owner can be told of what goes");
                    }
                    for (email, name) in owners {
                        let sealed = self.post.seal(&self.letter(ending, email, &name), LETTER_LIVES);
                        self.post.system_take(tx, &sealed).await?;
                        letters += 1;
                    }
                }
                Ok::<usize, sea_orm::DbErr>(letters)
            })
            .await?;
        if told > 0 {
            self.post.hurry();
        }
        Ok(())
    }

    /// Names no reading: only how many deliveries there are, and where they were to go.
    fn letter(&self, ending: &Ending, to: String, name: &str) -> Letter {
        let Ending {
            url,
            deliveries,
            first_at,
            ..
        } = ending;
        let (what, them) = match deliveries {
            1 => ("1 delivery".to_owned(), "it"),
            some => (format!("{some} deliveries"), "them"),
        };
        let day = first_at.format("%B %-d, %Y, %H:%M UTC");
        Letter {
            kind: MailKind::ShelfEnds,
            to,
            subject: "Your server has missed readings that will be deleted".to_owned(),
            text: format!(
                "Hello {name},\n\nYour server at {url} has not taken {what} from Vitalwire. We have kept {them} and still try, or \
                 wait until you say so; from {day} on they are deleted, the oldest first.\n\nPut the server right, then send what \
                 waits from this page:\n\n{public_url}/endpoint\n\nYou get this mail because you may look after your \
                 organization's server and its deliveries.\n",
                public_url = self.public_url.trim_end_matches('/'),
            ),
        }
    }
}
