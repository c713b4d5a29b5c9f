use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};

use super::*;
use crate::{DeviceKey, Quality, Reading, arbitrary, decode};

fn context() -> ObservationContext<'static> {
    ObservationContext {
        id: "0198-1",
        status: ObservationStatus::Final,
        subject: Some("Patient/7"),
        device_reference: Some("Device/9"),
        device_display: Some("Cuff of the blue ward"),
        effective: DateTime::from_timestamp_millis(1_795_162_530_123).unwrap(),
    }
}

fn reading(json: &Value) -> Reading {
    let device = DeviceKey::parse("Omron", "D000017").unwrap();
    decode(json.to_string().as_bytes())
        .unwrap()
        .into_reading(device)
        .unwrap()
}

proptest! {
    #[test]
    fn there_and_back_is_the_same_reading(reading in arbitrary::reading()) {
        let observation = to_observation(&reading, &context());
        prop_assert_eq!(&from_observation(&observation).unwrap(), &reading);
        let through_text: Value = serde_json::from_str(&observation.to_string()).unwrap();
        prop_assert_eq!(&from_observation(&through_text).unwrap(), &reading);
    }

    #[test]
    fn every_observation_has_what_the_base_demands(reading in arbitrary::reading()) {
        let observation = to_observation(&reading, &context());
        for element in ["status", "category", "code", "subject"] {
            prop_assert!(observation.get(element).is_some());
        }
        let time = observation.get("effectiveDateTime").or_else(|| observation["effectivePeriod"].get("start"));
        prop_assert!(DateTime::parse_from_rfc3339(time.unwrap().as_str().unwrap()).is_ok());
        prop_assert!(observation.get("valueQuantity").is_some() || observation.get("component").is_some());
    }
}

/// One line an element, one a member of its lists.
fn lines(observation: &Value) -> String {
    let mut lines = Vec::new();
    for (name, value) in observation.as_object().unwrap() {
        match value.as_array() {
            Some(list) => lines.extend(list.iter().map(|entry| format!("{name}[] {entry}"))),
            None => lines.push(format!("{name} {value}")),
        }
    }
    lines.join("\n")
}

#[test]
fn a_blood_pressure_has_components_only() {
    let reading = reading(&json!({
        "device": "D000017", "kind": "blood_pressure", "measured_at": "2026-11-20T09:15:30.123+01:00", "user": 1,
        "sequence": 20, "quality": ["movement"],
        "values": {"systolic": 121, "diastolic": {"value": 10.5, "unit": "kPa"}, "pulse": 66, "irregular": true},
    }));
    let observation = to_observation(&reading, &context());
    insta::assert_snapshot!(lines(&observation), @r#"
    category[] {"coding":[{"code":"vital-signs","display":"Vital Signs","system":"http://terminology.hl7.org/CodeSystem/observation-category"}]}
    code {"coding":[{"code":"85354-9","display":"Blood pressure panel with all children optional","system":"http://loinc.org"},{"code":"150020","display":"MDC_PRESS_BLD_NONINV","system":"urn:iso:std:iso:11073:10101"}],"text":"Blood pressure"}
    component[] {"code":{"coding":[{"code":"8480-6","display":"Systolic blood pressure","system":"http://loinc.org"},{"code":"150021","display":"MDC_PRESS_BLD_NONINV_SYS","system":"urn:iso:std:iso:11073:10101"}],"text":"Systolic"},"valueQuantity":{"code":"mm[Hg]","system":"http://unitsofmeasure.org","unit":"mmHg","value":121}}
    component[] {"code":{"coding":[{"code":"8462-4","display":"Diastolic blood pressure","system":"http://loinc.org"},{"code":"150022","display":"MDC_PRESS_BLD_NONINV_DIA","system":"urn:iso:std:iso:11073:10101"}],"text":"Diastolic"},"valueQuantity":{"code":"mm[Hg]","system":"http://unitsofmeasure.org","unit":"mmHg","value":78.8}}
    component[] {"code":{"coding":[{"code":"8867-4","display":"Heart rate","system":"http://loinc.org"}],"text":"Pulse"},"valueQuantity":{"code":"/min","system":"http://unitsofmeasure.org","unit":"bpm","value":66}}
    device {"display":"Cuff of the blue ward","identifier":{"system":"https://vitalwire.example/fhir/device","value":"Omron|D000017"},"reference":"Device/9"}
    effectiveDateTime "2026-11-20T09:15:30.123+01:00"
    extension[] {"url":"https://vitalwire.example/fhir/StructureDefinition/user-slot","valueUnsignedInt":1}
    extension[] {"extension":[{"url":"ms","valueString":"1795162530123"},{"url":"offset-minutes","valueInteger":60}],"url":"https://vitalwire.example/fhir/StructureDefinition/device-time"}
    extension[] {"url":"https://vitalwire.example/fhir/StructureDefinition/sequence","valueString":"20"}
    extension[] {"url":"https://vitalwire.example/fhir/StructureDefinition/quality","valueCode":"movement"}
    extension[] {"url":"https://vitalwire.example/fhir/StructureDefinition/quality","valueCode":"irregular"}
    extension[] {"extension":[{"url":"field","valueCode":"diastolic"},{"url":"value","valueString":"10.5"},{"url":"unit","valueString":"kPa"}],"url":"https://vitalwire.example/fhir/StructureDefinition/original"}
    extension[] {"url":"https://vitalwire.example/fhir/StructureDefinition/irregular","valueBoolean":true}
    id "0198-1"
    resourceType "Observation"
    status "final"
    subject {"reference":"Patient/7"}
    "#);
}

#[rstest]
#[case(json!({"kind": "weight", "values": {"weight": 69.8, "bmi": 24.5}}), "vital-signs", &["29463-7"])]
#[case(json!({"kind": "glucose", "values": {"glucose": "HI", "sample": "capillary"}}), "laboratory", &["41653-7"])]
#[case(json!({"kind": "glucose", "values": {"glucose": 99.1}}), "laboratory", &["2339-0"])]
#[case(json!({"kind": "oximetry", "values": {"spo2": 97}}), "vital-signs", &["2708-6", "59408-5"])]
#[case(json!({"kind": "temperature", "values": {"temperature": 36.65}}), "vital-signs", &["8310-5"])]
#[case(json!({"kind": "heart_rate", "values": {"heart_rate": 60}}), "vital-signs", &["8867-4"])]
#[case(json!({"kind": "activity", "values": {"steps": 9, "from": "2026-11-20T00:00:00Z", "to": "2026-11-21T00:00:00Z"}}), "activity", &["55423-8"])]
#[case(json!({"kind": "sleep", "values": {"rem": 9, "from": "2026-11-20T00:00:00Z", "to": "2026-11-20T07:00:00Z"}}), "activity", &["93832-4"])]
fn each_kind_has_its_category_and_code(
    #[case] mut json: Value,
    #[case] category: &str,
    #[case] codes: &[&str],
) {
    json["device"] = "D000017".into();
    let observation = to_observation(&reading(&json), &context());
    assert_eq!(observation["category"][0]["coding"][0]["code"], category);
    let loinc: Vec<_> = observation["code"]["coding"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|c| c["system"] == LOINC)
        .collect();
    assert_eq!(
        loinc
            .iter()
            .map(|c| c["code"].as_str().unwrap())
            .collect::<Vec<_>>(),
        codes
    );
}

#[test]
fn a_high_glucose_keeps_its_comparator() {
    let json = json!({"device": "D1", "kind": "glucose", "values": {"glucose": "HI"}});
    let observation = to_observation(&reading(&json), &context());
    assert_eq!(
        observation["valueQuantity"],
        json!({"value": 600, "comparator": ">", "unit": "mg/dL", "system": UCUM, "code": "mg/dL"})
    );
}

#[test]
fn a_test_says_so_to_those_who_know_nothing_of_our_extensions() {
    let json = json!({"device": "D1", "kind": "weight", "measured_at": "2026-11-20T08:00:00Z", "values": {"weight": 70}});
    let mut reading = reading(&json);
    assert_eq!(to_observation(&reading, &context())["meta"], Value::Null);
    reading.quality |= Quality::TEST;
    let observation = to_observation(&reading, &context());
    assert_eq!(observation["meta"]["security"][0]["code"], "HTEST");
    assert_eq!(from_observation(&observation).unwrap(), reading);
}

#[test]
fn a_suspect_clock_does_not_date_the_observation() {
    let json = json!({"device": "D1", "kind": "weight", "measured_at": "2001-01-01T00:00:00Z", "values": {"weight": 70}});
    let mut reading = reading(&json);
    let effective = |reading: &Reading| to_observation(reading, &context())["effectiveDateTime"].clone();
    assert_eq!(effective(&reading), "2001-01-01T00:00:00.000Z");
    reading.quality |= Quality::CLOCK_SUSPECT;
    assert_eq!(effective(&reading), "2026-11-20T08:15:30.123Z");
    reading.quality = Quality::NONE;
    reading.device_time = None;
    assert_eq!(effective(&reading), "2026-11-20T08:15:30.123Z");
}

#[rstest]
#[case(1_080, Some(1_080))]
#[case(-1_080, Some(-1_080))]
#[case(1_081, None)]
#[case(-1_081, None)]
#[case(32_767, None)]
#[case(i64::MIN, None)]
fn an_offset_that_no_place_has_is_not_kept(#[case] sent: i64, #[case] kept: Option<i16>) {
    let json = json!({"device": "D1", "kind": "weight", "measured_at": "2026-11-20T09:15:30+01:00", "values": {"weight": 70}});
    let text = to_observation(&reading(&json), &context()).to_string();
    let (before, after) = (r#""valueInteger":60"#, format!(r#""valueInteger":{sent}"#));
    assert!(text.contains(before));
    let observation: Value = serde_json::from_str(&text.replace(before, &after)).unwrap();
    let time = from_observation(&observation).unwrap().device_time.unwrap();
    assert_eq!((time.ms, time.offset_minutes), (1_795_162_530_000, kept));
}

#[rstest]
#[case(json!({}), FhirError::Invalid("resourceType"))]
#[case(json!({"resourceType": "Observation"}), FhirError::UnknownCode)]
#[case(json!({"resourceType": "Observation", "code": {"coding": [{"system": LOINC, "code": "8867-4"}]}}), FhirError::Missing("valueQuantity"))]
fn what_is_no_reading_is_refused(#[case] observation: Value, #[case] error: FhirError) {
    assert_eq!(from_observation(&observation).unwrap_err(), error);
}

#[test]
fn an_observation_of_others_is_read_in_their_unit() {
    let observation = json!({
        "resourceType": "Observation", "status": "final",
        "code": {"coding": [{"system": LOINC, "code": "29463-7"}]},
        "device": {"identifier": {"system": DEVICE_SYSTEM, "value": r"A\|B\\|S|1"}},
        "valueQuantity": {"value": 154.3, "system": UCUM, "code": "[lb_av]"},
    });
    let reading = from_observation(&observation).unwrap();
    assert_eq!(reading.vital.summary(), "69.989 kg");
    assert_eq!(reading.original[0].unit, "[lb_av]");
    assert_eq!(
        (reading.device.maker.as_str(), reading.device.serial.as_str()),
        (r"A|B\", "S|1")
    );
    let mut broken = observation;
    broken["valueQuantity"]["code"] = "kPa".into();
    assert!(matches!(from_observation(&broken), Err(FhirError::Values(_))));
}
