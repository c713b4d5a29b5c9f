//! The hub's signature over one request: an EdDSA JWT that binds method, address and the bytes on the wire.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::digest;
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use uuid::Uuid;

use crate::claim::Registration;
use crate::clock::HubClock;
use crate::error::{SetupError, SignError};
use crate::identity::Identity;
use crate::random::Random;

/// How long a token lives, seconds; the platform allows 60.
const LIVES: i64 = 50;

/// Signs requests in the hub's name.
pub struct Signer {
    hub: Uuid,
    audience: String,
    key: EncodingKey,
    clock: Arc<HubClock>,
    random: Arc<dyn Random>,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.hub)
    }
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: Uuid,
    aud: &'a str,
    iat: i64,
    exp: i64,
    jti: Uuid,
    htm: &'a str,
    htu: String,
    body_sha256: String,
}

impl Signer {
    /// A signer for the key that was claimed; refuses a registration of another key.
    pub fn new(
        identity: &Identity,
        registration: &Registration,
        clock: Arc<HubClock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, SetupError> {
        if registration.fingerprint != identity.fingerprint() {
            return Err(SetupError::OtherKey);
        }
        Ok(Self {
            hub: registration.hub_id,
            audience: registration.audience.clone(),
            key: identity.signing().clone(),
            clock,
            random,
        })
    }

    /// A fresh token for this request: `method` as `POST`, `path` as `/v1/hubs/telemetry`, `body` as it goes out.
    pub fn token(&self, method: &str, path: &str, body: &[u8]) -> Result<String, SignError> {
        let mut id = [0; 16];
        if !self.random.fill(&mut id) {
            return Err(SignError::Random);
        }
        let iat = self.clock.now().timestamp();
        let claims = Claims {
            iss: self.hub,
            aud: &self.audience,
            iat,
            exp: iat + LIVES,
            jti: uuid::Builder::from_random_bytes(id).into_uuid(),
            htm: method,
            htu: format!("{}{path}", self.audience),
            body_sha256: BASE64URL_NOPAD.encode(digest::digest(&digest::SHA256, body).as_ref()),
        };
        Ok(jsonwebtoken::encode(
            &Header::new(Algorithm::EdDSA),
            &claims,
            &self.key,
        )?)
    }
}
