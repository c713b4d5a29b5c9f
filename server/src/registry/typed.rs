//! What people type into the registry, parsed once at the edge: from there on a value of these types is fit to be stored.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};

use super::RegistryError;
use super::countries::COUNTRIES;
use crate::ground::{folded, hides, midnight};
use crate::identity::is_plain;

/// Something that is read from a text that a person typed.
pub trait Typed: Sized {
    /// Reads it; `field` is what the caller calls it, for the words of a refusal.
    fn parse(field: &'static str, text: &str) -> Result<Self, RegistryError>;

    /// The same where nothing at all may be typed.
    fn maybe(field: &'static str, text: Option<&str>) -> Result<Option<Self>, RegistryError> {
        text.filter(|text| !text.trim().is_empty())
            .map(|text| Self::parse(field, text))
            .transpose()
    }
}

/// A line of text: trimmed, with one blank between its words, 1 to `MAX` characters, none of them a control character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<const MAX: usize>(String);

/// The name of an organisation or a contact.
pub type Name = Line<200>;
/// Street and number.
pub type Street = Line<200>;
/// A postal code.
pub type PostalCode = Line<20>;
/// A city, a state, a province.
pub type Place = Line<100>;
/// A version of a device's firmware.
pub type Firmware = Line<64>;
/// An organisation's own word for a device.
pub type Reference = Line<200>;

impl<const MAX: usize> Line<MAX> {
    /// As it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> Typed for Line<MAX> {
    fn parse(field: &'static str, text: &str) -> Result<Self, RegistryError> {
        let text = text.trim();
        let kept = folded(text);
        let length = kept.chars().count();
        if length == 0 || length > MAX || text.chars().any(char::is_control) {
            return Err(RegistryError::invalid(
                field,
                format!("must have 1 to {MAX} characters, none of them a control character"),
            ));
        }
        if hides(text) {
            return Err(RegistryError::invalid(
                field,
                "must hold no character that is not seen or that turns the text around; type it anew",
            ));
        }
        if !is_plain(text) {
            return Err(RegistryError::invalid(
                field,
                "must hold no web address and neither < nor >",
            ));
        }
        Ok(Self(kept))
    }
}

impl<const MAX: usize> fmt::Display for Line<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A time zone by its IANA name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeZone(chrono_tz::Tz);

impl TimeZone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(chrono_tz::Tz::UTC);

    /// Its IANA name.
    pub fn as_str(self) -> &'static str {
        self.0.name()
    }

    /// When a day begins there.
    pub fn begins(self, day: NaiveDate) -> DateTime<Utc> {
        midnight(day, &self.0)
    }
}

impl Typed for TimeZone {
    fn parse(field: &'static str, text: &str) -> Result<Self, RegistryError> {
        text.trim()
            .parse()
            .map(Self)
            .map_err(|_| RegistryError::invalid(field, "must be an IANA time zone, such as America/New_York"))
    }
}

/// A country by its ISO 3166-1 code of two letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Country([u8; 2]);

impl Country {
    /// Its code in upper case.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Typed for Country {
    fn parse(field: &'static str, text: &str) -> Result<Self, RegistryError> {
        let code = text.trim().to_ascii_uppercase();
        let known = COUNTRIES.iter().any(|(known, _)| *known == code);
        match code.as_bytes() {
            [first, second] if known => Ok(Self([*first, *second])),
            _ => Err(RegistryError::invalid(
                field,
                "must be the ISO 3166-1 code of a country, two letters such as US",
            )),
        }
    }
}

/// Something that was not given, given as nothing, or given: what forms and the API's patches tell apart.
pub type Given<T> = Option<Option<T>>;

/// What becomes of something that may be there or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change<T> {
    /// It is this from now on.
    Set(T),
    /// There is none any more.
    Clear,
}

impl<T> Change<T> {
    /// What it will be.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Clear => None,
        }
    }
}

impl<T: Typed> Change<T> {
    /// Reads a change: nothing given changes nothing, and an empty text takes away what is there, as null does.
    pub fn typed(field: &'static str, given: Given<&str>) -> Result<Option<Self>, RegistryError> {
        given
            .map(|text| Ok(T::maybe(field, text)?.map_or(Self::Clear, Self::Set)))
            .transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_trimmed_and_measured_in_characters() {
        assert_eq!(Line::<3>::parse("x", " äöü ").unwrap().as_str(), "äöü");
        assert_eq!(Line::<3>::parse("x", "a \u{a0} b").unwrap().as_str(), "a b");
        for wrong in ["", "  ", "abcd", "a\tb", "a\0"] {
            assert!(Line::<3>::parse("x", wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn what_is_not_seen_is_no_part_of_a_name() {
        for wrong in [
            "Riverside\u{202e}",
            "Riv\u{200b}erside",
            "\u{2066}Riverside\u{2069}",
            "\u{feff}Riverside",
        ] {
            let refused = Name::parse("name", wrong).unwrap_err().to_string();
            assert!(refused.contains("not seen"), "{wrong:?}: {refused}");
        }
        assert_eq!(
            Name::parse("name", "مستشفى · שלום").unwrap().as_str(),
            "مستشفى · שלום"
        );
    }

    #[test]
    fn a_country_is_one_that_there_is() {
        assert_eq!(Country::parse("country", " us ").unwrap().as_str(), "US");
        for wrong in ["UK", "USA", "U", "", "ZZ", "A ", "D E"] {
            assert!(Country::parse("country", wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_zone_is_one_that_there_is() {
        assert_eq!(
            TimeZone::parse("z", "Europe/Berlin").unwrap().as_str(),
            "Europe/Berlin"
        );
        assert!(TimeZone::parse("z", "Mars/Olympus").is_err());
        assert_eq!(TimeZone::UTC.as_str(), "UTC");
    }

    #[test]
    fn an_empty_text_takes_away_and_a_missing_one_does_not() {
        let typed = |given| Change::<Line<9>>::typed("x", given).unwrap();
        assert_eq!(typed(None), None);
        assert_eq!(typed(Some(None)), Some(Change::Clear));
        assert_eq!(typed(Some(Some(" "))), Some(Change::Clear));
        assert_eq!(typed(Some(Some("a"))).unwrap().value().unwrap().as_str(), "a");
    }
}
