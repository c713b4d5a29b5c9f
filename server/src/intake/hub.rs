//! A hub's batch. What it signed is taken or set aside, item by item, and never refused for its content: the hub would
//! send it for ever.

use std::sync::Arc;

use chrono::DateTime;
use vitals::{Proof, ReadingIn};

use super::Intake;
use super::hub_proof::{HubProof, hub_subject};
use super::items::items;
use super::packed::Body;
use super::prepare::{Origin, SaidTimes};
use super::quarantine::Item;
use super::rates::{Sender, TooMany};
use super::refusals::{Refusal, RefusalReason, commit_reason};
use crate::ground::enums::{HubState, QuarantineReason};
use crate::ground::ids::{CustomerId, DeviceId, ReadingId};
use crate::history::commit::{CommitError, Raw, Row, Verdict};
use crate::registry::{self, HubIdentity, SerialCandidate};

/// Readings in one batch at most.
pub const LARGEST_BATCH: usize = 1_000;

/// What the hub is told about one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemVerdict {
    /// Durable and on its way.
    Accepted(ReadingId),
    /// It was durable before.
    Duplicate(ReadingId),
    /// Durable, but not believed: a reviewer decides.
    Quarantined(QuarantineReason),
}

/// What the hub is told about its batch.
#[derive(Debug)]
pub enum HubOutcome {
    /// One verdict an item, in the order sent.
    Verdicts(Vec<ItemVerdict>),
    /// The envelope could not be read; the message was set aside whole.
    Undecodable,
    /// More items than a batch may have. Nothing was stored.
    TooMany(usize),
    /// It sends too much, or its customer. Nothing was stored.
    TooOften(TooMany),
    /// A person has not confirmed the hub's fingerprint yet. Nothing was stored.
    NotConfirmed,
    /// The hub was deactivated. As a rule nothing was stored; where it happened while a batch was committed in parts, those
    /// before it were, and are duplicates when the batch is sent again.
    Inactive,
    /// Another key has been claimed in the hub's name since. Nothing was stored.
    OtherKey,
}

impl HubOutcome {
    fn refusal(&self) -> Option<&'static str> {
        match self {
            Self::Verdicts(_) | Self::Undecodable => None,
            Self::TooMany(_) => Some("batch-too-large"),
            Self::TooOften(_) => Some("too-many-readings"),
            Self::NotConfirmed => Some("hub-not-confirmed"),
            Self::Inactive => Some("hub-inactive"),
            Self::OtherKey => Some("token-mismatch"),
        }
    }
}

/// One item on its way to a verdict.
enum Sorted<'a> {
    Row(Box<Row>, Named<'a>),
    Aside(Item<'a>),
}

/// An item that names a device which somebody has.
struct Named<'a> {
    device: DeviceId,
    /// Whether the hub's customer holds it now.
    is_own: bool,
    serial: String,
    bytes: &'a [u8],
}

impl Intake {
    /// Takes a batch. Returns after everything in it is durable.
    pub async fn hub_batch(&self, proof: &HubProof, body: &Body<'_>) -> Result<HubOutcome, CommitError> {
        let outcome = self.hub_batch_of(proof, body).await;
        match &outcome {
            Ok(outcome) => self.note_outcome(&proof.hub, outcome),
            Err(error) => self.note(&proof.hub, commit_reason(error)),
        }
        outcome
    }

    /// What the hub is told before it is let send its batch, where it may not: nothing of it would be stored.
    pub fn refuse_hub(&self, hub: &HubIdentity) -> Option<HubOutcome> {
        let outcome = not_taken(hub.state)?;
        self.note_outcome(hub, &outcome);
        Some(outcome)
    }

    fn note_outcome(&self, hub: &HubIdentity, outcome: &HubOutcome) {
        if let Some(reason) = outcome.refusal() {
            self.note(hub, reason);
        }
    }

    fn note(&self, hub: &HubIdentity, reason: RefusalReason) {
        self.refusals.note(Refusal {
            subject: hub_subject(hub),
            reason,
            detail: None,
        });
    }

    async fn hub_batch_of(&self, proof: &HubProof, body: &Body<'_>) -> Result<HubOutcome, CommitError> {
        if let Some(outcome) = not_taken(proof.hub.state) {
            return Ok(outcome);
        }
        let raw = Arc::new(self.seal_body(body, Some(proof.jwt.clone())));
        let items = body.said().and_then(items);
        let count = match &items {
            Some(items) if items.len() > LARGEST_BATCH => return Ok(HubOutcome::TooMany(items.len())),
            Some(items) => items.len(),
            // It is kept all the same, and counts as one.
            None => 1,
        };
        let sender = Sender::Hub(proof.hub.hub);
        if let Err(refused) = self.rates.take(sender, proof.hub.customer, count) {
            return Ok(HubOutcome::TooOften(refused));
        }
        let Some(items) = items else {
            if let Some(outcome) = self.changed_since(proof, &[]).await? {
                return Ok(outcome);
            }
            let why = Some("the envelope".to_owned());
            let item = aside(proof, QuarantineReason::Undecodable, why, None, None, body.wire());
            self.keep(proof, &raw, vec![item]).await?;
            return Ok(HubOutcome::Undecodable);
        };
        let decoded: Vec<_> = items
            .into_iter()
            .map(|item| (item, vitals::decode(item)))
            .collect();
        let serials: Vec<&str> = decoded
            .iter()
            .filter_map(|(_, item)| Some(item.as_ref().ok()?.device()))
            .collect();
        let candidates = registry::system_find_by_serial(self.database.system_intake(), &serials)
            .await
            .map_err(|error| unavailable(&error))?;
        if let Some(outcome) = self.changed_since(proof, &candidates).await? {
            return Ok(outcome);
        }
        let sorted = decoded
            .into_iter()
            .map(|(bytes, item)| {
                self.sort(
                    proof,
                    &raw,
                    bytes,
                    item.map_err(|error| error.to_string()),
                    &candidates,
                )
            })
            .collect();
        self.settle(proof, &raw, sorted).await
    }

    /// What the hub is told where the registry's memory, which is a moment behind, believed it too long: another server may
    /// just have let another key in, or switched the hub off. Asked where the memory is not of the moment at which the
    /// devices were looked up.
    async fn changed_since(
        &self,
        proof: &HubProof,
        candidates: &[SerialCandidate],
    ) -> Result<Option<HubOutcome>, CommitError> {
        let known = candidates.first().map(|candidate| candidate.standing.epoch());
        if known == Some(proof.hub.epoch) {
            return Ok(None);
        }
        let now = self
            .identities
            .hub_now(proof.hub.hub)
            .await
            .map_err(|error| unavailable(&error))?;
        Ok(match now {
            Some(now) if now.public_key == proof.hub.public_key => not_taken(now.state),
            _ => Some(HubOutcome::OtherKey),
        })
    }

    /// A row where the item is a plausible reading of a known device, else an item to set aside.
    fn sort<'a>(
        &self,
        proof: &HubProof,
        raw: &Arc<Raw>,
        bytes: &'a [u8],
        item: Result<ReadingIn<'_>, String>,
        candidates: &[SerialCandidate],
    ) -> Sorted<'a> {
        let item = match item {
            Ok(item) => item,
            Err(why) => {
                raw.shared.mark();
                let reason = QuarantineReason::Undecodable;
                return Sorted::Aside(aside(proof, reason, Some(why), None, None, bytes));
            }
        };
        let serial = item.device().to_owned();
        let Some(device) = choose(candidates, &serial, item.maker(), proof.hub.customer) else {
            raw.shared.mark();
            return Sorted::Aside(unknown(proof, serial, bytes));
        };
        let named = Named {
            device: device.device,
            is_own: is_own(device, proof.hub.customer),
            serial,
            bytes,
        };
        let hub_time = item.hub_first_seen_ms().and_then(DateTime::from_timestamp_millis);
        let reading = match item.into_reading(device.key.clone()) {
            Ok(reading) => reading,
            Err(error) => {
                raw.shared.mark();
                let why = Some(error.to_string());
                return Sorted::Aside(doubted(proof, QuarantineReason::Undecodable, why, named));
            }
        };
        let standing = device.standing.through(&proof.hub);
        if let Err(error) = reading.check() {
            let said = SaidTimes {
                device_time: reading.device_time,
                hub_time,
                quality: reading.quality,
            };
            if said.is_of(proof.hub.customer, standing, raw.received_at) {
                raw.shared.mark_remembered();
            } else {
                raw.shared.mark();
            }
            let why = Some(error.to_string());
            return Sorted::Aside(doubted(proof, QuarantineReason::Implausible, why, named));
        }
        let origin = Origin {
            device: device.device,
            hub: Some(proof.hub.hub),
            source: None,
            credential: proof.hub.hub.as_uuid().into(),
            proof: Proof::HubSigned,
            standing,
        };
        let row = self.row(origin, &reading, hub_time, proof.signed_at, raw);
        Sorted::Row(Box::new(row), named)
    }

    /// Commits the rows, sets aside the rest, and answers in the order sent.
    async fn settle(
        &self,
        proof: &HubProof,
        raw: &Raw,
        sorted: Vec<Sorted<'_>>,
    ) -> Result<HubOutcome, CommitError> {
        let rows = sorted.iter().filter_map(|item| match item {
            Sorted::Row(row, ..) => Some((**row).clone()),
            Sorted::Aside(_) => None,
        });
        let mut committed = self.committer.commit(rows.collect()).await?.into_iter();
        let mut set_aside = Vec::new();
        let mut verdicts = Vec::with_capacity(sorted.len());
        for item in sorted {
            let item = match item {
                Sorted::Aside(item) => item,
                Sorted::Row(_, named) => match committed.next() {
                    Some(Verdict::Accepted(id)) => {
                        verdicts.push(ItemVerdict::Accepted(id));
                        continue;
                    }
                    Some(Verdict::Duplicate(id)) => {
                        verdicts.push(ItemVerdict::Duplicate(id));
                        continue;
                    }
                    Some(Verdict::InactiveHub) => return Ok(HubOutcome::Inactive),
                    verdict => doubted(proof, reason(verdict), None, named),
                },
            };
            verdicts.push(ItemVerdict::Quarantined(item.reason));
            set_aside.push(item);
        }
        self.keep(proof, raw, set_aside).await?;
        Ok(HubOutcome::Verdicts(verdicts))
    }

    async fn keep(&self, proof: &HubProof, raw: &Raw, items: Vec<Item<'_>>) -> Result<(), CommitError> {
        self.quarantine_sent(raw, proof.signed_at, &items)
            .await
            .map_err(|error| unavailable(&error))
    }
}

fn not_taken(state: HubState) -> Option<HubOutcome> {
    match state {
        HubState::Active => None,
        HubState::Claimed => Some(HubOutcome::NotConfirmed),
        HubState::Unclaimed | HubState::Inactive | HubState::Retired => Some(HubOutcome::Inactive),
    }
}

fn reason(verdict: Option<Verdict>) -> QuarantineReason {
    match verdict {
        Some(Verdict::InactiveDevice | Verdict::RevokedCredential) => QuarantineReason::InactiveDevice,
        Some(Verdict::NoOwner) => QuarantineReason::NoOwner,
        Some(Verdict::WrongOwner) => QuarantineReason::WrongOwner,
        Some(Verdict::ClockSuspectMoved) => QuarantineReason::ClockSuspectMoved,
        _ => QuarantineReason::Undecodable,
    }
}

/// The device of that serial and, where the hub names it, maker; the hub's own customer's first.
fn choose<'a>(
    candidates: &'a [SerialCandidate],
    serial: &str,
    maker: Option<&str>,
    customer: Option<CustomerId>,
) -> Option<&'a SerialCandidate> {
    let fits = |candidate: &&SerialCandidate| {
        maker.is_none_or(|maker| candidate.key.maker.as_str().eq_ignore_ascii_case(maker))
    };
    let candidates = SerialCandidate::of_serial(candidates, serial);
    let own = candidates
        .iter()
        .filter(fits)
        .find(|candidate| is_own(candidate, customer));
    own.or_else(|| candidates.iter().find(fits))
}

/// Whether the hub's customer holds the device now. A hub at nobody's place has no devices.
fn is_own(candidate: &SerialCandidate, customer: Option<CustomerId>) -> bool {
    customer.is_some() && candidate.customer == customer
}

/// An item that is not taken, of a device that somebody has. The customer at whose place the hub stands learns nothing of
/// others' devices, not even that they exist: unless it holds the device now, what is stored and answered is in every
/// respect what it would be if nobody had one of that serial.
fn doubted<'a>(
    proof: &HubProof,
    reason: QuarantineReason,
    detail: Option<String>,
    named: Named<'a>,
) -> Item<'a> {
    let Named {
        device,
        is_own,
        serial,
        bytes,
    } = named;
    if !is_own {
        return unknown(proof, serial, bytes);
    }
    // Its own device now, but another's when it measured.
    let device = Some(device).filter(|_| reason != QuarantineReason::WrongOwner);
    aside(proof, reason, detail, device, Some(serial), bytes)
}

/// An item of a device that nobody has, for all that the hub's customer is told.
fn unknown<'a>(proof: &HubProof, serial: String, bytes: &'a [u8]) -> Item<'a> {
    aside(
        proof,
        QuarantineReason::UnknownDevice,
        None,
        None,
        Some(serial),
        bytes,
    )
}

/// An item set aside belongs to the customer at whose place the hub stands.
fn aside<'a>(
    proof: &HubProof,
    reason: QuarantineReason,
    detail: Option<String>,
    device: Option<DeviceId>,
    serial: Option<String>,
    bytes: &'a [u8],
) -> Item<'a> {
    Item {
        reason,
        detail: detail.map(|text| text.chars().take(500).collect()),
        customer: proof.hub.customer,
        distributor: proof.hub.distributor,
        device,
        hub: Some(proof.hub.hub),
        source: None,
        serial,
        is_dated: None,
        bytes,
    }
}

fn unavailable(error: &sqlx::Error) -> CommitError {
    tracing::error!(%error, "the database did not answer the intake");
    CommitError::Unavailable
}
