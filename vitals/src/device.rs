//! Which device measured: its maker and its serial number, and which of its users.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// The longest maker or serial number, in characters.
pub(crate) const MAX_CHARS: usize = 64;

/// Why a text is no maker or serial number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BadText {
    /// Nothing is left after trimming.
    #[error("empty")]
    Empty,
    /// Longer than 64 characters.
    #[error("longer than 64 characters")]
    TooLong,
    /// It holds U+0000, which PostgreSQL cannot store.
    #[error("U+0000 in the text")]
    Nul,
    /// It holds another control character.
    #[error("control character in the text")]
    Control,
}

/// Trims, and checks what makers and serial numbers have in common.
pub(crate) fn parse(text: &str) -> Result<&str, BadText> {
    if text.contains('\0') {
        return Err(BadText::Nul);
    }
    let text = text.trim();
    if text.is_empty() {
        Err(BadText::Empty)
    } else if text.chars().any(char::is_control) {
        Err(BadText::Control)
    } else if text.len() > MAX_CHARS && text.chars().count() > MAX_CHARS {
        Err(BadText::TooLong)
    } else {
        Ok(text)
    }
}

/// Who made the device: 1 to 64 characters, trimmed, no control characters. Compared, hashed and ordered without regard
/// to the case of ASCII letters; it prints as it was written.
#[derive(Debug, Clone)]
pub struct Maker(Box<str>);

/// The maker's serial number of the device: 1 to 64 characters, trimmed, no control characters. Case counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Serial(Box<str>);

impl Maker {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// In lower case (ASCII letters only), as it is compared, stored under unique keys and hashed.
    pub fn to_lowercase(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    fn lowercase_bytes(&self) -> impl Iterator<Item = u8> {
        self.0.bytes().map(|byte| byte.to_ascii_lowercase())
    }
}

impl PartialEq for Maker {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for Maker {}

impl Hash for Maker {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.lowercase_bytes().for_each(|byte| state.write_u8(byte));
        state.write_u8(0xff);
    }
}

impl PartialOrd for Maker {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Maker {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.lowercase_bytes().cmp(other.lowercase_bytes())
    }
}

impl Serial {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! text_newtype {
    ($name:ident) => {
        impl FromStr for $name {
            type Err = BadText;

            fn from_str(text: &str) -> Result<Self, BadText> {
                parse(text).map(|text| Self(text.into()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

text_newtype!(Maker);
text_newtype!(Serial);

/// The identity of a device: maker and serial number together, never the serial number alone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DeviceKey {
    /// Who made it.
    pub maker: Maker,
    /// Its serial number.
    pub serial: Serial,
}

impl DeviceKey {
    /// Parses both parts.
    pub fn parse(maker: &str, serial: &str) -> Result<Self, BadText> {
        Ok(Self {
            maker: maker.parse()?,
            serial: serial.parse()?,
        })
    }
}

impl fmt::Display for DeviceKey {
    /// `maker serial`, for people; it cannot be parsed back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.maker, self.serial)
    }
}

/// Which user of the device measured, as the device numbers them: 0 to 254. (255 means "unknown" in Bluetooth: that is
/// no slot.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct UserSlot(u8);

impl UserSlot {
    /// The slot with this number; `None` outside 0 to 254.
    pub fn new(number: i64) -> Option<Self> {
        u8::try_from(number)
            .ok()
            .filter(|number| *number != u8::MAX)
            .map(Self)
    }

    /// Its number.
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl<'de> Deserialize<'de> for UserSlot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = i64::deserialize(deserializer)?;
        Self::new(number).ok_or_else(|| serde::de::Error::custom("a user slot is a number from 0 to 254"))
    }
}

#[cfg(test)]
mod tests {
    use std::hash::DefaultHasher;

    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("", BadText::Empty)]
    #[case("  ", BadText::Empty)]
    #[case("a\0b", BadText::Nul)]
    #[case("\0", BadText::Nul)]
    #[case("a\tb", BadText::Control)]
    #[case("a\u{85}b", BadText::Control)]
    #[case(&"é".repeat(65), BadText::TooLong)]
    fn bad_texts_are_refused(#[case] text: &str, #[case] reason: BadText) {
        assert_eq!(text.parse::<Maker>().unwrap_err(), reason);
        assert_eq!(text.parse::<Serial>().unwrap_err(), reason);
    }

    #[test]
    fn a_maker_is_one_whatever_its_case() {
        let hash = |maker: &Maker| {
            let mut state = DefaultHasher::new();
            maker.hash(&mut state);
            state.finish()
        };
        let (a, b): (Maker, Maker) = (" Omron ".parse().unwrap(), "OMRON".parse().unwrap());
        assert_eq!(a, b);
        assert_eq!(hash(&a), hash(&b));
        assert_eq!(a.cmp(&b), std::cmp::Ordering::Equal);
        assert_eq!(a.as_str(), "Omron");
        assert_ne!("a1".parse::<Serial>(), "A1".parse::<Serial>());
        assert!("é".repeat(64).parse::<Serial>().is_ok());
    }

    #[test]
    fn keys_travel_as_json() {
        let key = DeviceKey::parse("Omron", "D000017").unwrap();
        let json = serde_json::to_string(&key).unwrap();
        assert_eq!(json, r#"{"maker":"Omron","serial":"D000017"}"#);
        assert_eq!(serde_json::from_str::<DeviceKey>(&json).unwrap(), key);
        assert!(serde_json::from_str::<DeviceKey>(r#"{"maker":"","serial":"x"}"#).is_err());
        assert_eq!(key.to_string(), "Omron D000017");
    }

    #[test]
    fn user_slots_end_at_254() {
        assert_eq!(UserSlot::new(254).map(UserSlot::get), Some(254));
        assert!(UserSlot::new(255).is_none() && UserSlot::new(-1).is_none());
        assert!(serde_json::from_str::<UserSlot>("255").is_err());
        assert_eq!(serde_json::from_str::<UserSlot>("2").unwrap().get(), 2);
    }
}
