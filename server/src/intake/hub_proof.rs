//! The proof that a request comes from a hub: an EdDSA JWT over method, address and the bytes on the wire (DESIGN §6).
//! The server holds the public key only, so nothing stored here could sign as a hub. A replay of the same request within
//! its minute changes nothing, because readings are idempotent; a replay of anything else does not verify.

use std::sync::Arc;

use aws_lc_rs::digest;
use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use uuid::Uuid;

use super::Intake;
use super::refusals::{RefusalReason, Subject};
use crate::ground::ids::HubId;
use crate::registry::HubIdentity;

/// A token may live this long, seconds.
const LONGEST: i64 = 60;
/// The hub's clock may differ this much before it is told the time, seconds.
const LEEWAY: i64 = 30;
/// Longer tokens are not looked at, bytes.
const LARGEST: usize = 2_048;

/// Why a request is not believed to come from a hub.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// No token.
    #[error("send it as Authorization: Bearer …")]
    Missing,
    /// None that can be read.
    #[error("the hub's token is malformed")]
    Malformed,
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
            Self::Malformed => "malformed-token",
            Self::UnknownHub => "unknown-hub",
            Self::Time => "token-out-of-time",
            Self::Mismatch(_) => "token-mismatch",
            Self::Unavailable(_) => "unavailable",
        }
    }

    /// What the reason does not say itself.
    pub fn detail(&self) -> Option<&'static str> {
        match self {
            Self::Mismatch(what) => Some(what),
            Self::Missing | Self::Malformed | Self::UnknownHub | Self::Time | Self::Unavailable(_) => None,
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
    body_sha256: String,
}

/// A believed request.
#[derive(Debug, Clone)]
pub struct HubProof {
    /// Who sent it.
    pub hub: Arc<HubIdentity>,
    /// The token, kept beside the raw bytes so that any reading of it can be proved later.
    pub jwt: String,
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
    /// Verifies that `token` was signed by a hub for such a request, before its body is read.
    pub async fn prove_head(
        &self,
        token: Option<&str>,
        method: &str,
        path: &str,
    ) -> Result<ProvenHead, Unproven> {
        let token = token
            .filter(|token| token.len() <= LARGEST)
            .ok_or_else(|| Unproven {
                error: token.map_or(ProofError::Missing, |_| ProofError::Malformed),
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
        let proven = ProvenHead {
            hub,
            jwt: token.to_owned(),
            body_sha256: claims.body_sha256.clone(),
        };
        match fits(&claims, method, path, &self.audience).and_then(|()| in_time(&claims, self.ground.now())) {
            Ok(()) => {
                self.identities.heard(&proven.hub);
                Ok(proven)
            }
            Err(error) => Err(Unproven {
                error,
                subject: Box::new(proven.subject()),
            }),
        }
    }

    /// The hub that the token names, believed only after its key has verified the token.
    async fn claimed_hub(&self, name: Option<&str>) -> Result<Arc<HubIdentity>, ProofError> {
        let name = name.ok_or(ProofError::Malformed)?;
        let id: HubId = name.parse::<Uuid>().map_err(|_| ProofError::Malformed)?.into();
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
        let Self { hub, jwt, .. } = self;
        Ok(HubProof { hub, jwt })
    }

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
fn claimed_name(token: &str) -> Option<String> {
    let payload = token.split('.').nth(1)?;
    let json = BASE64URL_NOPAD.decode(payload.as_bytes()).ok()?;
    serde_json::from_slice::<Claimed>(&json)
        .ok()
        .map(|claimed| claimed.iss)
}

fn fits(claims: &Claims, method: &str, path: &str, audience: &str) -> Result<(), ProofError> {
    if claims.htm != method {
        Err(ProofError::Mismatch("htm is another method"))
    } else if claims.htu.strip_prefix(audience) != Some(path) {
        Err(ProofError::Mismatch("htu is another address"))
    } else {
        Ok(())
    }
}

fn verify(token: &str, hub: &HubIdentity, audience: &str) -> Result<Claims, ProofError> {
    let key = DecodingKey::from_ed_components(&BASE64URL_NOPAD.encode(&hub.public_key))
        .map_err(|_| ProofError::Mismatch("the stored key is damaged"))?;
    let mut rules = Validation::new(Algorithm::EdDSA);
    rules.set_audience(&[audience]);
    rules.set_issuer(&[hub.hub.to_string()]);
    rules.set_required_spec_claims(&["exp", "aud", "iss"]);
    // Times are judged by the injected clock, below.
    rules.validate_exp = false;
    jsonwebtoken::decode::<Claims>(token, &key, &rules)
        .map(|data| data.claims)
        .map_err(|error| {
            use jsonwebtoken::errors::ErrorKind;
            match error.kind() {
                ErrorKind::InvalidAudience => ProofError::Mismatch("aud is another platform"),
                ErrorKind::InvalidSignature | ErrorKind::InvalidAlgorithm => {
                    ProofError::Mismatch("the signature is not the hub's")
                }
                _ => ProofError::Malformed,
            }
        })
}

fn in_time(claims: &Claims, now: DateTime<Utc>) -> Result<(), ProofError> {
    let now = now.timestamp();
    let lives = claims.exp.saturating_sub(claims.iat);
    let fits = (1..=LONGEST).contains(&lives) && claims.iat <= now + LEEWAY && claims.exp >= now - LEEWAY;
    if fits { Ok(()) } else { Err(ProofError::Time) }
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
            assert_eq!(in_time(&claims, now).is_ok(), fits, "{iat} to {exp}");
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
