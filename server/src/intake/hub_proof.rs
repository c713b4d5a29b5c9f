//! The proof that a request comes from a hub: an EdDSA JWT over method, address and the bytes on the wire (DESIGN §6).
//! The server holds the public key only, so nothing stored here could sign as a hub. A replay of the same request within
//! its minute changes nothing, because readings are idempotent, and one without any time is known by when the token was
//! signed; a replay of anything else does not verify.

use std::sync::Arc;

use aws_lc_rs::digest;
use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::Intake;
use super::refusals::{RefusalReason, Subject};
use crate::ground::ids::HubId;
use crate::registry::HubIdentity;
use crate::registry::claim::is_weak;

/// A token may live this long, seconds.
const LONGEST: i64 = 60;
/// The hub's clock may differ this much before it is told the time, seconds.
const LEEWAY: i64 = 30;
/// Longer tokens are not looked at, bytes.
const LARGEST: usize = 2_048;
/// What a hub's token is.
const WHAT_IT_IS: &str = "a JWT with iss, aud, iat, exp, jti, htm, htu and body_sha256 is needed";

/// Why a request is not believed to come from a hub.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// No token.
    #[error("send it as Authorization: Bearer …")]
    Missing,
    /// None that can be read.
    #[error("the hub's token is malformed: {0}")]
    Malformed(&'static str),
    /// No such hub, or it holds no key.
    #[error("the hub is not known")]
    UnknownHub,
    /// The signature, the address or the body does not fit.
    #[error("the hub's signature does not fit this request: {0}")]
    Mismatch(&'static str),
    /// Too old, too new, or valid for too long. The answer carries the server's time.
    #[error("the hub's token is not valid now")]
    Time,
    /// The registry does not answer.
    #[error("the registry is not available")]
    Unavailable(#[from] sqlx::Error),
}

impl ProofError {
    /// The stable word that ends the problem's type and stands in the log of refusals.
    pub fn reason(&self) -> RefusalReason {
        match self {
            Self::Missing => "missing-token",
            Self::Malformed(_) => "malformed-token",
            Self::UnknownHub => "unknown-hub",
            Self::Time => "token-out-of-time",
            Self::Mismatch(_) => "token-mismatch",
            Self::Unavailable(_) => "unavailable",
        }
    }

    /// What the reason does not say itself.
    pub fn detail(&self) -> Option<&'static str> {
        match self {
            Self::Mismatch(what) | Self::Malformed(what) => Some(what),
            Self::Missing | Self::UnknownHub | Self::Time | Self::Unavailable(_) => None,
        }
    }
}

/// A request that is not believed, and who to file that under: the hub where its signature is good, else what the token
/// says of itself.
#[derive(Debug)]
pub struct Unproven {
    /// Why.
    pub error: ProofError,
    /// Who it was, or says it was.
    pub subject: Box<Subject>,
}

/// A request whose token is believed, while its body is still on its way.
#[derive(Debug)]
pub struct ProvenHead {
    /// Who sends it.
    pub hub: Arc<HubIdentity>,
    jwt: String,
    signed_at: DateTime<Utc>,
    body_sha256: String,
}

/// A believed request.
#[derive(Debug, Clone)]
pub struct HubProof {
    /// Who sent it.
    pub hub: Arc<HubIdentity>,
    /// The token, kept beside the raw bytes so that any reading of it can be proved later.
    pub jwt: String,
    /// When the hub signed it, by its own clock: the same however often it is sent.
    pub signed_at: DateTime<Utc>,
}

/// The claims of a hub's token.
#[derive(Debug, Deserialize)]
struct Claims {
    iat: i64,
    exp: i64,
    #[serde(rename = "jti")]
    _jti: Uuid,
    htm: String,
    htu: String,
    body_sha256: String,
}

/// What a token says before anybody has verified it.
#[derive(Deserialize)]
struct Claimed {
    iss: String,
}

impl Intake {
    /// Verifies that `token` was signed by a hub for such a request, before its body is read. `target` is the path with
    /// whatever query it has.
    pub async fn prove_head(
        &self,
        token: Option<&str>,
        method: &str,
        target: &str,
    ) -> Result<ProvenHead, Unproven> {
        let token = match token {
            Some(token) if token.len() <= LARGEST => Ok(token),
            Some(_) => Err(ProofError::Malformed("2,048 bytes at most")),
            None => Err(ProofError::Missing),
        };
        let token = token.map_err(|error| Unproven {
            error,
            subject: Box::default(),
        })?;
        let mut subject = Box::new(Subject {
            claimed: claimed_name(token),
            ..Subject::default()
        });
        let hub = match self.claimed_hub(subject.claimed.as_deref()).await {
            Ok(hub) => hub,
            Err(error) => return Err(Unproven { error, subject }),
        };
        subject.hub = Some(hub.hub);
        let claims = match verify(token, &hub, &self.audience) {
            Ok(claims) => claims,
            Err(error) => return Err(Unproven { error, subject }),
        };
        let signed_at =
            fits(&claims, method, target, &self.audience).and_then(|()| in_time(&claims, self.ground.now()));
        match signed_at {
            Ok(signed_at) => {
                self.identities.heard(&hub);
                Ok(ProvenHead {
                    hub,
                    jwt: token.to_owned(),
                    signed_at,
                    body_sha256: claims.body_sha256,
                })
            }
            Err(error) => Err(Unproven {
                error,
                subject: Box::new(hub_subject(&hub)),
            }),
        }
    }

    /// The hub that the token names, believed only after its key has verified the token.
    async fn claimed_hub(&self, name: Option<&str>) -> Result<Arc<HubIdentity>, ProofError> {
        let name = name.ok_or(ProofError::Malformed(WHAT_IT_IS))?;
        let id: HubId = name
            .parse::<Uuid>()
            .map_err(|_| ProofError::Malformed("iss must be the hub's id"))?
            .into();
        self.identities.hub(id).await?.ok_or(ProofError::UnknownHub)
    }
}

impl ProvenHead {
    /// The whole proof, when the body is the one that was signed.
    pub fn over(self, body: &[u8]) -> Result<HubProof, Unproven> {
        let hash = digest::digest(&digest::SHA256, body);
        if self.body_sha256 != BASE64URL_NOPAD.encode(hash.as_ref()) {
            return Err(Unproven {
                subject: Box::new(self.subject()),
                error: ProofError::Mismatch("body_sha256 is of another body"),
            });
        }
        let Self {
            hub, jwt, signed_at, ..
        } = self;
        Ok(HubProof { hub, jwt, signed_at })
    }

    /// Who to file a refusal under.
    pub fn subject(&self) -> Subject {
        hub_subject(&self.hub)
    }
}

impl HubProof {
    /// Who to file a refusal under.
    pub fn subject(&self) -> Subject {
        hub_subject(&self.hub)
    }
}

/// A proven hub in the log of refusals.
pub(super) fn hub_subject(hub: &HubIdentity) -> Subject {
    Subject {
        hub: Some(hub.hub),
        customer: hub.customer,
        distributor: hub.distributor,
        ..Subject::default()
    }
}

/// What the token calls its sender.
pub(super) fn claimed_name(token: &str) -> Option<String> {
    payload::<Claimed>(token).map(|claimed| claimed.iss)
}

/// What stands in a token, verified or not.
fn payload<T: DeserializeOwned>(token: &str) -> Option<T> {
    let payload = token.split('.').nth(1)?;
    let json = BASE64URL_NOPAD.decode(payload.as_bytes()).ok()?;
    serde_json::from_slice(&json).ok()
}

fn fits(claims: &Claims, method: &str, target: &str, audience: &str) -> Result<(), ProofError> {
    if claims.htm != method {
        Err(ProofError::Mismatch("htm is another method"))
    } else if claims.htu.strip_prefix(audience) != Some(target) {
        Err(ProofError::Mismatch("htu is another address"))
    } else {
        Ok(())
    }
}

fn verify(token: &str, hub: &HubIdentity, audience: &str) -> Result<Claims, ProofError> {
    // Hubs that were claimed before such keys were refused.
    if is_weak(&hub.public_key) {
        return Err(ProofError::Mismatch("the stored key proves nothing"));
    }
    let key = DecodingKey::from_ed_components(&BASE64URL_NOPAD.encode(&hub.public_key))
        .map_err(|_| ProofError::Mismatch("the stored key is damaged"))?;
    let mut rules = Validation::new(Algorithm::EdDSA);
    rules.set_audience(&[audience]);
    rules.set_issuer(&[hub.hub.to_string()]);
    rules.set_required_spec_claims(&["exp", "aud", "iss"]);
    // Times are judged by the injected clock, below.
    rules.validate_exp = false;
    let data = jsonwebtoken::decode::<Claims>(token, &key, &rules).map_err(|error| {
        use jsonwebtoken::errors::ErrorKind;
        match error.kind() {
            ErrorKind::InvalidAudience => ProofError::Mismatch("aud is another platform"),
            ErrorKind::InvalidSignature | ErrorKind::InvalidAlgorithm => {
                ProofError::Mismatch("the signature is not the hub's")
            }
            _ if !has_whole_times(token) => ProofError::Malformed("iat and exp must be whole seconds"),
            _ => ProofError::Malformed(WHAT_IT_IS),
        }
    })?;
    // RFC 7515, section 4.1.11: who does not understand what is critical must refuse, and nothing is understood here.
    if data.header.crit.is_some() {
        return Err(ProofError::Malformed("nothing that crit names is understood"));
    }
    Ok(data.claims)
}

/// The method and the address that a verified token is for, for [`super::fuzzing`].
pub(super) fn signed_for(
    token: &str,
    hub: &HubIdentity,
    audience: &str,
) -> Result<(String, String), ProofError> {
    let claims = verify(token, hub, audience)?;
    let _ = in_time(&claims, DateTime::UNIX_EPOCH)?;
    Ok((claims.htm, claims.htu))
}

/// Whether the times that the token has are integers, as a verified one's must be.
fn has_whole_times(token: &str) -> bool {
    let claims = payload::<serde_json::Map<String, serde_json::Value>>(token).unwrap_or_default();
    ["iat", "exp"].iter().all(|name| {
        claims
            .get(*name)
            .is_none_or(|time| time.is_null() || time.is_i64())
    })
}

/// When the token was signed, if it is good now.
fn in_time(claims: &Claims, now: DateTime<Utc>) -> Result<DateTime<Utc>, ProofError> {
    let now = now.timestamp();
    let lives = claims.exp.saturating_sub(claims.iat);
    let fits = (1..=LONGEST).contains(&lives) && claims.iat <= now + LEEWAY && claims.exp >= now - LEEWAY;
    DateTime::from_timestamp(claims.iat, 0)
        .filter(|_| fits)
        .ok_or(ProofError::Time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(iat: i64, exp: i64) -> Claims {
        Claims {
            iat,
            exp,
            _jti: Uuid::nil(),
            htm: String::new(),
            htu: String::new(),
            body_sha256: String::new(),
        }
    }

    #[test]
    fn a_token_lives_a_minute_at_most_and_only_now() {
        let now = DateTime::from_timestamp(1_000_000, 0).unwrap();
        for (iat, exp, fits) in [
            (0, 50, true),
            (0, 60, true),
            (0, 61, false),
            (-80, -31, false),
            (-80, -25, true),
            (31, 60, false),
            (0, 0, false),
            (i64::MIN + 1_000_000, 10, false),
        ] {
            let claims = claims(1_000_000_i64.saturating_add(iat), 1_000_000 + exp);
            let signed_at = in_time(&claims, now).ok().map(|at| at.timestamp());
            assert_eq!(signed_at, fits.then_some(claims.iat), "{iat} to {exp}");
        }
    }

    #[test]
    fn what_is_no_token_names_nobody() {
        for token in ["", "a", "a.b", "..", "a.!!!.c", "e30.e30.e30"] {
            assert_eq!(claimed_name(token), None, "{token}");
        }
        let named = format!("a.{}.c", BASE64URL_NOPAD.encode(br#"{"iss":"hub 7"}"#));
        assert_eq!(claimed_name(&named).as_deref(), Some("hub 7"));
    }
}
