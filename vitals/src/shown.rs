//! The units in which a person reads values. What is stored stays canonical; only what is shown is converted, by integer
//! arithmetic, with the factors of [`crate::units`].

use crate::units::Dimension;
use crate::{Decimal, Field, Quantity};

/// For pressures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PressureUnit {
    /// mmHg
    #[default]
    MmHg,
    /// kPa
    KPa,
}

/// For body weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum MassUnit {
    /// kg
    #[default]
    Kg,
    /// lb
    Lb,
}

/// For glucose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum GlucoseUnit {
    /// mg/dL
    #[default]
    MgDl,
    /// mmol/L
    MmolL,
}

/// For body temperature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TemperatureUnit {
    /// °C
    #[default]
    Celsius,
    /// °F
    Fahrenheit,
}

/// How a person reads values; the canonical units, where nothing was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Units {
    /// Pressures.
    pub pressure: PressureUnit,
    /// Body weight.
    pub mass: MassUnit,
    /// Glucose.
    pub glucose: GlucoseUnit,
    /// Body temperature.
    pub temperature: TemperatureUnit,
}

/// A unit to show: its name for people, its UCUM code, and the digits behind the point that mean something in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Other {
    name: &'static str,
    ucum: &'static str,
    decimals: u8,
}

impl Units {
    /// The unit of a field, as a person reads it, for example `kPa`.
    pub fn unit(self, field: Field) -> &'static str {
        self.other(field).map_or(field.unit(), |other| other.name)
    }

    /// The number in this person's unit, rounded half away from zero to what means something in it; as it is, where the
    /// unit is the canonical one. A comparator stays: more than 600 mg/dL is more than 33.3 mmol/L.
    pub fn show(self, field: Field, canonical: Quantity) -> Quantity {
        let converted = self.other(field).and_then(|Other { ucum, decimals, .. }| {
            let exponent = -i32::from(canonical.decimals());
            let number = Decimal::from_parts(canonical.scaled(), exponent);
            let scaled = field.dimension().out_of_canonical(number, ucum, decimals)?;
            Quantity::from_scaled(scaled, decimals).ok()
        });
        // Out of range is beyond anything that is taken in; the canonical number is right in any case.
        converted.map_or(canonical, |shown| shown.with_comparator(canonical.comparator()))
    }

    /// How a canonical number becomes one in this person's unit, for charts: times the first, plus the second. None where
    /// the unit is the canonical one.
    pub fn scale(self, field: Field) -> Option<(f64, f64)> {
        let other = self.other(field)?;
        field.dimension().scale_out(other.ucum)
    }

    /// The nearest `f64` in this person's unit, for charts and means.
    pub fn convert(self, field: Field, canonical: f64) -> f64 {
        self.scale(field)
            .map_or(canonical, |(factor, add)| canonical.mul_add(factor, add))
    }

    /// Whether this person reads the field in another unit than the canonical one.
    pub fn converts(self, field: Field) -> bool {
        self.other(field).is_some()
    }

    fn other(self, field: Field) -> Option<Other> {
        let other = |name, ucum| Other {
            name,
            ucum,
            decimals: 1,
        };
        match field.dimension() {
            Dimension::Pressure if self.pressure == PressureUnit::KPa => Some(other("kPa", "kPa")),
            Dimension::Mass if self.mass == MassUnit::Lb => Some(other("lb", "[lb_av]")),
            Dimension::Glucose if self.glucose == GlucoseUnit::MmolL => Some(other("mmol/L", "mmol/L")),
            Dimension::Temperature if self.temperature == TemperatureUnit::Fahrenheit => {
                Some(other("°F", "[degF]"))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Comparator;
    use crate::units::convert;

    const OTHERS: Units = Units {
        pressure: PressureUnit::KPa,
        mass: MassUnit::Lb,
        glucose: GlucoseUnit::MmolL,
        temperature: TemperatureUnit::Fahrenheit,
    };

    fn shown(field: Field, canonical: &str) -> String {
        let quantity = Quantity::new(canonical.parse().unwrap(), field.decimals()).unwrap();
        format!("{} {}", OTHERS.show(field, quantity), OTHERS.unit(field))
    }

    /// NIST SP 811 (2008), Appendix B.8, gives 1 mmHg = 133.3224 Pa and 1 lb = 0.45359237 kg and °F = °C × 1.8 + 32; the
    /// molar mass of glucose, 180.156 g/mol (PubChem CID 5793), makes 1 mmol/L of 18.0156 mg/dL.
    #[test]
    fn known_pairs_are_shown() {
        for (field, canonical, expected) in [
            (Field::Systolic, "120", "16 kPa"),
            (Field::Diastolic, "80", "10.7 kPa"),
            (Field::Mean, "93.3", "12.4 kPa"),
            (Field::Weight, "80", "176.4 lb"),
            (Field::Weight, "0.45359237", "1 lb"),
            (Field::Glucose, "99", "5.5 mmol/L"),
            (Field::Glucose, "180.156", "10 mmol/L"),
            (Field::Glucose, "126", "7 mmol/L"),
            (Field::Temperature, "37", "98.6 °F"),
            (Field::Temperature, "-40", "-40 °F"),
            (Field::Temperature, "38.5", "101.3 °F"),
            (Field::Pulse, "66", "66 bpm"),
            (Field::Spo2, "97", "97 %"),
        ] {
            assert_eq!(shown(field, canonical), expected, "{canonical} of {field:?}");
        }
    }

    #[test]
    fn who_chose_nothing_sees_what_is_stored() {
        for field in Field::ALL {
            let quantity = Quantity::from_scaled(12_345, field.decimals()).unwrap();
            assert_eq!(Units::default().show(*field, quantity), quantity);
            assert_eq!(Units::default().unit(*field), field.unit());
        }
    }

    #[test]
    fn a_chart_s_numbers_are_those_of_the_table() {
        let near = |field, canonical: f64, expected: f64| {
            let shown = OTHERS.convert(field, canonical);
            assert!((shown - expected).abs() < 0.005, "{field:?}: {shown}");
        };
        near(Field::Systolic, 120.0, 15.999);
        near(Field::Weight, 80.0, 176.37);
        near(Field::Glucose, 99.0, 5.495);
        near(Field::Temperature, 37.0, 98.6);
        near(Field::Pulse, 66.0, 66.0);
        assert_eq!(Units::default().scale(Field::Systolic), None);
    }

    #[test]
    fn more_than_is_still_more_than() {
        let high = Quantity::new("600".parse().unwrap(), 1).unwrap();
        let shown = OTHERS.show(Field::Glucose, high.with_comparator(Some(Comparator::Greater)));
        assert_eq!(shown.to_string(), "> 33.3");
    }

    /// What a sender measured in such a unit with one digit is shown as it was sent.
    #[test]
    fn what_came_in_such_a_unit_is_shown_as_it_came() {
        for (field, unit, range) in [
            (Field::Systolic, "kPa", 40..400),
            (Field::Weight, "lb", 20..9_000),
            (Field::Glucose, "mmol/L", 5..600),
            (Field::Temperature, "°F", 850..1_150),
        ] {
            for tenths in range {
                let sent = Decimal::from_parts(tenths, -1);
                let stored = convert(field, sent, Some(unit)).unwrap();
                let back = OTHERS.show(field, stored);
                assert_eq!(back, Quantity::from_scaled(tenths, 1).unwrap(), "{tenths} {unit}");
            }
        }
    }
}
