//! A small borrowing JSON tree. It takes any JSON, so that what is wrong with it can be said precisely afterwards. Names
//! that stand twice stay in it twice. [`Members`](super::Members) reads what adapters need of it.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::malformed;
use crate::{Decimal, DecodeError, NumberError};

/// Entries of a list or an object that are kept; one more is kept as the sign that there were too many.
pub(super) const MAX_ENTRIES: usize = 64;

/// Any JSON value. Strings are borrowed where they have no escapes.
#[derive(Debug, Clone, PartialEq)]
pub enum Loose<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(Decimal),
    /// A number that no [`Decimal`] holds.
    BadNumber(NumberError),
    /// A text.
    Text(Cow<'a, str>),
    /// A list: its first entries, at most 65 of them. One with more than 64 was too long.
    List(Vec<Loose<'a>>),
    /// An object: its first members in the order sent, at most 65 of them. One with more than 64 was too long.
    Map(Vec<(Cow<'a, str>, Loose<'a>)>),
    /// A list or an object deeper than was asked for.
    Deep,
}

impl<'a> Loose<'a> {
    /// Reads JSON with at most `levels` levels of lists and objects within one another; what is deeper is passed over.
    pub fn read(json: &'a [u8], levels: u8) -> Result<Self, DecodeError> {
        let mut reader = serde_json::Deserializer::from_slice(json);
        let tree = Levels(levels)
            .deserialize(&mut reader)
            .and_then(|tree| reader.end().map(|()| tree));
        tree.map_err(|error| malformed(json, &error))
    }
}

/// Reads a [`Loose`] with at most this many levels of lists and objects.
#[derive(Clone, Copy)]
pub(super) struct Levels(pub(super) u8);

impl<'de> DeserializeSeed<'de> for Levels {
    type Value = Loose<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Loose<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Levels {
    type Value = Loose<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Loose<'de>, E> {
        Ok(Loose::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Loose<'de>, E> {
        Ok(Loose::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Loose<'de>, E> {
        Ok(Loose::Number(Decimal::from_i64(value)))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Loose<'de>, E> {
        Ok(
            i64::try_from(value).map_or(Loose::BadNumber(NumberError::OutOfRange), |value| {
                Loose::Number(Decimal::from_i64(value))
            }),
        )
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Loose<'de>, E> {
        Ok(Decimal::from_f64(value).map_or_else(Loose::BadNumber, Loose::Number))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Loose<'de>, E> {
        Ok(Loose::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Loose<'de>, E> {
        Ok(Loose::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Loose<'de>, E> {
        Ok(Loose::Text(Cow::Owned(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Loose<'de>, A::Error> {
        let mut list = Vec::new();
        if let Some(below) = self.0.checked_sub(1) {
            while list.len() <= MAX_ENTRIES {
                let Some(entry) = seq.next_element_seed(Self(below))? else {
                    return Ok(Loose::List(list));
                };
                list.push(entry);
            }
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(if self.0 == 0 {
            Loose::Deep
        } else {
            Loose::List(list)
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Loose<'de>, A::Error> {
        let mut entries = Vec::new();
        if let Some(below) = self.0.checked_sub(1) {
            while entries.len() <= MAX_ENTRIES {
                let Some(Key(name)) = map.next_key()? else {
                    return Ok(Loose::Map(entries));
                };
                if entries.capacity() == 0 {
                    entries.reserve_exact(4); // what most kinds have
                }
                entries.push((name, map.next_value_seed(Self(below))?));
            }
        }
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(if self.0 == 0 {
            Loose::Deep
        } else {
            Loose::Map(entries)
        })
    }
}

/// The name of a member, borrowed where it has no escapes. (`Cow` itself would always be copied.)
pub(super) struct Key<'a>(pub(super) Cow<'a, str>);

impl<'de> serde::Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;

        impl<'de> Visitor<'de> for Name {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(Name)
    }
}

impl<'a> From<&'a Value> for Loose<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(whole), _) => Self::Number(Decimal::from_i64(whole)),
                (None, Some(float)) if !number.is_u64() => {
                    Decimal::from_f64(float).map_or_else(Self::BadNumber, Self::Number)
                }
                _ => Self::BadNumber(NumberError::OutOfRange),
            },
            Value::String(text) => Self::Text(Cow::Borrowed(text)),
            Value::Array(list) => Self::List(list.iter().map(Self::from).collect()),
            Value::Object(map) => Self::Map(
                map.iter()
                    .map(|(name, value)| (Cow::Borrowed(name.as_str()), value.into()))
                    .collect(),
            ),
        }
    }
}
