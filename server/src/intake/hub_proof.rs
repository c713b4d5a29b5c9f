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
    /// No token, or none that can be read.
    #[error("the hub's token is missing or malformed")]
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

#[derive(Deserialize)]
struct Unproved {
    iss: HubId,
}

impl Intake {
    /// Verifies that `token` was signed by a hub for this very request.
    pub async fn prove_hub(
        &self,
        token: &str,
        method: &str,
        path: &str,
        body: &[u8],
    ) -> Result<HubProof, ProofError> {
        if token.len() > LARGEST {
            return Err(ProofError::Malformed);
        }
        let hub = self
            .identities
            .hub(claimed_hub(token)?)
            .await?
            .ok_or(ProofError::UnknownHub)?;
        let claims = verify(token, &hub, &self.audience)?;
        in_time(&claims, self.ground.now())?;
        if claims.htm != method {
            return Err(ProofError::Mismatch("htm is another method"));
        }
        if claims.htu.strip_prefix(self.audience.as_str()) != Some(path) {
            return Err(ProofError::Mismatch("htu is another address"));
        }
        let hash = digest::digest(&digest::SHA256, body);
        if claims.body_sha256 != BASE64URL_NOPAD.encode(hash.as_ref()) {
            return Err(ProofError::Mismatch("body_sha256 is of another body"));
        }
        Ok(HubProof {
            hub,
            jwt: token.to_owned(),
        })
    }
}

/// The hub that the token names, believed only after its key has verified the token.
fn claimed_hub(token: &str) -> Result<HubId, ProofError> {
    let payload = token.split('.').nth(1).ok_or(ProofError::Malformed)?;
    let json = BASE64URL_NOPAD
        .decode(payload.as_bytes())
        .map_err(|_| ProofError::Malformed)?;
    serde_json::from_slice::<Unproved>(&json)
        .map(|unproved| unproved.iss)
        .map_err(|_| ProofError::Malformed)
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
    fn what_is_no_token_is_malformed() {
        for token in ["", "a", "a.b", "..", "a.!!!.c", "e30.e30.e30"] {
            assert!(
                matches!(claimed_hub(token), Err(ProofError::Malformed)),
                "{token}"
            );
        }
    }
}
