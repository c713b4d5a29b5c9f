//! When a device measured, as the vendors write it.
//!
//! The time becomes part of the content hash, so it has to be the device's own, raw one: never the time at which a vendor's
//! cloud made or sent its message. The offset from UTC is not in the hash; one that cannot be is left out.

use vitals::decode::{Loose, Members};
use vitals::{DecodeError, DeviceTime, Instant, Quantity};

use super::Flaw;

/// What a number of an epoch counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ticks {
    /// Seconds since 1970-01-01T00:00:00Z.
    Seconds,
    /// Milliseconds since 1970-01-01T00:00:00Z.
    Millis,
}

/// Milliseconds since 1970, from a number or a text of digits; a fraction of a millisecond is rounded. None where it is
/// missing, empty or 0: a clock that was never set.
pub(super) fn epoch(from: &Members<'_>, name: &str, ticks: Ticks) -> Result<Option<i64>, Flaw> {
    let number = match from.number(name) {
        Ok(number) => number,
        Err(twice @ DecodeError::Duplicate { .. }) => return Err(twice.into()),
        Err(_) => return Err(no_time(from, name)),
    };
    let Some(number) = number else {
        return Ok(None);
    };
    let decimals = match ticks {
        Ticks::Seconds => 3,
        Ticks::Millis => 0,
    };
    let ms = Quantity::new(number, decimals).ok().map(Quantity::scaled);
    let instant = ms.and_then(Instant::new).ok_or_else(|| no_time(from, name))?;
    Ok(Some(instant.ms()).filter(|ms| *ms != 0))
}

/// A time in RFC 3339 with its offset, where it says one. None where it is missing, empty or 0.
pub(super) fn rfc3339(from: &Members<'_>, name: &str) -> Result<Option<DeviceTime>, Flaw> {
    match from.get(name)? {
        None => Ok(None),
        Some(Loose::Text(text)) if ["", "0"].contains(&text.trim()) => Ok(None),
        Some(Loose::Text(text)) => match DeviceTime::parse(text.trim()) {
            Some(time) => Ok(Some(time)),
            None => Err(no_time(from, name)),
        },
        Some(_) if from.whole(name) == Ok(Some(0)) => Ok(None),
        Some(_) => Err(no_time(from, name)),
    }
}

/// A device's time of which the instant and the offset from UTC in minutes were told apart.
pub(super) fn at(ms: Option<i64>, offset_minutes: Option<i64>) -> Option<DeviceTime> {
    Some(DeviceTime {
        ms: ms?,
        offset_minutes: offset(offset_minutes),
    })
}

/// The same of a time that already stands in a [`DeviceTime`]; its own offset, where it has one, counts.
pub(super) fn with_offset(time: Option<DeviceTime>, offset_minutes: Option<i64>) -> Option<DeviceTime> {
    time.map(|time| DeviceTime {
        offset_minutes: time.offset_minutes.or_else(|| offset(offset_minutes)),
        ..time
    })
}

/// An offset in minutes where a place has it: every zone in use is a whole number of quarters of an hour away from UTC.
fn offset(minutes: Option<i64>) -> Option<i16> {
    DeviceTime::offset(minutes.filter(|minutes| minutes % 15 == 0)?)
}

/// The offset in minutes that a text such as `UTC-4`, `UTC+5:30` or `GMT+0530` tells.
pub(super) fn zone(text: &str) -> Option<i64> {
    let text = text.trim();
    let (name, rest) = text.split_at_checked(3)?;
    if !["utc", "gmt"]
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
    {
        return None;
    }
    let rest = rest.trim_start();
    if rest.is_empty() {
        return Some(0);
    }
    let (sign, digits) = match rest.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, rest.strip_prefix('+')?),
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "00"),
    };
    let number = |text: &str, most: i64| {
        let is_short = matches!(text.len(), 1 | 2) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse()
            .ok()
            .filter(|number: &i64| is_short && *number <= most)
    };
    Some(sign * (number(hours, 23)? * 60 + number(minutes, 59)?))
}

fn no_time(from: &Members<'_>, name: &str) -> Flaw {
    Flaw::Decode(DecodeError::Time {
        field: from.pointer(name),
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn with<T>(value: &str, read: impl Fn(&Members<'_>) -> T) -> T {
        let json = format!("{{\"t\":{value}}}");
        let tree = Loose::read(json.as_bytes(), 2).unwrap();
        read(&Members::of(&tree).unwrap())
    }

    #[rstest]
    #[case("1647349680", Ticks::Seconds, Some(1_647_349_680_000))]
    #[case("\"1647349680.25\"", Ticks::Seconds, Some(1_647_349_680_250))]
    #[case("\"1721382524000\"", Ticks::Millis, Some(1_721_382_524_000))]
    #[case("1380562575798", Ticks::Millis, Some(1_380_562_575_798))]
    #[case("-1", Ticks::Seconds, Some(-1_000))]
    #[case("0", Ticks::Seconds, None)]
    #[case("\"0\"", Ticks::Millis, None)]
    #[case("\"\"", Ticks::Millis, None)]
    #[case("null", Ticks::Millis, None)]
    fn an_epoch_is_kept_raw(#[case] value: &str, #[case] ticks: Ticks, #[case] expected: Option<i64>) {
        assert_eq!(with(value, |from| epoch(from, "t", ticks)), Ok(expected));
    }

    #[rstest]
    #[case("\"yesterday\"")]
    #[case("\"2026-05-01T12:00:00Z\"")]
    #[case("1e300")]
    #[case("\"1e99999999999\"")]
    #[case("99999999999999")]
    #[case("18446744073709551615")]
    #[case("true")]
    #[case("[]")]
    #[case("\"NaN\"")]
    fn what_is_no_epoch_is_told(#[case] value: &str) {
        let flaw = with(value, |from| epoch(from, "t", Ticks::Seconds)).unwrap_err();
        assert_eq!(flaw.to_string(), "/t: not a time");
    }

    #[rstest]
    #[case("\"2026-05-01T12:00:00Z\"", Ok(Some((1_777_636_800_000, None))))]
    #[case("\" 2026-05-01T08:00:00.5-04:00 \"", Ok(Some((1_777_636_800_500, Some(-240)))))]
    #[case("\"\"", Ok(None))]
    #[case("0", Ok(None))]
    #[case("\"2026-05-01T12:00:00\"", Err(()))]
    #[case("1777636800", Err(()))]
    #[case("{}", Err(()))]
    fn an_iso_time_needs_its_zone(
        #[case] value: &str,
        #[case] expected: Result<Option<(i64, Option<i16>)>, ()>,
    ) {
        let read = with(value, |from| rfc3339(from, "t")).map_err(|flaw| {
            assert_eq!(flaw.to_string(), "/t: not a time");
        });
        assert_eq!(
            read.map(|time| time.map(|time| (time.ms, time.offset_minutes))),
            expected
        );
    }

    #[rstest]
    #[case("UTC-4", Some(-240))]
    #[case("utc+5:30", Some(330))]
    #[case("GMT +0530", Some(330))]
    #[case("UTC-09:30", Some(-570))]
    #[case("UTC", Some(0))]
    #[case("UTC+", None)]
    #[case("UTC+-4", None)]
    #[case("UTC+5:99", None)]
    #[case("UTC+123", None)]
    #[case("EST", None)]
    #[case("", None)]
    #[case("ÜTC-4", None)]
    #[case("UTC-é:x", None)]
    fn a_zone_is_read_or_left_out(#[case] text: &str, #[case] expected: Option<i64>) {
        assert_eq!(zone(text), expected);
    }

    #[test]
    fn an_offset_that_no_place_has_is_left_out() {
        let offset = |minutes| at(Some(1), Some(minutes)).unwrap().offset_minutes;
        assert_eq!(
            [-240, 345, 0, -200, -1_200, i64::MAX].map(offset),
            [Some(-240), Some(345), Some(0), None, None, None]
        );
    }
}
