//! Signatures after the Standard Webhooks specification 1.0 (standardwebhooks.com): `v1` is HMAC-SHA-256 and `v1a`
//! Ed25519, both over `{id}.{timestamp}.{body}`.

use std::sync::Arc;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::BASE64;

/// How far a message's time may be from the receiver's.
pub const TOLERANCE: TimeDelta = TimeDelta::minutes(5);
/// The header with the message's id, the same over retries and replays.
pub const ID_HEADER: &str = "webhook-id";
/// The header with the time of the attempt, in seconds since 1970.
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
/// The header with the signatures, separated by spaces.
pub const SIGNATURE_HEADER: &str = "webhook-signature";

/// Why a message is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// A header is missing or cannot be read.
    #[error("a webhook header is missing or malformed")]
    Header,
    /// The message is too old, or from the future.
    #[error("the message's time is more than five minutes away")]
    Time,
    /// No signature matches.
    #[error("no signature matches")]
    Mismatch,
    /// A key's text cannot be read.
    #[error("the key is malformed")]
    Key,
}

/// The shared secret of `v1`. Its text begins with `whsec_`.
#[derive(Clone)]
pub struct Secret {
    bytes: Vec<u8>,
    key: Arc<hmac::Key>,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// Takes 24 to 64 bytes.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, SignatureError> {
        if !(24..=64).contains(&bytes.len()) {
            return Err(SignatureError::Key);
        }
        let key = Arc::new(hmac::Key::new(hmac::HMAC_SHA256, &bytes));
        Ok(Self { bytes, key })
    }

    /// Reads the text form.
    pub fn parse(text: &str) -> Result<Self, SignatureError> {
        Self::from_bytes(decode("whsec_", text)?)
    }

    /// The text form, to be shown once.
    pub fn to_text(&self) -> String {
        format!("whsec_{}", BASE64.encode(&self.bytes))
    }

    /// The bytes, for sealing.
    pub fn expose(&self) -> &[u8] {
        &self.bytes
    }
}

/// The key of `v1a`. Its text begins with `whsk_`, that of its public half with `whpk_`.
pub struct SigningKey {
    seed: [u8; 32],
    pair: Ed25519KeyPair,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

impl SigningKey {
    /// The key of a seed.
    pub fn from_seed(seed: [u8; 32]) -> Result<Self, SignatureError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| SignatureError::Key)?;
        Ok(Self { seed, pair })
    }

    /// Reads the text form: the seed, with or without the public key after it.
    pub fn parse(text: &str) -> Result<Self, SignatureError> {
        let bytes = decode("whsk_", text)?;
        let (seed, public) = bytes.split_at_checked(32).ok_or(SignatureError::Key)?;
        let key = Self::from_seed(seed.try_into().map_err(|_| SignatureError::Key)?)?;
        if public.is_empty() || public == key.public_key() {
            Ok(key)
        } else {
            Err(SignatureError::Key)
        }
    }

    /// The text form: seed and public key.
    pub fn to_text(&self) -> String {
        format!("whsk_{}", BASE64.encode(&[self.seed, self.public_key()].concat()))
    }

    /// The public half.
    pub fn public_key(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(self.pair.public_key().as_ref());
        bytes
    }
}

/// The text form of a public key, for whoever verifies.
pub fn public_key_text(key: &[u8; 32]) -> String {
    format!("whpk_{}", BASE64.encode(key))
}

/// Reads the text form of a public key.
pub fn parse_public_key(text: &str) -> Result<[u8; 32], SignatureError> {
    decode("whpk_", text)?.try_into().map_err(|_| SignatureError::Key)
}

fn decode(prefix: &str, text: &str) -> Result<Vec<u8>, SignatureError> {
    let base64 = text.strip_prefix(prefix).ok_or(SignatureError::Key)?;
    BASE64.decode(base64.as_bytes()).map_err(|_| SignatureError::Key)
}

/// The value of `webhook-signature`: one `v1` for each secret (two while an old one still counts) and one `v1a`.
pub fn sign(
    id: &str,
    at: DateTime<Utc>,
    body: &[u8],
    secrets: &[Secret],
    key: Option<&SigningKey>,
) -> String {
    let signed = signed_bytes(id, at.timestamp(), body);
    let mut header = String::with_capacity(192);
    for secret in secrets {
        push(&mut header, "v1,", hmac::sign(&secret.key, &signed).as_ref());
    }
    if let Some(key) = key {
        push(&mut header, "v1a,", key.pair.sign(&signed).as_ref());
    }
    header
}

fn push(header: &mut String, version: &str, signature: &[u8]) {
    if !header.is_empty() {
        header.push(' ');
    }
    header.push_str(version);
    BASE64.encode_append(signature, header);
}

fn signed_bytes(id: &str, timestamp: i64, body: &[u8]) -> Vec<u8> {
    let head = format!("{id}.{timestamp}.");
    [head.as_bytes(), body].concat()
}

/// A message as it came in.
#[derive(Debug, Clone, Copy)]
pub struct Received<'a> {
    /// The header `webhook-id`.
    pub id: &'a str,
    /// The header `webhook-timestamp`.
    pub timestamp: &'a str,
    /// The header `webhook-signature`.
    pub signature: &'a str,
    /// The body, exactly as it came.
    pub body: &'a [u8],
}

/// What a receiver verifies with.
#[derive(Debug, Clone)]
pub enum Verifier {
    /// The shared secret.
    Secret(Secret),
    /// The sender's public key.
    PublicKey([u8; 32]),
}

/// Believes a message whose time is near `now` and of whose signatures at least one matches; in constant time for
/// each signature.
pub fn verify(message: Received<'_>, now: DateTime<Utc>, verifier: &Verifier) -> Result<(), SignatureError> {
    if message.id.is_empty() {
        return Err(SignatureError::Header);
    }
    let timestamp: i64 = message.timestamp.parse().map_err(|_| SignatureError::Header)?;
    let sent_at = DateTime::from_timestamp(timestamp, 0).ok_or(SignatureError::Header)?;
    if (now - sent_at).abs() > TOLERANCE {
        return Err(SignatureError::Time);
    }
    let signed = signed_bytes(message.id, timestamp, message.body);
    let matches = message
        .signature
        .split(' ')
        .filter_map(|part| part.split_once(','))
        .any(|(version, text)| {
            let Ok(signature) = BASE64.decode(text.as_bytes()) else {
                return false;
            };
            match (version, verifier) {
                ("v1", Verifier::Secret(secret)) => hmac::verify(&secret.key, &signed, &signature).is_ok(),
                ("v1a", Verifier::PublicKey(key)) => UnparsedPublicKey::new(&ED25519, key)
                    .verify(&signed, &signature)
                    .is_ok(),
                _ => false,
            }
        });
    if matches {
        Ok(())
    } else {
        Err(SignatureError::Mismatch)
    }
}

#[cfg(test)]
mod tests;
