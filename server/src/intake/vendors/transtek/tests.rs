use rstest::rstest;
use serde_json::{Value, json};
use vitals::{Field, Meal, Quality, Sample, Vital};

use crate::ground::enums::Vendor;
use crate::intake::vendors::tests::{MIO, MIO_STATUS, flaw, line, number, one, reading, time, with};
use crate::intake::vendors::{Beside, Content, Measured, VendorKey, typed};

const VENDOR: Vendor = Vendor::Transtek;

/// A message of another device.
fn message(data: &Value) -> String {
    let mut message =
        json!({"deviceId": "300224300182", "createdAt": 1_647_349_680, "data": {"imei": "864475040000001",
        "bat": 55, "tz": "UTC+5:30"}})
        .to_string();
    message = with(&message, json!({ "data": data }));
    message
}

fn scale() -> String {
    message(
        &json!({"data_type": "scale_gen2_measure", "wt": 81_250, "wet": 3, "lts": 1, "upload_time": 1_647_349_681}),
    )
}

fn meter() -> Value {
    json!({"data_type": "bgm_gen1_measure", "data": 110, "unit": 2, "sample": 1, "sample_type": 1, "meal": 2,
        "uptime": "1647349682", "sig_lvl": 3})
}

fn oximeter() -> Value {
    json!({"data_type": "spo2_gen1_measure", "spo2": 97, "pr": 71, "pi": 57, "ts": 1_647_349_683})
}

fn key(json: &str) -> Option<String> {
    one(VENDOR, json).device.map(|key| key.as_str().to_owned())
}

#[test]
fn each_device_has_its_own_name_for_the_time() {
    let expect = |json: &str, summary: &str, ms: i64| {
        let reading = reading(VENDOR, json);
        assert_eq!(line(&reading), summary);
        assert_eq!(time(&reading), Some((ms, Some(330))));
        assert_eq!(reading.quality, Quality::NONE);
    };
    expect(&scale(), "81.25 kg", 1_647_349_681_000);
    expect(&message(&meter()), "110 mg/dL · after", 1_647_349_682_000);
    expect(
        &message(&oximeter()),
        "97% · pulse 71 · perfusion_index 5.7",
        1_647_349_683_000,
    );
    let clockless = with(&scale(), json!({"data": {"upload_time": null}}));
    assert_eq!(reading(VENDOR, &clockless).device_time, None);
    let other = with(&scale(), json!({"data": {"upload_time": 0, "ts": 5}}));
    assert_eq!(time(&reading(VENDOR, &other)), Some((5_000, Some(330))));
}

#[rstest]
#[case(json!({"data": {"ihb": true}}), Quality::IRREGULAR)]
#[case(json!({"data": {"hand": 1}}), Quality::MOVEMENT)]
#[case(json!({"data": {"tri": true}}), Quality::NONE)]
#[case(json!({"isTest": true}), Quality::TEST)]
#[case(json!({"isTest": null}), Quality::NONE)]
fn flags_say_what_they_are_known_to_say(#[case] patch: Value, #[case] expected: Quality) {
    assert_eq!(reading(VENDOR, &with(MIO, patch)).quality, expected);
}

#[test]
fn every_message_of_a_device_has_the_same_key() {
    assert_eq!(key(MIO).as_deref(), Some("86447504000000"));
    assert_eq!(key(MIO), key(MIO_STATUS));
    assert_eq!(
        key(MIO),
        key(&with(MIO, json!({"data": {"imei": 864_475_040_000_000_i64}})))
    );
    let label = typed(VENDOR, "864475040000000");
    assert_eq!(label.as_ref().map(VendorKey::as_str), key(MIO).as_deref());
    // Without an IMEI the serial number stands in, as it stands on the label.
    let serial = with(MIO, json!({"data": {"imei": ""}}));
    assert_eq!(key(&serial).as_deref(), Some("100224300182"));
    let serial = with(MIO, json!({"deviceId": null, "data": {"imei": null}}));
    assert_eq!(
        key(&serial).as_deref(),
        typed(VENDOR, "100224300182").as_ref().map(VendorKey::as_str)
    );
    let broken = with(MIO, json!({"data": {"imei": "unknown"}}));
    assert_eq!(flaw(VENDOR, &broken), "/data/imei: expected a name of a device");
}

#[rstest]
#[case(MIO_STATUS.to_owned(), Some(90))]
#[case(message(&json!({"data_type": "bgm_gen1_heartbeat"})), Some(55))]
#[case(message(&json!({"data_type": "bpm_gen2_log", "sys": 120})), Some(55))]
#[case(message(&json!({"data_type": "scale_gen2_status", "bat": 101})), None)]
#[case(message(&json!({"data_type": "scale_gen2_status", "bat": "low"})), None)]
fn a_sign_of_life_is_no_reading(#[case] json: String, #[case] battery_percent: Option<i16>) {
    let item = one(VENDOR, &json);
    assert_eq!(item.content, Ok(Content::Status));
    // What `sig` counts is not known.
    assert_eq!(
        item.beside,
        Beside {
            battery_percent,
            signal_dbm: None
        }
    );
}

fn glucose(patch: &Value) -> Measured {
    reading(VENDOR, &with(&message(&meter()), json!({ "data": patch })))
}

#[test]
fn a_glucose_is_in_the_unit_that_is_told() {
    let millimol = glucose(&json!({"data": "5.5", "unit": 1}));
    assert_eq!(number(&millimol, Field::Glucose).as_deref(), Some("99.1"));
    assert_eq!(
        (
            millimol.original[0].value.as_str(),
            millimol.original[0].unit.as_str()
        ),
        ("5.5", "mmol/L")
    );
    for (value, expected) in [
        ("HI", "> 600"),
        ("Low", "< 20"),
        ("+Infinity", "> 600"),
        ("-inf", "< 20"),
    ] {
        let beyond = glucose(&json!({"data": value, "unit": 1}));
        assert_eq!(number(&beyond, Field::Glucose).as_deref(), Some(expected));
        assert!(beyond.original.is_empty());
    }
    for (unit, expected) in [
        (json!(3), "/data/unit: unit \"3\" is not accepted"),
        (Value::Null, "/data/unit: missing"),
    ] {
        let json = with(&message(&meter()), json!({"data": {"unit": unit}}));
        assert_eq!(flaw(VENDOR, &json), expected);
    }
}

#[rstest]
#[case(json!({"meal": 0, "sample_type": 1}), None, None, Quality::NONE)]
#[case(json!({"meal": 1, "sample_type": 0}), Some(Meal::Before), None, Quality::NONE)]
#[case(json!({"meal": 9, "sample_type": 2}), None, Some(Sample::Control), Quality::TEST)]
fn a_control_solution_is_a_test(
    #[case] patch: Value,
    #[case] meal: Option<Meal>,
    #[case] sample: Option<Sample>,
    #[case] quality: Quality,
) {
    let reading = glucose(&patch);
    let Vital::Glucose(glucose) = &reading.vital else {
        panic!("{:?}", reading.vital);
    };
    assert_eq!(
        (glucose.meal, glucose.sample, reading.quality),
        (meal, sample, quality)
    );
}

#[test]
fn an_oximeter_says_where_it_found_nothing() {
    let lost = |patch: Value| with(&message(&oximeter()), json!({ "data": patch }));
    assert_eq!(
        flaw(VENDOR, &lost(json!({"spo2": 127}))),
        "/data/spo2: the device says that it measured nothing"
    );
    assert_eq!(
        key(&lost(json!({"spo2": "127"}))).as_deref(),
        Some("86447504000000")
    );
    let partly = reading(VENDOR, &lost(json!({"pr": 255, "pi": 0})));
    assert_eq!(partly.vital.summary(), "97%");
    // Whatever its data type is called, and where it has none.
    for patch in [json!({"data_type": "x_measure"}), json!({"data_type": null})] {
        assert_eq!(
            reading(VENDOR, &lost(patch)).vital,
            reading(VENDOR, &message(&oximeter())).vital
        );
    }
}

#[rstest]
#[case(json!({"data_type": "bpm_gen2_alarm"}), "a type of message that is not taken")]
#[case(json!({"data_type": "ecg_gen1_measure", "sys": null, "dia": null}), "a type of message that is not taken")]
#[case(json!({"data_type": null, "sys": null}), "/data/data_type: missing")]
#[case(json!({"sys": null}), "/data/sys: missing")]
#[case(json!({"dia": "high"}), "/data/dia: not a number")]
#[case(json!({"user": 300}), "/data/user: number out of range")]
#[case(json!({"user": "one"}), "/data/user: not a number")]
#[case(json!({"data_type": 7}), "/data/data_type: expected a text")]
fn what_is_wrong_is_told(#[case] patch: Value, #[case] expected: &str) {
    assert_eq!(flaw(VENDOR, &with(MIO, json!({ "data": patch }))), expected);
}

/// Only which message it was, and never the time of what was measured.
#[test]
fn the_cloud_s_time_tells_a_message_from_a_later_one() {
    let clockless = |created: Value| {
        let json = with(MIO, json!({"createdAt": created, "data": {"ts": null}}));
        let reading = reading(VENDOR, &json);
        assert_eq!(reading.device_time, None);
        (
            reading.sent_at.map(|at| at.timestamp_millis()),
            reading.is_dated(),
        )
    };
    assert_eq!(clockless(json!(1_647_349_680)), (Some(1_647_349_680_000), true));
    assert_eq!(clockless(json!("1647349681")), (Some(1_647_349_681_000), true));
    for unknown in [json!(0), json!("now"), json!(1e300), Value::Null] {
        assert_eq!(clockless(unknown), (None, false));
    }
}

#[test]
fn a_user_is_a_slot() {
    let slot = |user: Value| {
        let json = with(MIO, json!({"data": {"user": user}}));
        reading(VENDOR, &json).user_slot.map(vitals::UserSlot::get)
    };
    assert_eq!(
        [json!(1), json!("2"), json!(255), Value::Null].map(slot),
        [Some(1), Some(2), None, None]
    );
    assert_eq!(flaw(VENDOR, r#"{"deviceId":"1"}"#), "/data: missing");
}
