//! Where days begin.

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, TimeZone, Utc};

/// When a local day begins. Where the clocks go forward at midnight, that is the first moment that exists.
pub fn midnight<Z: TimeZone>(day: NaiveDate, zone: &Z) -> DateTime<Utc> {
    let start = day.and_time(NaiveTime::MIN);
    let exists = (0..=4).find_map(|half_hours| {
        (start + Duration::minutes(30 * half_hours))
            .and_local_timezone(zone.clone())
            .earliest()
    });
    exists.map_or(start.and_utc(), |at| at.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_whose_midnight_does_not_exist_begins_when_it_can() {
        for (day, zone, begins) in [
            ("2023-10-01", chrono_tz::America::Asuncion, "2023-10-01T04:00:00Z"),
            ("2026-04-24", chrono_tz::Africa::Cairo, "2026-04-23T22:00:00Z"),
            ("2026-11-01", chrono_tz::Pacific::Auckland, "2026-10-31T11:00:00Z"),
        ] {
            let begins: DateTime<Utc> = begins.parse().unwrap();
            assert_eq!(midnight(day.parse().unwrap(), &zone), begins, "{day}");
        }
    }
}
