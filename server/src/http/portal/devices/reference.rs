//! General reference ranges for adults: what the charts shade, and from where on a person should look.
//!
//! They are published figures for orientation, the same for everybody; they are no diagnosis, no alert and no patient's
//! own target, and the pages say so. They hide nothing: a reading outside of them is shown like any other, marked.
//!
//! | kind | target | outside | source |
//! |---|---|---|---|
//! | blood pressure | 90–135 / 60–85 mmHg | below 90/60, above 160/100 | home hypertension from 135/85 (ESH 2023; Stergiou et al. 2021), grade 2 from 160/100 (ESH 2023), hypotension below 90/60 (NHLBI) |
//! | oxygen saturation | 94–100 % | below 92 | target 94–98 % (BTS guideline 2017); the red score of NEWS2 (RCP 2017) |
//! | glucose | 70–180 mg/dL | below 54, above 250 | time in range and its second levels (Battelino et al. 2019; ADA Standards of Care, section 6) |
//! | temperature | 36.1–37.2 °C | below 35, above 37.9 | hypothermia below 35 (NHS); fever from 38.0 (CDC); the usual range 97–99 °F (MedlinePlus) |
//! | heart rate, pulse | 60–100 /min | below 41, above 130 | resting rate (AHA); the red scores of NEWS2 (RCP 2017) |
//! | weight, activity, sleep | none | none | there is no general range for a single one |

use vitals::{Field, Kind, Quantity, Vital};

/// What is usual for one number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range {
    /// Which number.
    pub(super) field: Field,
    /// The band to aim for, in tenths of the unit, both ends included.
    target: Option<(i64, i64)>,
    /// Below this, in tenths, a person should look.
    low: Option<i64>,
    /// Above this, in tenths, a person should look.
    high: Option<i64>,
}

/// On which side of its limits a number lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http::portal) enum Side {
    /// Too low.
    Below,
    /// Too high.
    Above,
}

/// The ranges of a kind's numbers.
pub(super) const fn ranges(kind: Kind) -> &'static [Range] {
    const PULSE: Range = Range {
        field: Field::Pulse,
        target: None,
        low: Some(410),
        high: Some(1_300),
    };
    match kind {
        Kind::BloodPressure => &[
            Range {
                field: Field::Systolic,
                target: Some((900, 1_350)),
                low: Some(900),
                high: Some(1_600),
            },
            Range {
                field: Field::Diastolic,
                target: Some((600, 850)),
                low: Some(600),
                high: Some(1_000),
            },
            PULSE,
        ],
        Kind::Oximetry => &[
            Range {
                field: Field::Spo2,
                target: Some((940, 1_000)),
                low: Some(920),
                high: None,
            },
            PULSE,
        ],
        Kind::Glucose => &[Range {
            field: Field::Glucose,
            target: Some((700, 1_800)),
            low: Some(540),
            high: Some(2_500),
        }],
        Kind::Temperature => &[Range {
            field: Field::Temperature,
            target: Some((361, 372)),
            low: Some(350),
            high: Some(379),
        }],
        Kind::HeartRate => &[Range {
            field: Field::HeartRate,
            target: Some((600, 1_000)),
            low: Some(410),
            high: Some(1_300),
        }],
        Kind::Weight | Kind::Activity | Kind::Sleep => &[],
    }
}

/// The range of one number of a kind.
pub(super) fn range(kind: Kind, field: Field) -> Option<&'static Range> {
    ranges(kind).iter().find(|range| range.field == field)
}

impl Range {
    /// The band to aim for.
    pub(super) fn target(&self) -> Option<(f64, f64)> {
        self.target.map(|(low, high)| (unit(low), unit(high)))
    }

    /// Below this a person should look.
    pub(super) fn low(&self) -> Option<f64> {
        self.low.map(unit)
    }

    /// Above this a person should look.
    pub(super) fn high(&self) -> Option<f64> {
        self.high.map(unit)
    }

    /// On which side of the limits the number lies, if outside. HI lies above and LO below whatever the limit.
    pub(super) fn side(&self, quantity: Quantity) -> Option<Side> {
        use vitals::Comparator::{Greater, GreaterOrEqual, Less, LessOrEqual};
        match quantity.comparator() {
            Some(Less | LessOrEqual) if self.low.is_some() => return Some(Side::Below),
            Some(Greater | GreaterOrEqual) if self.high.is_some() => return Some(Side::Above),
            _ => {}
        }
        let one = 10_i64.pow(quantity.decimals().into());
        let is_below = self.low.is_some_and(|low| quantity.scaled() * 10 < low * one);
        let is_above = self.high.is_some_and(|high| quantity.scaled() * 10 > high * one);
        if is_below {
            Some(Side::Below)
        } else {
            is_above.then_some(Side::Above)
        }
    }

    /// The same for a number of a chart.
    pub(super) fn is_outside(&self, value: f64) -> bool {
        self.low().is_some_and(|low| value < low) || self.high().is_some_and(|high| value > high)
    }
}

/// The side on which the first of a reading's numbers lies outside, main number first.
pub(in crate::http::portal) fn side(vital: &Vital) -> Option<Side> {
    ranges(vital.kind())
        .iter()
        .find_map(|range| range.side(vital.get(range.field)?))
}

fn unit(tenths: i64) -> f64 {
    Quantity::from_scaled(tenths, 1).map_or(0.0, Quantity::to_f64)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::{Value, json};

    use super::*;

    #[rstest]
    #[case(Kind::BloodPressure, json!({"systolic": 160, "diastolic": 100}), None)]
    #[case(Kind::BloodPressure, json!({"systolic": 160.1, "diastolic": 80}), Some(Side::Above))]
    #[case(Kind::BloodPressure, json!({"systolic": 120, "diastolic": 59}), Some(Side::Below))]
    #[case(Kind::BloodPressure, json!({"systolic": 120, "diastolic": 80, "pulse": 131}), Some(Side::Above))]
    #[case(Kind::Oximetry, json!({"spo2": 92}), None)]
    #[case(Kind::Oximetry, json!({"spo2": 91.9}), Some(Side::Below))]
    #[case(Kind::Glucose, json!({"glucose": "HI"}), Some(Side::Above))]
    #[case(Kind::Glucose, json!({"glucose": "LO"}), Some(Side::Below))]
    #[case(Kind::Temperature, json!({"temperature": 37.9}), None)]
    #[case(Kind::Temperature, json!({"temperature": 38}), Some(Side::Above))]
    #[case(Kind::Weight, json!({"weight": 300}), None)]
    fn limits_are_exact(#[case] kind: Kind, #[case] values: Value, #[case] expected: Option<Side>) {
        assert_eq!(side(&Vital::from_json(kind, &values).unwrap()), expected);
    }
}
