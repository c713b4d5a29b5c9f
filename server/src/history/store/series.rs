//! The points of a chart. A long series is thinned, but never so that a value leaves the picture that a person should
//! see: of every stretch the lowest and the highest stay, and every reading that is flagged, critical or out of range.

mod numbers;

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait as _, DbErr, QueryResult};
use uuid::Uuid;
use vitals::{Field, Kind, Quality};

use super::line::Devices;
use super::{AHEAD_MINUTES, get, sql, unknown};
use crate::ground::ids::ReadingId;
use crate::tenancy::{CustomerScope, Tx};

/// Numbers that a point has at most.
pub const COLUMNS: usize = 4;
/// Points that are drawn without thinning.
pub const MOST: usize = 2_000;
/// Stretches of equal length that a longer series is cut into.
const STRETCHES: i64 = 250;

/// One reading in a chart. A patient's value: only tests may print it.
#[derive(Clone, PartialEq)]
#[cfg_attr(test, derive(Debug))]
pub struct Point {
    /// The reading.
    pub id: ReadingId,
    /// The time it counts for.
    pub at: DateTime<Utc>,
    /// The span that was measured over, of an activity or a sleep.
    pub period: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Its numbers in the order of [`fields`]; not a number where it has none.
    pub values: [f64; COLUMNS],
    /// What casts doubt on it.
    pub quality: Quality,
    /// `>` or `<` where the main number is a limit and not a value: a glucometer's HI and LO.
    pub comparator: Option<char>,
}

/// The numbers of a kind that a chart draws, the main one first.
pub fn fields(kind: Kind) -> &'static [Field] {
    match kind {
        Kind::BloodPressure => &[Field::Systolic, Field::Diastolic, Field::Pulse],
        Kind::Weight => &[Field::Weight],
        Kind::Glucose => &[Field::Glucose],
        Kind::Oximetry => &[Field::Spo2, Field::Pulse],
        Kind::Temperature => &[Field::Temperature],
        Kind::HeartRate => &[Field::HeartRate],
        Kind::Activity => &[Field::Steps],
        Kind::Sleep => &[Field::Deep, Field::Light, Field::Rem, Field::Awake],
    }
}

/// What devices measured since a time. It holds a patient's values, so it has no `Debug`.
pub struct Measured {
    /// The readings of the kind that was asked for, oldest first, all of them.
    pub points: Vec<Point>,
    /// Every kind of which there is a reading.
    pub kinds: BTreeSet<Kind>,
}

/// The columns come as arrays in one row, which costs a fraction of one row a reading, and the values as they are stored, to be
/// taken apart here. The other kinds are sorted only where there are some.
const SERIES: &str = "
select array_agg(id) filter (where kind = $1) as id, array_agg(measured_at) filter (where kind = $1) as at,
  array_agg(quality) filter (where kind = $1) as quality, array_agg(vals::text) filter (where kind = $1) as vals,
  array_agg(distinct kind) filter (where kind <> $1) as others
from unnest($4::uuid[], $5::timestamptz[], $6::timestamptz[]) as l(device, begins, ends)
join reading on device_id = l.device and measured_at >= l.begins and measured_at < l.ends
where measured_at >= $2 and received_at >= $3 and status = 'final'";

/// What the devices measured since a time, and of one kind all readings; those taken back are left out.
pub async fn measured(
    tx: &Tx<CustomerScope>,
    devices: impl Into<Devices>,
    kind: Kind,
    since: DateTime<Utc>,
) -> Result<Measured, DbErr> {
    let values = [
        kind.as_str().into(),
        since.into(),
        (since - TimeDelta::minutes(AHEAD_MINUTES)).into(),
    ];
    let values = values.into_iter().chain(devices.into().values());
    let row = tx.connection().query_one_raw(sql(SERIES, values)).await?;
    let Some(row) = row else {
        return Err(unknown("no answer"));
    };
    let points = unfold(&row, kind)?;
    let others: Option<Vec<String>> = get(&row, "others")?;
    let mut kinds: BTreeSet<Kind> = points.first().map(|_| kind).into_iter().collect();
    for other in others.unwrap_or_default() {
        kinds.insert(other.parse().map_err(|_| unknown("kind"))?);
    }
    Ok(Measured { points, kinds })
}

/// One row of arrays as points, oldest first; null where there is none.
fn unfold(row: &QueryResult, kind: Kind) -> Result<Vec<Point>, DbErr> {
    let Some(ids) = get::<Option<Vec<Uuid>>>(row, "id")? else {
        return Ok(Vec::new());
    };
    let times: Vec<DateTime<Utc>> = get(row, "at")?;
    let qualities: Vec<i16> = get(row, "quality")?;
    let values: Vec<String> = get(row, "vals")?;
    let columns = ids.into_iter().zip(times).zip(qualities).zip(values);
    let mut points = columns
        .map(|(((id, at), quality), values)| {
            let numbers = numbers::read(&values, fields(kind)).map_err(|_| unknown("vals"))?;
            Ok(Point {
                id: id.into(),
                at,
                period: numbers.period,
                values: numbers.values,
                quality: Quality::from_bits(quality).ok_or_else(|| unknown("quality"))?,
                comparator: numbers.comparator,
            })
        })
        .collect::<Result<Vec<_>, DbErr>>()?;
    points.sort_by_key(|point| point.at);
    Ok(points)
}

/// Takes points out of a long series. `must_stay` names those that a person should see; flagged ones and limits stay
/// whatever it says, and of each stretch of time the lowest and the highest of every number.
pub fn thin(points: Vec<Point>, must_stay: impl Fn(&Point) -> bool) -> Vec<Point> {
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return points;
    };
    if points.len() <= MOST {
        return points;
    }
    let (begin, span) = (first.at, (last.at - first.at).num_milliseconds().max(1));
    let stretch = |point: &Point| (point.at - begin).num_milliseconds() * STRETCHES / (span + 1);
    let mut kept: BTreeSet<usize> = BTreeSet::from([0, points.len() - 1]);
    let mut from = 0;
    while from < points.len() {
        let number = stretch(&points[from]);
        let length = points[from..]
            .iter()
            .take_while(|point| stretch(point) == number)
            .count()
            .max(1);
        for column in 0..COLUMNS {
            kept.extend(
                extremes(&points[from..from + length], column)
                    .into_iter()
                    .flatten()
                    .map(|place| from + place),
            );
        }
        from += length;
    }
    let stays = |point: &Point| !point.quality.is_empty() || point.comparator.is_some() || must_stay(point);
    let keep = |(place, point): (usize, Point)| (kept.contains(&place) || stays(&point)).then_some(point);
    points.into_iter().enumerate().filter_map(keep).collect()
}

/// Where the lowest and the highest of a number stand.
fn extremes(points: &[Point], column: usize) -> [Option<usize>; 2] {
    let numbers = || {
        points
            .iter()
            .map(|point| point.values[column])
            .enumerate()
            .filter(|(_, value)| !value.is_nan())
    };
    let lowest = numbers().min_by(|(_, one), (_, other)| one.total_cmp(other));
    let highest = numbers().max_by(|(_, one), (_, other)| one.total_cmp(other));
    [lowest, highest].map(|found| found.map(|(place, _)| place))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(count: i32) -> Vec<Point> {
        let start: DateTime<Utc> = "2026-11-14T00:00:00Z".parse().unwrap();
        let wave = |i: i32| 120.0 + f64::from((i * 7_919) % 41);
        (0..count)
            .map(|i| Point {
                id: Uuid::nil().into(),
                period: None,
                at: start + TimeDelta::seconds(60 * i64::from(i)),
                values: [wave(i), wave(i) - 50.0, f64::NAN, f64::NAN],
                quality: Quality::NONE,
                comparator: None,
            })
            .collect()
    }

    fn bounds(points: &[Point], column: usize) -> (f64, f64) {
        let values = || points.iter().map(|point| point.values[column]);
        (
            values().fold(f64::INFINITY, f64::min),
            values().fold(f64::NEG_INFINITY, f64::max),
        )
    }

    #[test]
    fn a_short_series_is_drawn_whole() {
        assert_eq!(thin(series(2_000), |_| false).len(), 2_000);
        assert_eq!(thin(Vec::new(), |_| false), []);
    }

    #[test]
    fn a_long_series_keeps_its_extremes_in_order() {
        let mut all = series(10_000);
        (all[4_321].values[0], all[7_654].values[1]) = (250.0, 20.0);
        let thinned = thin(all.clone(), |_| false);
        assert!(thinned.len() < MOST, "{}", thinned.len());
        assert_eq!(bounds(&thinned, 0), bounds(&all, 0));
        assert_eq!(bounds(&thinned, 1), bounds(&all, 1));
        assert!(thinned.is_sorted_by_key(|point| point.at));
        let ends = |points: &[Point]| (points[0].at, points[points.len() - 1].at);
        assert_eq!(ends(&thinned), ends(&all));
    }

    #[test]
    fn what_a_person_should_see_is_never_thinned_away() {
        let mut all = series(10_000);
        for point in &mut all[5_000..5_100] {
            point.quality = Quality::IRREGULAR;
        }
        for point in &mut all[6_000..6_100] {
            point.comparator = Some('>');
        }
        let must_stay = |point: &Point| point.values[0] >= 158.0;
        let critical = all.iter().filter(|point| must_stay(point)).count();
        let thinned = thin(all, must_stay);
        let count = |wanted: fn(&Point) -> bool| thinned.iter().filter(|point| wanted(point)).count();
        assert_eq!(count(|point| !point.quality.is_empty()), 100);
        assert_eq!(count(|point| point.comparator.is_some()), 100);
        assert_eq!(thinned.iter().filter(|point| must_stay(point)).count(), critical);
    }

    #[test]
    fn readings_of_one_moment_do_not_divide_by_zero() {
        let mut all = series(3_000);
        let at = all[0].at;
        for point in &mut all {
            point.at = at;
        }
        assert!(!thin(all, |_| false).is_empty());
    }
}
