//! The IMEI of a cellular device, in one form however it was written.
//!
//! An IMEI has 14 digits that say which device it is and a check digit (3GPP TS 23.003, 6.2). The canonical form is the 14
//! digits alone, because BodyTrace's older messages send no check digit, and an IMEISV has two digits of a software version
//! in its place. Numbers in JSON and in spreadsheets lose their leading zeros.

use super::VendorKey;

/// The digits that say which device it is.
const IDENTITY: usize = 14;
/// The fewest digits that may be left of an IMEI: without the check digit and without two leading zeros. Fewer are a typing
/// error or another kind of number.
const FEWEST: usize = 12;
/// The digits of an IMEISV, the longest form.
const LONGEST: usize = 16;
/// The only leading zero of IMEIs in use: the reporting body PTCRB. "00" and "02" to "09" were given out for tests alone.
const WITH_ZERO: &str = "01";

/// The key of what is an IMEI, with its check digit or without.
///
/// Of 15 and 16 digits the first 14 count. Of fewer, leading zeros are missing, or the check digit, or both. With a check
/// digit it is where it fits *and* the number then begins as an IMEI in use does: the check digit alone takes every tenth
/// number that has none for one that has, and 1289600946212, which is 012896009462125 without it, is such a one.
pub(super) fn key_of(text: &str) -> Option<VendorKey> {
    let digits = digits(text)?;
    let whole = format!("{digits:0>15}");
    if digits.len() <= IDENTITY && whole.starts_with(WITH_ZERO) && is_checked(&whole) {
        return key(&whole);
    }
    key(&format!("{digits:0>14}"))
}

/// The key of an IMEI that was sent without its check digit. More than 14 digits are one with it all the same.
pub(super) fn without_check(text: &str) -> Option<VendorKey> {
    key(&format!("{:0>14}", digits(text)?))
}

/// The key of 14 digits and what follows them. A modem that does not know its own IMEI says zeros.
fn key(digits: &str) -> Option<VendorKey> {
    let identity = digits.get(..IDENTITY)?;
    identity
        .bytes()
        .any(|digit| digit != b'0')
        .then(|| VendorKey(identity.to_owned()))
}

/// The digits alone, without the marks that people and labels put between them.
fn digits(text: &str) -> Option<String> {
    let text = text.trim();
    let bare = match text.split_at_checked("imei".len()) {
        Some((word, rest)) if word.eq_ignore_ascii_case("imei") => rest,
        _ => text,
    };
    let mut digits = String::with_capacity(LONGEST);
    for c in bare.chars() {
        match c {
            '0'..='9' if digits.len() < LONGEST => digits.push(c),
            '-' | '\u{2010}' | '\u{2011}' | '\u{2013}' | '.' | '/' | ':' => {}
            c if c.is_whitespace() && !c.is_control() => {}
            _ => return None,
        }
    }
    (digits.len() >= FEWEST).then_some(digits)
}

/// Whether the last digit is the check digit of the others (Luhn).
fn is_checked(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte.wrapping_sub(b'0'));
            match place % 2 {
                0 => digit,
                _ => digit * 2 / 10 + digit * 2 % 10,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    // The two forms of one device: whole, and as older messages send it.
    #[case("012896009462125", Some("01289600946212"))]
    #[case("1289600946212", Some("01289600946212"))]
    // The leading zero was lost, the check digit was not.
    #[case("12896009462125", Some("01289600946212"))]
    // 14 digits without the check digit, which would fit with a zero in front: no IMEI in use begins with 08.
    #[case("86447504000001", Some("86447504000001"))]
    #[case("86447504000000", Some("86447504000000"))]
    // The facts' own older example has lost one digit more.
    #[case("128960094621", Some("00128960094621"))]
    // A check digit that does not fit, as in the facts' example, does not make another device.
    #[case("864475040000000", Some("86447504000000"))]
    #[case("864475040000001", Some("86447504000000"))]
    // IMEISV
    #[case("8644750400000012", Some("86447504000000"))]
    #[case("IMEI: 01-289600-946212-5", Some("01289600946212"))]
    #[case(" imei 01 289600 946212 5 ", Some("01289600946212"))]
    #[case("01.289600\u{2011}946212/5", Some("01289600946212"))]
    #[case("01289600946212", Some("01289600946212"))]
    #[case("12345678901", None)]
    #[case("86447504000000123", None)]
    #[case("000000000000000", None)]
    #[case("86447504000000A", None)]
    #[case("864475040\u{0}000001", None)]
    #[case("８６４４７５０４００００００１", None)]
    #[case("", None)]
    #[case("imei", None)]
    fn an_imei_has_one_form(#[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(key_of(text).as_ref().map(VendorKey::as_str), expected);
    }

    #[rstest]
    #[case("1289600946212", Some("01289600946212"))]
    // As a whole IMEI it would be 012896009462125.
    #[case("12896009462125", Some("12896009462125"))]
    #[case("012896009462125", Some("01289600946212"))]
    #[case("128960094621", Some("00128960094621"))]
    #[case("12", None)]
    fn without_its_check_digit_nothing_is_guessed(#[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(without_check(text).as_ref().map(VendorKey::as_str), expected);
    }

    #[test]
    fn the_check_digit_is_luhns() {
        assert!(is_checked("012896009462125") && is_checked("490154203237518"));
        assert!(!is_checked("012896009462126") && !is_checked("864475040000000"));
    }

    /// An IMEI of one of the bodies that report them today.
    fn imei() -> impl Strategy<Value = String> {
        let body = proptest::sample::select(&["01", "35", "86", "91", "99"]);
        (body, "[0-9]{12}").prop_map(|(body, rest)| {
            let identity = format!("{body}{rest}");
            let whole = |check| format!("{identity}{check}");
            (0..10).map(whole).find(|whole| is_checked(whole)).unwrap()
        })
    }

    proptest! {
        #[test]
        fn every_form_of_an_imei_is_one_device(imei in imei()) {
            let (key, identity) = (key_of(&imei), &imei[..14]);
            prop_assert_eq!(key.as_ref().unwrap().as_str(), identity);
            prop_assert_eq!(&key_of(imei.trim_start_matches('0')), &key);
            prop_assert_eq!(&without_check(identity.trim_start_matches('0')), &key);
            prop_assert_eq!(&key_of(identity), &key);
            // Its body has no other with a check digit: only of "01" is a digit lost.
            prop_assert_eq!(&key_of(identity.trim_start_matches('0')), &key);
            prop_assert_eq!(&key_of(&format!("{identity}07")), &key);
        }

        #[test]
        fn no_text_panics(text in ".{0,40}") {
            let _ = (key_of(&text), without_check(&text));
        }
    }
}
