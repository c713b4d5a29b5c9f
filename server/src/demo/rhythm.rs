//! When a simulated device measures: a cuff every few minutes, a step counter by the quarter of an hour, a sleep mat once
//! a night. Periods never overlap, also over several starts.

use std::time::Duration;

use chrono::{DateTime, Days, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use vitals::Kind;

use super::values::{Dice, reading};
use super::world::Device;
use crate::ground::Ground;

/// The period of a step counter's reading.
pub(super) const QUARTER: TimeDelta = TimeDelta::minutes(15);
/// What came before the first start.
const WEEK: TimeDelta = TimeDelta::days(7);
/// Every device has measured within so many seconds of the start.
const FIRST_WITHIN: i64 = 15;

/// A device that measures by itself.
#[derive(Debug)]
pub(super) struct Measuring {
    device: Device,
    zone: Tz,
    ground: Ground,
    pace: f64,
    stop: CancellationToken,
    last: Option<DateTime<Utc>>,
}

impl Measuring {
    pub(super) fn new(
        device: Device,
        time_zone: &str,
        ground: Ground,
        pace: f64,
        stop: CancellationToken,
    ) -> Self {
        Self {
            device,
            zone: zone(time_zone),
            ground,
            pace,
            stop,
            last: None,
        }
    }

    /// The next reading, as soon as there is one; none when the demo stops.
    pub(super) async fn next(&mut self) -> Option<Value> {
        loop {
            let pause = self.pause();
            self.stop.run_until_cancelled(tokio::time::sleep(pause)).await?;
            let at = due(&self.device, self.zone, self.ground.now());
            if self.last != Some(at) {
                self.last = Some(at);
                return Some(reading(&self.device, at, self.zone));
            }
        }
    }

    fn pause(&self) -> Duration {
        let dice = Dice::of(&self.device.serial, self.ground.now());
        if self.last.is_none() {
            let ms = dice.between(300, FIRST_WITHIN * 1_000);
            return Duration::from_millis(ms.unsigned_abs());
        }
        dice.about(seconds_between(self.device.kind) * self.pace)
    }
}

/// The clinic's zone; a world that was edited by hand may name none.
pub(super) fn zone(name: &str) -> Tz {
    name.parse().unwrap_or(Tz::UTC)
}

/// Between two measurements while the demo runs; by how often a period is looked for where readings have one.
const fn seconds_between(kind: Kind) -> f64 {
    match kind {
        Kind::BloodPressure => 600.0,
        Kind::Oximetry => 90.0,
        Kind::HeartRate | Kind::Activity | Kind::Sleep => 30.0,
        Kind::Temperature => 1_200.0,
        Kind::Glucose => 3_600.0,
        Kind::Weight => 14_400.0,
    }
}

/// Between two measurements of the week before the first start.
const fn earlier_every(kind: Kind) -> TimeDelta {
    match kind {
        Kind::HeartRate => TimeDelta::hours(1),
        Kind::Oximetry => TimeDelta::hours(4),
        Kind::BloodPressure | Kind::Glucose | Kind::Temperature => TimeDelta::hours(6),
        Kind::Weight | Kind::Sleep => TimeDelta::hours(24),
        Kind::Activity => QUARTER,
    }
}

/// The moment of the newest reading there can be.
fn due(device: &Device, zone: Tz, now: DateTime<Utc>) -> DateTime<Utc> {
    match device.kind {
        Kind::Activity => floor(now, QUARTER),
        Kind::Sleep => wake_up(device, zone, now),
        _ => now,
    }
}

/// The moments of the week before, oldest first, without the newest, which is sent as what it is.
pub(super) fn week_before(device: &Device, zone: Tz, now: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    let newest = due(device, zone, now);
    if device.kind == Kind::Sleep {
        let nights = (1..7).rev().map(|day| newest - TimeDelta::days(day));
        // A day before this end of a night there was another one, give or take.
        return nights
            .map(|about| wake_up(device, zone, about + TimeDelta::hours(2)))
            .collect();
    }
    let every = earlier_every(device.kind);
    let mut slot = floor(now - WEEK, every) + every;
    let mut moments = Vec::new();
    while slot < newest {
        let at = if device.kind == Kind::Activity {
            slot
        } else {
            let seconds = every.num_seconds();
            slot + TimeDelta::seconds(Dice::of(&device.serial, slot).between(0, seconds / 3))
        };
        if at < newest {
            moments.push(at);
        }
        slot += every;
    }
    moments
}

/// The last end of a night: between half past six and half past seven by the clinic's clock.
fn wake_up(device: &Device, zone: Tz, now: DateTime<Utc>) -> DateTime<Utc> {
    let today = now.with_timezone(&zone).date_naive();
    for days in 0..3 {
        let Some(date) = today.checked_sub_days(Days::new(days)) else {
            break;
        };
        let early = date.and_time(NaiveTime::MIN) + TimeDelta::minutes(6 * 60 + 30);
        let Some(early) = zone.from_local_datetime(&early).earliest() else {
            continue;
        };
        let early = early.with_timezone(&Utc);
        let at = early + TimeDelta::minutes(Dice::of(&device.serial, early).between(0, 60));
        if at <= now {
            return at;
        }
    }
    now
}

fn floor(at: DateTime<Utc>, step: TimeDelta) -> DateTime<Utc> {
    let over = at.timestamp_millis().rem_euclid(step.num_milliseconds().max(1));
    DateTime::from_timestamp_millis(at.timestamp_millis() - over).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::super::world::device;
    use super::*;

    fn periods(kind: Kind, zone: Tz) -> Vec<(String, String)> {
        let now: DateTime<Utc> = "2026-11-04T14:07:11Z".parse().unwrap();
        let device = device("Withings", "W", "N1", "bed 5", kind, true);
        let mut moments = week_before(&device, zone, now);
        // Three looks while the demo runs, the last two in the next quarter and on the next day.
        for later in [0, 900, 86_400] {
            let at = due(&device, zone, now + TimeDelta::seconds(later));
            if moments.last() != Some(&at) {
                moments.push(at);
            }
        }
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        moments
            .into_iter()
            .map(|at| {
                let values = &reading(&device, at, zone)["values"];
                (text(&values["from"]), text(&values["to"]))
            })
            .collect()
    }

    #[test]
    fn there_is_one_night_a_day_and_no_two_overlap() {
        // The week in which New York's clocks go back.
        let nights = periods(Kind::Sleep, Tz::America__New_York);
        assert_eq!(nights.len(), 8);
        assert!(nights.windows(2).all(|pair| pair[0].1 < pair[1].0), "{nights:?}");
    }

    #[test]
    fn quarters_follow_one_another_without_a_gap() {
        let quarters = periods(Kind::Activity, Tz::America__Chicago);
        let week = &quarters[..quarters.len() - 1];
        assert!(week.len() > 600, "{}", week.len());
        assert!(week.windows(2).all(|pair| pair[0].1 == pair[1].0), "{week:?}");
    }

    #[test]
    fn a_week_before_is_a_week_and_ends_before_the_present() {
        let now: DateTime<Utc> = "2026-11-20T14:07:11Z".parse().unwrap();
        for kind in Kind::ALL.iter().copied() {
            let device = device("Acme", "M", "D1", "bed 1", kind, false);
            let moments = week_before(&device, Tz::America__New_York, now);
            assert!(moments.len() >= 6, "{kind}: {}", moments.len());
            assert!(moments.is_sorted(), "{kind}");
            assert!(moments.iter().all(|at| *at < now && now - *at <= WEEK), "{kind}");
            // Each of the days before has something to show.
            for day in 1..7 {
                let date = (now - TimeDelta::days(day)).date_naive();
                assert!(moments.iter().any(|at| at.date_naive() == date), "{kind}: {date}");
            }
        }
    }
}
