//! A good reading of each kind.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};

/// All eight kinds.
pub const KINDS: [&str; 8] = [
    "blood_pressure",
    "weight",
    "glucose",
    "oximetry",
    "temperature",
    "heart_rate",
    "activity",
    "sleep",
];

/// RFC 3339 with milliseconds, as the platform writes times.
pub fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Values of that kind that are stored and delivered as they are written here.
pub fn values(kind: &str, at: DateTime<Utc>) -> Value {
    let from = |hours| time(at - TimeDelta::hours(hours));
    match kind {
        "blood_pressure" => {
            json!({"systolic": 131, "diastolic": 82, "mean": 98, "pulse": 66, "irregular": false})
        }
        "weight" => json!({"weight": 71.45, "bmi": 22.8, "body_fat": 21.5}),
        "glucose" => json!({"glucose": 104, "meal": "before", "sample": "capillary"}),
        "oximetry" => json!({"spo2": 97, "pulse": 71, "perfusion_index": 4.2}),
        "temperature" => json!({"temperature": 36.6, "site": "ear"}),
        "heart_rate" => json!({"heart_rate": 72, "rr_intervals": [833, 841, 828]}),
        "activity" => {
            json!({"steps": 1234, "distance": 870, "energy": 52, "active_minutes": 14, "from": from(1), "to": time(at)})
        }
        "sleep" => json!({"deep": 80, "light": 220, "rem": 90, "awake": 12, "from": from(8), "to": time(at)}),
        other => panic!("no such kind: {other}"),
    }
}

/// A good reading of that kind.
pub fn reading(serial: &str, kind: &str, at: DateTime<Utc>) -> Value {
    json!({"device": serial, "kind": kind, "measured_at": time(at), "values": values(kind, at)})
}
