use rstest::rstest;
use serde_json::{Value, json};
use vitals::{Field, Meal, Quality, Vital};

use crate::ground::enums::Vendor;
use crate::intake::vendors::tests::{TELLI, flaw, line, number, one, reading, time, with};
use crate::intake::vendors::{Beside, Content};

const VENDOR: Vendor = Vendor::Telli;

/// A message of version 1, as in the vendor's description.
fn first(kind: &str, data: &Value) -> String {
    let message =
        json!({"deviceId": "864351055723276", "readingType": kind, "time": "1721386225000", "data": data});
    message.to_string()
}

#[rstest]
#[case("BloodPressure", json!({"arrhythmia": 1, "diastolic": 98, "pulse": 62, "systolic": 122}), "122/98 mmHg · pulse 62")]
#[case("Blood Pressure", json!({"diastolic": "98", "systolic": "122"}), "122/98 mmHg")]
#[case("BloodGlucose", json!({"glucose": 110, "readingPeriod": "before"}), "110 mg/dL · before")]
#[case("BloodGlucose", json!({"glucose": 5.5, "unit": "mmol/L"}), "99.1 mg/dL")]
#[case("BloodGlucose", json!({"glucose": "High", "unit": "mmol/L"}), "> 600 mg/dL")]
#[case("Weight", json!({"unit": "lb", "weight": 135}), "61.235 kg")]
#[case("Weight", json!({"unit": "kg", "weight": "61.2"}), "61.2 kg")]
#[case("SpO2", json!({"battery": 61, "pi": 20, "pulse": 83, "rsrp": 24, "spo2": 98}), "98% · pulse 83 · perfusion_index 2")]
#[case("SpO2", json!({"spo2": 75, "pulse": 61, "pi": 0}), "75% · pulse 61")]
#[case("Temperature", json!({"temperature": 97.2, "unit": "F"}), "36.22 °C")]
#[case("Temperature", json!({"temperature": 36.6, "unit": "C"}), "36.6 °C")]
fn every_kind_of_the_description_is_read(#[case] kind: &str, #[case] data: Value, #[case] summary: &str) {
    let reading = reading(VENDOR, &first(kind, &data));
    assert_eq!(line(&reading), summary);
    assert_eq!(time(&reading), Some((1_721_386_225_000, None)));
}

#[test]
fn a_weight_in_pounds_is_kept_as_it_was_sent() {
    let weight = reading(
        VENDOR,
        &first("Weight", &json!({"unit": "lb", "weight": "135.20"})),
    );
    assert_eq!(number(&weight, Field::Weight).as_deref(), Some("61.326"));
    assert_eq!(
        (
            weight.original[0].value.as_str(),
            weight.original[0].unit.as_str()
        ),
        ("135.20", "lb")
    );
}

#[test]
fn a_meal_that_is_not_known_is_left_out() {
    let meal = |period: &str| {
        let data = json!({"glucose": 110, "readingPeriod": period});
        match reading(VENDOR, &first("BloodGlucose", &data)).vital {
            Vital::Glucose(glucose) => glucose.meal,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        ["before", "after", "at noon"].map(meal),
        [Some(Meal::Before), Some(Meal::After), None]
    );
}

#[rstest]
#[case(json!("-240"), Some(-240))]
#[case(json!(330), Some(330))]
// The vendor's own example: no place is 3 h 20 min away from UTC.
#[case(json!("-200"), None)]
#[case(json!("1200"), None)]
#[case(json!("west"), None)]
#[case(Value::Null, None)]
fn an_offset_is_told_or_left_out(#[case] offset: Value, #[case] expected: Option<i16>) {
    let reading = reading(VENDOR, &with(TELLI, json!({"tzOffsetMinutes": offset})));
    assert_eq!(time(&reading), Some((1_721_382_524_000, expected)));
    assert_eq!(reading.quality, Quality::NONE);
}

#[rstest]
#[case(json!({"devdata": {"batt": "10"}}), Some(100))]
#[case(json!({"devdata": {"batt": "0"}}), Some(0))]
#[case(json!({"devdata": {"batt": "pwr"}}), None)]
#[case(json!({"devdata": {"batt": "11"}}), None)]
#[case(json!({"devdata": {"batt": i64::MAX}}), None)]
#[case(json!({"devdata": null}), None)]
#[case(json!({"devdata": null, "data": {"battery": 61}}), Some(61))]
fn a_battery_counts_tenths(#[case] patch: Value, #[case] battery_percent: Option<i16>) {
    let json = with(TELLI, patch);
    let expected = Beside {
        battery_percent,
        signal_dbm: None,
    };
    assert_eq!(one(VENDOR, &json).beside, expected);
    assert_eq!(reading(VENDOR, &json).vital, reading(VENDOR, TELLI).vital);
}

#[rstest]
#[case("Heartbeat")]
#[case("ReminderCleared")]
#[case("SettingsResponse")]
fn a_sign_of_life_is_no_reading(#[case] kind: &str) {
    let json = with(
        TELLI,
        json!({"readingType": null, "type": kind, "data": null, "time": "x"}),
    );
    let item = one(VENDOR, &json);
    assert_eq!(item.content, Ok(Content::Status));
    assert_eq!(item.beside.battery_percent, Some(90));
    assert_eq!(item.device, one(VENDOR, TELLI).device);
}

#[test]
fn an_older_device_has_a_uuid() {
    let json = with(TELLI, json!({"deviceId": "24BA8BD7-92e1-4b53-9304-32f4f04e6ad6"}));
    assert_eq!(
        one(VENDOR, &json).device.unwrap().as_str(),
        "24ba8bd7-92e1-4b53-9304-32f4f04e6ad6"
    );
}

#[rstest]
#[case(first("PeakFlow", &json!({"fev1": 1.85, "pef": 322})), "a type of message that is not taken")]
#[case(first("SleepingMatDuration", &json!({"rem": 50})), "a type of message that is not taken")]
#[case(with(TELLI, json!({"readingType": null})), "/readingType: missing")]
#[case(with(TELLI, json!({"readingType": null, "type": "Alarm"})), "a type of message that is not taken")]
#[case(with(TELLI, json!({"readingType": 1})), "/readingType: expected a text")]
#[case(with(TELLI, json!({"data": null})), "/data: missing")]
#[case(first("Weight", &json!({"weight": 135})), "/data/unit: missing")]
#[case(first("Weight", &json!({"weight": 135, "unit": "st"})), "/data/weight: unit \"st\" is not accepted")]
#[case(first("Weight", &json!({"weight": 135, "unit": "l\u{0}b"})), "/data/unit: U+0000 in the text")]
#[case(first("Temperature", &json!({"temperature": 97.2})), "/data/unit: missing")]
#[case(first("BloodGlucose", &json!({"glucose": "NaN"})), "/data/glucose: not a number")]
#[case(first("SpO2", &json!({"pulse": 83})), "/data/spo2: missing")]
#[case(first("SpO2", &json!({"spo2": "Infinity"})), "/data/spo2: not a number")]
fn what_is_wrong_is_told(#[case] json: String, #[case] expected: &str) {
    assert_eq!(flaw(VENDOR, &json), expected);
}
