use rstest::rstest;
use serde_json::{Value, json};
use vitals::{Field, Meal, Quality, Sample, Vital};

use crate::ground::enums::Vendor;
use crate::intake::vendors::tests::{TENOVI, flaw, line, number, one, reading, time, with};
use crate::intake::vendors::{Beside, Content, read};

const VENDOR: Vendor = Vendor::Tenovi;

fn metric(name: &str, value: impl Into<Value>) -> String {
    with(
        TENOVI,
        json!({"metric": name, "value_1": value.into(), "value_2": null}),
    )
}

#[rstest]
#[case(metric("pulse", "66"), "66 bpm")]
#[case(metric("weight", "180.5"), "81.873 kg")]
#[case(metric("glucose", 110), "110 mg/dL")]
#[case(metric("blood_glucose", "LO"), "< 20 mg/dL")]
#[case(metric("spO2", "97.0"), "97%")]
#[case(with(&metric("spO2", 97), json!({"value_2": 0.6})), "97%")]
#[case(metric("temperature", "98.6"), "37 °C")]
#[case(with(TENOVI, json!({"value_1": 128, "value_2": 84.0})), "128/84 mmHg")]
fn every_metric_is_a_reading_of_its_own(#[case] json: String, #[case] summary: &str) {
    let reading = reading(VENDOR, &json);
    assert_eq!(line(&reading), summary);
    assert_eq!(time(&reading), Some((1_777_636_800_000, Some(-240))));
    assert_eq!(reading.sequence, None);
}

#[rstest]
#[case(json!({"dummy_data": true}), Quality::TEST)]
#[case(json!({"dummy_data": false}), Quality::NONE)]
// The cloud's guess is kept, so that the same message is the same reading, and flagged.
#[case(json!({"estimated_timestamp": true}), Quality::CLOCK_SUSPECT)]
// What is not understood does not say that the time is the device's own.
#[case(json!({"estimated_timestamp": "maybe"}), Quality::CLOCK_SUSPECT)]
#[case(json!({"estimated_timestamp": null}), Quality::NONE)]
fn flags_are_told(#[case] patch: Value, #[case] expected: Quality) {
    let reading = reading(VENDOR, &with(TENOVI, patch));
    assert_eq!(reading.quality, expected);
    assert_eq!(time(&reading), Some((1_777_636_800_000, Some(-240))));
}

#[test]
fn the_battery_is_a_sign_of_life() {
    let json = metric("battery_percentage", "64");
    let item = one(VENDOR, &json);
    assert_eq!(item.content, Ok(Content::Status));
    assert_eq!(
        item.beside,
        Beside {
            battery_percent: Some(64),
            signal_dbm: None
        }
    );
    assert_eq!(
        one(VENDOR, &metric("battery_percentage", 400)).beside,
        Beside::default()
    );
    assert_eq!(one(VENDOR, &metric("pulse", 64)).beside, Beside::default());
}

#[test]
fn the_gateway_is_never_the_device() {
    let key = |json: &str| one(VENDOR, json).device;
    let replaced = with(TENOVI, json!({"hardware_uuid": "aaaaaaaaaaaa"}));
    assert_eq!(key(&replaced), key(TENOVI));
    let upper = with(
        TENOVI,
        json!({"hwi_device_id": "7D1C2F2E-6A3F-4B53-9B57-0F1F5F2F9C11"}),
    );
    assert_eq!(key(&upper), key(TENOVI));
    assert_eq!(key(&with(TENOVI, json!({"hwi_device_id": null}))), None);
}

#[test]
fn one_measurement_may_come_as_an_array() {
    let body = format!(
        "[{TENOVI},{},{}]",
        metric("pulse", "66"),
        metric("battery_percentage", 64)
    );
    let items = read(VENDOR, body.as_bytes()).unwrap();
    assert!(matches!(
        items.iter().map(|item| &item.content).collect::<Vec<_>>()[..],
        [
            Ok(Content::Readings(_)),
            Ok(Content::Readings(_)),
            Ok(Content::Status)
        ]
    ));
    assert!(items.iter().all(|item| item.device == items[0].device));
}

#[rstest]
#[case(json!({"meal_context": "pre-prandial", "measurement_location": "finger"}), Some(Meal::Before), Some(Sample::Capillary), Quality::NONE)]
#[case(json!({"meal_context": "post-prandial", "measurement_location": "earlobe"}), Some(Meal::After), Some(Sample::Capillary), Quality::NONE)]
#[case(json!({"meal_context": "fasting", "measurement_location": "control solution"}), Some(Meal::Fasting), Some(Sample::Control), Quality::TEST)]
#[case(json!({"meal_context": "N/A", "measurement_location": "alternative site"}), None, None, Quality::NONE)]
fn a_glucose_has_its_context(
    #[case] said: Value,
    #[case] meal: Option<Meal>,
    #[case] sample: Option<Sample>,
    #[case] quality: Quality,
) {
    let reading = reading(
        VENDOR,
        &with(&metric("glucose", 110), json!({"filter_params": said})),
    );
    let Vital::Glucose(glucose) = &reading.vital else {
        panic!("{:?}", reading.vital);
    };
    assert_eq!(
        (glucose.meal, glucose.sample, reading.quality),
        (meal, sample, quality)
    );
}

#[rstest]
#[case(json!(600), "sensor_result_above_range", "> 600")]
#[case(json!("20"), "sensor_result_below_range", "< 20")]
#[case(json!("HI"), "sensor_result_above_range", "> 600")]
#[case(json!(110), "strip_error", "110")]
fn a_glucose_beyond_the_range_says_so(#[case] value: Value, #[case] alert: &str, #[case] expected: &str) {
    let json = with(
        &metric("glucose", value),
        json!({"filter_params": {"alert": alert}}),
    );
    assert_eq!(
        number(&reading(VENDOR, &json), Field::Glucose).as_deref(),
        Some(expected)
    );
}

#[test]
fn a_time_with_its_own_offset_needs_no_other() {
    let told = |patch: Value| time(&reading(VENDOR, &with(TENOVI, patch)));
    let own = json!({"timestamp": "2026-05-01T08:00:00-04:00", "timezone_offset": 60});
    assert_eq!(told(own), Some((1_777_636_800_000, Some(-240))));
    assert_eq!(
        told(json!({"timezone_offset": 7})),
        Some((1_777_636_800_000, None))
    );
    assert_eq!(
        told(json!({"timezone_offset": "east"})),
        Some((1_777_636_800_000, None))
    );
    // `created` never stands in.
    assert_eq!(told(json!({"timestamp": null})), None);
}

#[rstest]
#[case(metric("perfusion_index", 3), "a type of message that is not taken")]
#[case(metric("irregular_heartbeat", 1), "a type of message that is not taken")]
#[case(metric("steps", 900), "a type of message that is not taken")]
#[case(metric("Blood_Pressure", 120), "a type of message that is not taken")]
#[case(with(TENOVI, json!({"metric": null})), "/metric: missing")]
#[case(with(TENOVI, json!({"value_2": null})), "/value_2: missing")]
#[case(metric("glucose", "NaN"), "/value_1: not a number")]
#[case(metric("weight", "HI"), "/value_1: not a number")]
#[case(metric("spO2", "Infinity"), "/value_1: not a number")]
#[case(with(&metric("glucose", 110), json!({"filter_params": 3})), "/filter_params: expected an object")]
#[case(with(TENOVI, json!({"dummy_data": "maybe"})), "/dummy_data: expected true or false")]
fn what_is_wrong_is_told(#[case] json: String, #[case] expected: &str) {
    assert_eq!(flaw(VENDOR, &json), expected);
}
