//! Made-up series: 7 days of every kind, from a small generator that gives the same numbers on every run.

use std::collections::BTreeMap;

use vitals::{Field, Kind};

use super::now;
use crate::series::{Band, Point, Series};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// The minimal standard generator: enough to scatter points.
struct Dice(u64);

impl Dice {
    /// Between 0 and 1.
    #[expect(clippy::cast_precision_loss, reason = "31 bits fit")]
    fn roll(&mut self) -> f64 {
        self.0 = self.0 * 16_807 % 2_147_483_647;
        self.0 as f64 / 2_147_483_647.0
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.roll()
    }

    fn whole(&mut self, low: f64, high: f64) -> f64 {
        self.between(low, high).round()
    }
}

/// The week of one kind.
pub fn series(kind: Kind) -> Series {
    let to = now().timestamp_millis();
    // Midnight in New York, 6 days before.
    let from = (to - 5 * HOUR) / DAY * DAY + 5 * HOUR - 6 * DAY;
    let mut dice = Dice(7);
    let mut points: Vec<Point> = hours(kind)
        .iter()
        .flat_map(|hour| (0..7).map(move |day| (day, *hour)))
        .map(|(day, hour)| (day, from + day * DAY + hour * HOUR / 10))
        .filter(|(day, t)| *t < to && !(*day == 4 && kind == Kind::BloodPressure && t % DAY > 20 * HOUR))
        .map(|(day, t)| point(kind, day, t, &mut dice))
        .collect();
    points.sort_by_key(|point| point.t);
    for (index, point) in points.iter_mut().enumerate() {
        point.id = format!("{}-{index:03}", kind.as_str());
    }
    if let Some(last) = points.last_mut()
        && kind == Kind::BloodPressure
    {
        last.t = to - 120_000;
        last.v = values(&[
            (Field::Systolic, 131.0),
            (Field::Diastolic, 82.0),
            (Field::Pulse, 66.0),
        ]);
    }
    let mean = kind
        .fields()
        .iter()
        .filter_map(|field| Some((*field, mean(&points, *field)?)))
        .collect();
    let (bands, alarm) = ranges(kind);
    Series {
        kind,
        from,
        to,
        time_zone: "America/New_York".into(),
        unit: kind.unit().into(),
        shown: None,
        bands,
        alarm,
        mean,
        points,
    }
}

/// What a live event would bring next.
pub fn live_point(kind: Kind) -> Point {
    let mut point = point(kind, 6, now().timestamp_millis(), &mut Dice(99));
    if let Some(until) = point.until {
        // A period ends now.
        (point.t, point.until) = (2 * point.t - until, Some(point.t));
    }
    point.id = "live-1".into();
    point
}

/// When in the day a kind is measured, in tenths of an hour.
fn hours(kind: Kind) -> Vec<i64> {
    match kind {
        Kind::BloodPressure => vec![75, 77, 172, 183],
        Kind::Weight => vec![71],
        Kind::Glucose => vec![66, 92, 126, 187, 224],
        Kind::Oximetry | Kind::Temperature => vec![80, 140, 205],
        Kind::HeartRate => (0..48).map(|half| half * 5).collect(),
        Kind::Activity => vec![0],
        Kind::Sleep => vec![-12],
    }
}

#[expect(clippy::cast_precision_loss, reason = "days and hours are small")]
fn point(kind: Kind, day: i64, t: i64, dice: &mut Dice) -> Point {
    let mut comparator = None;
    let mut flags = vec![];
    let hour = ((t - 5 * HOUR).rem_euclid(DAY) / HOUR) as f64;
    let v = match kind {
        Kind::BloodPressure => {
            let systolic = if day == 2 && (17.0..18.0).contains(&hour) {
                168.0
            } else {
                dice.whole(126.0, 152.0)
            };
            if day == 5 && hour < 8.0 {
                flags.push("irregular".to_owned());
            }
            let diastolic = (systolic * 0.6 + dice.between(0.0, 7.0)).round();
            values(&[
                (Field::Systolic, systolic),
                (Field::Diastolic, diastolic),
                (Field::Pulse, dice.whole(60.0, 76.0)),
            ])
        }
        Kind::Weight => {
            let weight = 83.4 - day as f64 * 0.17 + dice.between(-0.25, 0.25);
            values(&[
                (Field::Weight, weight),
                (Field::Bmi, weight / 3.24),
                (Field::BodyFat, 27.4),
            ])
        }
        Kind::Glucose => {
            let (value, beyond) = glucose(day, hour, dice);
            comparator = beyond.map(str::to_owned);
            values(&[(Field::Glucose, value)])
        }
        Kind::Oximetry => {
            let spo2 = if day == 4 && hour > 18.0 {
                87.0
            } else {
                dice.whole(93.0, 99.0)
            };
            values(&[
                (Field::Spo2, spo2),
                (Field::Pulse, dice.whole(58.0, 88.0)),
                (Field::PerfusionIndex, 4.2),
            ])
        }
        Kind::Temperature => {
            let fever = if (3..5).contains(&day) { 1.5 } else { 0.0 };
            values(&[(Field::Temperature, dice.between(36.3, 37.1) + fever)])
        }
        Kind::HeartRate => {
            let base = if (7.0..22.0).contains(&hour) { 78.0 } else { 58.0 };
            values(&[(Field::HeartRate, (base + dice.between(-6.0, 22.0)).round())])
        }
        Kind::Activity | Kind::Sleep => period(kind, dice),
    };
    Point {
        t,
        until: match kind {
            Kind::Activity => Some(t + DAY),
            Kind::Sleep => Some(t + 8 * HOUR),
            _ => None,
        },
        id: String::new(),
        v,
        flags,
        comparator,
    }
}

/// On one noon too high for the device, on one morning too low.
fn glucose(day: i64, hour: f64, dice: &mut Dice) -> (f64, Option<&'static str>) {
    if day == 3 && (12.0..13.0).contains(&hour) {
        (600.0, Some(">"))
    } else if day == 1 && (6.0..7.0).contains(&hour) {
        (20.0, Some("<"))
    } else {
        (dice.whole(82.0, if hour > 8.0 { 205.0 } else { 130.0 }), None)
    }
}

/// A day's activity, or a night.
fn period(kind: Kind, dice: &mut Dice) -> BTreeMap<Field, f64> {
    if kind == Kind::Sleep {
        return values(&[
            (Field::Deep, dice.whole(60.0, 100.0)),
            (Field::Light, dice.whole(190.0, 260.0)),
            (Field::Rem, dice.whole(70.0, 110.0)),
            (Field::Awake, dice.whole(12.0, 50.0)),
        ]);
    }
    let steps = dice.whole(2_100.0, 9_800.0);
    values(&[
        (Field::Steps, steps),
        (Field::Distance, (steps * 0.72).round()),
        (Field::Energy, (steps * 0.04).round()),
        (Field::ActiveMinutes, (steps / 120.0).round()),
    ])
}

fn values(of: &[(Field, f64)]) -> BTreeMap<Field, f64> {
    of.iter().copied().collect()
}

#[expect(clippy::cast_precision_loss, reason = "a week has a few hundred points")]
fn mean(points: &[Point], field: Field) -> Option<f64> {
    let values: Vec<f64> = points
        .iter()
        .filter_map(|point| point.v.get(&field).copied())
        .collect();
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn ranges(kind: Kind) -> (Vec<Band>, Vec<Band>) {
    let band = |field, low: f64, high: f64| Band {
        field,
        low: Some(low),
        high: (high > 0.0).then_some(high),
    };
    match kind {
        Kind::BloodPressure => (
            vec![
                band(Field::Systolic, 90.0, 135.0),
                band(Field::Diastolic, 60.0, 85.0),
            ],
            vec![
                band(Field::Systolic, 90.0, 160.0),
                band(Field::Diastolic, 60.0, 100.0),
            ],
        ),
        Kind::Glucose => (
            vec![band(Field::Glucose, 70.0, 180.0)],
            vec![band(Field::Glucose, 70.0, 250.0)],
        ),
        Kind::Oximetry => (
            vec![band(Field::Spo2, 92.0, 100.0)],
            vec![band(Field::Spo2, 90.0, 0.0)],
        ),
        Kind::Temperature => (
            vec![],
            vec![Band {
                field: Field::Temperature,
                low: None,
                high: Some(38.0),
            }],
        ),
        Kind::HeartRate => (
            vec![band(Field::HeartRate, 50.0, 100.0)],
            vec![band(Field::HeartRate, 45.0, 120.0)],
        ),
        Kind::Weight | Kind::Activity | Kind::Sleep => (vec![], vec![]),
    }
}
