//! One reading by a device with a token of its own: the busiest way in.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use vitals::{ContentHash, DecodeError, DeviceKey, Implausible, Proof, ReadingIn};

use super::Intake;
use super::prepare::{Origin, is_news};
use super::quarantine::Item;
use super::rates::{Sender, TooMany};
use super::refusals::{Refusal, RefusalReason, Subject, commit_reason};
use crate::ground::enums::QuarantineReason;
use crate::ground::ids::ReadingId;
use crate::history::commit::{CommitError, Raw, Verdict};
use crate::registry::DeviceIdentity;

/// What the device is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SingleOutcome {
    /// Durable and on its way.
    Accepted(ReadingId),
    /// It was durable before.
    Duplicate(ReadingId),
    /// Durable, but nobody's: a reviewer decides.
    Quarantined(QuarantineReason),
}

/// One reading that was taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taken {
    pub(super) outcome: SingleOutcome,
    /// What it is known by. It can be guessed from the values, so it is told to the device alone.
    pub(super) hash: ContentHash,
}

/// Which way a message came.
#[derive(Debug, Clone, Copy)]
pub(super) enum Remote {
    /// By HTTP, from this address.
    Address(IpAddr),
    /// Over the MQTT broker, which does not say from where.
    Broker,
}

impl fmt::Display for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Broker => f.write_str("mqtt"),
        }
    }
}

/// Why a device is refused. It gets the problem, because it can be repaired where it stands.
#[derive(Debug, thiserror::Error)]
pub enum SingleError {
    /// No such token.
    #[error("the token is not known")]
    UnknownToken,
    /// The body names another device than the token's.
    #[error("the token belongs to another device")]
    OtherDevice,
    /// The device was deactivated.
    #[error("the device is not active")]
    Inactive,
    /// Not a reading.
    #[error("{0}")]
    Decode(#[from] DecodeError),
    /// Not possible.
    #[error("{0}")]
    Implausible(Implausible),
    /// The database did not take this one reading.
    #[error("the reading could not be stored")]
    Unstorable,
    /// It sends too much.
    #[error("{0}")]
    TooMany(#[from] TooMany),
    /// Come back later.
    #[error("{0}")]
    Commit(#[from] CommitError),
    /// The registry or the quarantine does not answer.
    #[error("the database is not available")]
    Unavailable(#[from] sqlx::Error),
}

impl SingleError {
    /// The stable word that ends the problem's type and stands in the log of refusals.
    pub fn reason(&self) -> RefusalReason {
        match self {
            Self::UnknownToken => "unknown-token",
            Self::OtherDevice => "token-of-another-device",
            Self::Inactive => "device-inactive",
            Self::Decode(error) => error.code(),
            Self::Implausible(_) => "implausible",
            Self::Unstorable => "unstorable",
            Self::TooMany(_) => "too-many-readings",
            Self::Commit(error) => commit_reason(error),
            Self::Unavailable(_) => "unavailable",
        }
    }

    /// Whether it is for us, and not for the sender, to try the same message again. Who sends too much is told so: what is
    /// held of one sender would take the room of all the others.
    pub(super) fn is_ours(&self) -> bool {
        matches!(self, Self::Commit(_) | Self::Unavailable(_))
    }
}

impl Intake {
    /// Takes one reading of the device that the token belongs to. Returns after the commit.
    pub async fn single(
        &self,
        token: &str,
        body: &[u8],
        remote: IpAddr,
    ) -> Result<SingleOutcome, SingleError> {
        let known = self.device_of(token).await?;
        let result = match &known {
            Some(device) => self.single_of(device, body, None).await,
            None => Err(SingleError::UnknownToken),
        };
        if let Err(error) = &result {
            self.note_single(known.as_deref(), body, Remote::Address(remote), error);
        }
        result.map(|taken| taken.outcome)
    }

    /// The same for a device that is known. Of a message that is tried again it is known when it came first, so that a
    /// reading without a time stays the same one.
    pub(super) async fn single_of(
        &self,
        device: &DeviceIdentity,
        body: &[u8],
        came_at: Option<DateTime<Utc>>,
    ) -> Result<Taken, SingleError> {
        self.rates
            .take(Sender::Device(device.device), device.customer, 1)?;
        let decoded = vitals::decode(body)?;
        if !names(&decoded, &device.key) {
            return Err(SingleError::OtherDevice);
        }
        let (battery, signal) = (decoded.battery_percent(), decoded.signal_dbm());
        let reading = decoded.into_reading(device.key.clone())?;
        reading.check().map_err(SingleError::Implausible)?;
        let raw = Arc::new(self.seal_raw(body, None));
        let came_at = came_at.unwrap_or(raw.received_at);
        let origin = Origin {
            device: device.device,
            hub: None,
            source: None,
            credential: device.credential,
            proof: Proof::DeviceToken,
            standing: Some(device.standing),
        };
        let row = self.row(origin, &reading, None, came_at, &raw);
        let hash = row.hash;
        let verdict = self.committer.commit(vec![row]).await?;
        let set_aside = |reason| self.set_aside(device, reason, &raw, came_at, body);
        let outcome = match verdict.first() {
            Some(Verdict::Accepted(id)) => {
                if is_news(reading.device_time, came_at) {
                    self.identities.told(device, battery, signal);
                }
                SingleOutcome::Accepted(*id)
            }
            Some(Verdict::Duplicate(id)) => SingleOutcome::Duplicate(*id),
            Some(Verdict::NoOwner | Verdict::WrongOwner) => set_aside(QuarantineReason::NoOwner).await?,
            Some(Verdict::ClockSuspectMoved) => set_aside(QuarantineReason::ClockSuspectMoved).await?,
            Some(Verdict::InactiveDevice | Verdict::InactiveHub | Verdict::InactiveSource) => {
                return Err(SingleError::Inactive);
            }
            Some(Verdict::RevokedCredential) => return Err(SingleError::UnknownToken),
            Some(Verdict::Failed | Verdict::NotOfSource) | None => return Err(SingleError::Unstorable),
        };
        Ok(Taken { outcome, hash })
    }

    /// Notes why a message was refused.
    pub(super) fn note_single(
        &self,
        known: Option<&DeviceIdentity>,
        body: &[u8],
        remote: Remote,
        error: &SingleError,
    ) {
        self.refusals.note(Refusal {
            subject: subject(known, body, remote),
            reason: error.reason(),
            detail: detail(error),
        });
    }

    async fn set_aside(
        &self,
        device: &DeviceIdentity,
        reason: QuarantineReason,
        raw: &Raw,
        came_at: DateTime<Utc>,
        body: &[u8],
    ) -> Result<SingleOutcome, SingleError> {
        let item = Item {
            reason,
            detail: None,
            // Nobody's: not even its present holder may see it.
            customer: None,
            distributor: None,
            device: Some(device.device),
            hub: None,
            source: None,
            serial: Some(device.key.serial.as_str().to_owned()),
            is_dated: None,
            bytes: body,
        };
        self.quarantine_sent(raw, came_at, &[item]).await?;
        Ok(SingleOutcome::Quarantined(reason))
    }
}

/// Whether the message speaks of the token's own device.
fn names(decoded: &ReadingIn<'_>, key: &DeviceKey) -> bool {
    decoded.device() == key.serial.as_str()
        && decoded
            .maker()
            .is_none_or(|maker| key.maker.as_str().eq_ignore_ascii_case(maker))
}

/// Who to file a refusal under: the proven device, or what the sender calls itself and where it comes from.
fn subject(known: Option<&DeviceIdentity>, body: &[u8], remote: Remote) -> Subject {
    match known {
        Some(device) => Subject {
            device: Some(device.device),
            customer: device.customer,
            distributor: device.distributor,
            ..Subject::default()
        },
        None => Subject {
            claimed: vitals::decode(body)
                .ok()
                .map(|decoded| decoded.device().to_owned()),
            remote: Some(remote.to_string()),
            ..Subject::default()
        },
    }
}

fn detail(error: &SingleError) -> Option<String> {
    match error {
        SingleError::Decode(DecodeError::MalformedJson { line, column }) => {
            Some(format!("line {line}, column {column}"))
        }
        SingleError::Decode(error) => Some(error.pointer().to_owned()).filter(|place| !place.is_empty()),
        SingleError::Implausible(error) => Some(error.to_string()),
        _ => None,
    }
}
