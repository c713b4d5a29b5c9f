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
    /// Of those, the ones that are no tests: what the sums are made of.
    pub counted: i64,
    /// Sum of the main values.
    pub first: f64,
    /// Sum of the second values, of the kinds that have two: diastolic pressure.
    pub second: f64,
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

    /// The mean of the main and of the second values. The first day with data is dropped, as the guidelines on home
    /// blood pressure ask for (ESH 2021), unless it is the only one.
    pub fn mean(&self) -> Option<Mean> {
        let mut with_data = self.days.iter().filter(|day| day.counted > 0).peekable();
        let first = with_data.next()?;
        let used: Vec<&Day> = if with_data.peek().is_some() {
            with_data.collect()
        } else {
            vec![first]
        };
        let readings = used.iter().map(|day| day.counted.unsigned_abs()).sum();
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
                days: used.len(),
            },
        })
    }

    /// Whether the mean leaves out the first day with data.
    pub fn drops_first_day(&self) -> bool {
        self.days.iter().filter(|day| day.counted > 0).count() > 1
    }
}

/// The number under a name; a comparator's number counts as it stands.
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
    ($first:expr, $second:expr) => {
        concat!(
            "select r.kind, width_bucket(r.measured_at, $2::timestamptz[]) as day, count(*) as count,
               count(*) filter (where r.kind = $1 and r.quality & 64 = 0) as counted,
               coalesce(sum(",
            $first,
            ") filter (where r.kind = $1 and r.quality & 64 = 0), 0)::float8 as first,
               coalesce(sum(",
            $second,
            ") filter (where r.kind = $1 and r.quality & 64 = 0), 0)::float8 as second
             from unnest($5::uuid[], $6::timestamptz[], $7::timestamptz[]) as l(device, begins, ends)
             join reading r on r.device_id = l.device and r.measured_at >= l.begins and r.measured_at < l.ends
             where r.measured_at >= $3 and r.received_at >= $4 and r.status = 'final'
             group by 1, 2"
        )
    };
}

/// Main and second value of a kind in SQL. Bit 64 of the quality is `Quality::TEST`.
const fn week_of(kind: Kind) -> &'static str {
    match kind {
        Kind::BloodPressure => week!(number!("systolic"), number!("diastolic")),
        Kind::Weight => week!(number!("weight"), "0"),
        Kind::Glucose => week!(number!("glucose"), "0"),
        Kind::Oximetry => week!(number!("spo2"), number!("pulse")),
        Kind::Temperature => week!(number!("temperature"), "0"),
        Kind::HeartRate => week!(number!("heart_rate"), "0"),
        Kind::Activity => week!(number!("steps"), "0"),
        Kind::Sleep => week!(
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
    dates
        .map(|date| Day {
            date,
            count: 0,
            counted: 0,
            first: 0.0,
            second: 0.0,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(count: i64, first: f64) -> Day {
        Day {
            date: NaiveDate::MIN,
            count,
            counted: count,
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
