//! One reading by a device with a token of its own: the busiest way in.

use std::net::IpAddr;
use std::sync::Arc;

use vitals::{DecodeError, DeviceKey, Implausible, Proof, ReadingIn};

use super::Intake;
use super::prepare::Origin;
use super::quarantine::Item;
use super::refusals::{Refusal, RefusalReason, Subject, commit_reason};
use crate::ground::Purpose;
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
            Self::Commit(error) => commit_reason(error),
            Self::Unavailable(_) => "unavailable",
        }
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
        let hmac = self.ground.keys().hmac(Purpose::DeviceToken, token.as_bytes());
        let known = self.identities.device(hmac).await?;
        let result = match &known {
            Some(device) => self.single_of(device, body).await,
            None => Err(SingleError::UnknownToken),
        };
        if let Err(error) = &result {
            self.refusals.note(Refusal {
                subject: subject(known.as_deref(), body, remote),
                reason: error.reason(),
                detail: detail(error),
            });
        }
        result
    }

    async fn single_of(&self, device: &DeviceIdentity, body: &[u8]) -> Result<SingleOutcome, SingleError> {
        let decoded = vitals::decode(body)?;
        if !names(&decoded, &device.key) {
            return Err(SingleError::OtherDevice);
        }
        let (battery, signal) = (decoded.battery_percent(), decoded.signal_dbm());
        let reading = decoded.into_reading(device.key.clone())?;
        reading.check().map_err(SingleError::Implausible)?;
        let raw = Arc::new(self.seal_raw(body, None));
        let origin = Origin {
            device: device.device,
            hub: None,
            credential: device.credential,
            proof: Proof::DeviceToken,
            standing: Some(device.standing),
        };
        let verdict = self
            .committer
            .commit(vec![self.row(origin, &reading, None, &raw)])
            .await?;
        match verdict.first() {
            Some(Verdict::Accepted(id)) => {
                self.identities.told(device, battery, signal);
                Ok(SingleOutcome::Accepted(*id))
            }
            Some(Verdict::Duplicate(id)) => Ok(SingleOutcome::Duplicate(*id)),
            Some(Verdict::NoOwner | Verdict::WrongOwner) => {
                self.set_aside(device, QuarantineReason::NoOwner, &raw, body)
                    .await
            }
            Some(Verdict::ClockSuspectMoved) => {
                self.set_aside(device, QuarantineReason::ClockSuspectMoved, &raw, body)
                    .await
            }
            Some(Verdict::InactiveDevice | Verdict::InactiveHub) => Err(SingleError::Inactive),
            Some(Verdict::RevokedCredential) => Err(SingleError::UnknownToken),
            Some(Verdict::Failed) | None => Err(SingleError::Unstorable),
        }
    }

    async fn set_aside(
        &self,
        device: &DeviceIdentity,
        reason: QuarantineReason,
        raw: &Raw,
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
            serial: Some(device.key.serial.as_str().to_owned()),
            bytes: body,
        };
        self.quarantine(raw, &[item]).await?;
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
fn subject(known: Option<&DeviceIdentity>, body: &[u8], remote: IpAddr) -> Subject {
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
