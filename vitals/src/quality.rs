//! What casts doubt on a reading, as its device or a hub saw it.

use std::fmt;

use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::UnknownName;

/// A set of quality flags. In JSON an array of their names; in the database 16 bits ([`Quality::to_bits`]).
///
/// ```
/// use vitals::Quality;
/// let quality = Quality::MOVEMENT | Quality::TEST;
/// assert_eq!(quality.names().collect::<Vec<_>>(), ["movement", "test"]);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Quality(u16);

const NAMES: [(Quality, &str); 7] = [
    (Quality::MOVEMENT, "movement"),
    (Quality::CUFF_LOOSE, "cuff_loose"),
    (Quality::IRREGULAR, "irregular"),
    (Quality::POSITION, "position"),
    (Quality::UNCONFIRMED, "unconfirmed"),
    (Quality::CLOCK_SUSPECT, "clock_suspect"),
    (Quality::TEST, "test"),
];

impl Quality {
    /// Nothing casts doubt on the reading.
    pub const NONE: Self = Self(0);
    /// The body moved during the measurement.
    pub const MOVEMENT: Self = Self(1);
    /// The cuff sat too loosely.
    pub const CUFF_LOOSE: Self = Self(1 << 1);
    /// The pulse was irregular.
    pub const IRREGULAR: Self = Self(1 << 2);
    /// The measuring position was not right.
    pub const POSITION: Self = Self(1 << 3);
    /// The value has not been confirmed by a second measurement or a stable signal.
    pub const UNCONFIRMED: Self = Self(1 << 4);
    /// The device's time is missing or cannot be true.
    pub const CLOCK_SUSPECT: Self = Self(1 << 5);
    /// Test traffic or a control solution: never a patient's value, never billed.
    pub const TEST: Self = Self(1 << 6);

    const KNOWN: u16 = (1 << 7) - 1;

    /// The bits for storage in a `smallint`.
    #[expect(clippy::cast_possible_wrap, reason = "only the low seven bits are ever set")]
    pub const fn to_bits(self) -> i16 {
        self.0 as i16
    }

    /// The set with these bits; `None` where a bit is set that has no name here.
    #[expect(clippy::cast_sign_loss, reason = "the bits are taken as they are and checked")]
    pub const fn from_bits(bits: i16) -> Option<Self> {
        let bits = bits as u16;
        if bits & !Self::KNOWN == 0 {
            Some(Self(bits))
        } else {
            None
        }
    }

    /// Whether every flag of `other` is set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether no flag is set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Sets the flags of `other`.
    pub const fn insert(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Clears the flags of `other`.
    pub const fn remove(&mut self, other: Self) {
        self.0 &= !other.0;
    }

    /// The flag of this name.
    pub fn from_name(name: &str) -> Result<Self, UnknownName> {
        NAMES
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(flag, _)| *flag)
            .ok_or(UnknownName { what: "quality flag" })
    }

    /// The names of the flags that are set, in a fixed order.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        NAMES
            .iter()
            .filter(move |(flag, _)| self.contains(*flag))
            .map(|(_, name)| *name)
    }
}

impl std::ops::BitOr for Quality {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl std::ops::BitOrAssign for Quality {
    fn bitor_assign(&mut self, other: Self) {
        self.insert(other);
    }
}

impl fmt::Debug for Quality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

impl Serialize for Quality {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.names())
    }
}

impl<'de> Deserialize<'de> for Quality {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;

        impl<'de> Visitor<'de> for Names {
            type Value = Quality;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array of quality flags")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Quality, A::Error> {
                let mut quality = Quality::NONE;
                while let Some(name) = seq.next_element::<std::borrow::Cow<'de, str>>()? {
                    quality |= Quality::from_name(&name).map_err(A::Error::custom)?;
                }
                Ok(quality)
            }
        }

        deserializer.deserialize_seq(Names)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bits_and_names_round_trip(bits in 0i16..128) {
            let quality = Quality::from_bits(bits).unwrap();
            prop_assert_eq!(quality.to_bits(), bits);
            let json = serde_json::to_string(&quality).unwrap();
            prop_assert_eq!(serde_json::from_str::<Quality>(&json).unwrap(), quality);
        }

        #[test]
        fn unknown_bits_are_refused(bits in proptest::num::i16::ANY) {
            prop_assert_eq!(Quality::from_bits(bits).is_some(), (0..128).contains(&bits));
        }
    }

    #[test]
    fn names_are_what_senders_write() {
        let all = Quality::from_bits(127).unwrap();
        assert_eq!(
            serde_json::to_string(&all).unwrap(),
            r#"["movement","cuff_loose","irregular","position","unconfirmed","clock_suspect","test"]"#
        );
        assert!(serde_json::from_str::<Quality>(r#"["shaky"]"#).is_err());
        assert_eq!(
            Quality::from_name("shaky").unwrap_err().to_string(),
            "unknown quality flag"
        );
    }

    #[test]
    fn flags_are_set_and_cleared() {
        let mut quality = Quality::MOVEMENT | Quality::TEST;
        quality.remove(Quality::MOVEMENT);
        assert_eq!(quality, Quality::TEST);
        assert!(!quality.is_empty() && Quality::NONE.is_empty());
        assert_eq!(format!("{quality:?}"), r#"{"test"}"#);
    }
}
