//! What is physically impossible, and nothing else.
//!
//! A reading that looks unlike the patient, unlikely or alarming is **not** refused here: it is shown. These limits only
//! keep out what no living body or no instrument of the kind can produce, which means that the message is broken. They are
//! therefore wider than anything a clinician would call a normal range, and wider than the records we know of. The
//! figures marked \[R\] are recalled from the literature and were not looked up again; each limit leaves a wide margin.

use thiserror::Error;

use crate::vital::{Activity, BloodPressure, Sleep};
use crate::{Comparator, Field, Quantity, Vital};

/// Why a reading cannot be true. It does not repeat the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[error("{field}: {rule}")]
pub struct Implausible {
    /// The name of the value under `values`.
    pub field: &'static str,
    /// The rule it breaks.
    pub rule: Rule,
}

/// A rule of plausibility.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum Rule {
    /// Outside [`limits`] of its field.
    #[error("outside what is physically possible")]
    Range,
    /// Diastolic pressure at or above systolic pressure.
    #[error("diastolic must be below systolic")]
    DiastolicBelowSystolic,
    /// Mean pressure outside diastolic to systolic.
    #[error("mean must lie between diastolic and systolic")]
    MeanBetween,
    /// The period ends before it begins, or has no length.
    #[error("the period must end after it begins")]
    PeriodOrder,
    /// More minutes than the period has.
    #[error("more minutes than the period has")]
    LongerThanPeriod,
    /// More steps than legs can make in the period.
    #[error("more steps than the period allows")]
    StepRate,
    /// A sleep without any stage.
    #[error("at least one stage of sleep must be there")]
    NoStage,
}

impl Rule {
    /// A stable code for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Range => "out-of-physical-range",
            Self::DiastolicBelowSystolic => "diastolic-not-below-systolic",
            Self::MeanBetween => "mean-not-between",
            Self::PeriodOrder => "period-order",
            Self::LongerThanPeriod => "longer-than-period",
            Self::StepRate => "step-rate",
            Self::NoStage => "no-stage",
        }
    }
}

/// The most steps a second that are believed; a sprinter makes five \[R\].
const STEPS_PER_SECOND: i64 = 10;
/// What rounding to whole minutes may add to each stage, in ms.
const HALF_MINUTE_MS: i64 = 30_000;

/// The smallest and largest whole number of the canonical unit that are physically possible, both included.
///
/// | field | limits | why |
/// |---|---|---|
/// | systolic | 30–350 mmHg | a cuff's pressure is limited to 300 mmHg, 330 in a single fault (IEC 80601-2-30 \[R\]); below 30 not even a newborn's cuff measures \[R\] |
/// | mean | 10–350 mmHg | as above; it lies nearer to the diastolic pressure |
/// | diastolic | 1–350 mmHg | as above; in aortic regurgitation it comes near zero |
/// | pulse, heart_rate | 5–600 /min | the fastest ventricular rate reported is about 600 \[R\] |
/// | weight | 0.1–800 kg (the lower limit is finer than a whole number, and is applied as 0.1) | the smallest surviving newborn weighed 0.2 kg, the heaviest human 635 kg \[R\] |
/// | bmi | 2–400 kg/m2 | the highest reported is about 250 \[R\] |
/// | body_fat | 0–100 % | a share |
/// | glucose | 1–3000 mg/dL | the highest survived is about 2,650 \[R\]; zero is no life |
/// | spo2 | 1–100 % | a share; zero is an instrument's "no value" |
/// | perfusion_index | 0–100 % | a share; instruments show 0.02–20 \[R\] |
/// | temperature | 0–60 Cel | survived core temperatures lie between 11.8 and 46.5 \[R\]; a finger or toe may be as cold as the air |
/// | rr_intervals | 1–64 000 ms | the Bluetooth profile's 16 bits of 1/1024 s end at 63 999 ms; short ones are artefacts of the sensor, not broken messages |
/// | steps | 0–1 000 000 | and at most ten a second of the period |
/// | distance | 0–10 000 000 m | a quarter of the way around the Earth |
/// | energy | 0–100 000 kcal | five times what a cyclist spends in a day's race, over a week |
/// | active_minutes, sleep stages | 0–525 600 min | a year, and no more than the period |
pub const fn limits(field: Field) -> (i64, i64) {
    match field {
        Field::Systolic => (30, 350),
        Field::Mean => (10, 350),
        Field::Diastolic => (1, 350),
        Field::Pulse | Field::HeartRate => (5, 600),
        Field::Weight => (0, 800),
        Field::Bmi => (2, 400),
        Field::BodyFat | Field::PerfusionIndex => (0, 100),
        Field::Spo2 => (1, 100),
        Field::Glucose => (1, 3_000),
        Field::Temperature => (0, 60),
        Field::RrIntervals => (1, 64_000),
        Field::Steps => (0, 1_000_000),
        Field::Distance => (0, 10_000_000),
        Field::Energy => (0, 100_000),
        Field::ActiveMinutes | Field::Deep | Field::Light | Field::Rem | Field::Awake => (0, 525_600),
    }
}

/// The limits in the field's scaled integers. Weight alone begins at a fraction of its unit: 0.1 kg.
const fn scaled_limits(field: Field) -> (i64, i64) {
    let (low, high) = limits(field);
    let one = 10_i64.pow(field.decimals() as u32);
    match field {
        Field::Weight => (100, high * one),
        _ => (low * one, high * one),
    }
}

impl Vital {
    /// Refuses what is physically impossible: a number outside [`limits`], or numbers that contradict each other. A number
    /// with a comparator passes as long as some value it allows is possible; a meter's HI and LO always pass.
    pub fn check(&self) -> Result<(), Implausible> {
        for (field, quantity) in self.quantities() {
            in_range(field, quantity)?;
        }
        for ms in self.rr_intervals() {
            let (low, high) = scaled_limits(Field::RrIntervals);
            if !(low..=high).contains(ms) {
                return broken(Field::RrIntervals, Rule::Range);
            }
        }
        if self.period().is_some_and(|period| period.span_ms() <= 0) {
            return Err(Implausible {
                field: "to",
                rule: Rule::PeriodOrder,
            });
        }
        match self {
            Self::BloodPressure(v) => pressures(v),
            Self::Activity(v) => activity(v),
            Self::Sleep(v) => sleep(v),
            _ => Ok(()),
        }
    }
}

fn broken(field: Field, rule: Rule) -> Result<(), Implausible> {
    Err(Implausible {
        field: field.as_str(),
        rule,
    })
}

fn in_range(field: Field, quantity: Quantity) -> Result<(), Implausible> {
    let (low, high) = scaled_limits(field);
    let number = quantity.scaled();
    let possible = match quantity.comparator() {
        None => (low..=high).contains(&number),
        Some(Comparator::Less) => number > low,
        Some(Comparator::LessOrEqual) => number >= low,
        Some(Comparator::GreaterOrEqual) => number <= high,
        Some(Comparator::Greater) => number < high,
    };
    if possible {
        Ok(())
    } else {
        broken(field, Rule::Range)
    }
}

/// The scaled integer of an exact number; one with a comparator says nothing about its neighbours.
fn exact<const D: u8>(number: crate::Fixed<D>) -> Option<i64> {
    number.comparator().is_none().then(|| number.scaled())
}

fn pressures(v: &BloodPressure) -> Result<(), Implausible> {
    let (systolic, diastolic, mean) = (exact(v.systolic), exact(v.diastolic), v.mean.and_then(exact));
    if let (Some(systolic), Some(diastolic)) = (systolic, diastolic)
        && diastolic >= systolic
    {
        return broken(Field::Diastolic, Rule::DiastolicBelowSystolic);
    }
    if let Some(mean) = mean
        && (systolic.is_some_and(|systolic| mean > systolic)
            || diastolic.is_some_and(|diastolic| mean < diastolic))
    {
        return broken(Field::Mean, Rule::MeanBetween);
    }
    Ok(())
}

fn activity(v: &Activity) -> Result<(), Implausible> {
    let span = v.period.span_ms();
    // A second is added for a period that was cut to whole seconds.
    let seconds = span / 1_000 + 1;
    if exact(v.steps).is_some_and(|steps| steps > seconds.saturating_mul(STEPS_PER_SECOND)) {
        return broken(Field::Steps, Rule::StepRate);
    }
    let minutes = v.active_minutes.and_then(exact);
    if minutes.is_some_and(|minutes| minutes.saturating_mul(60_000) > span.saturating_add(HALF_MINUTE_MS)) {
        return broken(Field::ActiveMinutes, Rule::LongerThanPeriod);
    }
    Ok(())
}

fn sleep(v: &Sleep) -> Result<(), Implausible> {
    let stages = [
        (Field::Deep, v.deep),
        (Field::Light, v.light),
        (Field::Rem, v.rem),
        (Field::Awake, v.awake),
    ];
    let Some((first, _)) = stages.iter().find(|(_, minutes)| minutes.is_some()) else {
        return broken(Field::Deep, Rule::NoStage);
    };
    let (mut sum_ms, mut room_ms) = (0_i64, v.period.span_ms());
    for minutes in stages.iter().filter_map(|(_, minutes)| minutes.and_then(exact)) {
        sum_ms = sum_ms.saturating_add(minutes.saturating_mul(60_000));
        room_ms = room_ms.saturating_add(HALF_MINUTE_MS);
    }
    if sum_ms > room_ms {
        broken(*first, Rule::LongerThanPeriod)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::{Value, json};

    use super::*;
    use crate::Kind;

    fn check(kind: &str, values: &Value) -> Result<(), (&'static str, &'static str)> {
        let kind: Kind = kind.parse().unwrap();
        Vital::from_json(kind, values)
            .unwrap()
            .check()
            .map_err(|no| (no.field, no.rule.code()))
    }

    #[rstest]
    #[case("blood_pressure", json!({"systolic": 240, "diastolic": 140}))]
    #[case("blood_pressure", json!({"systolic": 30, "diastolic": 15}))]
    #[case("blood_pressure", json!({"systolic": 45, "diastolic": 20, "mean": 28, "pulse": 210}))]
    #[case("blood_pressure", json!({"systolic": {"value": 300, "comparator": ">"}, "diastolic": 300}))]
    #[case("weight", json!({"weight": 0.5}))]
    #[case("weight", json!({"weight": 635}))]
    #[case("glucose", json!({"glucose": "HI"}))]
    #[case("glucose", json!({"glucose": "LO"}))]
    #[case("glucose", json!({"glucose": 12}))]
    #[case("glucose", json!({"glucose": {"value": 3500, "comparator": "<"}}))]
    #[case("oximetry", json!({"spo2": 62, "perfusion_index": 0.02}))]
    #[case("oximetry", json!({"spo2": 100}))]
    #[case("temperature", json!({"temperature": 18.5, "site": "toe"}))]
    #[case("heart_rate", json!({"heart_rate": 257, "rr_intervals": [1, 252, 63999]}))]
    #[case("activity", json!({"steps": 600, "active_minutes": 1, "from": "2026-11-20T00:00:00Z", "to": "2026-11-20T00:01:00Z"}))]
    #[case("sleep", json!({"deep": 31, "light": 30, "from": "2026-11-20T00:00:00Z", "to": "2026-11-20T01:00:00Z"}))]
    fn what_can_be_passes(#[case] kind: &str, #[case] values: Value) {
        assert_eq!(check(kind, &values), Ok(()));
    }

    #[rstest]
    #[case("blood_pressure", json!({"systolic": 351, "diastolic": 80}), ("systolic", "out-of-physical-range"))]
    #[case("blood_pressure", json!({"systolic": -10, "diastolic": -20}), ("systolic", "out-of-physical-range"))]
    #[case("blood_pressure", json!({"systolic": 20, "diastolic": 10}), ("systolic", "out-of-physical-range"))]
    #[case("blood_pressure", json!({"systolic": 80, "diastolic": 80}), ("diastolic", "diastolic-not-below-systolic"))]
    #[case("blood_pressure", json!({"systolic": 120, "diastolic": 80, "mean": 121}), ("mean", "mean-not-between"))]
    #[case("blood_pressure", json!({"systolic": 120, "diastolic": 80, "mean": 79}), ("mean", "mean-not-between"))]
    #[case("blood_pressure", json!({"systolic": {"value": 400, "comparator": ">"}, "diastolic": 80}), ("systolic", "out-of-physical-range"))]
    #[case("weight", json!({"weight": 900}), ("weight", "out-of-physical-range"))]
    #[case("weight", json!({"weight": 0}), ("weight", "out-of-physical-range"))]
    #[case("glucose", json!({"glucose": 0}), ("glucose", "out-of-physical-range"))]
    #[case("glucose", json!({"glucose": {"value": 0, "comparator": "<"}}), ("glucose", "out-of-physical-range"))]
    #[case("oximetry", json!({"spo2": 127}), ("spo2", "out-of-physical-range"))]
    #[case("oximetry", json!({"spo2": 100.1}), ("spo2", "out-of-physical-range"))]
    #[case("temperature", json!({"temperature": 98.6}), ("temperature", "out-of-physical-range"))]
    #[case("heart_rate", json!({"heart_rate": 60, "rr_intervals": [0]}), ("rr_intervals", "out-of-physical-range"))]
    #[case("activity", json!({"steps": 700, "from": "2026-11-20T00:00:00Z", "to": "2026-11-20T00:01:00Z"}), ("steps", "step-rate"))]
    #[case("activity", json!({"steps": 7, "active_minutes": 2, "from": "2026-11-20T00:00:00Z", "to": "2026-11-20T00:01:00Z"}), ("active_minutes", "longer-than-period"))]
    #[case("activity", json!({"steps": 7, "from": "2026-11-20T00:00:00Z", "to": "2026-11-20T00:00:00Z"}), ("to", "period-order"))]
    #[case("sleep", json!({"light": 40, "rem": 22, "from": "2026-11-20T00:00:00Z", "to": "2026-11-20T01:00:00Z"}), ("light", "longer-than-period"))]
    fn what_cannot_be_is_refused(
        #[case] kind: &str,
        #[case] values: Value,
        #[case] why: (&'static str, &'static str),
    ) {
        assert_eq!(check(kind, &values), Err(why));
    }

    #[test]
    fn a_refusal_names_no_value() {
        let no = Implausible {
            field: "spo2",
            rule: Rule::Range,
        };
        assert_eq!(no.to_string(), "spo2: outside what is physically possible");
    }
}
