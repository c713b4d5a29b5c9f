//! Times: the device's own, raw, and instants on the platform's time line.

use std::fmt;

use chrono::{DateTime, FixedOffset, SecondsFormat, TimeZone as _, Utc};
use serde::{Deserialize, Serialize};

/// 0001-01-01T00:00:00Z: the first instant FHIR can write.
const FIRST_MS: i64 = -62_135_596_800_000;
/// 9999-12-31T23:59:59.999Z: the last instant RFC 3339 can write.
const LAST_MS: i64 = 253_402_300_799_999;

/// More minutes than any place on earth is away from UTC.
const MOST_OFFSET: i16 = 18 * 60;

/// The time a device gave its reading, as it gave it, right or wrong. Never corrected: it is part of the content hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DeviceTime {
    /// Milliseconds since 1970-01-01T00:00:00Z by the device's clock.
    pub ms: i64,
    /// The device's offset from UTC in minutes, where it is known. Not part of the content hash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset_minutes: Option<i16>,
}

impl DeviceTime {
    /// Reads RFC 3339. Digits beyond the millisecond are cut off. `Z` and `-00:00` say that the local offset is not
    /// known (RFC 9557); `+00:00` says that it is zero. An offset of more than 18 hours, which RFC 3339 can write and no
    /// place has, is not kept either: the instant stands without it.
    pub fn parse(text: &str) -> Option<Self> {
        let time = DateTime::parse_from_rfc3339(text).ok()?;
        let ms = Instant::new(time.timestamp_millis())?.ms();
        let unknown = text.ends_with(['Z', 'z']) || text.ends_with("-00:00");
        let offset_minutes = if unknown {
            None
        } else {
            Self::offset(i64::from(time.offset().local_minus_utc() / 60))
        };
        Some(Self { ms, offset_minutes })
    }

    /// An offset in minutes, east of UTC positive, where a place can have it: at most 18 hours.
    pub fn offset(minutes: i64) -> Option<i16> {
        i16::try_from(minutes)
            .ok()
            .filter(|minutes| (-MOST_OFFSET..=MOST_OFFSET).contains(minutes))
    }

    /// RFC 3339 with milliseconds in the device's own offset; `None` where the time is outside the years 1 to 9999 or
    /// the offset is no offset.
    pub fn to_rfc3339(self) -> Option<String> {
        let instant = Instant::new(self.ms)?;
        let Some(minutes) = self.offset_minutes else {
            return Some(instant.to_string());
        };
        let zone = FixedOffset::east_opt(i32::from(minutes).checked_mul(60)?)?;
        // A local date outside the years 1 to 9999 cannot be written either.
        Instant::new(self.ms.checked_add(i64::from(minutes).checked_mul(60_000)?)?)?;
        let local = zone.timestamp_millis_opt(self.ms).single()?;
        Some(local.to_rfc3339_opts(SecondsFormat::Millis, false))
    }
}

/// A point in time with millisecond precision in the years 1 to 9999. Prints as RFC 3339 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Instant(i64);

impl Instant {
    /// Milliseconds since 1970-01-01T00:00:00Z; `None` outside the years 1 to 9999.
    pub const fn new(ms: i64) -> Option<Self> {
        if ms < FIRST_MS || ms > LAST_MS {
            None
        } else {
            Some(Self(ms))
        }
    }

    /// Reads RFC 3339; digits beyond the millisecond are cut off.
    pub fn parse(text: &str) -> Option<Self> {
        Self::new(DateTime::parse_from_rfc3339(text).ok()?.timestamp_millis())
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub const fn ms(self) -> i64 {
        self.0
    }

    /// The same point in time for `chrono`.
    pub fn to_utc(self) -> DateTime<Utc> {
        // Every instant in these years is one of chrono's, so the default is never taken.
        DateTime::from_timestamp_millis(self.0).unwrap_or_default()
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_utc().to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

/// The span of an activity or a sleep. Whether `to` comes after `from` is a question of plausibility.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period {
    /// Its beginning.
    pub from: Instant,
    /// Its end.
    pub to: Instant,
}

impl Period {
    /// Its length in milliseconds, negative where it ends before it begins.
    pub const fn span_ms(self) -> i64 {
        self.to.0 - self.from.0
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(
        "2026-11-20T08:15:30.123Z",
        1_795_162_530_123,
        None,
        "2026-11-20T08:15:30.123Z"
    )]
    #[case(
        "2026-11-20T09:15:30.1239+01:00",
        1_795_162_530_123,
        Some(60),
        "2026-11-20T09:15:30.123+01:00"
    )]
    #[case(
        "2026-11-20T08:15:30+00:00",
        1_795_162_530_000,
        Some(0),
        "2026-11-20T08:15:30.000+00:00"
    )]
    #[case("2026-11-20T04:45:30-03:30", 1_795_162_530_000, Some(-210), "2026-11-20T04:45:30.000-03:30")]
    #[case(
        "2026-11-20T08:15:30-00:00",
        1_795_162_530_000,
        None,
        "2026-11-20T08:15:30.000Z"
    )]
    #[case(
        "2026-11-20T08:15:30+18:00",
        1_795_097_730_000,
        Some(1_080),
        "2026-11-20T08:15:30.000+18:00"
    )]
    #[case(
        "2026-11-20T08:15:30+18:01",
        1_795_097_670_000,
        None,
        "2026-11-19T14:14:30.000Z"
    )]
    #[case("1969-12-31T23:59:59.999Z", -1, None, "1969-12-31T23:59:59.999Z")]
    fn device_times_keep_their_offset(
        #[case] text: &str,
        #[case] ms: i64,
        #[case] offset: Option<i16>,
        #[case] again: &str,
    ) {
        let time = DeviceTime::parse(text).unwrap();
        assert_eq!(
            time,
            DeviceTime {
                ms,
                offset_minutes: offset
            }
        );
        assert_eq!(time.to_rfc3339().unwrap(), again);
    }

    #[rstest]
    #[case("2026-11-20T08:15:30")]
    #[case("2026-11-20")]
    #[case("0000-01-01T00:00:00Z")]
    #[case("2026-13-20T08:15:30Z")]
    #[case("yesterday")]
    fn other_text_is_no_time(#[case] text: &str) {
        assert_eq!(DeviceTime::parse(text), None);
        assert_eq!(Instant::parse(text), None);
    }

    #[test]
    fn instants_have_an_end() {
        assert_eq!(
            Instant::new(LAST_MS).unwrap().to_string(),
            "9999-12-31T23:59:59.999Z"
        );
        assert_eq!(
            Instant::new(FIRST_MS).unwrap().to_string(),
            "0001-01-01T00:00:00.000Z"
        );
        assert!(Instant::new(LAST_MS + 1).is_none() && Instant::new(FIRST_MS - 1).is_none());
        assert_eq!(
            DeviceTime {
                ms: i64::MAX,
                offset_minutes: Some(60)
            }
            .to_rfc3339(),
            None
        );
        assert_eq!(
            DeviceTime {
                ms: LAST_MS,
                offset_minutes: Some(60)
            }
            .to_rfc3339(),
            None
        );
        assert_eq!(
            DeviceTime {
                ms: 0,
                offset_minutes: Some(i16::MAX)
            }
            .to_rfc3339(),
            None
        );
    }
}
