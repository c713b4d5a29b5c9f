//! An endpoint's keys: its secret, the one before it while that still counts, and its signing key; and the sealed form
//! in which the database keeps them.

use chrono::{DateTime, TimeDelta, Utc};

use super::signature::{Secret, SignatureError, SigningKey};
use crate::ground::ids::EndpointId;
use crate::ground::{Ground, KeyError, Purpose};

/// How long messages are signed with the old secret as well, after a new one was made.
pub const OVERLAP: TimeDelta = TimeDelta::hours(24);

/// Why stored keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum EndpointKeyError {
    /// They do not open.
    #[error("the endpoint's keys do not open: {0}")]
    Sealed(#[from] KeyError),
    /// They open, and are no keys.
    #[error("the endpoint's keys are malformed: {0}")]
    Malformed(#[from] SignatureError),
}

/// The secrets of an endpoint.
#[derive(Debug, Clone)]
pub(super) struct Secrets {
    current: Secret,
    previous: Option<(DateTime<Utc>, Secret)>,
}

/// What a new endpoint is given.
#[derive(Debug)]
pub(super) struct NewKeys {
    pub(super) secret: Secret,
    pub(super) secret_sealed: Vec<u8>,
    pub(super) seed_sealed: Vec<u8>,
    pub(super) public_key: [u8; 32],
}

impl NewKeys {
    pub(super) fn make(ground: &Ground, endpoint: EndpointId) -> Result<Self, EndpointKeyError> {
        let secrets = Secrets {
            current: Secret::from_bytes(ground.random::<32>().to_vec())?,
            previous: None,
        };
        let seed = ground.random::<32>();
        Ok(Self {
            secret_sealed: secrets.seal(ground, endpoint),
            seed_sealed: ground
                .keys()
                .seal(Purpose::EndpointSecret, &context(endpoint, "seed"), &seed),
            public_key: SigningKey::from_seed(seed)?.public_key(),
            secret: secrets.current,
        })
    }
}

impl Secrets {
    /// The same endpoint with a new secret; the old one counts for [`OVERLAP`] more.
    pub(super) fn rotated(self, ground: &Ground) -> Result<Self, EndpointKeyError> {
        let current = Secret::from_bytes(ground.random::<32>().to_vec())?;
        Ok(Self {
            current,
            previous: Some((ground.now() + OVERLAP, self.current)),
        })
    }

    pub(super) fn current(&self) -> &Secret {
        &self.current
    }

    /// Those to sign with at this moment.
    pub(super) fn valid_at(&self, now: DateTime<Utc>) -> Vec<Secret> {
        let previous = self
            .previous
            .iter()
            .filter(|(until, _)| now < *until)
            .map(|(_, secret)| secret.clone());
        std::iter::once(self.current.clone()).chain(previous).collect()
    }

    /// 32 bytes of the current secret, then, where there is a previous one, its end in ms and its 32 bytes.
    pub(super) fn seal(&self, ground: &Ground, endpoint: EndpointId) -> Vec<u8> {
        let mut plain = self.current.expose().to_vec();
        if let Some((until, secret)) = &self.previous {
            plain.extend_from_slice(&until.timestamp_millis().to_be_bytes());
            plain.extend_from_slice(secret.expose());
        }
        ground
            .keys()
            .seal(Purpose::EndpointSecret, &context(endpoint, "secret"), &plain)
    }

    pub(super) fn open(
        ground: &Ground,
        endpoint: EndpointId,
        sealed: &[u8],
    ) -> Result<Self, EndpointKeyError> {
        let plain = ground
            .keys()
            .open(Purpose::EndpointSecret, &context(endpoint, "secret"), sealed)?;
        let (current, rest) = plain.split_at_checked(32).ok_or(SignatureError::Key)?;
        let previous = match rest.split_first_chunk::<8>() {
            Some((until, secret)) => {
                let until =
                    DateTime::from_timestamp_millis(i64::from_be_bytes(*until)).ok_or(SignatureError::Key)?;
                Some((until, Secret::from_bytes(secret.to_vec())?))
            }
            None => None,
        };
        Ok(Self {
            current: Secret::from_bytes(current.to_vec())?,
            previous,
        })
    }
}

/// Opens the signing key.
pub(super) fn open_signing_key(
    ground: &Ground,
    endpoint: EndpointId,
    sealed: &[u8],
) -> Result<SigningKey, EndpointKeyError> {
    let seed = ground
        .keys()
        .open(Purpose::EndpointSecret, &context(endpoint, "seed"), sealed)?;
    Ok(SigningKey::from_seed(
        seed.try_into().map_err(|_| SignatureError::Key)?,
    )?)
}

/// Bound to the endpoint and to what it is, so that a sealed value cannot be moved to another row or column.
fn context(endpoint: EndpointId, what: &str) -> Vec<u8> {
    [endpoint.as_uuid().as_bytes().as_slice(), what.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use uuid::Uuid;

    use super::*;
    use crate::ground::{Keys, MasterKey, SystemRandom, TestClock};

    #[test]
    fn a_rotated_secret_counts_for_a_day_beside_the_new_one() {
        let start = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let keys = Keys::derive(&MasterKey::new([3; 32]));
        let ground = Ground::with(
            Arc::new(TestClock::at(start)),
            Arc::new(SystemRandom::new()),
            keys,
        );
        let endpoint = EndpointId::from(Uuid::from_u128(1));
        let made = NewKeys::make(&ground, endpoint).unwrap();
        let first = Secrets::open(&ground, endpoint, &made.secret_sealed).unwrap();
        assert_eq!(first.current().to_text(), made.secret.to_text());
        let sealed = first.rotated(&ground).unwrap().seal(&ground, endpoint);
        let second = Secrets::open(&ground, endpoint, &sealed).unwrap();
        let texts = |at| {
            second
                .valid_at(at)
                .iter()
                .map(Secret::to_text)
                .collect::<Vec<_>>()
        };
        assert_eq!(texts(start), [second.current().to_text(), made.secret.to_text()]);
        assert_eq!(texts(start + OVERLAP), [second.current().to_text()]);
        let signing = open_signing_key(&ground, endpoint, &made.seed_sealed).unwrap();
        assert_eq!(signing.public_key(), made.public_key);
        let other = EndpointId::from(Uuid::from_u128(2));
        assert!(
            Secrets::open(&ground, other, &sealed).is_err(),
            "sealed keys belong to one endpoint"
        );
        assert!(open_signing_key(&ground, endpoint, &sealed).is_err());
    }
}
