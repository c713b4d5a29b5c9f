//! What may be typed about an order or a return, and how it is called.

use std::collections::HashSet;

use super::{LONGEST_NOTE, MOST_AT_ONCE, invalid, named};
use crate::registry::{Line, RegistryError, Typed as _};

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
    let number = bare(typed);
    let is_good = (4..=40).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_good
        .then(|| Some(number.to_ascii_uppercase()))
        .ok_or_else(|| invalid("tracking", "must have 4 to 40 letters and digits"))
}

/// A carrier's number without what stands between its digits.
pub(super) fn bare(number: &str) -> String {
    number.chars().filter(|letter| !" -".contains(*letter)).collect()
}

/// Serials as they were typed, one a line, with the maker before one or not: none twice, none too long, not too many.
pub(super) fn serials(field: &'static str, typed: &[String]) -> Result<Vec<String>, RegistryError> {
    let mut seen = HashSet::new();
    let mut serials = Vec::new();
    for serial in typed.iter().map(|serial| serial.trim()).filter(|s| !s.is_empty()) {
        if serials.len() == MOST_AT_ONCE {
            return Err(invalid(field, format!("names at most {MOST_AT_ONCE} serials")));
        }
        if serial.chars().count() > named::LONGEST || serial.chars().any(char::is_control) {
            return Err(invalid(field, "holds something that is no serial"));
        }
        if !seen.insert(serial.to_ascii_lowercase()) {
            return Err(invalid(field, format!("names {serial} twice")));
        }
        serials.push(serial.to_owned());
    }
    Ok(serials)
}

/// The same where at least one has to be named.
pub(super) fn some_serials(field: &'static str, typed: &[String]) -> Result<Vec<String>, RegistryError> {
    match serials(field, typed)? {
        named if named.is_empty() => Err(invalid(field, "must name at least one")),
        named => Ok(named),
    }
}

/// The same where who names none means all.
pub(super) fn maybe_serials(
    field: &'static str,
    typed: Option<&[String]>,
) -> Result<Option<Vec<String>>, RegistryError> {
    typed.map(|typed| serials(field, typed)).transpose()
}

/// The first serials, for a step.
pub(super) fn named<'a>(serials: impl ExactSizeIterator<Item = &'a str>) -> String {
    const MOST: usize = 20;
    let more = serials.len().saturating_sub(MOST);
    let told: Vec<&str> = serials.take(MOST).collect();
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!("{}{more}", told.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn of_many_serials_the_first_are_told() {
        let many: Vec<String> = (1..=22).map(|n| format!("S-{n}")).collect();
        let told = |some: &[String]| named(some.iter().map(String::as_str));
        assert_eq!(told(&many[..2]), "S-1, S-2");
        assert!(told(&many[..20]).ends_with(", S-20"));
        assert!(told(&many).ends_with(", S-20 and 2 more"));
        assert!(some_serials("serials", &[" ".to_owned()]).is_err());
    }

    #[test]
    fn a_number_is_a_year_and_a_count() {
        assert_eq!(number("", 2026, 142), "2026-0142");
        assert_eq!(number("R-", 2026, 12_345), "R-2026-12345");
    }
}
