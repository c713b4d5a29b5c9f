//! How a hub gets its name: a code from the portal, typed in by a person, traded once for an id.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::{CodeError, FileError};
use crate::file::{self, Place};

/// Crockford's base 32: no I, L, O or U, so that a code survives being read aloud.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Twelve characters of five bits: 60 bits.
const LENGTH: usize = 12;

/// A claim code, as a person typed it: small letters, other hyphens and spaces, O for 0 and I or L for 1 are read too.
/// It is never shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct ClaimCode(String);

impl ClaimCode {
    /// `XXXX-XXXX-XXXX`, for the one request that sends it.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for ClaimCode {
    type Err = CodeError;

    fn from_str(typed: &str) -> Result<Self, CodeError> {
        let mut code = String::with_capacity(LENGTH + 2);
        let mut length = 0;
        for character in typed.trim().chars().filter(|c| !matches!(c, '-' | ' ')) {
            let character = match character.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let known = u8::try_from(character).is_ok_and(|byte| ALPHABET.contains(&byte));
            if !known || length == LENGTH {
                return Err(CodeError);
            }
            if length > 0 && length % 4 == 0 {
                code.push('-');
            }
            code.push(character);
            length += 1;
        }
        if length == LENGTH {
            Ok(Self(code))
        } else {
            Err(CodeError)
        }
    }
}

impl fmt::Debug for ClaimCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClaimCode(…)")
    }
}

/// What the platform gave a claimed hub. Nothing in it is secret, but nobody else may change it: the audience is pinned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// The hub's id, which it signs as.
    pub hub_id: Uuid,
    /// The platform's public base URL, which every token is made for.
    pub audience: String,
    /// The fingerprint of the key that was claimed.
    pub fingerprint: String,
}

impl Registration {
    /// Keeps it in a file; instead of an older one.
    pub fn save(&self, path: &Path) -> Result<(), FileError> {
        let json = serde_json::to_vec_pretty(self).map_err(|error| FileError::Io {
            path: path.to_owned(),
            source: error.into(),
        })?;
        file::write(path, &json, Place::Replace)
    }

    /// Reads it back; none where the hub was never claimed.
    pub fn load(path: &Path) -> Result<Option<Self>, FileError> {
        let Some(json) = file::read(path)? else {
            return Ok(None);
        };
        serde_json::from_slice(&json)
            .map(Some)
            .map_err(|_| FileError::Damaged(path.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::Folder;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        for typed in [
            "0123-4567-89AB",
            "o123 4567 89ab",
            " OI2345-6789AB ",
            "0l23456789ab",
        ] {
            assert_eq!(
                typed.parse::<ClaimCode>().unwrap().expose(),
                "0123-4567-89AB",
                "{typed}"
            );
        }
        for typed in [
            "",
            "0123-4567-89A",
            "0123-4567-89ABC",
            "0123-4567-89AU",
            "0123-4567-89Aé",
            "ŀ123-4567-89AB",
        ] {
            assert_eq!(typed.parse::<ClaimCode>(), Err(CodeError), "{typed}");
        }
        assert_eq!(
            format!("{:?}", "0123-4567-89AB".parse::<ClaimCode>().unwrap()),
            "ClaimCode(…)"
        );
    }

    #[test]
    fn a_registration_survives_a_restart_and_a_second_claim() {
        let folder = Folder::new("registration");
        let path = folder.path().join("registration.json");
        assert_eq!(Registration::load(&path).unwrap(), None);
        let mut registration = Registration {
            hub_id: Uuid::from_u128(1),
            audience: "https://a".into(),
            fingerprint: "00".into(),
        };
        registration.save(&path).unwrap();
        registration.hub_id = Uuid::from_u128(2);
        registration.save(&path).unwrap();
        assert_eq!(Registration::load(&path).unwrap(), Some(registration));
        std::fs::write(&path, "{").unwrap();
        assert!(matches!(Registration::load(&path), Err(FileError::Damaged(_))));
    }
}
