use proptest::prelude::*;
use rstest::rstest;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::*;
use crate::Field;

const BENCHMARK: &str = r#"{"device":"D000017","kind":"blood_pressure","measured_at":"2026-11-20T08:15:30.123Z","values":{"systolic":121,"diastolic":79,"pulse":66}}"#;

fn device() -> DeviceKey {
    DeviceKey::parse("Omron", "D000017").unwrap()
}

fn read(json: &str) -> Result<Reading, DecodeError> {
    decode(json.as_bytes())?.into_reading(device())
}

fn weigh(values: &Value) -> Result<Reading, DecodeError> {
    read(&json!({"device": "D1", "kind": "weight", "values": values}).to_string())
}

#[test]
fn the_benchmarks_request_is_read() {
    let decoded = decode(BENCHMARK.as_bytes()).unwrap();
    assert_eq!(
        (decoded.device(), decoded.maker(), decoded.kind()),
        ("D000017", None, Kind::BloodPressure)
    );
    assert!(matches!(decoded.device, Cow::Borrowed(_)), "texts are borrowed");
    let reading = decoded.into_reading(device()).unwrap();
    assert_eq!(reading.vital.summary(), "121/79 mmHg · pulse 66");
    assert_eq!(
        reading.device_time,
        Some(DeviceTime {
            ms: 1_795_162_530_123,
            offset_minutes: None
        })
    );
    assert_eq!(
        (reading.quality, reading.sequence, reading.user_slot),
        (Quality::NONE, None, None)
    );
    assert!(reading.original.is_empty());
    assert_eq!(reading.check(), Ok(()));
}

#[test]
fn everything_that_can_be_sent_is_read() {
    let json = r#"{"values":{"systolic":{"value":16.10,"unit":"kPa"},"diastolic":{"value":79,"unit":"mmHg"},
        "mean":null,"irregular":true},"quality":["movement","position"],"hub_time":"2026-11-20T08:15:31Z","test":true,
        "sequence":-3,"user":1,"maker":" A\u0026D ","firmware":{"deep":[[[[[1]]]]]},"kind":"blood_pressure","device":" D-\u00e9 ",
        "measured_at":"2026-11-20T09:15:30+01:00"}"#;
    let decoded = decode(json.as_bytes()).unwrap();
    assert_eq!((decoded.device(), decoded.maker()), ("D-é", Some("A&D")));
    assert_eq!(decoded.hub_first_seen_ms(), Some(1_795_162_531_000));
    let key = decoded.device_key(&"Omron".parse().unwrap()).unwrap();
    assert_eq!(key, DeviceKey::parse("a&d", "D-é").unwrap());
    let reading = decoded.into_reading(key).unwrap();
    assert_eq!(
        reading.quality,
        Quality::MOVEMENT | Quality::POSITION | Quality::IRREGULAR | Quality::TEST
    );
    assert_eq!(reading.device_time.unwrap().offset_minutes, Some(60));
    assert_eq!(
        (reading.sequence, reading.user_slot.unwrap().get()),
        (Some(-3), 1)
    );
    assert_eq!(reading.vital.headline(), ("120.8/79".to_owned(), "mmHg"));
    let kept = Original {
        field: Field::Systolic,
        value: "16.1".into(),
        unit: "kPa".into(),
    };
    assert_eq!(reading.original, [kept]);
}

#[rstest]
#[case("HI", "> 600")]
#[case("hi", "> 600")]
#[case("Lo", "< 20")]
#[case("Infinity", "> 600")]
#[case("+inf", "> 600")]
#[case("-Infinity", "< 20")]
#[case("-INF", "< 20")]
fn a_meters_hi_and_lo_are_readings(#[case] sent: &str, #[case] text: &str) {
    let json = json!({"device": "G", "kind": "glucose", "values": {"glucose": sent}});
    let reading = read(&json.to_string()).unwrap();
    assert_eq!(reading.vital.headline().0, text);
    assert_eq!(reading.check(), Ok(()));
}

#[test]
fn a_control_solution_is_a_test() {
    let json = json!({"device": "G", "kind": "glucose", "values": {"glucose": 120, "sample": "control"}});
    assert_eq!(read(&json.to_string()).unwrap().quality, Quality::TEST);
}

#[rstest]
#[case("", "malformed-json", "")]
#[case("{", "malformed-json", "")]
#[case(r#"{"device":"D1"} x"#, "malformed-json", "")]
#[case("{\"device\":\"D\u{0}1\"}", "malformed-json", "")]
#[case(r#"{"values":{"weight":NaN}}"#, "malformed-json", "")]
#[case(r#"{"values":{"weight":1e999}}"#, "number-out-of-range", "/values/weight")]
#[case(
    "{\n \"quality\":[\"a,]\",{}, [] ],\n \"values\":{\"a\":[1,{}],\"b/\\n~\":{\"value\":-1E400 }}}",
    "number-out-of-range",
    "/values/b~1\u{fffd}~0/value"
)]
#[case(r#"{"values":{"rr":[1,2,1e400]}}"#, "number-out-of-range", "/values/rr/2")]
#[case("1e400", "number-out-of-range", "")]
#[case("[]", "wrong-type", "")]
#[case("7", "wrong-type", "")]
#[case("null", "wrong-type", "")]
#[case(r#""x""#, "wrong-type", "")]
#[case("{}", "missing-field", "/device")]
#[case(r#"{"device":null}"#, "missing-field", "/device")]
#[case(r#"{"device":17}"#, "wrong-type", "/device")]
#[case(r#"{"device":"  "}"#, "bad-text", "/device")]
#[case(r#"{"device":"a\u0007b"}"#, "bad-text", "/device")]
#[case(r#"{"device":"a\u0000b"}"#, "nul-character", "/device")]
#[case(r#"{"device":"D1","maker":"\u0000"}"#, "nul-character", "/maker")]
#[case(r#"{"device":"D1"}"#, "missing-field", "/kind")]
#[case(r#"{"device":"D1","device":"D2"}"#, "duplicate-name", "/device")]
#[case(r#"{"device":"D1","kind":"mood"}"#, "unknown-kind", "/kind")]
#[case(r#"{"device":"D1","kind":"weight"}"#, "missing-field", "/values")]
#[case(r#"{"device":"D1","kind":"weight","values":[]}"#, "wrong-type", "/values")]
#[case(
    r#"{"device":"D1","kind":"weight","values":{},"measured_at":"today"}"#,
    "bad-time",
    "/measured_at"
)]
#[case(
    r#"{"device":"D1","kind":"weight","values":{},"measured_at":1795162530}"#,
    "wrong-type",
    "/measured_at"
)]
#[case(
    r#"{"device":"D1","kind":"weight","values":{},"hub_time":"2026-11-20"}"#,
    "bad-time",
    "/hub_time"
)]
#[case(
    r#"{"device":"D1","kind":"weight","values":{},"sequence":1.5}"#,
    "wrong-type",
    "/sequence"
)]
#[case(
    r#"{"device":"D1","kind":"weight","values":{},"sequence":9223372036854775808}"#,
    "number-out-of-range",
    "/sequence"
)]
#[case(
    r#"{"device":"D1","kind":"weight","values":{},"user":255}"#,
    "number-out-of-range",
    "/user"
)]
#[case(
    r#"{"device":"D1","kind":"weight","values":{},"test":1}"#,
    "wrong-type",
    "/test"
)]
#[case(
    r#"{"device":"D1","kind":"weight","values":{},"quality":["movement","shaky"]}"#,
    "unknown-quality",
    "/quality/1"
)]
#[case(
    r#"{"device":"D1","kind":"weight","values":{},"quality":"movement"}"#,
    "wrong-type",
    "/quality"
)]
fn a_broken_frame_says_what_and_where(#[case] json: &str, #[case] code: &str, #[case] pointer: &str) {
    let error = decode(json.as_bytes()).unwrap_err();
    assert_eq!((error.code(), error.pointer()), (code, pointer), "{error}");
}

#[rstest]
#[case(json!({}), "missing-value", "/values/weight")]
#[case(json!({"weight": null}), "missing-value", "/values/weight")]
#[case(json!({"weight": "70"}), "wrong-type", "/values/weight")]
#[case(json!({"weight": "NaN"}), "bad-number", "/values/weight")]
#[case(json!({"weight": true}), "wrong-type", "/values/weight")]
#[case(json!({"weight": [70]}), "wrong-type", "/values/weight")]
#[case(json!({"weight": 1e300}), "number-out-of-range", "/values/weight")]
#[case(json!({"weight": 18_446_744_073_709_551_615_u64}), "number-out-of-range", "/values/weight")]
#[case(json!({"weight": {"unit": "kg"}}), "missing-value", "/values/weight/value")]
#[case(json!({"weight": {"value": 70, "unit": "stone"}}), "bad-unit", "/values/weight")]
#[case(json!({"weight": {"value": 70, "unit": "mmHg"}}), "bad-unit", "/values/weight")]
#[case(json!({"weight": {"value": 70, "unit": 7}}), "wrong-type", "/values/weight/unit")]
#[case(json!({"weight": {"value": 70, "unit": "k\u{0}g"}}), "nul-character", "/values/weight/unit")]
#[case(json!({"weight": {"value": 70, "comparator": "~"}}), "bad-comparator", "/values/weight/comparator")]
#[case(json!({"weight": {"value": 70, "precision": 1}}), "unknown-value", "/values/weight/precision")]
#[case(json!({"weight": {"value": {"value": 70}}}), "wrong-type", "/values/weight")]
#[case(json!({"weight": 70, "mood": 1}), "unknown-value", "/values/mood")]
#[case(json!({"weight": 70, "systolic": 1}), "unknown-value", "/values/systolic")]
#[case(json!({"weight": 70, "rr_intervals": [1]}), "unknown-value", "/values/rr_intervals")]
#[case(json!({"weight": 70, "a/b~": null}), "unknown-value", "/values/a~1b~0")]
fn a_broken_value_says_what_and_where(#[case] values: Value, #[case] code: &str, #[case] pointer: &str) {
    let error = weigh(&values).unwrap_err();
    assert_eq!((error.code(), error.pointer()), (code, pointer), "{error}");
}

#[rstest]
#[case("heart_rate", json!({"heart_rate": 60, "rr_intervals": [1000, "x"]}), "wrong-type", "/values/rr_intervals")]
#[case("heart_rate", json!({"heart_rate": 60, "rr_intervals": vec![1000; 65]}), "too-many", "/values/rr_intervals")]
#[case("heart_rate", json!({"heart_rate": 60, "rr_intervals": vec![1000; 500]}), "too-many", "/values/rr_intervals")]
#[case("heart_rate", json!({"heart_rate": 60, "rr_intervals": {"value": [1], "comparator": ">"}}), "bad-comparator", "/values/rr_intervals/comparator")]
#[case("glucose", json!({"glucose": "HIGH"}), "wrong-type", "/values/glucose")]
#[case("glucose", json!({"glucose": "NaN"}), "bad-number", "/values/glucose")]
#[case("oximetry", json!({"spo2": "Infinity"}), "bad-number", "/values/spo2")]
#[case("glucose", json!({"glucose": 90, "meal": "brunch"}), "unknown-word", "/values/meal")]
#[case("temperature", json!({"temperature": 37, "site": 4}), "wrong-type", "/values/site")]
#[case("blood_pressure", json!({"systolic": 120, "diastolic": 80, "irregular": 1}), "wrong-type", "/values/irregular")]
#[case("activity", json!({"steps": 1, "from": "2026-11-20T00:00:00Z"}), "missing-value", "/values/to")]
#[case("activity", json!({"steps": 1, "from": "today", "to": "2026-11-20T00:00:00Z"}), "bad-time", "/values/from")]
#[case("sleep", json!({"from": "2026-11-20T00:00:00Z", "to": "2026-11-20T08:00:00Z"}), "missing-value", "/values/deep")]
fn broken_values_of_other_kinds_too(
    #[case] kind: &str,
    #[case] values: Value,
    #[case] code: &str,
    #[case] pointer: &str,
) {
    let error = read(&json!({"device": "D1", "kind": kind, "values": values}).to_string()).unwrap_err();
    assert_eq!((error.code(), error.pointer()), (code, pointer), "{error}");
}

#[test]
fn values_named_twice_are_refused() {
    let error = read(r#"{"device":"D1","kind":"weight","values":{"weight":70,"weight":71}}"#).unwrap_err();
    assert_eq!(
        (error.code(), error.pointer()),
        ("duplicate-name", "/values/weight")
    );
}

#[rstest]
#[case("7", "the message: expected an object")]
#[case("{", "not JSON, from line 1, column 1 on")]
#[case("1e400", "the message: number out of range")]
#[case("{}", "/device: missing")]
#[case(r#"{"device":"D1","kind":"mood"}"#, "/kind: unknown kind \"mood\"")]
fn what_is_wrong_is_said_in_words(#[case] json: &str, #[case] expected: &str) {
    assert_eq!(decode(json.as_bytes()).unwrap_err().to_string(), expected);
}

#[test]
fn long_texts_are_refused_or_cut() {
    let long = "x".repeat(65);
    let error = decode(
        json!({"device": long, "kind": "weight", "values": {}})
            .to_string()
            .as_bytes(),
    )
    .unwrap_err();
    assert_eq!(
        error,
        DecodeError::TooLong {
            field: "/device".into(),
            max: 64
        }
    );
    let error = decode(
        json!({"device": "D", "kind": long, "values": {}})
            .to_string()
            .as_bytes(),
    )
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("/kind: unknown kind \"{}\"", "x".repeat(32))
    );
    let error = weigh(&json!({"weight": {"value": 123, "unit": long}})).unwrap_err();
    assert_eq!(
        error,
        DecodeError::Unit {
            field: "/values/weight".into(),
            unit: "x".repeat(32)
        }
    );
    assert!(
        !error.to_string().contains("123"),
        "no measured value in a message"
    );
}

#[test]
fn items_can_be_kept_raw_and_decoded_one_by_one() {
    #[derive(Deserialize)]
    struct Batch<'a> {
        #[serde(borrow)]
        readings: Vec<&'a RawValue>,
    }
    let json = format!(r#"{{"readings":[{BENCHMARK},{{}}]}}"#);
    let batch: Batch<'_> = serde_json::from_str(&json).unwrap();
    assert!(decode(batch.readings[0].get().as_bytes()).is_ok());
    assert_eq!(
        decode(batch.readings[1].get().as_bytes()).unwrap_err().code(),
        "missing-field"
    );
    assert!(serde_json::from_str::<ReadingIn<'_>>(BENCHMARK).is_ok());
    assert!(serde_json::from_str::<ReadingIn<'_>>("{}").is_err());
    let value: Value = serde_json::from_str(BENCHMARK).unwrap();
    assert!(ReadingIn::deserialize(&value).is_ok());
}

/// JSON that is nearly a reading.
fn nearly() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        Just(json!("HI")),
        Just(json!("2026-11-20T08:15:30Z")),
        Just(json!("D1")),
        proptest::sample::select(Kind::ALL).prop_map(|kind| json!(kind)),
    ];
    let names = proptest::sample::select(&[
        "device",
        "kind",
        "values",
        "measured_at",
        "user",
        "quality",
        "systolic",
        "diastolic",
        "weight",
        "glucose",
        "value",
        "unit",
        "comparator",
        "rr_intervals",
        "from",
        "to",
        "deep",
        "steps",
        "spo2",
        "temperature",
        "heart_rate",
    ]);
    leaf.prop_recursive(4, 40, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::hash_map(names.clone(), inner, 0..8).prop_map(|map| map
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = (decode(&bytes), place::pointer(&bytes, 1, 50), place::pointer(&bytes, 2, 9));
    }

    #[test]
    fn nothing_that_is_nearly_a_reading_panics(mut json in nearly(), kind in proptest::sample::select(Kind::ALL), values in nearly()) {
        let _ = read(&json.to_string());
        if json.is_object() {
            json["device"] = "D1".into();
            json["kind"] = kind.as_str().into();
            json["values"] = values;
        }
        if let Ok(reading) = read(&json.to_string()) {
            let _ = (reading.check(), reading.vital.summary(), crate::content_hash(&reading, None));
        }
    }

    #[test]
    fn what_was_stored_can_be_sent(vital in crate::arbitrary::vital()) {
        let mut values = String::new();
        vital.write_json(&mut values);
        let json = format!(r#"{{"device":"D1","kind":"{}","values":{values}}}"#, vital.kind());
        prop_assert_eq!(read(&json).unwrap().vital, vital);
    }
}
