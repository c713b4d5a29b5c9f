//! The points of a chart. A long series is thinned, but never so that a value leaves the picture that a person should
//! see: of every stretch the lowest and the highest stay, and every reading that is flagged, critical or out of range.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, TimeDelta, TimeZone, Utc};
use sea_orm::{ConnectionTrait as _, DbErr, QueryResult};
use uuid::Uuid;
use vitals::{Field, Kind, Quality};

use super::line::Devices;
use super::summary::{self, Day, Taken};
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

/// The columns come as arrays in one row, which costs a fraction of one row a reading. Names of values are bound; a name
/// that is null costs nothing. The `offset 0` keeps a reading's values from being taken apart anew for every number.
const SERIES: &str = "
select array_agg(id) as id, array_agg(at) as at, array_agg(quality) as quality,
  array_agg(comparator) as comparator, array_agg(begins) as begins, array_agg(ends) as ends,
  array_agg(a) as a, array_agg(b) as b, array_agg(c) as c, array_agg(d) as d
from (
  select id, measured_at as at, quality, coalesce(vals->$4->>'comparator', '') as comparator,
    coalesce(vals->>$8, '') as begins, coalesce(vals->>$9, '') as ends,
    coalesce((coalesce(vals->$4->'value', vals->$4))::float8, 'NaN') as a,
    coalesce((coalesce(vals->$5->'value', vals->$5))::float8, 'NaN') as b,
    coalesce((coalesce(vals->$6->'value', vals->$6))::float8, 'NaN') as c,
    coalesce((coalesce(vals->$7->'value', vals->$7))::float8, 'NaN') as d
  from (
    select id, measured_at, quality, vals::jsonb as vals
    from unnest($10::uuid[], $11::timestamptz[], $12::timestamptz[]) as l(device, begins, ends)
    join reading on device_id = l.device and measured_at >= l.begins and measured_at < l.ends
    where kind = $1 and measured_at >= $2 and received_at >= $3 and status = 'final'
    offset 0
  ) as apart
  order by measured_at
) as points
having count(*) > 0";

/// The devices' readings of a kind since a time, oldest first, all of them; those taken back are left out.
pub async fn points(
    tx: &Tx<CustomerScope>,
    devices: impl Into<Devices>,
    kind: Kind,
    since: DateTime<Utc>,
) -> Result<Vec<Point>, DbErr> {
    let name = |place: usize| fields(kind).get(place).map(|field| field.as_str());
    let edge = |name: &'static str| matches!(kind, Kind::Activity | Kind::Sleep).then_some(name);
    let values = [
        kind.as_str().into(),
        since.into(),
        (since - TimeDelta::minutes(AHEAD_MINUTES)).into(),
        name(0).into(),
        name(1).into(),
        name(2).into(),
        name(3).into(),
        edge("from").into(),
        edge("to").into(),
    ];
    let values = values.into_iter().chain(devices.into().values());
    let row = tx.connection().query_one_raw(sql(SERIES, values)).await?;
    row.map_or(Ok(Vec::new()), |row| unfold(&row))
}

/// One row of arrays as points.
fn unfold(row: &QueryResult) -> Result<Vec<Point>, DbErr> {
    let ids: Vec<Uuid> = get(row, "id")?;
    let times: Vec<DateTime<Utc>> = get(row, "at")?;
    let qualities: Vec<i16> = get(row, "quality")?;
    let texts = |column| get::<Vec<String>>(row, column);
    let (comparators, begins, ends) = (texts("comparator")?, texts("begins")?, texts("ends")?);
    let numbers = |column| get::<Vec<f64>>(row, column);
    let columns = [numbers("a")?, numbers("b")?, numbers("c")?, numbers("d")?];
    let at = |place: usize| {
        let bits = *qualities.get(place)?;
        let (begin, end) = (time(begins.get(place)?), time(ends.get(place)?));
        Some(Point {
            id: (*ids.get(place)?).into(),
            at: *times.get(place)?,
            period: begin.zip(end),
            values: columns
                .each_ref()
                .map(|column| column.get(place).copied().unwrap_or(f64::NAN)),
            quality: Quality::from_bits(bits)?,
            comparator: comparators.get(place)?.chars().next(),
        })
    };
    (0..ids.len())
        .map(|place| at(place).ok_or_else(|| unknown("quality")))
        .collect()
}

fn time(text: &str) -> Option<DateTime<Utc>> {
    text.parse().ok()
}

/// The mean of each number of a week that a chart draws a line for, and of how much it is one: that of
/// [`super::summary::Week::mean`]. Nothing where there is none; sums over a span have no mean that would say anything.
pub fn mean<Z: TimeZone>(
    points: &[Point],
    kind: Kind,
    now: &DateTime<Z>,
) -> Option<(BTreeMap<Field, f64>, Taken)> {
    if matches!(kind, Kind::Activity | Kind::Sleep) {
        return None;
    }
    let mean = summary::mean(&days(points, now))?;
    let drawn = fields(kind).iter().filter(|field| **field != Field::Pulse);
    Some((drawn.copied().zip([mean.first, mean.second]).collect(), mean.of))
}

/// The days that have points, oldest first; what a clock that is ahead dates tomorrow is today's. Tests are counted, and go into
/// no sum.
fn days<Z: TimeZone>(points: &[Point], now: &DateTime<Z>) -> Vec<Day> {
    let mut days: BTreeMap<NaiveDate, Day> = BTreeMap::new();
    for point in points {
        let at = point.at.with_timezone(&now.timezone());
        let date = at.date_naive().min(now.date_naive());
        let day = days.entry(date).or_insert_with(|| Day::empty(date));
        day.count += 1;
        if point.quality.contains(Quality::TEST) {
            continue;
        }
        if point.comparator.is_some() {
            day.beyond += 1;
            continue;
        }
        day.counted += 1;
        let [first, second, ..] = point.values.map(|value| if value.is_nan() { 0.0 } else { value });
        day.first += first;
        day.second += second;
    }
    days.into_values().collect()
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

    /// Some days after the series.
    fn now() -> DateTime<Utc> {
        "2026-11-20T00:00:00Z".parse().unwrap()
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
    fn the_mean_drops_the_first_day_and_says_of_how_much_it_is_one() {
        let mut points = series(4);
        for (place, (point, systolic)) in points.iter_mut().zip([200.0, 120.0, 130.0, 125.0]).enumerate() {
            point.at += TimeDelta::hours(20 * i64::try_from(place).unwrap());
            point.values[0] = systolic;
        }
        points[1].at += TimeDelta::hours(5);
        let mean = |points: &[Point]| {
            let (means, of) = mean(points, Kind::BloodPressure, &now()).unwrap();
            (means[&Field::Systolic], of.readings, of.days)
        };
        assert_eq!(mean(&points), (125.0, 3, 2));
        assert_eq!(mean(&points[..1]), (200.0, 1, 1), "a single day is all there is");
    }

    #[test]
    fn the_mean_leaves_out_what_lies_beyond_the_device() {
        let mut points = series(4);
        for (day, (point, glucose)) in (0..).zip(points.iter_mut().zip([300.0, 110.0, 600.0, 120.0])) {
            point.at += TimeDelta::days(day);
            point.values[0] = glucose;
        }
        points[2].comparator = Some('>');
        let mean = |points: &[Point]| {
            let (means, of) = mean(points, Kind::Glucose, &now())?;
            Some((means[&Field::Glucose], of.readings, of.days, of.beyond))
        };
        assert_eq!(mean(&points), Some((115.0, 2, 2, 1)));
        assert_eq!(mean(&points[2..]), Some((120.0, 1, 1, 0)));
        assert_eq!(mean(&points[2..3]), None);
    }

    #[test]
    fn what_a_clock_ahead_dates_tomorrow_is_today_s() {
        let mut points = series(3);
        for (point, at) in points.iter_mut().zip([
            "2026-11-18T12:00:00Z",
            "2026-11-19T23:50:00Z",
            "2026-11-20T00:05:00Z",
        ]) {
            point.at = at.parse().unwrap();
        }
        let days = |now: &str| {
            let now: DateTime<Utc> = now.parse().unwrap();
            mean(&points, Kind::Glucose, &now).unwrap().1.days
        };
        assert_eq!(days("2026-11-19T23:55:00Z"), 1);
        assert_eq!(days("2026-11-20T00:10:00Z"), 2);
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
