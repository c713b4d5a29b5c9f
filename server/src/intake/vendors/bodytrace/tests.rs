use rstest::rstest;
use serde_json::{Value, json};
use vitals::{Field, Original, Quality};

use crate::ground::enums::Vendor;
use crate::intake::vendors::tests::{BODYTRACE, BODYTRACE_OLD, flaw, measured, number, one, reading, with};
use crate::intake::vendors::{Beside, Content, VendorKey};

const VENDOR: Vendor = Vendor::BodyTrace;

#[test]
fn pressures_are_pascal_and_weights_gram_whatever_the_display_shows() {
    let pressure = reading(VENDOR, BODYTRACE);
    let sent: Vec<(Field, &str, &str)> = pressure.original.iter().map(parts).collect();
    assert_eq!(
        sent,
        [
            (Field::Systolic, "16400", "Pa"),
            (Field::Diastolic, "10533", "Pa")
        ]
    );
    assert_eq!(number(&pressure, Field::Diastolic).as_deref(), Some("79"));
    for unit in [json!(0), json!(1), json!("lb"), json!([])] {
        let weight = reading(VENDOR, &with(BODYTRACE_OLD, json!({"values": {"unit": unit}})));
        assert_eq!(number(&weight, Field::Weight).as_deref(), Some("69.8"));
        assert_eq!(parts(&weight.original[0]), (Field::Weight, "69800", "g"));
    }
}

fn parts(original: &Original) -> (Field, &str, &str) {
    (original.field, &original.value, &original.unit)
}

#[rstest]
#[case(json!(1), Quality::IRREGULAR)]
#[case(json!("1"), Quality::IRREGULAR)]
#[case(json!(true), Quality::IRREGULAR)]
#[case(json!(0), Quality::NONE)]
#[case(Value::Null, Quality::NONE)]
fn an_irregular_pulse_is_flagged(#[case] irregular: Value, #[case] expected: Quality) {
    let json = with(BODYTRACE, json!({"values": {"irregular": irregular}}));
    assert_eq!(reading(VENDOR, &json).quality, expected);
}

#[rstest]
#[case(json!(101), Quality::UNCONFIRMED)]
#[case(json!("1e30"), Quality::UNCONFIRMED)]
#[case(json!(100), Quality::NONE)]
#[case(json!(-500), Quality::NONE)]
#[case(Value::Null, Quality::NONE)]
fn a_wrong_zero_of_the_scale_casts_doubt(#[case] tare: Value, #[case] expected: Quality) {
    let json = with(BODYTRACE_OLD, json!({"values": {"tare": tare}}));
    assert_eq!(reading(VENDOR, &json).quality, expected);
}

#[rstest]
#[case(json!({"signalStrength": 91}), Some(-91))]
#[case(json!({"rssi": "107"}), Some(-107))]
#[case(json!({"rssi": -91}), Some(-91))]
#[case(json!({"signalStrength": null, "rssi": 91}), Some(-91))]
#[case(json!({"rssi": 0}), None)]
#[case(json!({"rssi": 201}), None)]
#[case(json!({"rssi": "strong"}), None)]
#[case(json!({"rssi": i64::MIN}), None)]
#[case(json!({}), None)]
fn a_signal_is_minus_dbm_and_a_voltage_no_percentage(#[case] said: Value, #[case] signal_dbm: Option<i16>) {
    let message = json!({"imei": "012896009462125", "batteryVoltage": 4_100});
    let json = with(&message.to_string(), said);
    let item = one(VENDOR, &json);
    assert_eq!(item.content, Ok(Content::Status));
    assert_eq!(
        item.beside,
        Beside {
            battery_percent: None,
            signal_dbm
        }
    );
}

#[rstest]
#[case(json!({"values": null}))]
#[case(json!({"values": null, "ts": "never"}))]
fn a_message_without_vitals_is_a_sign_of_life(#[case] patch: Value) {
    let item = with(BODYTRACE, patch);
    assert_eq!(one(VENDOR, &item).content, Ok(Content::Status));
    let empty = r#"{"imei":"012896009462125","values":{"unit":1}}"#;
    assert_eq!(one(VENDOR, empty).content, Ok(Content::Status));
}

#[test]
fn both_kinds_in_one_message_are_two_readings() {
    let both = measured(VENDOR, &with(BODYTRACE, json!({"values": {"weight": "70100"}})));
    let summaries: Vec<_> = both.iter().map(|reading| reading.vital.summary()).collect();
    assert_eq!(summaries, ["123/79 mmHg · pulse 88", "70.1 kg"]);
}

#[rstest]
#[case(json!({"values": {"systolic": null}}), "/values/systolic: missing")]
#[case(json!({"values": {"diastolic": ""}}), "/values/diastolic: missing")]
#[case(json!({"values": {"diastolic": "NaN"}}), "/values/diastolic: not a number")]
#[case(json!({"values": {"systolic": 1e200}}), "/values/systolic: number out of range")]
#[case(json!({"values": [16_400]}), "/values: expected an object")]
fn what_is_wrong_is_told(#[case] patch: Value, #[case] expected: &str) {
    assert_eq!(flaw(VENDOR, &with(BODYTRACE, patch)), expected);
}

#[rstest]
#[case(json!({"imei": 12_896_009_462_125_i64}), Some("01289600946212"))]
#[case(json!({"imei": "12896009462125"}), Some("01289600946212"))]
#[case(json!({"imei": "0128960094621207"}), Some("01289600946212"))]
#[case(json!({"imei": null, "deviceId": 1_289_600_946_212_i64}), Some("01289600946212"))]
#[case(json!({"imei": null, "deviceId": "1289600946212"}), Some("01289600946212"))]
#[case(json!({"imei": "", "deviceId": "012896009462125"}), Some("01289600946212"))]
#[case(json!({"deviceId": 1}), Some("01289600946212"))]
// Of an older name no digit is taken for a check digit, though this one would fit.
#[case(json!({"imei": null, "deviceId": "12896009462125"}), Some("12896009462125"))]
#[case(json!({"imei": "01289600946212507"}), None)]
#[case(json!({"imei": null, "deviceId": 1}), None)]
fn an_imei_that_lost_digits_is_the_same_device(#[case] patch: Value, #[case] expected: Option<&str>) {
    let json = with(BODYTRACE, patch);
    let device = one(VENDOR, &json).device;
    assert_eq!(device.as_ref().map(VendorKey::as_str), expected);
}
