use rstest::rstest;
use serde_json::{Value, json};
use vitals::{Field, content_hash};

use super::*;

mod anything;
mod odd;
mod twice;

/// One example each, as in the facts.
pub(super) const BODYTRACE: &str = r#"{"imei":"012896009462125","ts":1380562575798,"batteryVoltage":5522,"signalStrength":91,"values":{"systolic":16400,"diastolic":10533,"pulse":88,"unit":1,"irregular":0}}"#;
pub(super) const BODYTRACE_OLD: &str = r#"{"deviceId":128960094621,"ts":1380562575798,"batteryVoltage":5522,"rssi":91,"values":{"unit":1,"weight":69800,"tare":0}}"#;
pub(super) const MIO: &str = r#"{"deviceId":"100224300182","isTest":false,"modelNumber":"TMB-2092-G","createdAt":1647349680,"data":{"data_type":"bpm_gen2_measure","imei":"864475040000000","sn":"100224300182","iccid":"89014103271467425631","user":1,"sys":131,"dia":78,"pul":65,"ihb":false,"hand":false,"tri":false,"bat":90,"sig":20,"ts":1647349680,"tz":"UTC-4"}}"#;
pub(super) const MIO_STATUS: &str = r#"{"deviceId":"100224300182","isTest":false,"modelNumber":"TMB-2092-G","createdAt":1647349700,"status":{"data_type":"bpm_gen2_status","imei":"864475040000000","bat":90,"tz":"UTC-4","ops":"310410","net":"LTE-M","sig":20,"tp":21,"me_num":0,"at_t":10}}"#;
pub(super) const TELLI: &str = r#"{"deviceId":"864593054464085","readingType":"BloodPressure","time":"1721382524000","data":{"systolic":122,"diastolic":98,"pulse":62,"arrhythmia":0},"mem":"0","tzOffsetMinutes":"-200","genVer":"2","devdata":{"r":"1","batt":"9","cycles":"0"}}"#;
pub(super) const TENOVI: &str = r#"{"metric":"blood_pressure","device_name":"Tenovi BPM","hwi_device_id":"7d1c2f2e-6a3f-4b53-9b57-0f1f5f2f9c11","patient_id":"P-7","hardware_uuid":"fed091a643ff","sensor_code":"10","value_1":"128","value_2":"84","created":"2026-05-01T12:00:02Z","timestamp":"2026-05-01T12:00:00Z","timezone_offset":-240,"estimated_timestamp":false,"filter_params":{"measurement_index":1}}"#;
/// Put together from the vendor's description of its parts.
pub(super) const VALIDIC: &str = r#"{"id":"a1","log_id":"l1","type":"measurement","version":"1.0","start_time":"2026-05-01T12:00:00Z","end_time":"2026-05-01T12:00:00Z","utc_offset":-14400,"offset_origin":"source","metrics":[{"type":"diastolic","origin":"device","unit":"mmHg","value":80.0},{"type":"systolic","origin":"device","unit":"mmHg","value":110.0},{"type":"pulse","origin":"device","unit":"bpm","value":90.0}],"user_notes":[],"source":{"type":"smart_meter","device":{"id":"864475040000001","model":"iBloodPressure","manufacturer":"Smart Meter","diagnostics":[{"type":"battery_level","unit":"%","value":77},{"type":"signal_strength","unit":"dBm","value":-91}]}}}"#;

/// The only item of a message.
pub(super) fn one(vendor: Vendor, json: &str) -> Item<'_> {
    let mut items = read(vendor, json.as_bytes()).unwrap();
    assert_eq!(items.len(), 1);
    items.remove(0)
}

/// The readings of a message with one item.
pub(super) fn measured(vendor: Vendor, json: &str) -> Vec<Measured> {
    match one(vendor, json).content {
        Ok(Content::Readings(readings)) => readings,
        other => panic!("{other:?}"),
    }
}

/// The only reading of a message.
pub(super) fn reading(vendor: Vendor, json: &str) -> Measured {
    let mut readings = measured(vendor, json);
    assert_eq!(readings.len(), 1);
    readings.remove(0)
}

/// What is wrong with a message, in words.
pub(super) fn flaw(vendor: Vendor, json: &str) -> String {
    one(vendor, json).content.unwrap_err().to_string()
}

/// An example with this object laid over it; `null` takes a member away.
pub(super) fn with(example: &str, patch: Value) -> String {
    let mut message: Value = serde_json::from_str(example).unwrap();
    lay(&mut message, patch);
    message.to_string()
}

fn lay(under: &mut Value, over: Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (name, value) in over {
                if value.is_null() {
                    under.remove(&name);
                } else {
                    lay(under.entry(name).or_insert(Value::Null), value);
                }
            }
        }
        (under, over) => *under = over,
    }
}

pub(super) fn time(measured: &Measured) -> Option<(i64, Option<i16>)> {
    measured.device_time.map(|time| (time.ms, time.offset_minutes))
}

pub(super) fn number(measured: &Measured, field: Field) -> Option<String> {
    measured.vital.get(field).map(|number| number.to_string())
}

/// A reading in one line, with what its summary leaves out.
pub(super) fn line(measured: &Measured) -> String {
    let mut line = measured.vital.summary();
    for field in [Field::PerfusionIndex, Field::Bmi, Field::BodyFat] {
        if let Some(number) = number(measured, field) {
            line = format!("{line} · {field} {number}");
        }
    }
    line
}

const EXAMPLES: [(Vendor, &str); 5] = [
    (Vendor::BodyTrace, BODYTRACE),
    (Vendor::Transtek, MIO),
    (Vendor::Telli, TELLI),
    (Vendor::Tenovi, TENOVI),
    (Vendor::SmartMeter, VALIDIC),
];

#[rstest]
#[case(Vendor::BodyTrace, BODYTRACE, "01289600946212", "123/79 mmHg · pulse 88", Some((1_380_562_575_798, None)), (None, Some(-91)))]
#[case(Vendor::BodyTrace, BODYTRACE_OLD, "00128960094621", "69.8 kg", Some((1_380_562_575_798, None)), (None, Some(-91)))]
#[case(Vendor::Transtek, MIO, "86447504000000", "131/78 mmHg · pulse 65", Some((1_647_349_680_000, Some(-240))), (Some(90), None))]
#[case(Vendor::Telli, TELLI, "86459305446408", "122/98 mmHg · pulse 62", Some((1_721_382_524_000, None)), (Some(90), None))]
#[case(Vendor::Tenovi, TENOVI, "7d1c2f2e-6a3f-4b53-9b57-0f1f5f2f9c11", "128/84 mmHg", Some((1_777_636_800_000, Some(-240))), (None, None))]
#[case(Vendor::SmartMeter, VALIDIC, "86447504000000", "110/80 mmHg · pulse 90", Some((1_777_636_800_000, Some(-240))), (Some(77), Some(-91)))]
fn every_vendors_example_is_a_reading(
    #[case] vendor: Vendor,
    #[case] json: &str,
    #[case] key: &str,
    #[case] summary: &str,
    #[case] told: Option<(i64, Option<i16>)>,
    #[case] (battery_percent, signal_dbm): (Option<i16>, Option<i16>),
) {
    let item = one(vendor, json);
    assert_eq!(item.bytes, json.as_bytes());
    assert_eq!(item.device.as_ref().map(VendorKey::as_str), Some(key));
    assert_eq!(
        item.beside,
        Beside {
            battery_percent,
            signal_dbm
        }
    );
    let reading = reading(vendor, json);
    assert_eq!(reading.vital.summary(), summary);
    assert_eq!(time(&reading), told);
    assert_eq!(reading.quality, Quality::NONE);
    assert_eq!(reading.sequence, None);
    let reading = reading.of(DeviceKey::parse(vendor.as_str(), key).unwrap());
    assert_eq!(reading.check(), Ok(()));
    // The same message again is the same reading.
    assert_eq!(read(vendor, json.as_bytes()), read(vendor, json.as_bytes()));
}

#[rstest]
#[case(Vendor::BodyTrace, "01-289600-946212-5", Some("01289600946212"))]
#[case(Vendor::BodyTrace, "1289600946212", Some("01289600946212"))]
#[case(Vendor::BodyTrace, "SN-5", None)]
#[case(Vendor::Transtek, "IMEI 864475040000000", Some("86447504000000"))]
#[case(Vendor::Transtek, " 100224300182 ", Some("100224300182"))]
#[case(Vendor::Telli, "864593054464085", Some("86459305446408"))]
#[case(
    Vendor::Telli,
    "24BA8BD7-92E1-4B53-9304-32F4F04E6AD6",
    Some("24ba8bd7-92e1-4b53-9304-32f4f04e6ad6")
)]
#[case(
    Vendor::Tenovi,
    "{7D1C2F2E-6A3F-4B53-9B57-0F1F5F2F9C11}",
    Some("7d1c2f2e-6a3f-4b53-9b57-0f1f5f2f9c11")
)]
#[case(
    Vendor::Tenovi,
    " 7D1C2F2E6A3F4B539B570F1F5F2F9C11",
    Some("7d1c2f2e-6a3f-4b53-9b57-0f1f5f2f9c11")
)]
#[case(Vendor::SmartMeter, "864475 04 000000 1", Some("86447504000000"))]
#[case(Vendor::SmartMeter, "", None)]
#[case(Vendor::Tenovi, "a\u{7}b", None)]
#[case(Vendor::Tenovi, "a\u{0}b", None)]
fn what_a_person_types_is_the_key_of_the_messages(
    #[case] vendor: Vendor,
    #[case] text: &str,
    #[case] expected: Option<&str>,
) {
    assert_eq!(typed(vendor, text).as_ref().map(VendorKey::as_str), expected);
}

#[test]
fn a_name_has_at_most_64_characters() {
    assert!(typed(Vendor::Tenovi, &"é".repeat(64)).is_some());
    assert!(typed(Vendor::Tenovi, &"é".repeat(65)).is_none());
    assert!(typed(Vendor::Telli, &"1".repeat(1_000_000)).is_none());
}

#[test]
fn a_broken_element_breaks_no_other() {
    for (vendor, example) in EXAMPLES {
        let parts: [&[u8]; 6] = [
            example.as_bytes(),
            b"{\"a\":\"\xff\"}",
            b"{\"a\":}",
            b"17",
            b"[1]",
            example.as_bytes(),
        ];
        let body = [b"[", parts.join(&b" , "[..]).as_slice(), b"]\n"].concat();
        let items = read(vendor, &body).unwrap();
        let bytes: Vec<_> = items.iter().map(|item| item.bytes).collect();
        assert_eq!(bytes, parts);
        assert_eq!(items[0].content, one(vendor, example).content);
        assert_eq!(items[5].content, one(vendor, example).content);
        let code = |item: &Item<'_>| match &item.content {
            Err(Flaw::Decode(error)) => error.code(),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            items[1..5].iter().map(code).collect::<Vec<_>>(),
            ["malformed-json", "malformed-json", "wrong-type", "wrong-type"]
        );
        assert!(items[1..5].iter().all(|item| item.device.is_none()));
    }
}

#[test]
fn a_message_has_at_most_a_thousand_elements() {
    let list = |count: usize| format!("[{}]", vec!["{}"; count].join(","));
    let count = |json: &str| read(Vendor::Tenovi, json.as_bytes()).map(|items| items.len());
    assert_eq!(count(&list(1_000)), Some(1_000));
    assert_eq!(count(&list(1_001)), None);
    assert_eq!(count("[]"), Some(0));
}

#[rstest]
#[case(b"")]
#[case(b"  ")]
#[case(b"17")]
#[case(b"\"text\"")]
#[case(b"null")]
#[case(b"{\"a\":1")]
#[case(b"{\"a\":1} {}")]
#[case(b"{\"a\":\"\xff\"}")]
#[case(b"[{\"a\":1}")]
#[case(b"[{\"a\":1}] x")]
fn what_is_no_message_is_told_apart(#[case] body: &[u8]) {
    for (vendor, _) in EXAMPLES {
        assert_eq!(read(vendor, body), None);
    }
}

#[test]
fn names_that_nobody_reads_are_ignored() {
    let more = r#"{"new":1,"new":{"deep":[[[[[[[[1]]]]]]]]},"nul":"\u0000","#;
    for (vendor, example) in EXAMPLES {
        let json = example.replacen('{', more, 1);
        assert_eq!(one(vendor, &json).content, one(vendor, example).content);
        assert_eq!(one(vendor, &json).device, one(vendor, example).device);
    }
}

#[test]
fn a_number_may_be_a_text_and_a_text_no_number() {
    for (vendor, example) in EXAMPLES {
        let value: Value = serde_json::from_str(example).unwrap();
        let texts = numbers_as_texts(value).to_string();
        let [told, again] = [example, &texts].map(|json| one(vendor, json));
        assert_eq!(again.device, told.device);
        assert_eq!(again.beside, told.beside);
        // 110.0 becomes "110.0", which is the same number: only of the other units the text is kept.
        assert_eq!(again.content, told.content);
    }
    for bad in ["NaN", "Infinity", "-Infinity", "HI", "12,5", "0x10", "+5"] {
        let json = with(TENOVI, json!({ "value_1": bad }));
        assert_eq!(flaw(Vendor::Tenovi, &json), "/value_1: not a number");
    }
}

fn numbers_as_texts(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::String(number.to_string()),
        Value::Array(list) => list.into_iter().map(numbers_as_texts).collect(),
        Value::Object(map) => map
            .into_iter()
            .map(|(name, value)| (name, numbers_as_texts(value)))
            .collect(),
        other => other,
    }
}

#[test]
fn without_a_name_of_the_device_there_is_no_reading() {
    for (vendor, example, patch, expected) in [
        (
            Vendor::BodyTrace,
            BODYTRACE,
            json!({"imei": null}),
            "/imei: missing",
        ),
        (
            Vendor::BodyTrace,
            BODYTRACE,
            json!({"imei": "none"}),
            "/imei: expected a name of a device",
        ),
        (
            Vendor::BodyTrace,
            BODYTRACE,
            json!({"imei": [1]}),
            "/imei: expected a text",
        ),
        (
            Vendor::Transtek,
            MIO,
            json!({"deviceId": null, "data": {"imei": null, "sn": ""}}),
            "/deviceId: missing",
        ),
        (
            Vendor::Telli,
            TELLI,
            json!({"deviceId": "a\u{0}b"}),
            "/deviceId: U+0000 in the text",
        ),
        (
            Vendor::Telli,
            TELLI,
            json!({"deviceId": "x".repeat(65)}),
            "/deviceId: expected a name of a device",
        ),
        (
            Vendor::Tenovi,
            TENOVI,
            json!({"hwi_device_id": null}),
            "/hwi_device_id: missing",
        ),
        (
            Vendor::SmartMeter,
            VALIDIC,
            json!({"source": {"device": {"id": null}}}),
            "/source/device/id: missing",
        ),
        (
            Vendor::SmartMeter,
            VALIDIC,
            json!({"source": null}),
            "/source: missing",
        ),
    ] {
        let json = with(example, patch);
        assert_eq!(flaw(vendor, &json), expected);
        assert_eq!(one(vendor, &json).device, None);
    }
}

#[test]
fn what_is_wrong_names_no_value_and_leaves_the_device() {
    for (vendor, example, patch) in [
        (
            Vendor::BodyTrace,
            BODYTRACE,
            json!({"values": {"systolic": "987654x"}}),
        ),
        (Vendor::Transtek, MIO, json!({"data": {"sys": "987654x"}})),
        (
            Vendor::Telli,
            TELLI,
            json!({"data": {"systolic": {"a": 987_654}}}),
        ),
        (Vendor::Tenovi, TENOVI, json!({"value_1": "987654x"})),
        (
            Vendor::SmartMeter,
            VALIDIC,
            json!({"metrics": [{"type": "spo2", "value": 987_654e300}]}),
        ),
    ] {
        let json = with(example, patch);
        let item = one(vendor, &json);
        let flaw = item.content.unwrap_err();
        assert!(!flaw.to_string().contains("987"), "{flaw}");
        assert_eq!(item.device, one(vendor, example).device);
        assert_eq!(item.beside, one(vendor, example).beside);
    }
}

#[test]
fn what_is_huge_does_no_harm() {
    let text = "9".repeat(1_000_000);
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    for (vendor, example) in EXAMPLES {
        let json = example.replacen('{', &format!("{{\"note\":\"{text}\",\"far\":1e308,"), 1);
        assert_eq!(one(vendor, &json).content, one(vendor, example).content);
        let json = example.replacen('{', &format!("{{\"x\":{text},"), 1);
        assert!(one(vendor, &json).content.is_err());
        let _ = read(vendor, format!("{{\"x\":{deep}}}").as_bytes());
        let _ = read(vendor, deep.as_bytes());
        let wide = vec!["1"; 100_000].join(",");
        let _ = read(
            vendor,
            format!("{{\"metrics\":[{wide}],\"data\":[{wide}]}}").as_bytes(),
        );
    }
    let json = with(TENOVI, json!({"value_1": text}));
    assert_eq!(flaw(Vendor::Tenovi, &json), "/value_1: number out of range");
    let json = with(
        VALIDIC,
        json!({"metrics": vec![json!({"type": "x", "value": 1}); 65]}),
    );
    assert_eq!(flaw(Vendor::SmartMeter, &json), "/metrics: more than 64 entries");
}

#[test]
fn a_missing_time_is_no_time_and_another_text_a_flaw() {
    for (vendor, example, name) in [
        (Vendor::BodyTrace, BODYTRACE, "/ts"),
        (Vendor::Transtek, MIO, "/data/ts"),
        (Vendor::Telli, TELLI, "/time"),
        (Vendor::Tenovi, TENOVI, "/timestamp"),
        (
            Vendor::SmartMeter,
            &VALIDIC.replace("end_time", "end"),
            "/start_time",
        ),
    ] {
        let set = |value: Value| {
            let mut message: Value = serde_json::from_str(example).unwrap();
            *message.pointer_mut(name).unwrap() = value;
            message.to_string()
        };
        for none in [Value::Null, json!(0), json!("0"), json!(""), json!(" ")] {
            assert_eq!(reading(vendor, &set(none)).device_time, None, "{name}");
        }
        for bad in [json!("yesterday"), json!([1]), json!(true), json!(1e300)] {
            assert_eq!(flaw(vendor, &set(bad)), format!("{name}: not a time"));
        }
    }
}

/// The identity of a device is the same in every form, so the same measurement is sent twice and stored once.
#[test]
fn one_measurement_under_two_names_of_the_device_is_one() {
    let new = r#"{"imei":"012896009462125","ts":1380562575798,"values":{"weight":69800}}"#;
    let old = r#"{"deviceId":1289600946212,"ts":1380562575798,"rssi":91,"values":{"unit":1,"weight":69800,"tare":0}}"#;
    let hash = |json: &str| {
        let key = one(Vendor::BodyTrace, json).device.unwrap();
        let device = DeviceKey::parse("BodyTrace", key.as_str()).unwrap();
        content_hash(&reading(Vendor::BodyTrace, json).of(device), None)
    };
    assert_eq!(hash(new), hash(old));
    assert_ne!(hash(new), hash(&new.replace("69800", "69900")));
}
