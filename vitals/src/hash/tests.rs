use proptest::prelude::*;
use rstest::rstest;
use serde::Deserialize;
use serde_json::{Value, json};

use super::*;
use crate::{
    DeviceKey, DeviceTime, Instant, Kind, Original, Period, Quality, UserSlot, Vital, arbitrary, decode,
};

#[derive(Deserialize)]
struct Vectors {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    reading: Value,
    hub_first_seen_ms: Option<i64>,
    canonical: String,
    sha256: String,
}

/// Published with the crate; the bytes in it were made by another implementation of the layout.
const VECTORS: &str = include_str!("../../vectors/content_hash.json");

fn read(json: &Value) -> Reading {
    let json = json.to_string();
    let decoded = decode(json.as_bytes()).unwrap();
    let device = decoded.device_key(&"nobody".parse().unwrap()).unwrap();
    decoded.into_reading(device).unwrap()
}

fn unhex(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

#[test]
fn the_published_vectors_hold() {
    let vectors: Vectors = serde_json::from_str(VECTORS).unwrap();
    let mut kinds = std::collections::BTreeSet::new();
    for Vector {
        name,
        reading,
        hub_first_seen_ms,
        canonical,
        sha256,
    } in &vectors.vectors
    {
        let reading = read(reading);
        kinds.insert(reading.vital.kind());
        let bytes = canonical_bytes(&reading, *hub_first_seen_ms);
        assert_eq!(bytes, unhex(canonical), "{name}");
        assert_eq!(
            &content_hash(&reading, *hub_first_seen_ms).to_hex(),
            sha256,
            "{name}"
        );
    }
    assert!(vectors.vectors.len() >= 12 && kinds.len() == Kind::ALL.len());
}

fn sample() -> Reading {
    let mut reading = read(&json!({
        "device": "D000017", "maker": "Omron", "kind": "blood_pressure", "measured_at": "2026-11-20T08:15:30.123Z",
        "user": 1, "sequence": 20, "values": {"systolic": 121, "diastolic": 79, "pulse": 66},
    }));
    reading.quality = Quality::NONE;
    reading
}

type Change = fn(&mut Reading);

#[rstest]
#[case::maker(|r: &mut Reading| r.device = DeviceKey::parse("Beurer", "D000017").unwrap())]
#[case::serial(|r: &mut Reading| r.device = DeviceKey::parse("Omron", "D000018").unwrap())]
#[case::serial_case(|r: &mut Reading| r.device = DeviceKey::parse("Omron", "d000017").unwrap())]
#[case::boundary(|r: &mut Reading| r.device = DeviceKey::parse("OmronD", "000017").unwrap())]
#[case::user(|r: &mut Reading| r.user_slot = UserSlot::new(2))]
#[case::no_user(|r: &mut Reading| r.user_slot = None)]
#[case::time(|r: &mut Reading| r.device_time = Some(DeviceTime { ms: 1_795_162_530_124, offset_minutes: None }))]
#[case::no_time(|r: &mut Reading| r.device_time = None)]
#[case::sequence(|r: &mut Reading| r.sequence = Some(21))]
#[case::no_sequence(|r: &mut Reading| r.sequence = None)]
#[case::value(|r: &mut Reading| r.vital = values(&json!({"systolic": 121.1, "diastolic": 79, "pulse": 66})))]
#[case::comparator(|r: &mut Reading| r.vital = values(&json!({"systolic": {"value": 121, "comparator": ">"}, "diastolic": 79, "pulse": 66})))]
#[case::no_pulse(|r: &mut Reading| r.vital = values(&json!({"systolic": 121, "diastolic": 79})))]
#[case::mean_for_pulse(|r: &mut Reading| r.vital = values(&json!({"systolic": 121, "diastolic": 79, "mean": 66})))]
fn whatever_is_hashed_changes_the_hash(#[case] change: Change) {
    let (before, mut after) = (sample(), sample());
    change(&mut after);
    assert_ne!(content_hash(&before, None), content_hash(&after, None));
}

#[rstest]
#[case::maker_case(|r: &mut Reading| r.device = DeviceKey::parse("OMRON", "D000017").unwrap())]
#[case::offset(|r: &mut Reading| r.device_time = Some(DeviceTime { ms: 1_795_162_530_123, offset_minutes: Some(60) }))]
#[case::quality(|r: &mut Reading| r.quality = Quality::MOVEMENT | Quality::TEST)]
#[case::irregular(|r: &mut Reading| r.vital = values(&json!({"systolic": 121, "diastolic": 79, "pulse": 66, "irregular": true})))]
#[case::original(|r: &mut Reading| r.original.push(Original { field: crate::Field::Systolic, value: "16.1".into(), unit: "kPa".into() }))]
fn whatever_is_not_hashed_does_not(#[case] change: Change) {
    let (before, mut after) = (sample(), sample());
    change(&mut after);
    assert_eq!(content_hash(&before, None), content_hash(&after, None));
}

fn values(json: &Value) -> Vital {
    Vital::from_json(Kind::BloodPressure, json).unwrap()
}

#[test]
fn the_hub_stands_in_for_a_clock() {
    let (mut reading, seen) = (sample(), Some(1_795_162_530_123));
    assert_eq!(content_hash(&reading, seen), content_hash(&reading, None));
    let with_clock = content_hash(&reading, None);
    reading.device_time = None;
    assert_ne!(
        content_hash(&reading, seen),
        with_clock,
        "a hub's time is not the device's"
    );
    assert_ne!(content_hash(&reading, seen), content_hash(&reading, None));
    assert_ne!(
        content_hash(&reading, seen),
        content_hash(&reading, seen.map(|ms| ms + 1))
    );
}

#[test]
fn periods_and_intervals_are_hashed() {
    let mut walk = read(&json!({"device": "d", "maker": "m", "kind": "activity",
        "values": {"steps": 9, "from": "2026-11-20T00:00:00Z", "to": "2026-11-21T00:00:00Z"}}));
    let before = content_hash(&walk, None);
    let Vital::Activity(v) = &mut walk.vital else {
        panic!("an activity")
    };
    v.period = Period {
        from: Instant::new(0).unwrap(),
        ..v.period
    };
    assert_ne!(content_hash(&walk, None), before);
    let beats = |list: Value| {
        let values = json!({"heart_rate": 60, "rr_intervals": list});
        content_hash(
            &read(&json!({"device": "d", "maker": "m", "kind": "heart_rate", "values": values})),
            None,
        )
    };
    assert_ne!(beats(json!([1000])), beats(json!([1000, 1000])));
    assert_ne!(beats(json!([1000, 999])), beats(json!([999, 1000])));
}

#[test]
fn a_hash_is_not_printed_by_accident() {
    let hash = content_hash(&sample(), None);
    assert_eq!(format!("{hash:?}"), "ContentHash(…)");
    assert_eq!(ContentHash::from_hex(&hash.to_hex()), Some(hash));
    assert_eq!(ContentHash::from_bytes(*hash.as_bytes()), hash);
    for bad in ["", "00", &"0".repeat(63), &"+0".repeat(32), &"é".repeat(32)] {
        assert_eq!(ContentHash::from_hex(bad), None);
    }
}

proptest! {
    #[test]
    fn the_hash_is_that_of_the_canonical_bytes(reading in arbitrary::reading(), seen: Option<i64>) {
        let digest: [u8; 32] = Sha256::digest(canonical_bytes(&reading, seen)).into();
        prop_assert_eq!(content_hash(&reading, seen), ContentHash::from_bytes(digest));
    }

    #[test]
    fn two_readings_hash_alike_only_if_they_are_alike(a in arbitrary::reading(), b in arbitrary::reading()) {
        let content = |r: &Reading| {
            let numbers: Vec<_> = r.vital.quantities().collect();
            (r.device.clone(), r.user_slot, r.vital.kind(), r.device_time.map(|t| t.ms), r.sequence, numbers,
             r.vital.rr_intervals().to_vec(), r.vital.period())
        };
        prop_assert_eq!(content_hash(&a, None) == content_hash(&b, None), content(&a) == content(&b));
    }

    #[test]
    fn what_stays_outside_does_not_count(reading in arbitrary::reading(), other in arbitrary::reading()) {
        let mut same = reading.clone();
        same.quality = other.quality;
        same.original = other.original;
        if let (Some(time), Some(other)) = (&mut same.device_time, other.device_time) {
            time.offset_minutes = other.offset_minutes;
        }
        match &mut same.vital {
            Vital::BloodPressure(v) => v.irregular = None,
            Vital::Glucose(v) => (v.meal, v.sample) = (None, None),
            Vital::Temperature(v) => v.site = None,
            _ => {}
        }
        prop_assert_eq!(content_hash(&reading, None), content_hash(&same, None));
    }
}
