//! What a device's page says in figures: how many readings a day, their mean, the days with data.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, NaiveDate, TimeZone, Utc};
use sea_orm::{ConnectionTrait as _, DbErr};
use vitals::{Kind, Quality};

use super::line::Devices;
use super::series::Point;
use super::{get, sql};
use crate::ground::midnight;
use crate::tenancy::{CustomerScope, Tx};

/// Days that a page looks back on, today included.
pub const DAYS: usize = 7;
/// Days of the window in which days with data are counted.
pub const WINDOW: i64 = 30;

/// One of the customer's own days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Day {
    /// Which.
    pub date: NaiveDate,
    /// Readings of the kind on it, those taken back not counted.
    pub count: i64,
    /// Of those, the ones that are no tests and whose main value was measured: what the sums are made of.
    pub counted: i64,
    /// Of those, the ones that are no tests and whose main value is only a limit: a glucometer's HI and LO.
    pub beyond: i64,
    /// Sum of the main values.
    pub first: f64,
    /// Sum of the second values, of the kinds that have two: diastolic pressure.
    pub second: f64,
}

impl Day {
    /// A day without readings.
    fn empty(date: NaiveDate) -> Self {
        Self {
            date,
            count: 0,
            counted: 0,
            beyond: 0,
            first: 0.0,
            second: 0.0,
        }
    }

    fn add(&mut self, point: &Point, kind: Kind) {
        self.count += 1;
        if point.quality.contains(Quality::TEST) {
            return;
        }
        if point.comparator.is_some() {
            self.beyond += 1;
            return;
        }
        let [first, second, third, _] = point.values;
        let first = match kind {
            Kind::Sleep => asleep([first, second, third]),
            _ => Some(first).filter(|value| !value.is_nan()),
        };
        let Some(first) = first else {
            return;
        };
        self.counted += 1;
        self.first += first;
        if kind != Kind::Sleep && !second.is_nan() {
            self.second += second;
        }
    }
}

/// Minutes of a night's deep, light and REM sleep together; of one of which only the time awake is known, none.
fn asleep(phases: [f64; 3]) -> Option<f64> {
    phases
        .into_iter()
        .filter(|minutes| !minutes.is_nan())
        .reduce(|sum, minutes| sum + minutes)
}

/// A mean of some days, and of how much it is one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mean {
    /// Of the main values.
    pub first: f64,
    /// Of the second values, of the kinds that have two.
    pub second: f64,
    /// Of how many readings and days.
    pub of: Taken,
}

/// Of how much a mean is one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Taken {
    /// Readings.
    pub readings: u64,
    /// Days that have some of them.
    pub days: usize,
    /// Readings of the same time that are left out, because they lay beyond what the device measures.
    pub beyond: u64,
}

/// A week in figures.
#[derive(Debug, Clone, PartialEq)]
pub struct Week {
    /// Its [`DAYS`] days, oldest first, with and without data.
    pub days: Vec<Day>,
}

impl Week {
    /// The last [`DAYS`] days in the zone of this moment, of readings of one kind in any order. What came before them does not
    /// count; what a clock that is ahead dates tomorrow is today's.
    pub fn of<Z: TimeZone>(points: &[Point], kind: Kind, now: &DateTime<Z>) -> Self {
        let mut days = empty_days(now);
        let midnights: Vec<DateTime<Utc>> = days
            .iter()
            .map(|day| midnight(day.date, &now.timezone()))
            .collect();
        for point in points {
            let begun = midnights.partition_point(|midnight| *midnight <= point.at);
            if let Some(day) = begun.checked_sub(1).and_then(|place| days.get_mut(place)) {
                day.add(point, kind);
            }
        }
        Self { days }
    }

    /// Readings of the kind.
    pub fn count(&self) -> i64 {
        self.days.iter().map(|day| day.count).sum()
    }

    /// Readings that only say that a value was beyond what the device measures.
    pub fn beyond(&self) -> i64 {
        self.days.iter().map(|day| day.beyond).sum()
    }

    /// The mean of the main and of the second values, by [`mean`].
    pub fn mean(&self) -> Option<Mean> {
        mean(&self.days)
    }

    /// Whether the mean leaves out the first day with data.
    pub fn drops_first_day(&self) -> bool {
        used(&self.days).len() < with_data(&self.days).count()
    }
}

/// The mean of some days, oldest first. The first day with data is dropped, as the guidelines on home blood pressure ask for
/// (ESH 2021), unless no later one has a value. A reading beyond what the device measures says that the value is higher or
/// lower than a limit, not what it is: it goes into no mean.
fn mean(days: &[Day]) -> Option<Mean> {
    let used = used(days);
    let sum = |pick: fn(&Day) -> i64| used.iter().map(|day| pick(day).unsigned_abs()).sum();
    let readings: u64 = sum(|day| day.counted);
    if readings == 0 {
        return None;
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "a week has fewer readings than an f64 has digits"
    )]
    let mean = |pick: fn(&Day) -> f64| used.iter().map(|day| pick(day)).sum::<f64>() / readings as f64;
    Some(Mean {
        first: mean(|day| day.first),
        second: mean(|day| day.second),
        of: Taken {
            readings,
            days: used.iter().filter(|day| day.counted > 0).count(),
            beyond: sum(|day| day.beyond),
        },
    })
}

fn with_data(days: &[Day]) -> impl Iterator<Item = &Day> {
    days.iter().filter(|day| day.counted + day.beyond > 0)
}

/// The days that a mean is taken from.
fn used(days: &[Day]) -> Vec<&Day> {
    let later: Vec<&Day> = with_data(days).skip(1).collect();
    if later.iter().any(|day| day.counted > 0) {
        later
    } else {
        with_data(days).collect()
    }
}

/// How many of the customer's last [`WINDOW`] days have data of the device, by the usage ledger, which outlives the
/// readings.
pub async fn days_with_data<Z: TimeZone>(
    tx: &Tx<CustomerScope>,
    devices: impl Into<Devices>,
    now: DateTime<Utc>,
    zone: &Z,
) -> Result<usize, DbErr> {
    const LEDGER: &str = "select u.day, u.hourly
        from unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[]) as l(device, begins, ends)
        join usage_device_day u on u.device_id = l.device
          and u.day >= (l.begins at time zone 'UTC')::date and u.day <= (l.ends at time zone 'UTC')::date
        where u.day >= $1";
    let since = now.date_naive() - Duration::days(WINDOW + 1);
    let values = [since.into()].into_iter().chain(devices.into().values());
    let rows = tx.connection().query_all_raw(sql(LEDGER, values)).await?;
    let ledger: Vec<(NaiveDate, Vec<i32>)> = rows
        .iter()
        .map(|row| Ok((get(row, "day")?, get(row, "hourly")?)))
        .collect::<Result<_, DbErr>>()?;
    Ok(local_days(&ledger, now, zone).len())
}

/// The local days of the window on which an hour of the ledger has readings.
fn local_days<Z: TimeZone>(
    ledger: &[(NaiveDate, Vec<i32>)],
    now: DateTime<Utc>,
    zone: &Z,
) -> BTreeSet<NaiveDate> {
    let today = now.with_timezone(zone).date_naive();
    let first = today - Duration::days(WINDOW - 1);
    let hours = ledger.iter().flat_map(|(day, hourly)| {
        let midnight = day.and_time(chrono::NaiveTime::MIN).and_utc();
        (0i64..)
            .zip(hourly)
            .filter(|(_, count)| **count > 0)
            .map(move |(hour, _)| midnight + Duration::hours(hour))
    });
    hours
        .map(|at| at.with_timezone(zone).date_naive())
        .filter(|day| (first..=today).contains(day))
        .collect()
}

fn empty_days<Z: TimeZone>(now: &DateTime<Z>) -> Vec<Day> {
    let today = now.date_naive();
    let ago = 0..i64::try_from(DAYS).unwrap_or(1);
    let dates = ago.rev().map(|ago| today - Duration::days(ago));
    dates.map(Day::empty).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(count: i64, first: f64) -> Day {
        Day {
            date: NaiveDate::MIN,
            count,
            counted: count,
            beyond: 0,
            first,
            second: 0.0,
        }
    }

    fn week(days: Vec<Day>) -> Week {
        Week { days }
    }

    fn point(at: &str, main: f64) -> Point {
        Point {
            id: uuid::Uuid::nil().into(),
            at: at.parse().unwrap(),
            period: None,
            values: [main, 80.0, f64::NAN, f64::NAN],
            quality: Quality::NONE,
            comparator: None,
        }
    }

    /// Readings of each of the seven days, the oldest first.
    fn counts(week: &Week) -> Vec<i64> {
        week.days.iter().map(|day| day.count).collect()
    }

    #[test]
    fn a_week_is_the_last_seven_days_where_the_customer_lives() {
        let zone = chrono::FixedOffset::west_opt(5 * 3_600).unwrap();
        let now: DateTime<Utc> = "2026-11-20T03:00:00Z".parse().unwrap();
        let points = [
            point("2026-11-13T04:59:59Z", 100.0),
            point("2026-11-13T05:00:00Z", 110.0),
            point("2026-11-19T04:59:59Z", 120.0),
            point("2026-11-19T05:00:00Z", 130.0),
            point("2026-11-20T02:00:00Z", 140.0),
        ];
        let week = Week::of(&points, Kind::BloodPressure, &now.with_timezone(&zone));
        assert_eq!(counts(&week), [1, 0, 0, 0, 0, 1, 2]);
        assert_eq!((week.days[6].first, week.days[6].second), (270.0, 160.0));
    }

    #[test]
    fn what_a_clock_ahead_dates_tomorrow_is_today_s() {
        let points = [
            "2026-11-18T12:00:00Z",
            "2026-11-19T23:50:00Z",
            "2026-11-20T00:05:00Z",
        ]
        .map(|at| point(at, 120.0));
        let last = |now: &str| {
            let now: DateTime<Utc> = now.parse().unwrap();
            counts(&Week::of(&points, Kind::Glucose, &now)).split_off(4)
        };
        assert_eq!(last("2026-11-19T23:55:00Z"), [0, 1, 2]);
        assert_eq!(last("2026-11-20T00:10:00Z"), [1, 1, 1]);
    }

    #[test]
    fn tests_and_limits_are_counted_and_go_into_no_sum() {
        let now: DateTime<Utc> = "2026-11-20T12:00:00Z".parse().unwrap();
        let mut points = ["08", "09", "10"].map(|hour| point(&format!("2026-11-20T{hour}:00:00Z"), 120.0));
        points[1].quality = Quality::TEST;
        points[2].comparator = Some('>');
        let today = Week::of(&points, Kind::Glucose, &now).days[6];
        let counts = (today.count, today.counted, today.beyond);
        assert_eq!((counts, today.first), ((3, 1, 1), 120.0));
    }

    #[test]
    fn a_night_is_as_long_as_the_sleep_in_it() {
        let now: DateTime<Utc> = "2026-11-20T12:00:00Z".parse().unwrap();
        let mut night = point("2026-11-20T06:00:00Z", 90.0);
        night.values = [90.0, 240.0, f64::NAN, 15.0];
        let mut lain_awake = point("2026-11-20T07:00:00Z", f64::NAN);
        lain_awake.values = [f64::NAN, f64::NAN, f64::NAN, 20.0];
        let today = Week::of(&[night, lain_awake], Kind::Sleep, &now).days[6];
        assert_eq!((today.count, today.counted), (2, 1));
        assert_eq!((today.first, today.second), (330.0, 0.0));
    }

    #[test]
    fn the_mean_drops_the_first_day_with_data() {
        let mean = |days| {
            week(days)
                .mean()
                .map(|mean| (mean.first, mean.of.readings, mean.of.days))
        };
        assert_eq!(
            mean(vec![day(0, 0.0), day(2, 400.0), day(1, 120.0), day(1, 130.0)]),
            Some((125.0, 2, 2))
        );
        assert_eq!(
            mean(vec![day(0, 0.0), day(2, 280.0)]),
            Some((140.0, 2, 1)),
            "a single day is all there is"
        );
        assert_eq!(mean(vec![day(0, 0.0)]), None);
    }

    #[test]
    fn tests_count_as_readings_but_not_in_the_mean() {
        let mut tested = day(3, 100.0);
        tested.counted = 1;
        let mean = week(vec![tested]).mean().unwrap();
        assert_eq!(
            (week(vec![tested]).count(), mean.first, mean.of.readings),
            (3, 100.0, 1)
        );
    }

    #[test]
    fn what_lies_beyond_the_device_is_left_out_and_counted() {
        let high = |counted, first| Day {
            counted,
            beyond: 1,
            ..day(counted + 1, first)
        };
        let mean = |days| {
            let week = week(days);
            let mean = week.mean().map(|mean| (mean.first, mean.of));
            (mean, week.drops_first_day())
        };
        let of = |readings, days, beyond| Taken {
            readings,
            days,
            beyond,
        };
        assert_eq!(
            mean(vec![day(1, 300.0), high(2, 220.0), high(0, 0.0)]),
            (Some((110.0, of(2, 1, 2))), true)
        );
        assert_eq!(
            mean(vec![high(0, 0.0), day(1, 120.0)]),
            (Some((120.0, of(1, 1, 0))), true),
            "the first day is one with data, whatever it has"
        );
        assert_eq!(
            mean(vec![day(1, 120.0), high(0, 0.0)]),
            (Some((120.0, of(1, 1, 1))), false),
            "no later day has a value"
        );
        assert_eq!(mean(vec![high(0, 0.0), high(0, 0.0)]), (None, false));
    }

    #[test]
    fn a_ledger_day_is_drawn_at_the_local_midnight() {
        let zone = chrono::FixedOffset::west_opt(5 * 3_600).unwrap();
        let now = "2026-11-20T12:00:00Z".parse().unwrap();
        let mut hourly = vec![0; 24];
        (hourly[4], hourly[5]) = (1, 1);
        let ledger = [("2026-11-10".parse().unwrap(), hourly)];
        let days: Vec<String> = local_days(&ledger, now, &zone)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(days, ["2026-11-09", "2026-11-10"]);
    }
}
