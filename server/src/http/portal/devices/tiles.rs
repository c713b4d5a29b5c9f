//! The four tiles of a device's page: last reading, mean of the week, number of readings, days with data.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use vitals::{Field, Kind, Units};
use web_templates::text::grouped;
use web_templates::{Stat, Value, When};

use super::parts::figures;
use super::reference::{range, side};
use crate::history::store::page::Shown;
use crate::history::store::series::fields;
use crate::history::store::summary::{WINDOW, Week};

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

fn mean(week: &Week, kind: Kind, units: Units) -> Stat {
    let label = if week.drops_first_day() {
        "7-day mean · first day dropped"
    } else {
        "7-day mean"
    };
    let Some((first, second)) = week.mean() else {
        return Stat::new(label, Value::new("–", ""), "no readings to take it from");
    };
    let fields = fields(kind);
    let number = |field: Option<&Field>, value: f64| shown(field.copied(), value, units);
    let unit = fields.first().map_or(kind.unit(), |field| units.unit(*field));
    let value = match kind {
        Kind::BloodPressure => {
            Value::pair(number(fields.first(), first), number(fields.get(1), second), unit)
        }
        _ => Value::new(number(fields.first(), first), unit),
    };
    let (note, warn) = match target_note(kind, &[first, second], units) {
        Some(note) => (note, true),
        None if matches!(kind, Kind::Activity | Kind::Sleep) => ("a reading".to_owned(), false),
        None => (String::new(), false),
    };
    Stat::new(label, value, note).warn_if(warn)
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
    use super::*;

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
