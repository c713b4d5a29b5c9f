//! An exact decimal number between the text a sender wrote and the scaled integer that is kept.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use thiserror::Error;

/// Why a number cannot be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NumberError {
    /// Not a decimal number, or not a finite one.
    #[error("not a decimal number")]
    Syntax,
    /// Outside what the scaled integer of its field can hold; see [`crate::MAX_SCALED`].
    #[error("number out of range")]
    OutOfRange,
}

/// A decimal number `digits × 10^exponent`, exact up to 18 significant digits; further digits are rounded half away
/// from zero.
///
/// A JSON number without fraction arrives as an integer and is exact. One with a fraction arrives as an `f64`, and is
/// read from the *shortest text that means this `f64`*. For every number of at most 15 significant digits that is the
/// text the sender wrote, apart from trailing zeros; no device has that many. (`serde_json`'s `arbitrary_precision`
/// would keep the text itself, but changes the behaviour of `serde_json` in the whole workspace.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    digits: i64,
    exponent: i32,
}

/// Digits behind the point beyond which a number is rounded before it is converted.
const PLACES: i32 = 18;
/// Significant digits that are read.
const SIGNIFICANT: u32 = 18;

impl Decimal {
    /// A whole number.
    pub const fn from_i64(value: i64) -> Self {
        Self {
            digits: value,
            exponent: 0,
        }
    }

    /// `digits × 10^exponent`, as radio profiles send their floats.
    pub const fn from_parts(digits: i64, exponent: i32) -> Self {
        Self { digits, exponent }
    }

    /// The number whose text is the shortest that means this `f64`. Not a number and infinities are refused.
    pub fn from_f64(value: f64) -> Result<Self, NumberError> {
        if !value.is_finite() {
            return Err(NumberError::Syntax);
        }
        let mut text = Text::default();
        write!(text, "{value:e}").map_err(|_| NumberError::Syntax)?;
        text.as_str().parse()
    }

    /// The number times 10^`places`, exactly: for senders that count tenths.
    #[must_use]
    pub const fn shifted(self, places: i32) -> Self {
        Self {
            digits: self.digits,
            exponent: self.exponent.saturating_add(places),
        }
    }

    /// The whole number it is; `None` where it has a fraction or does not fit.
    pub(crate) fn whole(self) -> Option<i64> {
        if self.exponent < 0 && self.digits != 0 {
            let unit = 10_i64.checked_pow(self.exponent.unsigned_abs())?;
            return (self.digits % unit == 0).then(|| self.digits / unit);
        }
        if self.digits == 0 {
            return Some(0);
        }
        self.digits
            .checked_mul(10_i64.checked_pow(self.exponent.unsigned_abs())?)
    }

    /// `(self × num + add) ÷ den` as an integer of 10^−`decimals`, rounded half away from zero; `None` where it is
    /// larger than [`crate::MAX_SCALED`]. `num`, `den` and `add` are small constants of a unit, `den` positive.
    pub(crate) fn rescale(self, num: i128, den: i128, add: i128, decimals: u8) -> Option<i64> {
        let step = power(u32::from(decimals))?;
        let Self { digits, exponent } = self.within_places();
        let (top, bottom) = if exponent >= 0 {
            let value = if digits == 0 {
                0
            } else {
                i128::from(digits).checked_mul(power(exponent.unsigned_abs())?)?
            };
            (value.checked_mul(num)?.checked_add(add)?.checked_mul(step)?, den)
        } else {
            let unit = power(exponent.unsigned_abs())?;
            let value = i128::from(digits)
                .checked_mul(num)?
                .checked_add(add.checked_mul(unit)?)?;
            (value.checked_mul(step)?, den.checked_mul(unit)?)
        };
        let scaled = i64::try_from(divide_half_away(top, bottom)).ok()?;
        (scaled.unsigned_abs() <= crate::MAX_SCALED.unsigned_abs()).then_some(scaled)
    }

    /// The number with at most 18 digits behind the point.
    fn within_places(self) -> Self {
        if self.exponent >= -PLACES {
            return self;
        }
        let drop = (-PLACES).saturating_sub(self.exponent).unsigned_abs();
        // No i64 has more than 19 digits: what is shifted further is zero.
        let digits = if drop > 19 {
            0
        } else {
            power(drop).map_or(0, |p| divide_half_away(self.digits.into(), p))
        };
        Self {
            digits: i64::try_from(digits).unwrap_or(0),
            exponent: -PLACES,
        }
    }
}

/// 10^`exponent`, while it fits.
fn power(exponent: u32) -> Option<i128> {
    10_i128.checked_pow(exponent)
}

/// `top ÷ bottom`, rounded half away from zero; `bottom` is positive.
fn divide_half_away(top: i128, bottom: i128) -> i128 {
    let (quotient, rest) = (top / bottom, top % bottom);
    // `rest ≥ bottom − rest` says `2 × rest ≥ bottom` without a product that could overflow.
    if rest.abs() >= bottom - rest.abs() {
        quotient + top.signum()
    } else {
        quotient
    }
}

impl FromStr for Decimal {
    type Err = NumberError;

    /// Reads `-`, digits, an optional fraction and an optional exponent, and nothing else: no spaces, no `+` in front.
    fn from_str(text: &str) -> Result<Self, NumberError> {
        let (negative, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, power) = match rest.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, exponent(power)?),
            None => (rest, 0),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((_, "")) => return Err(NumberError::Syntax),
            Some(parts) => parts,
            None => (mantissa, ""),
        };
        if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
            return Err(NumberError::Syntax);
        }
        let (mut digits, mut exponent, mut count, mut rounded) = (0_i64, power, 0_u32, false);
        for (place, byte) in whole.bytes().chain(fraction.bytes()).enumerate() {
            let digit = i64::from(byte - b'0');
            if count < SIGNIFICANT {
                digits = digits * 10 + digit;
                count += u32::from(digits != 0);
                exponent = exponent.saturating_sub(i32::from(place >= whole.len()));
            } else {
                if !rounded {
                    digits += i64::from(digit >= 5);
                    rounded = true;
                }
                exponent = exponent.saturating_add(i32::from(place < whole.len()));
            }
        }
        Ok(Self {
            digits: if negative { -digits } else { digits },
            exponent,
        })
    }
}

/// Reads the exponent of a number; one of absurd size is as good as the largest.
fn exponent(text: &str) -> Result<i32, NumberError> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NumberError::Syntax);
    }
    let size = digits.parse::<i32>().unwrap_or(i32::MAX / 4).min(i32::MAX / 4);
    Ok(if text.starts_with('-') { -size } else { size })
}

impl fmt::Display for Decimal {
    /// Plain digits and a point, as `16.1`; in the form `1e40` only where the plain text would be absurdly long.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { digits, exponent } = *self;
        let places = exponent.unsigned_abs() as usize;
        match exponent {
            _ if digits == 0 => f.write_str("0"),
            0 => write!(f, "{digits}"),
            1..=18 => write!(f, "{digits}{:0>places$}", ""),
            -18..0 => {
                let sign = if digits < 0 { "-" } else { "" };
                let one = 10_u64.pow(exponent.unsigned_abs());
                let size = digits.unsigned_abs();
                write!(f, "{sign}{}.{:0places$}", size / one, size % one)
            }
            _ => write!(f, "{digits}e{exponent}"),
        }
    }
}

/// Room on the stack for the shortest text of an `f64`, which is at most 24 bytes.
#[derive(Default)]
struct Text {
    bytes: [u8; 32],
    len: usize,
}

impl Text {
    fn as_str(&self) -> &str {
        self.bytes
            .get(..self.len)
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .unwrap_or_default()
    }
}

impl fmt::Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        self.bytes
            .get_mut(self.len..end)
            .ok_or(fmt::Error)?
            .copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("121", 1, Some(1210))]
    #[case("36.65", 2, Some(3665))]
    #[case("0.05", 1, Some(1))]
    #[case("-0.05", 1, Some(-1))]
    #[case("0.04999999999999999999999999", 1, Some(1))] // 18 significant digits are read: rounded to 0.05 first
    #[case("0.0499999999", 1, Some(0))]
    #[case("1.2e2", 0, Some(120))]
    #[case("1.2E+2", 0, Some(120))]
    #[case("125e-1", 0, Some(13))]
    #[case("-125e-1", 0, Some(-13))]
    #[case("0e999999999999", 1, Some(0))]
    #[case("1e-999999999999", 1, Some(0))]
    #[case("1e40", 0, None)]
    #[case("999999999999999", 0, Some(999_999_999_999_999))]
    #[case("1000000000000000", 0, None)]
    #[case("99999999999999.95", 1, None)]
    #[case("00098", 0, Some(98))]
    #[case("123456789012345678901234567890e-25", 1, Some(123_457))]
    fn text_is_read_exactly_and_rounded_half_away(
        #[case] text: &str,
        #[case] decimals: u8,
        #[case] scaled: Option<i64>,
    ) {
        assert_eq!(
            text.parse::<Decimal>().unwrap().rescale(1, 1, 0, decimals),
            scaled
        );
    }

    #[rstest]
    #[case("")]
    #[case("-")]
    #[case("+1")]
    #[case(" 1")]
    #[case(".5")]
    #[case("5.")]
    #[case("1e")]
    #[case("1e+")]
    #[case("NaN")]
    #[case("inf")]
    #[case("0x10")]
    #[case("1.2.3")]
    #[case("١")]
    fn other_text_is_refused(#[case] text: &str) {
        assert_eq!(text.parse::<Decimal>(), Err(NumberError::Syntax));
    }

    #[rstest]
    #[case(16.1, "16.1")]
    #[case(-0.0, "0")]
    #[case(0.1 + 0.2, "0.30000000000000004")]
    #[case(120.0, "120")]
    #[case(1e300, "1e300")]
    #[case(2.5e-7, "0.00000025")]
    #[case(-36.65, "-36.65")]
    fn a_float_is_its_shortest_text(#[case] value: f64, #[case] text: &str) {
        assert_eq!(Decimal::from_f64(value).unwrap().to_string(), text);
    }

    #[test]
    fn tenths_are_exact() {
        assert_eq!(Decimal::from_i64(57).shifted(-1).to_string(), "5.7");
        assert_eq!(
            Decimal::from_parts(1, i32::MIN).shifted(-1).rescale(1, 1, 0, 3),
            Some(0)
        );
    }

    #[test]
    fn what_is_not_finite_is_refused() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(Decimal::from_f64(value), Err(NumberError::Syntax));
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,40}", decimals in 0u8..4) {
            if let Ok(number) = text.parse::<Decimal>() {
                let _ = (number.rescale(45_359_237, 100_000_000, -160, decimals), number.to_string());
            }
        }

        #[test]
        fn no_parts_panic(digits: i64, exponent: i32, decimals in 0u8..4) {
            let number = Decimal::from_parts(digits, exponent);
            let _ = (number.rescale(45_359_237, 100_000_000, -160, decimals), number.to_string());
        }

        #[test]
        fn a_float_of_fifteen_digits_is_exact(digits in -999_999_999_999_999i64..=999_999_999_999_999, places in 0i32..10) {
            let number = Decimal::from_parts(digits, -places);
            let read = Decimal::from_f64(number.to_string().parse().unwrap()).unwrap();
            prop_assert_eq!(read.rescale(1, 1, 0, 0), number.rescale(1, 1, 0, 0));
            prop_assert_eq!(read.to_string().parse::<f64>().unwrap().to_bits(), number.to_string().parse::<f64>().unwrap().to_bits());
        }
    }
}
