//! The chart of a device's page: the points and what lies behind them, which come with the page.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, TimeDelta, Utc};
use chrono_tz::Tz;
use vitals::{Field, Kind, Units};
use web_templates::Range;
use web_templates::series::{Band, Scale, Series};

use super::cells;
use super::reference::{Range as Limits, range as limits, ranges};
use super::tiles::is_enough;
use crate::ground::midnight;
use crate::history::store::series::{Point, fields, thin};
use crate::history::store::summary::{DAYS, Week};

/// When a range begins: a day is the last 24 hours, a week begins with its first midnight.
pub(super) fn since(range: Range, now: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    match range {
        Range::Day => now - TimeDelta::hours(24),
        Range::Week => {
            let back = i64::try_from(DAYS).unwrap_or(1) - 1;
            midnight(
                now.with_timezone(&zone).date_naive() - Duration::days(back),
                &zone,
            )
        }
    }
}

/// What a chart is drawn of.
pub(super) struct Drawn<'w> {
    /// The kind, and the units of who looks.
    pub(super) of: (Kind, Units),
    /// How far it looks back.
    pub(super) range: Range,
    /// Readings of the whole week, oldest first.
    pub(super) points: Vec<Point>,
    /// The same in figures.
    pub(super) week: &'w Week,
}

/// The readings of a day or of the week, with the bands behind them.
pub(super) fn series(drawn: Drawn<'_>, now: DateTime<Utc>, zone: Tz) -> Series {
    let Drawn {
        of: (kind, units),
        range,
        mut points,
        week,
    } = drawn;
    let from = since(range, now, zone);
    points.retain(|point| point.at >= from);
    let mean = match range {
        // A day of home readings has no mean that anything is held against.
        Range::Day => BTreeMap::new(),
        Range::Week => mean(kind, week),
    };
    let drawn = |limit: &&Limits| fields(kind).contains(&limit.field) && limit.field != Field::Pulse;
    let band = |limit: &Limits| {
        let (low, high) = limit.target()?;
        Some(Band {
            field: limit.field,
            low: Some(units.convert(limit.field, low)),
            high: Some(units.convert(limit.field, high)),
        })
    };
    let alarm = |limit: &Limits| Band {
        field: limit.field,
        low: limit.low().map(|low| units.convert(limit.field, low)),
        high: limit.high().map(|high| units.convert(limit.field, high)),
    };
    let outside = |point: &Point| {
        let values = fields(kind)
            .iter()
            .zip(point.values)
            .filter(|(_, value)| value.is_finite());
        values
            .into_iter()
            .any(|(field, value)| limits(kind, *field).is_some_and(|limit| limit.is_outside(value)))
    };
    Series {
        kind,
        from: from.timestamp_millis(),
        to: now.timestamp_millis(),
        time_zone: zone.name().to_owned(),
        unit: units.unit(kind.fields()[0]).to_owned(),
        shown: units
            .scale(kind.fields()[0])
            .map(|(factor, add)| Scale { factor, add }),
        bands: ranges(kind).iter().filter(drawn).filter_map(band).collect(),
        alarm: ranges(kind).iter().filter(drawn).map(alarm).collect(),
        mean: mean
            .into_iter()
            .map(|(field, mean)| (field, units.convert(field, mean)))
            .collect(),
        points: thin(points, outside)
            .iter()
            .map(|point| cells::point(kind, point, units))
            .collect(),
    }
}

/// The mean of each number that a line is drawn for. Nothing where there is too little to call it that; sums over a span have
/// no mean that would say anything.
fn mean(kind: Kind, week: &Week) -> BTreeMap<Field, f64> {
    if matches!(kind, Kind::Activity | Kind::Sleep) {
        return BTreeMap::new();
    }
    let Some(mean) = week.mean().filter(|mean| is_enough(kind, mean.of)) else {
        return BTreeMap::new();
    };
    let drawn = fields(kind).iter().filter(|field| **field != Field::Pulse);
    drawn.copied().zip([mean.first, mean.second]).collect()
}
