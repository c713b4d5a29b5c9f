//! What a device's page says in figures: how many readings a day, their mean, the days with data.

use chrono::{DateTime, Duration, NaiveDate, TimeDelta, TimeZone, Utc};
use sea_orm::{ConnectionTrait as _, DbErr};
use std::collections::{BTreeMap, BTreeSet};
use vitals::Kind;

use super::line::Devices;
use super::{AHEAD_MINUTES, get, parsed, sql};
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
    /// Of those, the ones that are no tests and were measured: what the sums are made of.
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
    pub(super) fn empty(date: NaiveDate) -> Self {
        Self {
            date,
            count: 0,
            counted: 0,
            beyond: 0,
            first: 0.0,
            second: 0.0,
        }
    }
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
    /// Every kind that the device measured in it, with the number of readings.
    pub kinds: BTreeMap<Kind, i64>,
}

impl Week {
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
pub(super) fn mean(days: &[Day]) -> Option<Mean> {
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

/// The number under a name, also where it is only a limit; [`week!`] takes those out of the main value.
macro_rules! number {
    ($field:literal) => {
        concat!(
            "coalesce(r.vals->'",
            $field,
            "'->'value', r.vals->'",
            $field,
            "')::float8"
        )
    };
}

macro_rules! week {
    ($main:literal, $first:expr, $second:expr) => {
        concat!(
            "select r.kind, width_bucket(r.measured_at, $2::timestamptz[]) as day, count(*) as count,
               count(*) filter (where r.kind = $1 and r.quality & 64 = 0 and m.is_measured) as counted,
               count(*) filter (where r.kind = $1 and r.quality & 64 = 0 and not m.is_measured) as beyond,
               coalesce(sum(",
            $first,
            ") filter (where r.kind = $1 and r.quality & 64 = 0 and m.is_measured), 0)::float8 as first,
               coalesce(sum(",
            $second,
            ") filter (where r.kind = $1 and r.quality & 64 = 0 and m.is_measured), 0)::float8 as second
             from (
               select r.kind, r.measured_at, r.quality, case when r.kind = $1 then r.vals::jsonb end as vals
               from unnest($5::uuid[], $6::timestamptz[], $7::timestamptz[]) as l(device, begins, ends)
               join reading r on r.device_id = l.device and r.measured_at >= l.begins and r.measured_at < l.ends
               where r.measured_at >= $3 and r.received_at >= $4 and r.status = 'final'
               offset 0
             ) as r
             cross join lateral (select r.vals->'",
            $main,
            "'->>'comparator' is null as is_measured) as m
             group by 1, 2"
        )
    };
}

/// Main and second value of a kind in SQL. Bit 64 of the quality is `Quality::TEST`.
const fn week_of(kind: Kind) -> &'static str {
    match kind {
        Kind::BloodPressure => week!("systolic", number!("systolic"), number!("diastolic")),
        Kind::Weight => week!("weight", number!("weight"), "0"),
        Kind::Glucose => week!("glucose", number!("glucose"), "0"),
        Kind::Oximetry => week!("spo2", number!("spo2"), number!("pulse")),
        Kind::Temperature => week!("temperature", number!("temperature"), "0"),
        Kind::HeartRate => week!("heart_rate", number!("heart_rate"), "0"),
        Kind::Activity => week!("steps", number!("steps"), "0"),
        Kind::Sleep => week!(
            "deep",
            concat!(
                "(coalesce(",
                number!("deep"),
                ", 0) + coalesce(",
                number!("light"),
                ", 0) + coalesce(",
                number!("rem"),
                ", 0))"
            ),
            "0"
        ),
    }
}

/// The device's last [`DAYS`] days in the customer's zone.
pub async fn week<Z: TimeZone>(
    tx: &Tx<CustomerScope>,
    devices: impl Into<Devices>,
    kind: Kind,
    now: DateTime<Utc>,
    zone: &Z,
) -> Result<Week, DbErr> {
    let mut days = empty_days(now, zone);
    let midnights: Vec<DateTime<Utc>> = days.iter().map(|day| midnight(day.date, zone)).collect();
    let first = midnights.first().copied().unwrap_or(now);
    let values = [
        kind.as_str().into(),
        midnights.into(),
        first.into(),
        (first - TimeDelta::minutes(AHEAD_MINUTES)).into(),
    ];
    let values = values.into_iter().chain(devices.into().values());
    let mut kinds = BTreeMap::new();
    for row in tx.connection().query_all_raw(sql(week_of(kind), values)).await? {
        let (of, count): (Kind, i64) = (parsed(&row, "kind")?, get(&row, "count")?);
        *kinds.entry(of).or_insert(0) += count;
        let place = usize::try_from(get::<i32>(&row, "day")? - 1).unwrap_or(usize::MAX);
        if let Some(day) = days.get_mut(place).filter(|_| of == kind) {
            day.count = count;
            day.counted = get(&row, "counted")?;
            day.beyond = get(&row, "beyond")?;
            day.first = get(&row, "first")?;
            day.second = get(&row, "second")?;
        }
    }
    Ok(Week { days, kinds })
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

fn empty_days<Z: TimeZone>(now: DateTime<Utc>, zone: &Z) -> Vec<Day> {
    let today = now.with_timezone(zone).date_naive();
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
        Week {
            days,
            kinds: BTreeMap::new(),
        }
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

    #[test]
    fn the_test_flag_is_the_bit_that_the_statement_names() {
        assert_eq!(vitals::Quality::TEST.to_bits(), 64);
    }
}
