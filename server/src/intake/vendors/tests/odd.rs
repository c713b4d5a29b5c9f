//! What is odd beside a good value sinks it not, and nothing is claimed of it. A value that the reading is for is another thing.

use rstest::rstest;
use serde_json::{Value, json};
use vitals::{DeviceKey, Quality, Vital};

use super::{BODYTRACE, BODYTRACE_OLD, MIO, TELLI, TENOVI, VALIDIC, line, measured, reading, with};
use crate::ground::enums::Vendor;

fn mio(data: &Value) -> String {
    let message =
        json!({"deviceId": "300224300182", "data": {"imei": "864475040000001", "ts": 1_647_349_683}});
    with(&message.to_string(), json!({ "data": data }))
}

fn telli(kind: &str, data: &Value) -> String {
    json!({"deviceId": "864351055723276", "readingType": kind, "time": "1721386225000", "data": data})
        .to_string()
}

fn glucose(said: &Value) -> String {
    let glucose = json!({"metric": "glucose", "value_1": 110, "value_2": null, "filter_params": said});
    with(TENOVI, glucose)
}

fn metrics(list: &Value) -> String {
    with(VALIDIC, json!({ "metrics": list }))
}

/// A cuff of Smart Meter's with this metric beside.
fn cuff(beside: &Value) -> String {
    let systolic = json!({"type": "systolic", "origin": 7, "unit": "mmHg", "value": 110});
    metrics(&json!([systolic, {"type": "diastolic", "unit": "mmHg", "value": 80}, beside]))
}

#[rstest]
#[case(Vendor::BodyTrace, with(BODYTRACE, json!({"values": {"pulse": 0}})), "123/79 mmHg")]
#[case(Vendor::BodyTrace, with(BODYTRACE, json!({"values": {"pulse": 255}})), "123/79 mmHg")]
#[case(Vendor::BodyTrace, with(BODYTRACE, json!({"values": {"pulse": 4}})), "123/79 mmHg")]
#[case(Vendor::BodyTrace, with(BODYTRACE, json!({"values": {"pulse": "none"}})), "123/79 mmHg")]
#[case(Vendor::BodyTrace, with(BODYTRACE, json!({"values": {"pulse": 1e300}})), "123/79 mmHg")]
#[case(Vendor::BodyTrace, with(BODYTRACE, json!({"values": {"irregular": 2}})), "123/79 mmHg · pulse 88")]
#[case(Vendor::BodyTrace, with(BODYTRACE_OLD, json!({"values": {"tare": "none"}})), "69.8 kg")]
#[case(Vendor::Transtek, with(MIO, json!({"data": {"pul": 0}})), "131/78 mmHg")]
#[case(Vendor::Transtek, with(MIO, json!({"data": {"pul": "255"}})), "131/78 mmHg")]
#[case(Vendor::Transtek, with(MIO, json!({"data": {"pul": 601}})), "131/78 mmHg")]
#[case(Vendor::Transtek, with(MIO, json!({"data": {"ihb": "perhaps"}})), "131/78 mmHg · pulse 65")]
#[case(Vendor::Transtek, with(MIO, json!({"data": {"hand": 7}})), "131/78 mmHg · pulse 65")]
#[case(Vendor::Transtek, with(MIO, json!({"createdAt": "just now"})), "131/78 mmHg · pulse 65")]
#[case(Vendor::Transtek, mio(&json!({"spo2": 97, "pr": 255, "pi": 0})), "97%")]
#[case(Vendor::Transtek, mio(&json!({"spo2": 97, "pr": 0, "pi": -1})), "97%")]
#[case(Vendor::Transtek, mio(&json!({"spo2": 97, "pr": [], "pi": 1_001})), "97%")]
#[case(Vendor::Transtek, mio(&json!({"data": 110, "unit": 2, "meal": "noon", "sample_type": {}})), "110 mg/dL")]
#[case(Vendor::Telli, with(TELLI, json!({"data": {"pulse": 255}})), "122/98 mmHg")]
#[case(Vendor::Telli, with(TELLI, json!({"data": {"pulse": 0, "arrhythmia": 3}})), "122/98 mmHg")]
#[case(Vendor::Telli, telli("SpO2", &json!({"spo2": 98, "pulse": 255, "pi": 5.5})), "98%")]
#[case(Vendor::Telli, telli("BloodGlucose", &json!({"glucose": 110, "readingPeriod": 3})), "110 mg/dL")]
#[case(Vendor::Tenovi, glucose(&json!({"meal_context": 3, "measurement_location": ["x"]})), "110 mg/dL")]
#[case(Vendor::SmartMeter, cuff(&json!({"type": "pulse", "unit": "bpm", "value": 0})), "110/80 mmHg")]
#[case(Vendor::SmartMeter, cuff(&json!({"type": "pulse", "value": 255.0})), "110/80 mmHg")]
#[case(Vendor::SmartMeter, cuff(&json!({"type": "pulse", "unit": "quarters", "value": 60, "origin": "manual"})), "110/80 mmHg")]
#[case(Vendor::SmartMeter, cuff(&json!({"type": "pulse", "unit": 7, "value": 60})), "110/80 mmHg")]
#[case(Vendor::SmartMeter, metrics(&json!([{"type": "weight", "unit": "kg", "value": 81}, {"type": "bmi", "value": 9_999},
    {"type": "body_fat", "value": 0}, {"type": "pulse", "value": 0}])), "81 kg")]
#[case(Vendor::SmartMeter, with(&metrics(&json!([{"type": "blood_glucose", "unit": "mg/dL", "value": 90}])),
    json!({"user_notes": [7, {"type": 1}]})), "90 mg/dL")]
fn what_is_odd_beside_a_good_value_is_left_out(
    #[case] vendor: Vendor,
    #[case] json: String,
    #[case] expected: &str,
) {
    let reading = reading(vendor, &json);
    assert_eq!(line(&reading), expected);
    assert_eq!(reading.quality, Quality::NONE);
    if let Vital::BloodPressure(pressure) = &reading.vital {
        assert_ne!(pressure.irregular, Some(true));
    }
    let key = DeviceKey::parse(vendor.as_str(), "S1").unwrap();
    assert_eq!(reading.of(key).check(), Ok(()));
}

/// A flag that is not understood is not the same as one that says no.
#[test]
fn of_a_flag_that_is_not_understood_nothing_is_claimed() {
    for (vendor, json) in [
        (
            Vendor::BodyTrace,
            with(BODYTRACE, json!({"values": {"irregular": 2}})),
        ),
        (Vendor::Transtek, with(MIO, json!({"data": {"ihb": 2}}))),
        (Vendor::Telli, with(TELLI, json!({"data": {"arrhythmia": 3}}))),
    ] {
        let Vital::BloodPressure(pressure) = reading(vendor, &json).vital else {
            panic!("{json}");
        };
        assert_eq!(pressure.irregular, None, "{vendor}");
    }
}

#[rstest]
#[case(Vendor::BodyTrace, with(BODYTRACE, json!({"values": {"systolic": 0}})), "systolic")]
#[case(Vendor::Transtek, with(MIO, json!({"data": {"dia": 255}})), "diastolic")]
#[case(Vendor::Telli, telli("SpO2", &json!({"spo2": 127, "pulse": 255})), "spo2")]
#[case(Vendor::Tenovi, with(TENOVI, json!({"metric": "pulse", "value_1": 0})), "heart_rate")]
#[case(Vendor::SmartMeter, metrics(&json!([{"type": "pulse", "value": 0}])), "heart_rate")]
fn what_a_reading_is_for_has_to_be_good(#[case] vendor: Vendor, #[case] json: String, #[case] field: &str) {
    for measured in measured(vendor, &json) {
        let key = DeviceKey::parse(vendor.as_str(), "S1").unwrap();
        let refused = measured.of(key).check().unwrap_err();
        assert_eq!(refused.field, field);
    }
}
