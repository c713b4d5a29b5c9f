//! The last days, every one of them, put together from what is counted apart.

use std::collections::HashMap;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use crate::registry::vitality::{DeviceDay, HubDay};

/// So many days are shown.
const SHOWN: u64 = 30;

/// A UTC day of a device or a hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// Which.
    pub date: NaiveDate,
    /// Readings that were measured on it.
    pub readings: i64,
    /// The device's lowest charge and the last one, %; none: it told none.
    pub battery: Option<(i16, i16)>,
    /// The device's weakest signal and the last one, dBm.
    pub signal: Option<(i16, i16)>,
    /// The hub's heartbeats.
    pub heartbeats: i32,
    /// The most readings that waited in the hub; none: it told nothing.
    pub queued_max: Option<i64>,
    /// The longest time without a heartbeat that ended on it.
    pub longest_gap: Option<TimeDelta>,
}

/// The first day that is shown.
pub(super) fn since(now: DateTime<Utc>) -> NaiveDate {
    let today = now.date_naive();
    today.checked_sub_days(Days::new(SHOWN - 1)).unwrap_or(today)
}

/// Every day until today, with what is known of it.
pub(super) fn every(
    now: DateTime<Utc>,
    readings: &[(NaiveDate, i64)],
    of_device: &[DeviceDay],
    of_hub: &[HubDay],
) -> Vec<Day> {
    let readings: HashMap<_, _> = readings.iter().copied().collect();
    let of_device: HashMap<_, _> = of_device.iter().map(|day| (day.day, day)).collect();
    let of_hub: HashMap<_, _> = of_hub.iter().map(|day| (day.day, day)).collect();
    let day = |day: NaiveDate| {
        let (device, hub) = (of_device.get(&day), of_hub.get(&day));
        Day {
            date: day,
            readings: readings.get(&day).copied().unwrap_or(0),
            battery: device.and_then(|device| device.battery),
            signal: device.and_then(|device| device.signal),
            heartbeats: hub.map_or(0, |hub| hub.heartbeats),
            queued_max: hub.map(|hub| hub.queued_max),
            longest_gap: hub.and_then(|hub| hub.longest_gap),
        }
    };
    let first = since(now);
    (0..SHOWN)
        .filter_map(|number| first.checked_add_days(Days::new(number)))
        .map(day)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_is_there_and_today_is_the_last() {
        let now = DateTime::from_timestamp(1_795_162_530, 0).unwrap();
        let today = now.date_naive();
        let told = DeviceDay {
            day: today.pred_opt().unwrap(),
            battery: Some((3, 5)),
            signal: None,
            heard: 2,
            last_at: now,
        };
        let days = every(now, &[(today, 4)], &[told], &[]);
        assert_eq!((days.len(), days[0].date), (30, since(now)));
        assert_eq!(
            (days[29].date, days[29].readings, days[29].battery),
            (today, 4, None)
        );
        assert_eq!((days[28].readings, days[28].battery), (0, Some((3, 5))));
    }
}
