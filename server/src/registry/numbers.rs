//! The numbers that are printed on a device besides its serial: of its modem, its radio, its SIM card.

use super::RegistryError;
use super::faults::whole;
use super::typed::{Change, Firmware, Typed};

/// An IMEI (3GPP TS 23.003 §6.2.1): fourteen digits that name the modem, and a check digit.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Imei(String);

/// A radio's address (IEEE EUI-48), as `00:1A:2B:3C:4D:5E`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mac(String);

/// The number of a SIM card (ITU-T E.118): 18 to 20 digits, the last one a check digit.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Iccid(String);

impl Imei {
    /// Fifteen digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Mac {
    /// Six pairs in upper case with colons.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Iccid {
    /// Its digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Typed for Imei {
    /// Takes the fourteen digits alone, with the check digit, or with the two digits of a software version (IMEISV) in
    /// its place. Blanks, dashes, dots and slashes between them do not matter.
    fn parse(field: &'static str, text: &str) -> Result<Self, RegistryError> {
        let wrong = |why: &str| RegistryError::invalid(field, why);
        let digits = digits(text)
            .filter(|digits| (14..=16).contains(&digits.len()))
            .ok_or_else(|| wrong("an IMEI has 15 digits (14 without its check digit, 16 with a version)"))?;
        if digits.len() == 15 && !is_luhn(&digits) {
            return Err(wrong(
                "the check digit of the IMEI is wrong: one of its digits is mistyped",
            ));
        }
        let named = &digits[..14];
        Ok(Self(format!("{named}{}", check_digit(named))))
    }
}

impl Typed for Mac {
    fn parse(field: &'static str, text: &str) -> Result<Self, RegistryError> {
        let is_between = |c: char| c.is_whitespace() || matches!(c, ':' | '-' | '.');
        let digits: Option<Vec<char>> = text
            .chars()
            .filter(|c| !is_between(*c))
            .map(|c| c.is_ascii_hexdigit().then_some(c.to_ascii_uppercase()))
            .collect();
        let pairs = digits
            .filter(|digits| digits.len() == 12)
            .ok_or_else(|| {
                RegistryError::invalid(
                    field,
                    "must be six pairs of hex digits, such as 00:1A:2B:3C:4D:5E",
                )
            })?
            .chunks(2)
            .map(String::from_iter)
            .collect::<Vec<_>>();
        Ok(Self(pairs.join(":")))
    }
}

impl Typed for Iccid {
    /// Blanks and dashes do not matter, nor does the `F` that fills the last place of some.
    fn parse(field: &'static str, text: &str) -> Result<Self, RegistryError> {
        let wrong = |why: &str| RegistryError::invalid(field, why);
        let text = text.trim().trim_end_matches(['F', 'f']);
        let digits = digits(text)
            .filter(|digits| (18..=20).contains(&digits.len()))
            .ok_or_else(|| wrong("the number of a SIM card has 18 to 20 digits"))?;
        if !is_luhn(&digits) {
            return Err(wrong(
                "the check digit of the SIM card's number is wrong: one of its digits is mistyped",
            ));
        }
        Ok(Self(digits))
    }
}

/// The digits of a text in which only blanks, dashes, dots and slashes stand besides.
fn digits(text: &str) -> Option<String> {
    text.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '.' | '/'))
        .map(|c| c.is_ascii_digit().then_some(c))
        .collect()
}

/// The Luhn sum (ISO/IEC 7812-1, annex B) of digits, the last of which counts `once` or twice.
fn luhn_sum(digits: &str, mut doubled: bool) -> u32 {
    digits
        .bytes()
        .rev()
        .map(|digit| {
            let value = u32::from(digit.wrapping_sub(b'0'));
            let value = if doubled { value * 2 } else { value };
            doubled = !doubled;
            value / 10 + value % 10
        })
        .sum()
}

fn is_luhn(digits: &str) -> bool {
    luhn_sum(digits, false).is_multiple_of(10)
}

fn check_digit(digits: &str) -> u32 {
    (10 - luhn_sum(digits, true) % 10) % 10
}

/// What is printed on a device, and what it runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Its modem.
    pub imei: Option<Imei>,
    /// Its radio.
    pub mac: Option<Mac>,
    /// Its SIM card.
    pub iccid: Option<Iccid>,
    /// What it runs.
    pub firmware: Option<Firmware>,
}

impl Numbers {
    /// As they were typed, each of them or none.
    pub fn typed(
        imei: Option<&str>,
        mac: Option<&str>,
        iccid: Option<&str>,
        firmware: Option<&str>,
    ) -> Result<Self, RegistryError> {
        whole!(Numbers {
            imei: Typed::maybe("imei", imei),
            mac: Typed::maybe("mac", mac),
            iccid: Typed::maybe("iccid", iccid),
            firmware: Typed::maybe("firmware", firmware),
        })
    }
}

/// What is to change about them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NumbersPatch {
    /// Its modem.
    pub imei: Option<Change<Imei>>,
    /// Its radio.
    pub mac: Option<Change<Mac>>,
    /// Its SIM card.
    pub iccid: Option<Change<Iccid>>,
    /// What it runs.
    pub firmware: Option<Change<Firmware>>,
}

impl NumbersPatch {
    /// Whether nothing is to change.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// The first is the example of Wikipedia's article on the IMEI, the second that of 3GPP's own check digit annex.
    #[rstest]
    #[case("49-015420-323751-8", "490154203237518")]
    #[case("35-209900-176148-1", "352099001761481")]
    #[case("49015420323751", "490154203237518")]
    #[case("4901542032375101", "490154203237518")]
    #[case(" 490 154 203 237 518 ", "490154203237518")]
    fn an_imei_is_fifteen_digits_however_it_is_typed(#[case] typed: &str, #[case] stored: &str) {
        assert_eq!(Imei::parse("imei", typed).unwrap().as_str(), stored);
    }

    #[rstest]
    #[case::mistyped("490154203237517")]
    #[case::swapped("490154203237581")]
    #[case::short("4901542032375")]
    #[case::long("49015420323751012")]
    #[case::letters("49015420323751A")]
    #[case::other_digits("٤90154203237518")]
    #[case::nothing("")]
    fn what_is_no_imei_is_refused(#[case] typed: &str) {
        assert!(Imei::parse("imei", typed).is_err());
    }

    #[rstest]
    #[case("00:1A:2B:3C:4D:5E")]
    #[case("00-1a-2b-3c-4d-5e")]
    #[case("001a.2b3c.4d5e")]
    #[case("001A2B3C4D5E")]
    #[case(" 00 1a 2b 3c 4d 5e ")]
    fn a_mac_is_one_however_it_is_written(#[case] typed: &str) {
        assert_eq!(Mac::parse("mac", typed).unwrap().as_str(), "00:1A:2B:3C:4D:5E");
    }

    #[rstest]
    #[case("00:1A:2B:3C:4D")]
    #[case("00:1A:2B:3C:4D:5E:6F")]
    #[case("00:1A:2B:3C:4D:5G")]
    #[case("")]
    fn what_is_no_mac_is_refused(#[case] typed: &str) {
        assert!(Mac::parse("mac", typed).is_err());
    }

    #[rstest]
    #[case("8944500102198304826", "8944500102198304826")]
    #[case("89 44500-1021 9830 4826", "8944500102198304826")]
    #[case("8944500102198304826F", "8944500102198304826")]
    #[case("89148000000745809013", "89148000000745809013")]
    fn an_iccid_is_its_digits(#[case] typed: &str, #[case] stored: &str) {
        assert_eq!(Iccid::parse("iccid", typed).unwrap().as_str(), stored);
    }

    #[rstest]
    #[case::mistyped("8944500102198304827")]
    #[case::short("89911012000032045")]
    #[case::long("894450010219830482600")]
    fn what_is_no_iccid_is_refused(#[case] typed: &str) {
        assert!(Iccid::parse("iccid", typed).is_err());
    }
}
