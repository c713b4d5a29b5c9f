//! How far an order is, and what may be typed about one.

use std::collections::{HashMap, HashSet};

use super::{LONGEST_NOTE, MOST_AT_ONCE, invalid};
use crate::ground::enums::OrderState;
use crate::registry::{Line, RegistryError, Typed as _};

/// How many devices and hubs of an order are how far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Tally {
    /// What is to come: ordered, and not waived.
    pub(super) wanted: i64,
    /// Reserved, not sent.
    pub(super) allocated: i64,
    /// On their way.
    pub(super) shipped: i64,
    /// Missed in their parcel.
    pub(super) missing: i64,
    /// In stock.
    pub(super) received: i64,
    /// Written off, and none comes in their place.
    pub(super) lost: i64,
}

impl Tally {
    /// How many still want a serial.
    pub(super) fn open(self) -> i64 {
        self.wanted - self.allocated - self.shipped - self.missing - self.received - self.lost
    }

    /// Whether anything has been sent.
    pub(super) fn was_sent(self) -> bool {
        self.shipped + self.missing + self.received + self.lost > 0
    }

    /// The state of the slowest part.
    pub(super) fn state(self) -> OrderState {
        if self.open() > 0 {
            OrderState::Ordered
        } else if self.allocated > 0 {
            OrderState::Allocated
        } else if self.shipped > 0 {
            OrderState::Shipped
        } else if self.missing > 0 {
            OrderState::Received
        } else {
            OrderState::InStock
        }
    }
}

/// What is called by a year and a count: `2026-0142`, `R-2026-0007`.
pub(super) fn number(before: &str, year: i32, count: i32) -> String {
    format!("{before}{year}-{count:04}")
}

/// What somebody writes: something, and not too much of it. Line breaks are kept, other control characters are not.
pub(super) fn note(field: &'static str, typed: &str) -> Result<String, RegistryError> {
    let text: String = typed
        .trim()
        .replace("\r\n", "\n")
        .chars()
        .filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\t'))
        .collect();
    if text.is_empty() || text.chars().count() > LONGEST_NOTE {
        return Err(invalid(
            field,
            format!("must have 1 to {LONGEST_NOTE} characters"),
        ));
    }
    Ok(text)
}

/// The same where nothing at all may be written.
pub(super) fn maybe_note(field: &'static str, typed: Option<&str>) -> Result<Option<String>, RegistryError> {
    let typed = typed.filter(|text| !text.trim().is_empty());
    typed.map(|text| note(field, text)).transpose()
}

/// Who carries a parcel.
pub(super) fn carrier(typed: &str) -> Result<String, RegistryError> {
    Ok(Line::<60>::parse("carrier", typed)?.to_string())
}

/// A carrier's number for a parcel: letters and digits with blanks and dashes between them, of which nothing is kept but
/// what counts.
pub(super) fn tracking(typed: Option<&str>) -> Result<Option<String>, RegistryError> {
    let Some(typed) = typed.map(str::trim).filter(|typed| !typed.is_empty()) else {
        return Ok(None);
    };
    let number: String = typed.chars().filter(|letter| !" -".contains(*letter)).collect();
    let is_good = (4..=40).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_good
        .then(|| Some(number.to_ascii_uppercase()))
        .ok_or_else(|| invalid("tracking", "must have 4 to 40 letters and digits"))
}

/// Serials as they were typed, one a line: none twice, none too long, not too many.
pub(super) fn serials(field: &'static str, typed: &[String]) -> Result<Vec<String>, RegistryError> {
    let mut seen = HashSet::new();
    let mut serials = Vec::new();
    for serial in typed.iter().map(|serial| serial.trim()).filter(|s| !s.is_empty()) {
        if serials.len() == MOST_AT_ONCE {
            return Err(invalid(field, format!("names at most {MOST_AT_ONCE} serials")));
        }
        if serial.chars().count() > 64 || serial.chars().any(char::is_control) {
            return Err(invalid(field, "holds something that is no serial"));
        }
        if !seen.insert(serial.to_ascii_lowercase()) {
            return Err(invalid(field, format!("names {serial} twice")));
        }
        serials.push(serial.to_owned());
    }
    Ok(serials)
}

/// Those of the things that are named by their serials; a name that none of them has is refused.
pub(super) fn pick<T>(
    field: &'static str,
    things: Vec<T>,
    serial_of: fn(&T) -> &str,
    named: &[String],
) -> Result<Vec<T>, RegistryError> {
    let mut left: HashMap<String, T> = things
        .into_iter()
        .map(|thing| (serial_of(&thing).to_ascii_lowercase(), thing))
        .collect();
    let mut picked = Vec::with_capacity(named.len());
    for serial in named {
        let thing = left.remove(&serial.to_ascii_lowercase());
        picked.push(thing.ok_or_else(|| invalid(field, format!("names {serial}, which is none of them")))?);
    }
    Ok(picked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use OrderState::{Allocated, InStock, Ordered, Received, Shipped};

    #[test]
    fn an_order_is_as_far_as_its_slowest_part() {
        for (wanted, [allocated, shipped, missing, received, lost], expected) in [
            (3, [0, 0, 0, 0, 0], Ordered),
            (3, [2, 0, 0, 0, 0], Ordered),
            (3, [3, 0, 0, 0, 0], Allocated),
            (3, [1, 2, 0, 0, 0], Allocated),
            (3, [0, 2, 0, 0, 0], Ordered),
            (3, [0, 3, 0, 0, 0], Shipped),
            (3, [0, 1, 1, 1, 0], Shipped),
            (3, [0, 0, 1, 2, 0], Received),
            (3, [0, 0, 0, 2, 1], InStock),
            (3, [0, 0, 0, 3, 0], InStock),
            (3, [0, 0, 0, 2, 0], Ordered),
        ] {
            let tally = Tally {
                wanted,
                allocated,
                shipped,
                missing,
                received,
                lost,
            };
            assert_eq!(tally.state(), expected, "{tally:?}");
        }
    }

    #[test]
    fn a_number_of_a_carrier_is_what_counts_of_it() {
        assert_eq!(
            tracking(Some(" 1z 999-aa1 ")).unwrap().as_deref(),
            Some("1Z999AA1")
        );
        assert_eq!(tracking(Some("  ")).unwrap(), None);
        for wrong in ["123", "a/b/c", "<script>", &"1".repeat(41), "1234\u{e4}"] {
            assert!(tracking(Some(wrong)).is_err(), "{wrong}");
        }
        assert!(carrier(" ").is_err() && carrier(&"x".repeat(61)).is_err());
    }

    #[test]
    fn serials_are_named_once() {
        let typed = |all: &[&str]| all.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            serials("serials", &typed(&[" A1 ", "", "b2"])).unwrap(),
            ["A1", "b2"]
        );
        assert!(serials("serials", &typed(&["A1", "a1"])).is_err());
        assert!(serials("serials", &vec!["x".to_owned(); 2]).is_err());
        let many: Vec<String> = (0..=MOST_AT_ONCE).map(|n| n.to_string()).collect();
        assert!(serials("serials", &many).is_err());
        assert!(serials("serials", &many[1..]).is_ok());
    }

    #[test]
    fn a_number_is_a_year_and_a_count() {
        assert_eq!(number("", 2026, 142), "2026-0142");
        assert_eq!(number("R-", 2026, 12_345), "R-2026-12345");
    }
}
