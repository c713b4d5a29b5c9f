//! Units that senders use, and their exact conversion to the canonical one by integer arithmetic.

use thiserror::Error;

use crate::{Comparator, Decimal, Field, Quantity};

/// What kind of quantity a field is. Each has one canonical unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dimension {
    /// mm\[Hg\]
    Pressure,
    /// kg
    Mass,
    /// kg/m2
    BodyMassIndex,
    /// mg/dL
    Glucose,
    /// Cel
    Temperature,
    /// %
    Percent,
    /// /min
    Rate,
    /// m
    Length,
    /// kcal
    Energy,
    /// min
    Minutes,
    /// ms
    Milliseconds,
    /// {steps}
    Steps,
}

/// A unit: its names, and `canonical = (value × num + add) ÷ den`.
#[derive(Debug)]
struct Unit {
    names: &'static [&'static str],
    num: i128,
    den: i128,
    add: i128,
}

const fn unit(names: &'static [&'static str], num: i128, den: i128) -> Unit {
    Unit {
        names,
        num,
        den,
        add: 0,
    }
}

/// UCUM defines `m[Hg]` as 133.3220 kPa, so mm\[Hg\] is 133.322 Pa.
const PRESSURE: &[Unit] = &[
    unit(&["mm[Hg]", "mmHg"], 1, 1),
    unit(&["kPa"], 500_000, 66_661),
    unit(&["Pa"], 500, 66_661),
];
/// The avoirdupois pound is 0.45359237 kg by definition (1959).
const MASS: &[Unit] = &[
    unit(&["kg"], 1, 1),
    unit(&["g"], 1, 1_000),
    unit(&["[lb_av]", "lb", "lbs"], 45_359_237, 100_000_000),
];
const BODY_MASS_INDEX: &[Unit] = &[unit(&["kg/m2", "kg/m²"], 1, 1)];
/// The molar mass of glucose is 180.156 g/mol. mol/L and kg/L are what the Bluetooth glucose profile sends.
const GLUCOSE: &[Unit] = &[
    unit(&["mg/dL", "mg/dl"], 1, 1),
    unit(&["mmol/L", "mmol/l"], 180_156, 10_000),
    unit(&["mol/L", "mol/l"], 180_156, 10),
    unit(&["kg/L", "kg/l"], 100_000, 1),
];
const TEMPERATURE: &[Unit] = &[
    unit(&["Cel", "°C", "C"], 1, 1),
    Unit {
        names: &["[degF]", "°F", "F"],
        num: 5,
        den: 9,
        add: -160,
    },
];
const PERCENT: &[Unit] = &[unit(&["%"], 1, 1)];
const RATE: &[Unit] = &[unit(&["/min", "bpm", "{beats}/min"], 1, 1)];
/// The international mile is 1609.344 m by definition.
const LENGTH: &[Unit] = &[
    unit(&["m"], 1, 1),
    unit(&["km"], 1_000, 1),
    unit(&["[mi_i]", "mi"], 1_609_344, 1_000),
];
/// The thermochemical calorie, UCUM's `cal`, is 4.184 J.
const ENERGY: &[Unit] = &[unit(&["kcal"], 1, 1), unit(&["kJ"], 1_000, 4_184)];
const MINUTES: &[Unit] = &[unit(&["min"], 1, 1), unit(&["s"], 1, 60), unit(&["h"], 60, 1)];
const MILLISECONDS: &[Unit] = &[unit(&["ms"], 1, 1), unit(&["s"], 1_000, 1)];
const STEPS: &[Unit] = &[unit(&["{steps}", "steps", "1"], 1, 1)];

impl Dimension {
    /// The UCUM code of the canonical unit.
    pub const fn ucum(self) -> &'static str {
        self.units()[0].names[0]
    }

    /// The canonical unit as a person reads it.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Pressure => "mmHg",
            Self::Temperature => "°C",
            Self::Rate => "bpm",
            Self::BodyMassIndex => "kg/m²",
            Self::Steps => "steps",
            _ => self.ucum(),
        }
    }

    /// The units of this dimension, the canonical one first.
    const fn units(self) -> &'static [Unit] {
        match self {
            Self::Pressure => PRESSURE,
            Self::Mass => MASS,
            Self::BodyMassIndex => BODY_MASS_INDEX,
            Self::Glucose => GLUCOSE,
            Self::Temperature => TEMPERATURE,
            Self::Percent => PERCENT,
            Self::Rate => RATE,
            Self::Length => LENGTH,
            Self::Energy => ENERGY,
            Self::Minutes => MINUTES,
            Self::Milliseconds => MILLISECONDS,
            Self::Steps => STEPS,
        }
    }

    /// A canonical number in another unit of this dimension, as an integer of 10^−`decimals` rounded half away from zero;
    /// `None` where there is no such unit or the number is out of range.
    pub(crate) fn out_of_canonical(self, canonical: Decimal, unit: &str, decimals: u8) -> Option<i64> {
        let Unit { num, den, add, .. } = self.find(unit)?;
        canonical.rescale(*den, *num, -*add, decimals)
    }

    /// The same as a factor and what is added to the product.
    #[expect(clippy::cast_precision_loss, reason = "a unit's constants are small")]
    pub(crate) fn scale_out(self, unit: &str) -> Option<(f64, f64)> {
        let Unit { num, den, add, .. } = self.find(unit)?;
        Some((*den as f64 / *num as f64, -(*add as f64) / *num as f64))
    }

    fn find(self, name: &str) -> Option<&'static Unit> {
        self.units().iter().find(|unit| unit.names.contains(&name))
    }
}

/// Why a value could not be brought into its canonical unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ConvertError {
    /// The unit is not known, or is one of another dimension.
    #[error("unit not accepted for this value")]
    Unit,
    /// The converted number is larger than [`crate::MAX_SCALED`].
    #[error("number out of range")]
    OutOfRange,
}

/// Brings `number` in `unit` (none: the canonical one) into the field's canonical unit and scale, exactly, rounded half
/// away from zero. Units are UCUM codes and the usual short names; upper and lower case differ, as in UCUM.
pub fn convert(field: Field, number: Decimal, unit: Option<&str>) -> Result<Quantity, ConvertError> {
    convert_with(field, number, unit, None)
}

/// As [`convert`], with a comparator: both units grow the same way, so it stays as it is.
pub fn convert_with(
    field: Field,
    number: Decimal,
    unit: Option<&str>,
    comparator: Option<Comparator>,
) -> Result<Quantity, ConvertError> {
    let (num, den, add) = match unit {
        None => (1, 1, 0),
        Some(name) => {
            let unit = field.dimension().find(name).ok_or(ConvertError::Unit)?;
            (unit.num, unit.den, unit.add)
        }
    };
    let scaled = number
        .rescale(num, den, add, field.decimals())
        .ok_or(ConvertError::OutOfRange)?;
    let quantity = Quantity::from_scaled(scaled, field.decimals()).map_err(|_| ConvertError::OutOfRange)?;
    Ok(quantity.with_comparator(comparator))
}

/// Whether `unit` is a name of the field's canonical unit, so that nothing of the original has to be kept.
pub fn is_canonical(field: Field, unit: &str) -> bool {
    field.dimension().units()[0].names.contains(&unit)
}

#[cfg(test)]
mod laws;

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Field::Systolic, "16.1", "kPa", "120.8")] // 120.76
    #[case(Field::Systolic, "16400", "Pa", "123")] // 123.01, the example of BodyTrace
    #[case(Field::Diastolic, "10533", "Pa", "79")]
    #[case(Field::Mean, "120.25", "mm[Hg]", "120.3")]
    #[case(Field::Weight, "69800", "g", "69.8")]
    #[case(Field::Weight, "154.3", "lb", "69.989")] // 69.98930…
    #[case(Field::Weight, "154.3", "[lb_av]", "69.989")]
    #[case(Field::Glucose, "5.5", "mmol/L", "99.1")] // 99.0858
    #[case(Field::Glucose, "0.008", "mol/L", "144.1")] // 144.1248
    #[case(Field::Glucose, "0.001", "kg/L", "100")]
    #[case(Field::Temperature, "98.6", "[degF]", "37")]
    #[case(Field::Temperature, "-40", "°F", "-40")]
    #[case(Field::Temperature, "100.05", "F", "37.81")] // 37.805…
    #[case(Field::Temperature, "36.65", "°C", "36.65")]
    #[case(Field::HeartRate, "66", "bpm", "66")]
    #[case(Field::Distance, "1.2345", "km", "1235")] // half away from zero
    #[case(Field::Distance, "1", "[mi_i]", "1609")]
    #[case(Field::Energy, "1000", "kJ", "239")] // 239.0057
    #[case(Field::RrIntervals, "0.8125", "s", "813")]
    #[case(Field::Deep, "5430", "s", "91")]
    #[case(Field::Rem, "1.5", "h", "90")]
    #[case(Field::Steps, "12", "{steps}", "12")]
    #[case(Field::Bmi, "24.55", "kg/m2", "24.6")]
    #[case(Field::Spo2, "97", "%", "97")]
    fn units_convert_exactly(
        #[case] field: Field,
        #[case] number: &str,
        #[case] unit: &str,
        #[case] text: &str,
    ) {
        let quantity = convert(field, number.parse().unwrap(), Some(unit)).unwrap();
        assert_eq!(quantity.to_string(), text);
        assert_eq!(quantity.decimals(), field.decimals());
    }

    #[rstest]
    #[case(Field::Systolic, "kg")]
    #[case(Field::Systolic, "MMHG")]
    #[case(Field::Glucose, "g/L")]
    #[case(Field::RrIntervals, "min")]
    #[case(Field::Spo2, "")]
    fn other_units_are_refused(#[case] field: Field, #[case] unit: &str) {
        assert_eq!(
            convert(field, Decimal::from_i64(1), Some(unit)),
            Err(ConvertError::Unit)
        );
    }

    #[test]
    fn canonical_units_have_their_names() {
        assert!(is_canonical(Field::Systolic, "mmHg") && is_canonical(Field::Systolic, "mm[Hg]"));
        assert!(!is_canonical(Field::Systolic, "kPa"));
        for field in Field::ALL {
            assert!(is_canonical(*field, field.ucum()), "{field}");
        }
        assert_eq!(
            convert(Field::Weight, Decimal::from_i64(i64::MAX), None),
            Err(ConvertError::OutOfRange)
        );
    }
}
