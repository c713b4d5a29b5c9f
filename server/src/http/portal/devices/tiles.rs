//! The four tiles of a device's page: last reading, mean of the week, number of readings, days with data.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use vitals::{Field, Kind, Units};
use web_templates::text::{counted, grouped};
use web_templates::{Stat, Value, When};

use super::parts::figures;
use super::reference::{range, side};
use crate::history::store::page::Shown;
use crate::history::store::series::fields;
use crate::history::store::summary::{Taken, WINDOW, Week};

pub(super) fn tiles(
    last: Option<&Shown>,
    week: &Week,
    days: usize,
    (kind, units): (Kind, Units),
    now: (DateTime<Utc>, Tz),
) -> Vec<Stat> {
    vec![
        last_reading(last, now, units),
        mean(week, kind, units),
        readings(week),
        days_with_data(days),
    ]
}

fn last_reading(last: Option<&Shown>, (now, zone): (DateTime<Utc>, Tz), units: Units) -> Stat {
    let Some(last) = last else {
        return Stat::new("Last reading", Value::new("–", ""), "none so far");
    };
    let pulse = last.vital.get(Field::Pulse).map(|pulse| format!("pulse {pulse}"));
    Stat::new(
        "Last reading",
        figures(&last.vital, units),
        pulse.unwrap_or_default(),
    )
    .of(When::ago(last.measured_at, now, &zone))
    .warn_if(side(&last.vital).is_some())
}

/// Days of which a mean is called the week's.
const DAYS_WANTED: usize = 3;
/// Readings of blood pressure of which a mean is held against 135/85.
const PRESSURES_WANTED: u64 = 12;

/// Whether a mean says something about the week. Home blood pressure is averaged over 12 to 24 readings of 4 to 7 days
/// without the first (Stergiou et al., J Clin Hypertens 2018; 20: 1116–1121): fewer are no average to hold against 135/85.
pub(super) fn is_enough(kind: Kind, of: Taken) -> bool {
    of.days >= DAYS_WANTED && (kind != Kind::BloodPressure || of.readings >= PRESSURES_WANTED)
}

fn mean(week: &Week, kind: Kind, units: Units) -> Stat {
    let Some(mean) = week.mean() else {
        let note = match week.beyond() {
            0 => "no readings to take it from".to_owned(),
            beyond => format!("none: {beyond} beyond the device"),
        };
        return Stat::new("7-day mean", Value::new("–", ""), note).warn_if(week.beyond() > 0);
    };
    let is_enough = is_enough(kind, mean.of);
    let label = match (is_enough, week.drops_first_day()) {
        (true, true) => "7-day mean · first day dropped",
        (true, false) => "7-day mean",
        (false, true) => "Mean so far · first day dropped",
        (false, false) => "Mean so far",
    };
    let fields = fields(kind);
    let number = |field: Option<&Field>, value: f64| shown(field.copied(), value, units);
    let unit = fields.first().map_or(kind.unit(), |field| units.unit(*field));
    let value = match kind {
        Kind::BloodPressure => {
            let second = number(fields.get(1), mean.second);
            Value::pair(number(fields.first(), mean.first), second, unit)
        }
        _ => Value::new(number(fields.first(), mean.first), unit),
    };
    let beyond = target_note(kind, &[mean.first, mean.second], units).filter(|_| is_enough);
    let note = match &beyond {
        Some(beyond) => format!("{beyond} · {}", taken(kind, mean.of)),
        None => taken(kind, mean.of),
    };
    // A mean without the HI of a glucometer is lower than the week was: it is never shown as if all were well.
    Stat::new(label, value, note).warn_if(beyond.is_some() || mean.of.beyond > 0)
}

/// Of how much a mean is one, and what is left out or missing: `of 14 readings on 4 days · 1 beyond the device left out`.
fn taken(kind: Kind, of: Taken) -> String {
    let days = counted(of.days as u64, "day", "days");
    // The sums of periods: so many steps a reading.
    let readings = match kind {
        Kind::Activity | Kind::Sleep => format!("a reading, of {}", grouped(of.readings)),
        _ => format!("of {}", counted(of.readings, "reading", "readings")),
    };
    let wanted = if kind == Kind::BloodPressure && !is_enough(kind, of) {
        format!("; for an average {PRESSURES_WANTED} on {DAYS_WANTED} days are wanted")
    } else {
        String::new()
    };
    let beyond = match of.beyond {
        0 => String::new(),
        beyond => format!(" · {beyond} beyond the device left out"),
    };
    format!("{readings} on {days}{beyond}{wanted}")
}

/// Where a mean, as it is shown, lies beyond the band to aim for: `above 135/85`. Of a pulse or a temperature the band is what is usual and
/// nothing to aim for.
fn target_note(kind: Kind, means: &[f64], units: Units) -> Option<String> {
    if matches!(kind, Kind::HeartRate | Kind::Temperature) {
        return None;
    }
    let targets: Vec<(f64, [f64; 2], Field)> = fields(kind)
        .iter()
        .zip(means)
        .filter_map(|(field, mean)| {
            range(kind, *field)?
                .target()
                .map(|(low, high)| (mean.round(), [low, high], *field))
        })
        .collect();
    let join = |edge: usize| {
        targets
            .iter()
            .map(|(_, edges, field)| {
                if units.converts(*field) {
                    shown(Some(*field), edges[edge], units)
                } else {
                    edges[edge].to_string()
                }
            })
            .collect::<Vec<_>>()
            .join("/")
    };
    if targets.iter().any(|(mean, [_, high], _)| mean > high) {
        return Some(format!("above {}", join(1)));
    }
    targets
        .iter()
        .any(|(mean, [low, _], _)| mean < low)
        .then(|| format!("below {}", join(0)))
}

fn readings(week: &Week) -> Stat {
    let today = week.days.last().map_or(0, |day| day.count);
    let empty = week.days.iter().filter(|day| day.count == 0).count();
    let note = match (week.count(), empty) {
        (0, _) => String::new(),
        (_, 0) => format!("{today} today · every day"),
        (_, 1) => format!("{today} today · 1 day without"),
        (_, empty) => format!("{today} today · {empty} days without"),
    };
    Stat::new(
        "Readings",
        Value::new(grouped(week.count().unsigned_abs()), "in 7 days"),
        note,
    )
}

fn days_with_data(days: usize) -> Stat {
    let window = usize::try_from(WINDOW).unwrap_or(1).max(1);
    let percent = u8::try_from((days * 100 / window).min(100)).unwrap_or(100);
    Stat::new(
        "Days with data",
        Value::new(days.to_string(), format!("of the last {window}")),
        "",
    )
    .with_percent(percent)
}

/// A mean in the units of who looks, with as many digits as the field's values are read with.
pub(super) fn shown(field: Option<Field>, value: f64, units: Units) -> String {
    match field {
        Some(field) if units.converts(field) => format!("{:.1}", units.convert(field, value)),
        Some(Field::Temperature | Field::Weight) => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::history::store::summary::Day;

    fn week(days: Vec<Day>) -> Week {
        Week { days }
    }

    /// The tile of a week with so many readings on each day.
    fn tile(kind: Kind, counts: &[i64], each: [f64; 2]) -> (String, String, bool) {
        #[expect(clippy::cast_precision_loss, reason = "a few readings")]
        let day = |count: &i64| Day {
            date: NaiveDate::MIN,
            count: *count,
            counted: *count,
            beyond: 0,
            first: each[0] * *count as f64,
            second: each[1] * *count as f64,
        };
        let stat = mean(&week(counts.iter().map(day).collect()), kind, Units::default());
        (stat.label, stat.note, stat.warn)
    }

    #[test]
    fn a_mean_of_too_little_is_called_none_of_the_week_and_held_against_nothing() {
        let pressure = |counts: &[i64]| tile(Kind::BloodPressure, counts, [150.0, 90.0]);
        let told = |label: &str, note: &str, warn| (label.to_owned(), note.to_owned(), warn);
        assert_eq!(
            pressure(&[1]),
            told(
                "Mean so far",
                "of 1 reading on 1 day; for an average 12 on 3 days are wanted",
                false
            )
        );
        assert_eq!(
            pressure(&[4, 4, 4, 3]),
            told(
                "Mean so far · first day dropped",
                "of 11 readings on 3 days; for an average 12 on 3 days are wanted",
                false
            )
        );
        assert_eq!(
            pressure(&[4, 10, 10]).1,
            "of 20 readings on 2 days; for an average 12 on 3 days are wanted"
        );
        assert_eq!(
            pressure(&[4, 4, 4, 4]),
            told(
                "7-day mean · first day dropped",
                "above 135/85 · of 12 readings on 3 days",
                true
            )
        );
        let sugar = |counts: &[i64]| tile(Kind::Glucose, counts, [200.0, 0.0]);
        assert_eq!(sugar(&[1]), told("Mean so far", "of 1 reading on 1 day", false));
        assert_eq!(sugar(&[1, 1, 1, 1]).1, "above 180 · of 3 readings on 3 days");
        assert_eq!(
            tile(Kind::Activity, &[2, 1], [900.0, 0.0]).1,
            "a reading, of 1 on 1 day"
        );
    }

    #[test]
    fn a_mean_says_what_it_leaves_out_and_is_none_without_a_value() {
        let day = |counted: i64, first| Day {
            date: NaiveDate::MIN,
            count: counted + 1,
            counted,
            beyond: 1,
            first,
            second: 0.0,
        };
        let tile = |days| mean(&week(days), Kind::Glucose, Units::default());
        let some = tile(vec![day(1, 300.0), day(2, 220.0), day(2, 240.0), day(0, 0.0)]);
        assert_eq!(
            (some.label.as_str(), some.note.as_str(), some.warn),
            (
                "Mean so far · first day dropped",
                "of 4 readings on 2 days · 3 beyond the device left out",
                true
            ),
            "a day of HI alone does not make a mean the week's"
        );
        let calm = |beyond| {
            let day = Day {
                beyond,
                ..day(2, 200.0)
            };
            tile(vec![day; 5])
        };
        let (without, with) = (calm(0), calm(1));
        assert_eq!(
            (without.note.as_str(), without.warn),
            ("of 8 readings on 4 days", false)
        );
        assert!(with.warn, "the week was higher than a mean of 100 says");
        let none = tile(vec![day(0, 0.0), day(0, 0.0)]);
        assert_eq!(
            (none.label.as_str(), none.note.as_str(), none.warn),
            ("7-day mean", "none: 2 beyond the device", true)
        );
    }

    #[test]
    fn a_mean_beyond_the_target_says_so() {
        let note = |means: [f64; 2]| target_note(Kind::BloodPressure, &means, Units::default());
        assert_eq!(note([138.0, 80.0]).as_deref(), Some("above 135/85"));
        assert_eq!(note([120.0, 86.0]).as_deref(), Some("above 135/85"));
        assert_eq!(note([88.0, 70.0]).as_deref(), Some("below 90/60"));
        let kpa = Units {
            pressure: vitals::PressureUnit::KPa,
            ..Units::default()
        };
        let note_in_kpa = target_note(Kind::BloodPressure, &[138.0, 80.0], kpa);
        assert_eq!(note_in_kpa.as_deref(), Some("above 18.0/11.3"));
        assert_eq!(note([135.4, 85.0]), None, "shown as 135/85");
        assert_eq!(
            target_note(Kind::HeartRate, &[52.0], Units::default()),
            None,
            "an athlete's pulse"
        );
        assert_eq!(target_note(Kind::Weight, &[80.0, 0.0], Units::default()), None);
        assert_eq!(
            target_note(Kind::Oximetry, &[97.0, 60.0], Units::default()),
            None,
            "a pulse has limits but no target"
        );
    }
}
