//! Who the hub is: an Ed25519 key that is made on the hub and never leaves it.

use std::fmt;
use std::path::Path;

use aws_lc_rs::digest;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::EncodingKey;

use crate::error::FileError;
use crate::file::{self, Place};

/// The hub's key pair. Its `Debug` shows the fingerprint only.
pub struct Identity {
    public: [u8; 32],
    signing: EncodingKey,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({})", self.fingerprint())
    }
}

impl Identity {
    /// Reads the key (PKCS#8, mode 0600), or makes it. Two processes that start at once get the same one.
    pub fn load_or_create(path: &Path) -> Result<Self, FileError> {
        let damaged = || FileError::Damaged(path.to_owned());
        if let Some(der) = file::read(path)? {
            return Self::from_pkcs8(&der).ok_or_else(damaged);
        }
        let made = Ed25519KeyPair::generate()
            .and_then(|pair| pair.to_pkcs8())
            .map_err(|_| FileError::NoKey)?;
        file::write(path, made.as_ref(), Place::New)?;
        file::read(path)?
            .and_then(|der| Self::from_pkcs8(&der))
            .ok_or_else(damaged)
    }

    /// A key that lives in memory only, for a simulated hub.
    pub fn ephemeral() -> Result<Self, FileError> {
        let made = Ed25519KeyPair::generate()
            .and_then(|pair| pair.to_pkcs8())
            .map_err(|_| FileError::NoKey)?;
        Self::from_pkcs8(made.as_ref()).ok_or(FileError::NoKey)
    }

    fn from_pkcs8(der: &[u8]) -> Option<Self> {
        let pair = Ed25519KeyPair::from_pkcs8(der).ok()?;
        let public = pair.public_key().as_ref().try_into().ok()?;
        Some(Self {
            public,
            signing: EncodingKey::from_ed_der(der),
        })
    }

    /// The public key's 32 bytes.
    pub fn public_key(&self) -> &[u8; 32] {
        &self.public
    }

    /// The public key as it is sent: base64url without padding.
    pub fn public_key_text(&self) -> String {
        BASE64URL_NOPAD.encode(&self.public)
    }

    /// What people compare: the first 16 bytes of the public key's SHA-256, `3f:0a:…`.
    pub fn fingerprint(&self) -> String {
        let hash = digest::digest(&digest::SHA256, &self.public);
        let pairs: Vec<String> = hash
            .as_ref()
            .iter()
            .take(16)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        pairs.join(":")
    }

    pub(crate) fn signing(&self) -> &EncodingKey {
        &self.signing
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::tests::Folder;

    #[test]
    fn the_key_is_made_once_and_guarded() {
        let folder = Folder::new("identity");
        let path = folder.path().join("deep/hub.key");
        let first = Identity::load_or_create(&path).unwrap();
        let again = Identity::load_or_create(&path).unwrap();
        assert_eq!(first.public_key(), again.public_key());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(
            fs::read_dir(path.parent().unwrap()).unwrap().count(),
            1,
            "nothing is left aside"
        );

        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(
            Identity::load_or_create(&path),
            Err(FileError::Exposed(_))
        ));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, b"short").unwrap();
        assert!(matches!(
            Identity::load_or_create(&path),
            Err(FileError::Damaged(_))
        ));
    }

    #[test]
    fn the_fingerprint_is_sixteen_bytes_in_hex() {
        let identity = Identity::from_pkcs8(
            &[
                &data_encoding::HEXLOWER
                    .decode(b"302e020100300506032b657004220420")
                    .unwrap()[..],
                &[7; 32],
            ]
            .concat(),
        )
        .unwrap();
        let expected = digest::digest(&digest::SHA256, identity.public_key());
        let bytes: Vec<u8> = identity
            .fingerprint()
            .split(':')
            .map(|pair| u8::from_str_radix(pair, 16).unwrap())
            .collect();
        assert_eq!(bytes, expected.as_ref()[..16]);
        assert_eq!(
            format!("{identity:?}"),
            format!("Identity({})", identity.fingerprint())
        );
    }
}
