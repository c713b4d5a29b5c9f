//! The platform's secrets: one master key a generation, everything else derived from it by HKDF-SHA-256.
//!
//! A sealed value begins with its format and the id of the key that sealed it, so that keys can be rotated while old
//! values stay readable: `01 | key id (4) | nonce (12) | AES-256-GCM ciphertext and tag`. The purpose and a context
//! chosen by the caller are authenticated with it, so a value cannot be moved to another row.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use aws_lc_rs::{digest, hmac};
use data_encoding::HEXLOWER;

use super::random::{Random, SystemRandom};

const FORMAT: u8 = 1;
const HEADER: usize = 1 + 4 + NONCE_LEN;

/// What a derived key is for. Keys of different purposes know nothing of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// HMAC of device tokens (the pepper).
    DeviceToken,
    /// HMAC of hub claim codes.
    ClaimCode,
    /// HMAC of session secrets and of the CSRF tokens bound to them.
    Session,
    /// HMAC that recognises a quarantined item which is sent again.
    QuarantineItem,
    /// Seed of the Ed25519 key that signs the API's access tokens.
    AccessToken,
    /// Seals raw messages.
    RawMessage,
    /// Seals quarantined items.
    Quarantine,
    /// Seals the secrets with which an endpoint's deliveries are signed.
    EndpointSecret,
    /// HMAC by which a database knows its master key again.
    MasterKeyCheck,
    /// Seals mail on its way.
    Mail,
    /// HMAC of the tokens of invitations.
    Invitation,
    /// HMAC of the tokens with which one chooses a new password.
    PasswordReset,
    /// Seals what hubs send of their logs.
    HubLog,
    /// HMAC from which the codes on devices' labels are made.
    DeviceLabel,
    /// Seals what a page shows once, between a form's answer and the page.
    ShownOnce,
    /// HMAC from which the keys are made that pages seal with, in the browser, what was typed into a form.
    TypedForm,
    /// HMAC of the secrets that vendors' clouds show.
    SourceSecret,
    /// HMAC from which a server's names on the MQTT broker are made.
    Broker,
    /// Seals what lies on the shelf of undelivered events.
    ShelvedEvent,
    /// Seals the parts of archives.
    Archive,
}

impl Purpose {
    const ALL: [Self; 20] = [
        Self::DeviceToken,
        Self::ClaimCode,
        Self::Session,
        Self::QuarantineItem,
        Self::AccessToken,
        Self::RawMessage,
        Self::Quarantine,
        Self::EndpointSecret,
        Self::MasterKeyCheck,
        Self::Mail,
        Self::Invitation,
        Self::PasswordReset,
        Self::HubLog,
        Self::DeviceLabel,
        Self::ShownOnce,
        Self::TypedForm,
        Self::SourceSecret,
        Self::Broker,
        Self::ShelvedEvent,
        Self::Archive,
    ];

    const fn label(self) -> &'static str {
        match self {
            Self::DeviceToken => "vitalwire/1/device-token",
            Self::ClaimCode => "vitalwire/1/claim-code",
            Self::Session => "vitalwire/1/session",
            Self::QuarantineItem => "vitalwire/1/quarantine-item",
            Self::AccessToken => "vitalwire/1/access-token",
            Self::RawMessage => "vitalwire/1/raw-message",
            Self::Quarantine => "vitalwire/1/quarantine",
            Self::EndpointSecret => "vitalwire/1/endpoint-secret",
            Self::MasterKeyCheck => "vitalwire/1/master-key-check",
            Self::Mail => "vitalwire/1/mail",
            Self::Invitation => "vitalwire/1/invitation",
            Self::PasswordReset => "vitalwire/1/password-reset",
            Self::HubLog => "vitalwire/1/hub-log",
            Self::DeviceLabel => "vitalwire/1/device-label",
            Self::ShownOnce => "vitalwire/1/shown-once",
            Self::TypedForm => "vitalwire/1/typed-form",
            Self::SourceSecret => "vitalwire/1/source-secret",
            Self::Broker => "vitalwire/1/broker",
            Self::ShelvedEvent => "vitalwire/1/shelved-event",
            Self::Archive => "vitalwire/1/archive",
        }
    }
}

/// The 32 bytes everything is derived from.
#[derive(Clone)]
pub struct MasterKey([u8; 32]);

impl MasterKey {
    /// Takes 32 bytes as the master key.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for the file they are kept in.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

/// Why a sealed value could not be opened.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum KeyError {
    /// Too short, or of a format this version does not know.
    #[error("the sealed value has an unknown format")]
    Format,
    /// Sealed by a key that is not configured here.
    #[error("the sealed value was sealed by another key")]
    UnknownKey,
    /// Altered, cut, or moved from elsewhere.
    #[error("the sealed value does not open")]
    Forged,
}

struct Derived {
    hmac: hmac::Key,
    aead: LessSafeKey,
    seed: [u8; 32],
}

/// All derived keys of one master key.
pub struct Keys {
    id: [u8; 4],
    derived: Vec<Derived>,
    random: SystemRandom,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({:02x?})", self.id)
    }
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

impl Keys {
    /// Derives every key of the master key.
    pub fn derive(master: &MasterKey) -> Self {
        let digest = digest::digest(&digest::SHA256, &master.0);
        let mut id = [0; 4];
        id.copy_from_slice(&digest.as_ref()[..4]);
        let prk = Salt::new(HKDF_SHA256, b"vitalwire").extract(&master.0);
        let derived = Purpose::ALL
            .iter()
            .map(|purpose| Derived::new(&prk, *purpose))
            .collect();
        Self {
            id,
            derived,
            random: SystemRandom::new(),
        }
    }

    /// The master key's id: what sealed values carry, in hexadecimal, for messages.
    pub fn id(&self) -> String {
        HEXLOWER.encode(&self.id)
    }

    fn of(&self, purpose: Purpose) -> &Derived {
        &self.derived[purpose as usize]
    }

    /// HMAC-SHA-256 of the bytes under the purpose's key.
    pub fn hmac(&self, purpose: Purpose, bytes: &[u8]) -> [u8; 32] {
        let tag = hmac::sign(&self.of(purpose).hmac, bytes);
        let mut out = [0; 32];
        out.copy_from_slice(tag.as_ref());
        out
    }

    /// Whether the tag is the purpose's HMAC of the bytes; in constant time.
    pub fn hmac_matches(&self, purpose: Purpose, bytes: &[u8], tag: &[u8]) -> bool {
        hmac::verify(&self.of(purpose).hmac, bytes, tag).is_ok()
    }

    /// The purpose's 32-byte seed, for keys that are made from one.
    pub fn seed(&self, purpose: Purpose) -> &[u8; 32] {
        &self.of(purpose).seed
    }

    /// Seals the bytes; only the same purpose and context open them again.
    ///
    /// # Panics
    /// Past 64 GiB, which no caller comes near.
    #[expect(
        clippy::expect_used,
        reason = "AES-GCM fails only past 64 GiB; every caller has a limit far below"
    )]
    pub fn seal(&self, purpose: Purpose, context: &[u8], plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE_LEN];
        self.random.fill(&mut nonce);
        let mut sealed = Vec::with_capacity(HEADER + plain.len() + 16);
        sealed.push(FORMAT);
        sealed.extend_from_slice(&self.id);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let tag = self
            .of(purpose)
            .aead
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(context),
                &mut sealed[HEADER..],
            )
            .expect("the message is short enough for AES-GCM");
        sealed.extend_from_slice(tag.as_ref());
        sealed
    }

    /// Opens what [`Keys::seal`] sealed for the same purpose and context.
    pub fn open(&self, purpose: Purpose, context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, KeyError> {
        let (header, rest) = sealed.split_at_checked(HEADER).ok_or(KeyError::Format)?;
        if header[0] != FORMAT {
            return Err(KeyError::Format);
        }
        if header[1..5] != self.id {
            return Err(KeyError::UnknownKey);
        }
        let nonce = Nonce::try_assume_unique_for_key(&header[5..]).map_err(|_| KeyError::Format)?;
        let mut bytes = rest.to_vec();
        let length = self
            .of(purpose)
            .aead
            .open_in_place(nonce, Aad::from(context), &mut bytes)
            .map_err(|_| KeyError::Forged)?
            .len();
        bytes.truncate(length);
        Ok(bytes)
    }
}

impl Derived {
    #[expect(
        clippy::expect_used,
        reason = "32 bytes are a lawful length for HKDF-SHA-256 and AES-256"
    )]
    fn new(prk: &Prk, purpose: Purpose) -> Self {
        let bytes = |use_: &'static str| {
            let mut out = [0; 32];
            prk.expand(&[purpose.label().as_bytes(), b"/", use_.as_bytes()], Length(32))
                .and_then(|okm| okm.fill(&mut out))
                .expect("32 bytes can be derived");
            out
        };
        Self {
            hmac: hmac::Key::new(hmac::HMAC_SHA256, &bytes("hmac")),
            aead: LessSafeKey::new(
                UnboundKey::new(&AES_256_GCM, &bytes("aead")).expect("the key has 32 bytes"),
            ),
            seed: bytes("seed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(byte: u8) -> Keys {
        Keys::derive(&MasterKey::new([byte; 32]))
    }

    #[test]
    fn what_is_sealed_opens_only_for_its_purpose_and_context() {
        let keys = keys(1);
        let sealed = keys.seal(Purpose::RawMessage, b"row 1", b"body");
        assert_eq!(
            keys.open(Purpose::RawMessage, b"row 1", &sealed).unwrap(),
            b"body"
        );
        assert_eq!(
            keys.open(Purpose::RawMessage, b"row 2", &sealed),
            Err(KeyError::Forged)
        );
        assert_eq!(
            keys.open(Purpose::Quarantine, b"row 1", &sealed),
            Err(KeyError::Forged)
        );
    }

    #[test]
    fn a_changed_byte_anywhere_does_not_open() {
        let keys = keys(1);
        let sealed = keys.seal(Purpose::RawMessage, b"", b"body");
        for position in 0..sealed.len() {
            let mut bad = sealed.clone();
            bad[position] ^= 1;
            assert!(
                keys.open(Purpose::RawMessage, b"", &bad).is_err(),
                "byte {position}"
            );
        }
    }

    #[test]
    fn another_master_key_says_so() {
        let sealed = keys(1).seal(Purpose::RawMessage, b"", b"body");
        assert_eq!(
            keys(2).open(Purpose::RawMessage, b"", &sealed),
            Err(KeyError::UnknownKey)
        );
    }

    #[test]
    fn purposes_share_no_key() {
        let keys = keys(1);
        let tags: std::collections::HashSet<_> =
            Purpose::ALL.iter().map(|p| keys.hmac(*p, b"same")).collect();
        let seeds: std::collections::HashSet<_> = Purpose::ALL.iter().map(|p| *keys.seed(*p)).collect();
        assert_eq!(
            (tags.len(), seeds.len()),
            (Purpose::ALL.len(), Purpose::ALL.len())
        );
    }
}
