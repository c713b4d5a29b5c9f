//! Readings that differ from one another, as real devices send them: each has a time and values of its own.

use std::io::Write;

use chrono::{DateTime, SecondsFormat, TimeDelta};

/// Readings lie in the last day, one a millisecond, and begin anew before they come to the present.
const BACK: TimeDelta = TimeDelta::hours(24);
const SPAN: u64 = 80_000_000;

/// What a device measures; of the eight kinds those whose values are plain numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    BloodPressure,
    Weight,
    Glucose,
    Oximetry,
    Temperature,
    HeartRate,
}

impl Kind {
    /// By its name in a message.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "blood_pressure" => Self::BloodPressure,
            "weight" => Self::Weight,
            "glucose" => Self::Glucose,
            "oximetry" => Self::Oximetry,
            "temperature" => Self::Temperature,
            "heart_rate" => Self::HeartRate,
            _ => return None,
        })
    }

    const fn name(self) -> &'static str {
        match self {
            Self::BloodPressure => "blood_pressure",
            Self::Weight => "weight",
            Self::Glucose => "glucose",
            Self::Oximetry => "oximetry",
            Self::Temperature => "temperature",
            Self::HeartRate => "heart_rate",
        }
    }
}

/// A device that readings are made of.
#[derive(Debug, Clone)]
pub(crate) struct Device {
    /// Its serial, as it stands in JSON, with the quotes.
    pub(crate) serial: String,
    /// What it measures.
    pub(crate) kind: Kind,
    /// What it sends with; empty where a hub sends for it.
    pub(crate) token: String,
}

impl Device {
    /// A device by its serial.
    pub(crate) fn new(serial: &str, kind: Kind, token: &str) -> Self {
        Self {
            serial: serde_json::Value::from(serial).to_string(),
            kind,
            token: token.to_owned(),
        }
    }
}

/// Makes the readings of one run.
#[derive(Debug)]
pub(crate) struct Readings {
    /// The first one's time, in ms since 1970.
    first: i64,
    /// Keeps the readings of two runs apart.
    seed: u64,
    is_test: bool,
}

impl Readings {
    /// Readings of a run that begins now; flagged as test traffic where they are nobody's.
    pub(crate) fn new(is_test: bool) -> Self {
        let now = vitalwire_tests::now();
        Self {
            first: (now - BACK).timestamp_millis(),
            seed: now.timestamp_micros().unsigned_abs(),
            is_test,
        }
    }

    /// Writes the reading with this number in the run.
    pub(crate) fn write(&self, device: &Device, number: u64, into: &mut Vec<u8>) {
        let since = i64::try_from(number % SPAN).unwrap_or_default();
        let at = DateTime::from_timestamp_millis(self.first + since).unwrap_or_default();
        let at = at.to_rfc3339_opts(SecondsFormat::Millis, true);
        let Device { serial, kind, .. } = device;
        let name = kind.name();
        let chance = mixed(self.seed ^ number);
        let of = |bits: u32, from: u64, many: u64| from + (chance >> bits) % many;
        let test = if self.is_test { r#","test":true"# } else { "" };
        let values = match kind {
            Kind::BloodPressure => format!(
                r#""systolic":{},"diastolic":{},"pulse":{}"#,
                of(0, 100, 60),
                of(12, 55, 40),
                of(24, 50, 60)
            ),
            Kind::Weight => format!(r#""weight":{}.{:02}"#, of(0, 50, 70), of(12, 0, 100)),
            Kind::Glucose => format!(r#""glucose":{}"#, of(0, 70, 160)),
            Kind::Oximetry => format!(r#""spo2":{},"pulse":{}"#, of(0, 90, 11), of(12, 50, 60)),
            Kind::Temperature => format!(r#""temperature":{}.{}"#, of(0, 36, 3), of(12, 0, 10)),
            Kind::HeartRate => format!(r#""heart_rate":{}"#, of(0, 50, 70)),
        };
        let written = write!(
            into,
            r#"{{"device":{serial},"kind":"{name}","measured_at":"{at}","values":{{{values}}}{test}}}"#
        );
        debug_assert!(written.is_ok(), "a vector takes everything");
    }
}

/// SplitMix64: near numbers become far ones.
fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::Value;

    use super::*;

    #[test]
    fn readings_are_json_and_differ() {
        let readings = Readings::new(false);
        for kind in [
            "blood_pressure",
            "weight",
            "glucose",
            "oximetry",
            "temperature",
            "heart_rate",
        ] {
            let device = Device::new("D\"1\"", Kind::named(kind).unwrap(), "");
            let mut seen = HashSet::new();
            for number in [0, 1, 2, SPAN - 1, SPAN, SPAN + 1] {
                let mut text = Vec::new();
                readings.write(&device, number, &mut text);
                let json: Value = serde_json::from_slice(&text).unwrap();
                assert_eq!(
                    (json["device"].as_str(), json["kind"].as_str()),
                    (Some("D\"1\""), Some(kind))
                );
                let at: DateTime<chrono::Utc> = json["measured_at"].as_str().unwrap().parse().unwrap();
                let age = vitalwire_tests::now() - at;
                assert!(age > TimeDelta::hours(1) && age < TimeDelta::hours(25), "{at}");
                assert!(seen.insert(at.timestamp_millis()) || number >= SPAN, "{number}");
            }
        }
        assert_eq!(Kind::named("sleep"), None);
    }

    #[test]
    fn what_is_sent_to_a_server_in_use_can_be_test_traffic() {
        let mut text = Vec::new();
        Readings::new(true).write(&Device::new("D1", Kind::Weight, ""), 5, &mut text);
        assert_eq!(serde_json::from_slice::<Value>(&text).unwrap()["test"], true);
    }
}
