//! Believable values: a person's own level, a slow rhythm over the day, a little noise, and now and then something that
//! somebody should see. The same device at the same moment always measures the same, so that what a start that was cut
//! off sent already is a duplicate to the next one.

use std::cell::Cell;

use chrono::{DateTime, SecondsFormat, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};
use vitals::Kind;

use super::rhythm::QUARTER;
use super::world::Device;

/// Numbers between bounds that follow from what is thrown for.
#[derive(Debug)]
pub(super) struct Dice(Cell<u64>);

impl Dice {
    /// For a device at a moment.
    pub(super) fn of(serial: &str, at: DateTime<Utc>) -> Self {
        Self::seeded(serial, at.timestamp_millis().unsigned_abs())
    }

    /// For what never changes about the person at a device.
    fn person(serial: &str) -> Self {
        Self::seeded(serial, 0)
    }

    fn seeded(serial: &str, moment: u64) -> Self {
        // FNV-1a.
        let name = serial.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(Cell::new(name ^ moment.wrapping_mul(0x2545_f491_4f6c_dd1d)))
    }

    /// Evenly between the bounds, both included.
    pub(super) fn between(&self, low: i64, high: i64) -> i64 {
        // SplitMix64.
        let state = self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.0.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let span = u64::try_from(high - low + 1).unwrap_or(1);
        low + i64::try_from((mixed ^ (mixed >> 31)) % span).unwrap_or(0)
    }

    /// Once in so many times.
    fn once_in(&self, times: i64) -> bool {
        self.between(1, times) == 1
    }

    /// So many seconds, longer or shorter by up to 40 %.
    pub(super) fn about(&self, seconds: f64) -> std::time::Duration {
        let percent = u32::try_from(self.between(60, 140)).unwrap_or(100);
        std::time::Duration::from_secs_f64(seconds.clamp(0.05, 86_400.0)) * percent / 100
    }
}

/// A reading of that moment, as a device writes it into its message.
pub(super) fn reading(device: &Device, at: DateTime<Utc>, zone: Tz) -> Value {
    let (serial, kind) = (device.serial.as_str(), device.kind);
    let (dice, person) = (Dice::of(serial, at), Dice::person(serial));
    json!({
        "device": serial,
        "maker": device.maker,
        "kind": kind,
        "measured_at": time(at),
        "values": values(kind, at, zone, &dice, &person),
        "quality": quality(kind, &dice),
    })
}

/// RFC 3339 with milliseconds.
pub(super) fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn values(kind: Kind, at: DateTime<Utc>, zone: Tz, dice: &Dice, person: &Dice) -> Value {
    let hour = at.with_timezone(&zone).hour();
    match kind {
        Kind::BloodPressure => blood_pressure(hour, dice, person),
        Kind::Weight => json!({"weight": tenths(person.between(560, 940) + dice.between(-6, 6))}),
        Kind::Glucose => glucose(dice),
        Kind::Oximetry => {
            let low = if dice.once_in(60) { 88 } else { 94 };
            json!({"spo2": dice.between(low, 99), "pulse": dice.between(58, 84), "perfusion_index": tenths(dice.between(12, 90))})
        }
        Kind::Temperature => {
            let high = if dice.once_in(25) { 387 } else { 372 };
            json!({"temperature": tenths(dice.between(362, high)), "site": "ear"})
        }
        Kind::HeartRate => heart_rate(hour, dice),
        Kind::Activity => activity(at, hour, dice),
        Kind::Sleep => sleep(at, dice),
    }
}

/// Quality flags that the device adds.
fn quality(kind: Kind, dice: &Dice) -> Value {
    match kind {
        Kind::BloodPressure if dice.once_in(15) => json!(["irregular"]),
        Kind::BloodPressure if dice.once_in(20) => json!(["movement"]),
        _ => json!([]),
    }
}

fn blood_pressure(hour: u32, dice: &Dice, person: &Dice) -> Value {
    // Lowest at night, highest in the early evening.
    #[expect(clippy::cast_possible_truncation, reason = "a few mmHg")]
    let rhythm = (8.0 * ((f64::from(hour) - 17.0) / 24.0 * std::f64::consts::TAU).cos()) as i64;
    let systolic = if dice.once_in(40) {
        dice.between(161, 174)
    } else {
        person.between(112, 136) + dice.between(-6, 6) + rhythm
    };
    json!({"systolic": systolic, "diastolic": systolic * 6 / 10 + dice.between(0, 7), "pulse": dice.between(58, 82)})
}

fn glucose(dice: &Dice) -> Value {
    if dice.once_in(40) {
        return json!({"glucose": "HI"});
    }
    let meal = if dice.once_in(2) { "before" } else { "after" };
    json!({"glucose": dice.between(84, if meal == "after" { 176 } else { 122 }), "meal": meal})
}

fn heart_rate(hour: u32, dice: &Dice) -> Value {
    let rate = if (7..23).contains(&hour) {
        dice.between(64, 92)
    } else {
        dice.between(52, 66)
    };
    let interval = 60_000 / rate;
    json!({"heart_rate": rate, "rr_intervals": [interval + dice.between(-25, 25), interval + dice.between(-25, 25)]})
}

/// The quarter of an hour that ends then: some 8,000 steps over a day, most of them on the way and at noon.
fn activity(at: DateTime<Utc>, hour: u32, dice: &Dice) -> Value {
    // The hour in which the quarter ends; at the turn of the hour it is the next one, which nobody sees.
    let steps = match hour {
        0..=6 | 23 => dice.between(-90, 15).max(0),
        7 | 8 | 12 | 17 | 18 => dice.between(60, 380),
        _ => dice.between(0, 180),
    };
    json!({"steps": steps, "distance": steps * 7 / 10, "energy": steps / 25, "active_minutes": steps / 100,
        "from": time(at - QUARTER), "to": time(at)})
}

/// The night that ends then.
fn sleep(at: DateTime<Utc>, dice: &Dice) -> Value {
    let (deep, light, rem, awake) = (
        dice.between(60, 95),
        dice.between(190, 250),
        dice.between(70, 105),
        dice.between(8, 35),
    );
    let from = at - TimeDelta::minutes(deep + light + rem + awake);
    json!({"deep": deep, "light": light, "rem": rem, "awake": awake, "from": time(from), "to": time(at)})
}

/// 365 → 36.5, as an exact JSON number.
fn tenths(number: i64) -> Value {
    serde_json::from_str(&format!("{}.{}", number / 10, number % 10)).unwrap_or(Value::Null)
}

#[cfg(test)]
mod tests {
    use vitals::{DeviceKey, decode};

    use super::super::world::device;
    use super::*;

    fn made_up(serial: &str, kind: Kind, at: DateTime<Utc>, zone: Tz) -> Value {
        reading(&device("Acme", "M", serial, "bed 1", kind, false), at, zone)
    }

    #[test]
    fn every_made_up_reading_is_a_plausible_one() {
        let start: DateTime<Utc> = "2026-11-20T08:15:00Z".parse().unwrap();
        for round in 0..200 {
            for kind in Kind::ALL.iter().copied() {
                let at = start - TimeDelta::minutes(round * 37);
                let text = made_up("D1", kind, at, Tz::America__New_York).to_string();
                let reading = decode(text.as_bytes()).unwrap();
                reading
                    .into_reading(DeviceKey::parse("Acme", "D1").unwrap())
                    .unwrap()
                    .check()
                    .unwrap();
            }
        }
    }

    #[test]
    fn the_same_moment_gives_the_same_reading() {
        let at: DateTime<Utc> = "2026-11-20T08:15:00Z".parse().unwrap();
        let of = |serial, at| made_up(serial, Kind::BloodPressure, at, Tz::UTC);
        assert_eq!(of("D1", at), of("D1", at));
        assert_ne!(of("D1", at)["values"], of("D2", at)["values"]);
        assert_ne!(of("D1", at)["values"], of("D1", at + QUARTER)["values"]);
    }

    #[test]
    fn a_day_has_the_steps_of_a_day() {
        let midnight: DateTime<Utc> = "2026-11-20T00:00:00Z".parse().unwrap();
        for serial in ["N1", "N2", "N3", "N4", "N5"] {
            let steps: i64 = (1..=96)
                .map(|quarter| {
                    let at = midnight + QUARTER * quarter;
                    made_up(serial, Kind::Activity, at, Tz::UTC)["values"]["steps"]
                        .as_i64()
                        .unwrap()
                })
                .sum();
            assert!((5_000..12_000).contains(&steps), "{steps}");
        }
    }
}
