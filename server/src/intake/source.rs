//! A message of a vendor's cloud. It is taken or set aside, reading by reading, and never refused for its content: the
//! vendor would drop it, or send it for ever.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use vitals::{DeviceKey, Proof};

use super::Intake;
use super::hub::ItemVerdict;
use super::packed::Body;
use super::prepare::{Origin, SaidTimes, is_news};
use super::quarantine::Item;
use super::rates::{Sender, TooMany};
use super::refusals::Refusal;
use super::refusals::commit_reason;
use super::source_proof::{ProvenSource, SourceRefused};
use super::source_room::Room;
use super::vendors::{self, Content, Flaw, Measured};
use crate::ground::enums::QuarantineReason;
use crate::ground::ids::DeviceId;
use crate::history::commit::{CommitError, Raw, Row, Verdict};
use crate::registry::sources::{SourceCandidate, SourceIdentity, system_find_by_source};

/// What the vendor's cloud is told about one thing that its message said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceVerdict {
    /// A reading.
    Reading(ItemVerdict),
    /// A word of how the device is, and no reading.
    Heard,
}

/// Why nothing of a message was taken.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// It is not believed, or not taken from this source. Where the source was switched off between two commits of one
    /// message, those before it were, and are duplicates when the message is sent again.
    #[error("{0}")]
    Refused(#[from] SourceRefused),
    /// It sends too much, one of its devices, or a customer. What there was room for was stored, as far as it is known again.
    #[error("{0}")]
    TooMany(#[from] TooMany),
    /// So many messages in one, which are more than are taken. Nothing was stored.
    #[error("{0} messages came in one")]
    TooLarge(usize),
    /// Come back later.
    #[error("{0}")]
    Commit(#[from] CommitError),
}

impl SourceError {
    /// The stable word that ends the problem's type and stands in the log of refusals.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Refused(refused) => refused.reason(),
            Self::TooMany(_) => "too-many-readings",
            Self::TooLarge(_) => "batch-too-large",
            Self::Commit(error) => commit_reason(error),
        }
    }
}

impl From<sqlx::Error> for SourceError {
    fn from(error: sqlx::Error) -> Self {
        tracing::error!(%error, "the database did not answer the intake");
        Self::Commit(CommitError::Unavailable)
    }
}

/// One thing on its way to a verdict.
pub(super) enum Sorted<'a> {
    Row(Box<Row>, Named<'a>),
    Aside(Item<'a>),
    Heard,
}

/// What speaks of a device of the source's own.
pub(super) struct Named<'a> {
    device: DeviceId,
    /// What the vendor calls it.
    called: String,
    is_dated: bool,
    bytes: &'a [u8],
}

impl Intake {
    /// Takes a message. Returns after everything in it is durable, with one verdict for each reading in the order sent, and
    /// one for each word of how a device is.
    pub async fn source_message(
        &self,
        proven: &ProvenSource,
        body: &Body<'_>,
    ) -> Result<Vec<SourceVerdict>, SourceError> {
        let taken = self.source_message_of(proven, body).await;
        if let Err(error) = &taken {
            self.refusals.note(Refusal {
                subject: proven.subject(),
                reason: error.reason(),
                detail: None,
            });
        }
        taken
    }

    async fn source_message_of(
        &self,
        proven: &ProvenSource,
        body: &Body<'_>,
    ) -> Result<Vec<SourceVerdict>, SourceError> {
        let source = &proven.source;
        let raw = Arc::new(self.seal_body(body, None));
        let read = body
            .said()
            .and_then(|said| vendors::read_at(source.vendor, said, raw.received_at));
        if read.is_none()
            && let Some(count) = body.said().and_then(vendors::too_many)
        {
            return Err(SourceError::TooLarge(count));
        }
        let Some(items) = read else {
            // It is kept all the same, and counts as one.
            self.rates
                .take(Sender::Source(source.source), source.customer, 1)?;
            if let Some(refused) = self.source_changed(proven).await? {
                return Err(refused.into());
            }
            let why = Some("the message as a whole".to_owned());
            let whole = aside(
                source,
                QuarantineReason::Undecodable,
                why,
                (None, None),
                (body.wire(), false),
            );
            self.quarantine(&raw, &[whole]).await?;
            return Ok(vec![SourceVerdict::Reading(ItemVerdict::Quarantined(
                QuarantineReason::Undecodable,
            ))]);
        };
        let room = self.room_for(source, items)?;
        let names: Vec<&str> = room
            .items
            .iter()
            .filter_map(|item| Some(item.device.as_ref()?.as_str()))
            .collect();
        let candidates = system_find_by_source(self.database.system_intake(), source.source, &names).await?;
        let known = candidates.first().map(|candidate| candidate.standing.epoch());
        if known != Some(source.epoch)
            && let Some(refused) = self.source_changed(proven).await?
        {
            return Err(refused.into());
        }
        let Room { items, refused } = self.room_of_holders(source, room, &candidates)?;
        if refused.is_some() {
            // What is held back is in the message as well, and anybody's.
            raw.shared.mark();
        }
        let mut sorted = Vec::with_capacity(items.len());
        for item in items {
            self.sort_said(source, &raw, item, &candidates, &mut sorted);
        }
        let verdicts = self.settle_said(source, &raw, sorted).await?;
        match refused {
            None => Ok(verdicts),
            Some(refused) => Err(refused.into()),
        }
    }

    /// A row for each plausible reading of a device of the source's own, else an item to set aside.
    fn sort_said<'a>(
        &self,
        source: &SourceIdentity,
        raw: &Arc<Raw>,
        item: vendors::Item<'a>,
        candidates: &[SourceCandidate],
        sorted: &mut Vec<Sorted<'a>>,
    ) {
        let called = item.device.as_ref().map(|key| key.as_str().to_owned());
        let device = candidates
            .iter()
            .find(|candidate| Some(candidate.named.as_str()) == called.as_deref());
        let bytes = item.bytes;
        let (Some(called), Some(device)) = (&called, device) else {
            raw.shared.mark();
            sorted.push(stranger(source, called, item));
            return;
        };
        let holder = holder_told(source, device);
        if let Some(holder) = holder {
            let beside = if is_of_now(&item.content, raw.received_at) {
                (item.beside.battery_percent, item.beside.signal_dbm)
            } else {
                (None, None)
            };
            self.identities.said_of(device.device, holder, beside);
        }
        let whose = (Some(device.device), Some(called.clone()));
        match item.content {
            Ok(Content::Status) => {
                // Of now, and what came beside it may be a former holder's.
                if source.customer.is_none() || holder.is_none() {
                    raw.shared.mark();
                }
                sorted.push(Sorted::Heard);
            }
            Ok(Content::Readings(readings)) => {
                let readings = readings.into_iter();
                sorted.extend(readings.map(|measured| {
                    let named = Named {
                        device: device.device,
                        called: called.clone(),
                        is_dated: measured.is_dated(),
                        bytes,
                    };
                    self.sort_measured(source, raw, measured, device, named)
                }));
            }
            Err(flaw) => {
                raw.shared.mark();
                let why = Some(flaw.to_string());
                sorted.push(Sorted::Aside(aside(
                    source,
                    reason_of(&flaw),
                    why,
                    whose,
                    (bytes, false),
                )));
            }
        }
    }

    fn sort_measured<'a>(
        &self,
        source: &SourceIdentity,
        raw: &Arc<Raw>,
        measured: Measured,
        device: &SourceCandidate,
        named: Named<'a>,
    ) -> Sorted<'a> {
        let said = SaidTimes {
            device_time: measured.device_time,
            hub_time: None,
            quality: measured.quality,
        };
        match self.source_row(source, (raw, raw.received_at), measured, device) {
            Ok(row) => Sorted::Row(Box::new(row), named),
            Err(why) => {
                let standing = device.standing.spoken_for(source);
                if said.is_of(source.customer, standing, raw.received_at) {
                    raw.shared.mark_remembered();
                } else {
                    raw.shared.mark();
                }
                Sorted::Aside(doubted(source, QuarantineReason::Implausible, Some(why), named))
            }
        }
    }

    /// The row of a reading that this source asserts; why not, where it cannot be.
    pub(super) fn source_row(
        &self,
        source: &SourceIdentity,
        (raw, came): (&Arc<Raw>, DateTime<Utc>),
        measured: Measured,
        device: &SourceCandidate,
    ) -> Result<Row, String> {
        let key: DeviceKey = device.key.clone();
        let sent_at = measured.sent_at.unwrap_or(came);
        let reading = measured.of(key);
        reading.check().map_err(|error| error.to_string())?;
        let origin = Origin {
            device: device.device,
            hub: None,
            source: Some(source.source),
            credential: source.source.as_uuid().into(),
            proof: Proof::VendorAsserted,
            standing: device.standing.spoken_for(source),
        };
        Ok(self.row(origin, &reading, None, sent_at, raw))
    }

    /// Commits the rows, sets aside the rest, and answers in the order sent.
    async fn settle_said(
        &self,
        source: &SourceIdentity,
        raw: &Raw,
        sorted: Vec<Sorted<'_>>,
    ) -> Result<Vec<SourceVerdict>, SourceError> {
        let rows = sorted.iter().filter_map(|item| match item {
            Sorted::Row(row, _) => Some((**row).clone()),
            Sorted::Aside(_) | Sorted::Heard => None,
        });
        let mut committed = self.committer.commit(rows.collect()).await?.into_iter();
        let mut set_aside = Vec::new();
        let mut verdicts = Vec::with_capacity(sorted.len());
        for item in sorted {
            let item = match item {
                Sorted::Heard => {
                    verdicts.push(SourceVerdict::Heard);
                    continue;
                }
                Sorted::Aside(item) => item,
                Sorted::Row(_, named) => match committed.next() {
                    Some(Verdict::Accepted(id)) => {
                        verdicts.push(SourceVerdict::Reading(ItemVerdict::Accepted(id)));
                        continue;
                    }
                    Some(Verdict::Duplicate(id)) => {
                        verdicts.push(SourceVerdict::Reading(ItemVerdict::Duplicate(id)));
                        continue;
                    }
                    Some(Verdict::InactiveSource) => return Err(SourceRefused::Inactive.into()),
                    verdict => doubted(source, reason(verdict), None, named),
                },
            };
            verdicts.push(SourceVerdict::Reading(ItemVerdict::Quarantined(item.reason)));
            set_aside.push(item);
        }
        self.quarantine(raw, &set_aside).await?;
        Ok(verdicts)
    }
}

/// Whether an element says how its device is now: a word of just that does, and a reading that is not an old one.
fn is_of_now(content: &Result<Content, Flaw>, came: DateTime<Utc>) -> bool {
    match content {
        Ok(Content::Readings(readings)) => readings
            .iter()
            .any(|measured| is_news(measured.device_time, came)),
        Ok(Content::Status) | Err(_) => true,
    }
}

/// Who is told how a device is: its holder, where the source may speak of what is theirs.
fn holder_told(source: &SourceIdentity, device: &SourceCandidate) -> Option<crate::ground::ids::CustomerId> {
    let holder = device.customer?;
    source.customer.is_none_or(|own| own == holder).then_some(holder)
}

/// What speaks of a device that the source does not speak for. A word of how it is waits as well: it is how a person sees
/// that a device was set up, before it has measured anything.
fn stranger<'a>(source: &SourceIdentity, called: Option<String>, item: vendors::Item<'a>) -> Sorted<'a> {
    let is_dated = is_dated(&item.content);
    let (reason, why) = match (&called, item.content) {
        (Some(_), Ok(_)) => (QuarantineReason::UnknownDevice, None),
        (_, Err(flaw)) => (reason_of(&flaw), Some(flaw.to_string())),
        (None, Ok(_)) => (
            QuarantineReason::Undecodable,
            Some("no name of a device".to_owned()),
        ),
    };
    Sorted::Aside(aside(source, reason, why, (None, called), (item.bytes, is_dated)))
}

/// Whether each measurement in it says when it was made, so that the same bytes are the same measurement.
pub(super) fn is_dated(content: &Result<Content, Flaw>) -> bool {
    match content {
        Ok(Content::Readings(readings)) => readings.iter().all(Measured::is_dated),
        // Of words of how a device is, one a ten seconds is enough.
        Ok(Content::Status) | Err(_) => false,
    }
}

pub(super) fn reason_of(flaw: &Flaw) -> QuarantineReason {
    match flaw {
        Flaw::Decode(_) => QuarantineReason::Undecodable,
        Flaw::NoValue(_) => QuarantineReason::NoValue,
        Flaw::UnknownType => QuarantineReason::UnknownType,
    }
}

pub(super) fn reason(verdict: Option<Verdict>) -> QuarantineReason {
    match verdict {
        Some(Verdict::InactiveDevice) => QuarantineReason::InactiveDevice,
        Some(Verdict::NoOwner) => QuarantineReason::NoOwner,
        Some(Verdict::WrongOwner) => QuarantineReason::WrongOwner,
        Some(Verdict::NotOfSource) => QuarantineReason::UnknownDevice,
        Some(Verdict::ClockSuspectMoved) => QuarantineReason::ClockSuspectMoved,
        _ => QuarantineReason::Undecodable,
    }
}

/// An item of a device of the source's own that is not taken.
fn doubted<'a>(
    source: &SourceIdentity,
    reason: QuarantineReason,
    detail: Option<String>,
    named: Named<'a>,
) -> Item<'a> {
    let Named {
        device,
        called,
        is_dated,
        bytes,
    } = named;
    // Its own device now, but another's when it measured, or nobody's that the tenant may know of.
    let device = Some(device).filter(|_| reason != QuarantineReason::WrongOwner);
    aside(source, reason, detail, (device, Some(called)), (bytes, is_dated))
}

/// An item set aside belongs to the source's tenant, and of a source of the platform to nobody but the platform.
fn aside<'a>(
    source: &SourceIdentity,
    reason: QuarantineReason,
    detail: Option<String>,
    (device, serial): (Option<DeviceId>, Option<String>),
    (bytes, is_dated): (&'a [u8], bool),
) -> Item<'a> {
    Item {
        reason,
        detail: detail.map(|text| text.chars().take(500).collect()),
        customer: source.customer,
        distributor: None,
        device,
        hub: None,
        source: Some(source.source),
        serial,
        is_dated: Some(is_dated),
        bytes,
    }
}
