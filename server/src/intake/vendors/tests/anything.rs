//! Whatever is sent, nothing panics, and the same bytes are the same readings.

use proptest::prelude::*;
use serde_json::Value;
use vitals::DeviceKey;

use super::{EXAMPLES, with};
use crate::ground::enums::Vendor;
use crate::intake::vendors::{Content, read, typed};

/// Words that mean something to some adapter.
const WORDS: &[&str] = &[
    "HI",
    "lb",
    "mg/dL",
    "UTC-4",
    "bpm_gen2_measure",
    "x_measure",
    "BloodPressure",
    "Weight",
    "SpO2",
    "blood_pressure",
    "glucose",
    "spo2",
    "systolic",
    "diastolic",
    "body_weight",
    "kg",
    "1721382524000",
    "2026-05-01T12:00:00Z",
    "864475040000001",
];
/// Names that some adapter reads.
const NAMES: &[&str] = &[
    "imei",
    "deviceId",
    "ts",
    "values",
    "systolic",
    "diastolic",
    "weight",
    "pulse",
    "data",
    "status",
    "sys",
    "dia",
    "wt",
    "spo2",
    "pr",
    "pi",
    "unit",
    "meal",
    "user",
    "tz",
    "data_type",
    "readingType",
    "time",
    "devdata",
    "batt",
    "metric",
    "value_1",
    "value_2",
    "hwi_device_id",
    "timestamp",
    "filter_params",
    "metrics",
    "type",
    "value",
    "source",
    "device",
    "id",
    "diagnostics",
    "start_time",
    "utc_offset",
    "user_notes",
];

/// JSON that is nearly a message of some vendor.
fn nearly() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0_i64..200).prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        proptest::sample::select(WORDS).prop_map(Value::from),
    ];
    let names = proptest::sample::select(NAMES);
    leaf.prop_recursive(5, 60, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::hash_map(names.clone(), inner, 0..8).prop_map(|map| map
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

/// What has to be true of whatever is read.
fn sound(vendor: Vendor, body: &[u8]) {
    let items = read(vendor, body);
    assert_eq!(items, read(vendor, body));
    for item in items.into_iter().flatten() {
        assert!(item.content.is_err() || item.device.is_some());
        if let Some(key) = &item.device {
            // No IMEI begins with 1; 14 digits that do are one of which the leading zero was lost.
            if !key.as_str().starts_with('1') {
                assert_eq!(typed(vendor, key.as_str()).as_ref(), Some(key));
            }
            DeviceKey::parse(vendor.as_str(), key.as_str()).unwrap();
        }
        match item.content {
            Ok(Content::Readings(readings)) => {
                assert!(!readings.is_empty());
                for reading in readings {
                    let _ = (reading.vital.summary(), reading.vital.check());
                }
            }
            Ok(Content::Status) => {}
            Err(flaw) => assert!(!flaw.to_string().is_empty()),
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), place in 0usize..5) {
        let (vendor, example) = EXAMPLES[place];
        sound(vendor, &bytes);
        sound(vendor, &[b"[", bytes.as_slice(), b",", example.as_bytes(), b"]"].concat());
    }

    #[test]
    fn nothing_that_is_nearly_a_message_panics(value in nearly(), place in 0usize..5) {
        let (vendor, example) = EXAMPLES[place];
        sound(vendor, value.to_string().as_bytes());
        sound(vendor, with(example, value).as_bytes());
    }

    #[test]
    fn no_example_cut_or_changed_panics(place in 0usize..5, at in 0usize..1_000, byte: u8) {
        let (vendor, example) = EXAMPLES[place];
        let mut bytes = example.as_bytes().to_vec();
        let at = at % bytes.len();
        sound(vendor, &bytes[..at]);
        bytes[at] = byte;
        sound(vendor, &bytes);
    }
}
