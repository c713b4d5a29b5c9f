//! Numbers as they are kept: integers with a fixed scale, never floats.

use std::fmt;

use crate::code::text_enum;
use crate::{Decimal, NumberError};

/// The largest scaled integer in size: 15 digits, so that a JSON number (an `f64` in most languages) means it exactly.
pub const MAX_SCALED: i64 = 999_999_999_999_999;

text_enum! {
    /// The true value lies on one side of the number, as FHIR's `Quantity.comparator` says it.
    pub enum Comparator ("comparator") {
        /// Less than the number, a glucometer's LO.
        Less = "<",
        /// The number or less.
        LessOrEqual = "<=",
        /// The number or more.
        GreaterOrEqual = ">=",
        /// More than the number, a glucometer's HI.
        Greater = ">",
    }
}

/// A number of any field: a scaled integer, the digits behind the point of its scale, and a comparator.
///
/// Prints as text: `121`, `36.65`, `> 600`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Quantity {
    scaled: i64,
    decimals: u8,
    comparator: Option<Comparator>,
}

impl Quantity {
    /// `number` with the scale of `decimals` digits (at most 9) behind the point; further digits are rounded half away
    /// from zero.
    pub fn new(number: Decimal, decimals: u8) -> Result<Self, NumberError> {
        let scaled = number.rescale(1, 1, 0, decimals).ok_or(NumberError::OutOfRange)?;
        Self::from_scaled(scaled, decimals)
    }

    /// The integer `scaled` in units of 10^−`decimals`, at most [`MAX_SCALED`] in size, `decimals` at most 9.
    pub const fn from_scaled(scaled: i64, decimals: u8) -> Result<Self, NumberError> {
        if scaled.unsigned_abs() > MAX_SCALED.unsigned_abs() || decimals > 9 {
            return Err(NumberError::OutOfRange);
        }
        Ok(Self {
            scaled,
            decimals,
            comparator: None,
        })
    }

    /// The same number with a comparator, or with none.
    #[must_use]
    pub const fn with_comparator(mut self, comparator: Option<Comparator>) -> Self {
        self.comparator = comparator;
        self
    }

    /// The integer that is kept.
    pub const fn scaled(self) -> i64 {
        self.scaled
    }

    /// Digits behind the point of the scale.
    pub const fn decimals(self) -> u8 {
        self.decimals
    }

    /// The comparator, where the true value lies on one side of the number.
    pub const fn comparator(self) -> Option<Comparator> {
        self.comparator
    }

    /// The nearest `f64`, for charts; exact decisions are made on [`Quantity::scaled`].
    #[expect(clippy::cast_precision_loss, reason = "at most 15 digits, which an f64 holds")]
    pub fn to_f64(self) -> f64 {
        self.scaled as f64 / 10_f64.powi(self.decimals.into())
    }

    /// The number alone, without its comparator, as a JSON number that means it exactly.
    pub fn to_number(self) -> serde_json::Number {
        let one = 10_i64.pow(self.decimals.into());
        if self.scaled % one == 0 {
            return (self.scaled / one).into();
        }
        // Both are exact in an f64, so the quotient is the f64 nearest to the decimal: the one its text means.
        serde_json::Number::from_f64(self.to_f64()).unwrap_or_else(|| 0.into())
    }

    /// Writes the number alone, without its comparator, in the shortest plain form: `121`, `36.65`, `-0.5`.
    pub fn write_number(self, out: &mut impl fmt::Write) -> fmt::Result {
        let one = 10_u64.pow(self.decimals.into());
        let size = self.scaled.unsigned_abs();
        let sign = if self.scaled < 0 { "-" } else { "" };
        let (mut fraction, mut places) = (size % one, usize::from(self.decimals));
        if fraction == 0 {
            return write!(out, "{sign}{}", size / one);
        }
        while fraction.is_multiple_of(10) {
            fraction /= 10;
            places -= 1;
        }
        write!(out, "{sign}{}.{fraction:0places$}", size / one)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(comparator) = self.comparator {
            write!(f, "{} ", comparator.as_str())?;
        }
        self.write_number(f)
    }
}

/// A number with `D` digits behind the point of its scale, so that the compiler keeps scales apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fixed<const D: u8> {
    scaled: i64,
    comparator: Option<Comparator>,
}

/// Pressure in mm\[Hg\], step 0.1.
pub type Pressure = Fixed<1>;
/// Beats in /min, step 0.1.
pub type Rate = Fixed<1>;
/// Mass in kg, step 0.001 (a gram).
pub type Mass = Fixed<3>;
/// Body mass index in kg/m2, step 0.1.
pub type BodyMassIndex = Fixed<1>;
/// A share in %, step 0.1.
pub type Percent = Fixed<1>;
/// Perfusion index in %, step 0.01: a weak finger shows 0.02 %.
pub type PerfusionIndex = Fixed<2>;
/// Glucose in mg/dL, step 0.1.
pub type GlucoseLevel = Fixed<1>;
/// Temperature in Cel, step 0.01.
pub type Celsius = Fixed<2>;
/// A count, step 1.
pub type Count = Fixed<0>;
/// Length in m, step 1.
pub type Metres = Fixed<0>;
/// Energy in kcal, step 0.1.
pub type Kilocalories = Fixed<1>;
/// Time in min, step 1.
pub type Minutes = Fixed<0>;

impl<const D: u8> Fixed<D> {
    /// A whole number of the unit.
    pub const fn whole(value: i32) -> Self {
        const { assert!(D <= 5, "an i32 at this scale could exceed MAX_SCALED") };
        Self {
            scaled: value as i64 * 10_i64.pow(D as u32),
            comparator: None,
        }
    }

    /// The integer `scaled` in units of 10^−`D`, at most [`MAX_SCALED`] in size.
    pub const fn from_scaled(scaled: i64) -> Result<Self, NumberError> {
        match Quantity::from_scaled(scaled, D) {
            Ok(_) => Ok(Self {
                scaled,
                comparator: None,
            }),
            Err(error) => Err(error),
        }
    }

    /// The decimal number, rounded half away from zero to the scale.
    pub fn from_decimal(number: Decimal) -> Result<Self, NumberError> {
        Self::from_scaled(number.rescale(1, 1, 0, D).ok_or(NumberError::OutOfRange)?)
    }

    /// The same number with a comparator, or with none.
    #[must_use]
    pub const fn with_comparator(mut self, comparator: Option<Comparator>) -> Self {
        self.comparator = comparator;
        self
    }

    /// The integer that is kept.
    pub const fn scaled(self) -> i64 {
        self.scaled
    }

    /// The comparator, where the true value lies on one side of the number.
    pub const fn comparator(self) -> Option<Comparator> {
        self.comparator
    }

    /// The same number with its scale beside it instead of in its type.
    pub const fn quantity(self) -> Quantity {
        Quantity {
            scaled: self.scaled,
            decimals: D,
            comparator: self.comparator,
        }
    }

    /// The nearest `f64`, for charts; exact decisions are made on [`Fixed::scaled`].
    pub fn to_f64(self) -> f64 {
        self.quantity().to_f64()
    }
}

impl<const D: u8> std::str::FromStr for Fixed<D> {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        Self::from_decimal(text.parse()?)
    }
}

impl<const D: u8> TryFrom<Quantity> for Fixed<D> {
    type Error = NumberError;

    /// Refuses a quantity of another scale.
    fn try_from(quantity: Quantity) -> Result<Self, NumberError> {
        if quantity.decimals != D {
            return Err(NumberError::OutOfRange);
        }
        Ok(Self {
            scaled: quantity.scaled,
            comparator: quantity.comparator,
        })
    }
}

impl<const D: u8> fmt::Display for Fixed<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.quantity().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(1210, 1, "121")]
    #[case(3665, 2, "36.65")]
    #[case(3650, 2, "36.5")]
    #[case(-5, 1, "-0.5")]
    #[case(7, 3, "0.007")]
    #[case(0, 2, "0")]
    #[case(MAX_SCALED, 1, "99999999999999.9")]
    fn numbers_print_short_and_exact(#[case] scaled: i64, #[case] decimals: u8, #[case] text: &str) {
        let quantity = Quantity::from_scaled(scaled, decimals).unwrap();
        assert_eq!(quantity.to_string(), text);
        assert_eq!(quantity.to_number().to_string(), text);
        assert_eq!(
            quantity.with_comparator(Some(Comparator::Greater)).to_string(),
            format!("> {text}")
        );
    }

    #[test]
    fn scales_and_sizes_are_kept_apart() {
        assert!(Quantity::from_scaled(MAX_SCALED + 1, 0).is_err());
        assert!(Quantity::from_scaled(i64::MIN, 0).is_err());
        assert!(Pressure::try_from(Mass::whole(3).quantity()).is_err());
        assert_eq!(
            Pressure::try_from(Pressure::whole(121).quantity()),
            Ok(Pressure::whole(121))
        );
        assert_eq!("70.0005".parse::<Mass>().unwrap().scaled(), 70_001);
        assert_eq!(Mass::whole(i32::MAX).to_string(), "2147483647");
    }

    proptest! {
        #[test]
        fn the_json_number_means_the_scaled_integer(scaled in -MAX_SCALED..=MAX_SCALED, decimals in 0u8..4) {
            let quantity = Quantity::from_scaled(scaled, decimals).unwrap();
            let text = quantity.to_number().to_string();
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            let number = match value.as_i64() {
                Some(whole) => Decimal::from_i64(whole),
                None => Decimal::from_f64(value.as_f64().unwrap()).unwrap(),
            };
            prop_assert_eq!(Quantity::new(number, decimals), Ok(quantity));
            let mut plain = String::new();
            quantity.write_number(&mut plain).unwrap();
            prop_assert_eq!(Quantity::new(plain.parse().unwrap(), decimals), Ok(quantity));
        }
    }
}
