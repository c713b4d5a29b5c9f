//! A hub claims itself with a code that a person read off the portal and typed into it.

use std::fmt;

use aws_lc_rs::digest;
use chrono::TimeDelta;

use super::scope::RegistryScope;
use super::{ClaimError, RegistryError, hubs, store};
use crate::ground::enums::HubState;
use crate::ground::ids::HubId;
use crate::ground::{Ground, Purpose};
use crate::tenancy::{Database, Scope as _, SystemScope};

/// How long a code works.
pub const CODE_LIVES: TimeDelta = TimeDelta::minutes(10);
/// Crockford's base 32: no I, L, O or U, so that a code survives being read aloud.
pub(super) const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Twelve characters of five bits: 60 bits.
const LENGTH: usize = 12;

/// A claim code, as it is shown once: `XXXX-XXXX-XXXX`.
#[derive(Clone, PartialEq, Eq)]
pub struct ClaimCode([u8; LENGTH]);

impl ClaimCode {
    fn new(ground: &Ground) -> Self {
        Self(
            ground
                .random::<LENGTH>()
                .map(|byte| ALPHABET[usize::from(byte & 31)]),
        )
    }

    /// Reads what a person typed: small letters, missing or further hyphens and spaces, O for 0 and I or L for 1.
    fn typed(text: &str) -> Option<Self> {
        typed(text).map(Self)
    }

    fn hmac(&self, ground: &Ground) -> [u8; 32] {
        ground.keys().hmac(Purpose::ClaimCode, &self.0)
    }

    /// The code, for the one answer that shows it.
    pub fn expose(&self) -> String {
        let groups: Vec<String> = self
            .0
            .chunks(4)
            .map(|group| String::from_utf8_lossy(group).into_owned())
            .collect();
        groups.join("-")
    }
}

/// A code of so many characters as a person typed it.
pub(super) fn typed<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut code = [0; N];
    let mut length = 0;
    for character in text.chars().filter(|c| !matches!(c, '-' | ' ')) {
        let character = match character.to_ascii_uppercase() {
            'O' => b'0',
            'I' | 'L' => b'1',
            other => u8::try_from(other).ok().filter(|byte| ALPHABET.contains(byte))?,
        };
        *code.get_mut(length)? = character;
        length += 1;
    }
    (length == N).then_some(code)
}

impl fmt::Debug for ClaimCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClaimCode(…)")
    }
}

/// A hub that has just been claimed.
#[derive(Debug, Clone)]
pub struct ClaimedHub {
    /// Its id, which it signs as from now on.
    pub id: HubId,
    /// What it shows, for a person to compare.
    pub fingerprint: String,
}

/// Makes a code for a hub that the caller sees; earlier ones stop working. An active hub has to be set inactive first,
/// because the code lets another key in.
pub async fn new_code<S: RegistryScope>(
    ground: &Ground,
    database: &Database,
    by: &S,
    hub: HubId,
) -> Result<ClaimCode, RegistryError> {
    by.must_manage_devices()?;
    let seen = by.run(database, async |tx| hubs::get(tx, hub).await).await?;
    let Some(holder) = seen.customer else {
        return Err(RegistryError::Conflict(
            "the hub stands at no customer's; place it first",
        ));
    };
    by.run(database, async |tx| {
        store::organisations::must_be_open(tx, holder).await
    })
    .await?;
    match seen.state {
        HubState::Unclaimed | HubState::Claimed | HubState::Inactive => {}
        HubState::Active => {
            return Err(RegistryError::Conflict(
                "the hub is active; set it inactive first",
            ));
        }
        HubState::Retired => return Err(RegistryError::Conflict("the hub is out of use for good")),
    }
    let code = ClaimCode::new(ground);
    let (id, hmac, now) = (ground.id(), code.hmac(ground), ground.now());
    SystemScope::for_purpose("make a claim code for a hub that the caller sees")
        .run(database, async |tx| {
            // Of two people who ask at once, the second voids the first one's code.
            store::claim::system_lock_codes(tx, hub).await?;
            store::claim::system_must_still_stand(tx, hub, seen.customer).await?;
            store::claim::system_void_codes(tx, hub).await?;
            store::claim::system_insert_code(tx, id, hub, &hmac, now, now + CODE_LIVES).await
        })
        .await?;
    Ok(code)
}

/// A box shows a code and leaves its Ed25519 public key. The code is used up by the same statement that stores the key,
/// so of two boxes one wins; a person still has to confirm the fingerprint before readings count.
pub async fn system_claim(
    ground: &Ground,
    database: &Database,
    code: &str,
    public_key: &[u8; 32],
    version: Option<&str>,
) -> Result<ClaimedHub, ClaimError> {
    let version = version.map(str::trim).filter(|version| !version.is_empty());
    if version.is_some_and(|text| text.chars().count() > 64 || text.chars().any(char::is_control)) {
        return Err(ClaimError::BadVersion);
    }
    let hmac = ClaimCode::typed(code)
        .ok_or(ClaimError::UnknownCode)?
        .hmac(ground);
    let fingerprint = fingerprint(public_key);
    let claim = store::claim::Claim {
        code_hmac: &hmac,
        public_key,
        fingerprint: &fingerprint,
        version,
        assignment: ground.id(),
        key: ground.id(),
        now: ground.now(),
    };
    let hub = SystemScope::for_purpose("a hub claims itself with its code")
        .run(database, async |tx| store::claim::system_claim(tx, &claim).await)
        .await?;
    Ok(ClaimedHub {
        id: hub.ok_or(ClaimError::UnknownCode)?,
        fingerprint,
    })
}

/// Whether an Ed25519 public key proves nothing: a point of small order, for which one signature fits every message, or an
/// encoding that is not the only one of its point (RFC 8032, section 5.1.3). What is left, aws-lc verifies strictly: it
/// refuses an S that is not reduced, and compares R byte by byte.
pub fn is_weak(public_key: &[u8; 32]) -> bool {
    // Two points have each y, told apart by the sign of x in the highest bit.
    let mut y = *public_key;
    y[31] &= 0x7f;
    let is_canonical = y.iter().rev().lt(PRIME.iter().rev());
    !is_canonical || SMALL_ORDER.contains(&y)
}

/// 2^255 - 19, little-endian.
const PRIME: [u8; 32] = {
    let mut prime = [0xff; 32];
    prime[0] = 0xed;
    prime[31] = 0x7f;
    prime
};

/// The y of the eight points whose order divides eight, little-endian: orders 4, 1, 2, 8 and 8.
const SMALL_ORDER: [[u8; 32]; 5] = {
    let (zero, mut one, mut minus_one) = ([0; 32], [0; 32], PRIME);
    one[0] = 1;
    minus_one[0] = 0xec;
    [
        zero,
        one,
        minus_one,
        [
            0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
            0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
        ],
        [
            0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
            0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
        ],
    ]
};

/// The first 16 bytes of the key's SHA-256, as people compare them: `3f:0a:…`.
pub fn fingerprint(public_key: &[u8; 32]) -> String {
    let digest = digest::digest(&digest::SHA256, public_key);
    let pairs: Vec<String> = digest.as_ref()[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    pairs.join(":")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::{Keys, MasterKey};

    #[test]
    fn a_code_survives_being_typed() {
        let ground = Ground::new(Keys::derive(&MasterKey::new([1; 32])));
        for _ in 0..50 {
            let code = ClaimCode::new(&ground);
            let shown = code.expose();
            assert_eq!(shown.len(), 14);
            let sloppy = shown
                .to_lowercase()
                .replace('-', " ")
                .replace('0', "o")
                .replace('1', "l");
            assert!(
                ClaimCode::typed(&sloppy) == Some(code),
                "a code was not recognised"
            );
        }
    }

    #[test]
    fn what_is_no_code_is_none() {
        for text in ["", "ABCD", "ABCD-EFGH-JKMU", "ABCD-EFGH-JKMNP", "ABCD-EFGH-JKMé"] {
            assert!(ClaimCode::typed(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_fingerprint_is_half_a_digest() {
        assert_eq!(
            fingerprint(&[0; 32]),
            "66:68:7a:ad:f8:62:bd:77:6c:8f:c1:8b:8e:9f:8e:20"
        );
    }

    /// What makes a key weak: one signature, made without any private key, fits message after message.
    #[test]
    fn a_key_that_verifies_a_signature_of_nothing_is_weak() {
        use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};

        let mut signature = [0; 64];
        signature[0] = 1;
        let fits = |key: &[u8; 32]| {
            let key = UnparsedPublicKey::new(&ED25519, key.as_slice());
            (0..200_u8).any(|message| key.verify(&[message], &signature).is_ok())
        };
        let signs = |y: [u8; 32]| {
            [0, 0x80].map(|sign| std::array::from_fn(|at| y[at] | if at == 31 { sign } else { 0 }))
        };
        let mut non_canonical = Vec::new();
        for more in 0..19 {
            let mut y = PRIME;
            y[0] += more;
            non_canonical.push(y);
        }
        let mut fitting = 0;
        for key in SMALL_ORDER.into_iter().chain(non_canonical).flat_map(signs) {
            assert!(is_weak(&key), "{key:02x?}");
            fitting += usize::from(fits(&key));
        }
        assert!(
            fitting >= 8,
            "each point of small order has such a signature: {fitting}"
        );
    }

    #[test]
    fn a_key_that_signs_is_not_weak() {
        use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};

        for _ in 0..50 {
            let pair = Ed25519KeyPair::generate().unwrap();
            assert!(!is_weak(pair.public_key().as_ref().try_into().unwrap()));
        }
        // The largest y but one, and the smallest that is no point's of small order.
        for (first, rest, last) in [(0xeb, 0xff, 0x7f), (2, 0, 0)] {
            let mut y = [rest; 32];
            (y[0], y[31]) = (first, last);
            assert!(!is_weak(&y), "{y:02x?}");
        }
    }
}
