//! Believable values: a slow rhythm over the day, a little noise, and now and then something that a person should see.

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use serde_json::{Value, json};
use vitals::Kind;

use crate::ground::Ground;

/// Numbers between bounds, from the injected generator.
#[derive(Debug)]
pub(super) struct Dice<'a>(pub(super) &'a Ground);

impl Dice<'_> {
    /// Evenly between the bounds, both included.
    pub(super) fn between(&self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high - low + 1).unwrap_or(1);
        let drawn = u64::from_le_bytes(self.0.random::<8>()) % span;
        low + i64::try_from(drawn).unwrap_or(0)
    }

    /// Once in so many times.
    pub(super) fn once_in(&self, times: i64) -> bool {
        self.between(1, times) == 1
    }

    /// `wait`, longer or shorter by up to 40 %.
    pub(super) fn about(&self, seconds: f64) -> std::time::Duration {
        let percent = u32::try_from(self.between(60, 140)).unwrap_or(100);
        std::time::Duration::from_secs_f64(seconds.clamp(0.05, 86_400.0)) * percent / 100
    }
}

/// The values of one reading, as a device writes them into its message.
pub(super) fn values(kind: Kind, at: DateTime<Utc>, dice: &Dice<'_>) -> Value {
    match kind {
        Kind::BloodPressure => blood_pressure(at, dice),
        Kind::Weight => json!({"weight": tenths(dice.between(812, 826))}),
        Kind::Glucose => glucose(dice),
        Kind::Oximetry => {
            let low = if dice.once_in(30) { 88 } else { 94 };
            json!({"spo2": dice.between(low, 99), "pulse": dice.between(58, 84), "perfusion_index": tenths(dice.between(12, 90))})
        }
        Kind::Temperature => {
            let high = if dice.once_in(25) { 387 } else { 372 };
            json!({"temperature": tenths(dice.between(362, high)), "site": "ear"})
        }
        Kind::HeartRate => {
            json!({"heart_rate": dice.between(56, 96), "rr_intervals": [dice.between(780, 900), dice.between(780, 900)]})
        }
        Kind::Activity => activity(at, dice),
        Kind::Sleep => sleep(at, dice),
    }
}

/// Quality flags that the device adds.
pub(super) fn quality(kind: Kind, dice: &Dice<'_>) -> Value {
    match kind {
        Kind::BloodPressure if dice.once_in(15) => json!(["irregular"]),
        Kind::BloodPressure if dice.once_in(20) => json!(["movement"]),
        _ => json!([]),
    }
}

fn blood_pressure(at: DateTime<Utc>, dice: &Dice<'_>) -> Value {
    // Lowest at night, highest in the early evening.
    let hour = f64::from(at.hour());
    #[expect(clippy::cast_possible_truncation, reason = "a few mmHg")]
    let rhythm = (8.0 * ((hour - 15.0) / 24.0 * std::f64::consts::TAU).cos()) as i64;
    let systolic = if dice.once_in(18) {
        dice.between(161, 174)
    } else {
        dice.between(120, 138) + rhythm
    };
    json!({"systolic": systolic, "diastolic": systolic * 6 / 10 + dice.between(0, 7), "pulse": dice.between(58, 82)})
}

fn glucose(dice: &Dice<'_>) -> Value {
    if dice.once_in(40) {
        return json!({"glucose": "HI"});
    }
    let meal = if dice.once_in(2) { "before" } else { "after" };
    json!({"glucose": dice.between(84, if meal == "after" { 176 } else { 122 }), "meal": meal})
}

fn activity(at: DateTime<Utc>, dice: &Dice<'_>) -> Value {
    let steps = dice.between(40, 900);
    json!({"steps": steps, "distance": steps * 7 / 10, "energy": steps / 25, "active_minutes": dice.between(0, 10),
        "from": (at - TimeDelta::minutes(15)).to_rfc3339(), "to": at.to_rfc3339()})
}

fn sleep(at: DateTime<Utc>, dice: &Dice<'_>) -> Value {
    let (deep, light, rem, awake) = (
        dice.between(60, 95),
        dice.between(190, 250),
        dice.between(70, 105),
        dice.between(8, 35),
    );
    let from = at - TimeDelta::minutes(deep + light + rem + awake);
    json!({"deep": deep, "light": light, "rem": rem, "awake": awake, "from": from.to_rfc3339(), "to": at.to_rfc3339()})
}

/// 365 → 36.5, as an exact JSON number.
fn tenths(number: i64) -> Value {
    serde_json::from_str(&format!("{}.{}", number / 10, number % 10)).unwrap_or(Value::Null)
}

#[cfg(test)]
mod tests {
    use vitals::{DeviceKey, decode};

    use super::*;
    use crate::ground::{Keys, MasterKey};

    #[test]
    fn every_made_up_reading_is_a_plausible_one() {
        let ground = Ground::new(Keys::derive(&MasterKey::new([0; 32])));
        let dice = Dice(&ground);
        for round in 0..200 {
            for kind in Kind::ALL.iter().copied() {
                let at = ground.now() - TimeDelta::minutes(round * 37);
                let item = json!({"device": "D1", "kind": kind, "measured_at": at.to_rfc3339(),
                    "values": values(kind, at, &dice), "quality": quality(kind, &dice)});
                let text = item.to_string();
                let reading = decode(text.as_bytes()).unwrap();
                reading
                    .into_reading(DeviceKey::parse("Acme", "D1").unwrap())
                    .unwrap()
                    .check()
                    .unwrap();
            }
        }
    }
}
