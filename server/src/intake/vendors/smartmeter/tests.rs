use rstest::rstest;
use serde_json::{Value, json};
use vitals::{Field, Meal, Quality, Vital};

use crate::ground::enums::Vendor;
use crate::intake::vendors::tests::{VALIDIC, flaw, line, measured, number, one, reading, time, with};
use crate::intake::vendors::{Beside, Content};

const VENDOR: Vendor = Vendor::SmartMeter;

fn metrics(metrics: &Value) -> String {
    with(VALIDIC, json!({ "metrics": metrics }))
}

fn summaries(json: &str) -> Vec<String> {
    let readings = measured(VENDOR, json);
    readings.iter().map(line).collect()
}

#[test]
fn several_kinds_in_one_message_are_several_readings() {
    let all = json!([
        {"type": "systolic", "unit": "mmHg", "value": 110},
        {"type": "diastolic", "unit": "mmHg", "value": "80"},
        {"type": "pulse", "unit": "bpm", "value": 90},
        {"type": "spo2", "unit": "percent", "value": 97},
        {"type": "body_weight", "unit": "lb", "value": 180.5},
        {"type": "body_fat", "unit": "%", "value": 21.4},
        {"type": "bmi", "unit": "kg/m^2", "value": 24.1},
        {"type": "blood_glucose", "unit": "mmol/L", "value": 5.5},
        {"type": "body_temperature", "unit": "F", "value": 98.6},
        {"type": "hrv", "unit": "ms", "value": 40},
        {"type": "height", "value": null},
    ]);
    assert_eq!(
        summaries(&metrics(&all)),
        [
            "110/80 mmHg · pulse 90",
            "97%",
            "81.873 kg · bmi 24.1 · body_fat 21.4",
            "99.1 mg/dL",
            "37 °C",
        ]
    );
}

#[rstest]
#[case(json!([{"type": "pulse", "unit": "bpm", "value": 90}]), "90 bpm")]
#[case(json!([{"type": "spo2", "value": 97}, {"type": "pulse", "value": 90}, {"type": "perfusion_index", "unit": "%", "value": 4.2}]), "97% · pulse 90 · perfusion_index 4.2")]
#[case(json!([{"type": "blood_glucose", "unit": "mg/dL", "value": "HI"}]), "> 600 mg/dL")]
#[case(json!([{"type": "weight", "unit": "kg", "value": 81}]), "81 kg")]
fn a_pulse_goes_with_what_it_was_measured_with(#[case] list: Value, #[case] summary: &str) {
    assert_eq!(summaries(&metrics(&list)), [summary]);
}

#[rstest]
#[case(json!({}), Some((1_777_636_800_000, Some(-240))))]
#[case(json!({"utc_offset": "19800"}), Some((1_777_636_800_000, Some(330))))]
// The vendor's own example, 20 hours.
#[case(json!({"utc_offset": -72_000}), Some((1_777_636_800_000, None)))]
#[case(json!({"utc_offset": -14_399}), Some((1_777_636_800_000, None)))]
#[case(json!({"utc_offset": null}), Some((1_777_636_800_000, None)))]
#[case(json!({"start_time": null, "end_time": "2026-05-01T12:00:01Z"}), Some((1_777_636_801_000, Some(-240))))]
#[case(json!({"start_time": null, "end_time": null}), None)]
fn the_time_is_the_beginning(#[case] patch: Value, #[case] expected: Option<(i64, Option<i16>)>) {
    assert_eq!(time(&reading(VENDOR, &with(VALIDIC, patch))), expected);
}

#[test]
fn a_typed_value_is_not_confirmed() {
    let typed = json!([
        {"type": "systolic", "origin": "device", "value": 110},
        {"type": "diastolic", "origin": "manual", "value": 80},
    ]);
    assert_eq!(reading(VENDOR, &metrics(&typed)).quality, Quality::UNCONFIRMED);
}

#[rstest]
#[case("before", Some(Meal::Before))]
#[case("after", Some(Meal::After))]
#[case("fasting", Some(Meal::Fasting))]
#[case("random", Some(Meal::Casual))]
#[case("late", None)]
fn a_note_tells_the_meal(#[case] word: &str, #[case] expected: Option<Meal>) {
    let list = json!([{"type": "blood_glucose", "unit": "mg/dL", "value": 90.0}]);
    let notes = json!([{"type": "message", "value": "x"}, {"type": "relationship_to_meal", "value": word}]);
    let reading = reading(VENDOR, &with(&metrics(&list), json!({ "user_notes": notes })));
    assert_eq!(number(&reading, Field::Glucose).as_deref(), Some("90"));
    assert!(matches!(reading.vital, Vital::Glucose(glucose) if glucose.meal == expected));
}

#[rstest]
#[case(json!([{"name": "battery", "unit": "percent", "value": "50"}]), Some(50), None)]
#[case(json!([{"type": "battery_voltage", "unit": "mV", "value": 5}]), None, None)]
#[case(json!([{"type": "signal", "unit": "bars", "value": 4}]), None, None)]
#[case(json!([7, {"type": "rssi", "unit": "dbm", "value": -70}]), None, Some(-70))]
#[case(json!([{"type": "battery", "unit": "%", "value": 500}]), None, None)]
#[case(json!("full"), None, None)]
#[case(Value::Null, None, None)]
fn of_the_diagnostics_only_what_has_its_unit_is_taken(
    #[case] said: Value,
    #[case] battery_percent: Option<i16>,
    #[case] signal_dbm: Option<i16>,
) {
    let json = with(VALIDIC, json!({"source": {"device": {"diagnostics": said}}}));
    let expected = Beside {
        battery_percent,
        signal_dbm,
    };
    assert_eq!(one(VENDOR, &json).beside, expected);
    assert!(one(VENDOR, &json).content.is_ok());
}

#[test]
fn a_message_without_metrics_is_a_sign_of_life() {
    let item = metrics(&json!([]));
    assert_eq!(one(VENDOR, &item).content, Ok(Content::Status));
    assert_eq!(one(VENDOR, &item).beside.battery_percent, Some(77));
}

#[rstest]
#[case(json!([{"type": "hrv", "value": 40}]), "a type of message that is not taken")]
#[case(json!([{"type": "systolic", "value": 110}]), "/metrics: missing")]
#[case(json!([{"type": "spo2", "value": 97}, {"type": "spo2", "value": 98}]), "/metrics/1/type: twice")]
#[case(json!([{"type": "spo2", "value": 97}, {"type": "pulse", "value": 60}, {"type": "heart_rate", "value": 61}]), "/metrics/2/type: twice")]
#[case(json!([{"value": 97}]), "/metrics/0/type: missing")]
#[case(json!([97]), "/metrics/0: expected an object")]
#[case(json!([{"type": "body_weight", "value": 97}]), "/metrics/0/unit: missing")]
#[case(json!([{"type": "body_weight", "unit": "stone", "value": 97}]), "/metrics/0/value: unit \"stone\" is not accepted")]
#[case(json!([{"type": "spo2", "value": "Infinity"}]), "/metrics/0/value: not a number")]
#[case(json!([{"type": "spo2", "value": " "}]), "/metrics/0/value: missing")]
#[case(json!({"type": "spo2"}), "/metrics: expected a list")]
fn what_is_wrong_is_told(#[case] list: Value, #[case] expected: &str) {
    assert_eq!(flaw(VENDOR, &metrics(&list)), expected);
}

#[test]
fn other_records_are_not_taken() {
    assert_eq!(
        flaw(VENDOR, &with(VALIDIC, json!({"type": "sleep"}))),
        "a type of message that is not taken"
    );
    assert_eq!(
        flaw(VENDOR, &with(VALIDIC, json!({"metrics": null}))),
        "/metrics: missing"
    );
    assert!(one(VENDOR, &with(VALIDIC, json!({"type": null}))).content.is_ok());
    assert!(
        one(VENDOR, &with(VALIDIC, json!({"type": "measurements"})))
            .content
            .is_ok()
    );
}
