use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::ground::ids::{DeviceId, HubId, ReadingId};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn measured() -> Measured {
    Measured {
        id: ReadingId::from(Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_0001)),
        received_at: at("2026-11-20T08:15:31.500Z"),
        device: DeviceId::from(Uuid::from_u128(2)),
        maker: "acme".to_owned(),
        serial: "D000017".to_owned(),
        model: "Cuff 3".to_owned(),
        reference: Some("ward-3/bed-2".to_owned()),
        hub: Some(HubId::from(Uuid::from_u128(3))),
        hub_time: Some(at("2026-11-20T08:15:30.900Z")),
        kind: vitals::Kind::BloodPressure,
        taken_at: at("2026-11-20T08:15:30.123Z"),
        device_time_ms: Some(1_795_162_530_123),
        utc_offset_minutes: Some(60),
        sequence: Some(41),
        user_slot: Some(1),
        content_hash: [0xab; 32],
        values: json!({"systolic": 121, "diastolic": 79.5, "pulse": 66}),
        original: Some(json!([{"field": "systolic", "value": "16.1", "unit": "kPa"}])),
        quality: 1,
        proof: "hub_signed".to_owned(),
        entered_in_error: false,
    }
}

fn event(sequence: i64, kind: EventKind) -> Event {
    Event {
        sequence,
        created_at: at("2026-11-20T08:15:31.510Z"),
        kind,
    }
}

fn pretty(events: &[Event], format: EndpointFormat) -> String {
    let body: Value = serde_json::from_slice(&body(events, format).unwrap()).unwrap();
    serde_json::to_string_pretty(&body).unwrap()
}

#[test]
fn one_reading() {
    let created = event(17, EventKind::Created(Box::new(measured())));
    insta::assert_snapshot!(pretty(&[created], EndpointFormat::Canonical), @r#"
    {
      "data": {
        "content_hash": "abababababababababababababababababababababababababababababababab",
        "device": {
          "id": "00000000-0000-0000-0000-000000000002",
          "maker": "acme",
          "model": "Cuff 3",
          "reference": "ward-3/bed-2",
          "serial": "D000017"
        },
        "hub": {
          "id": "00000000-0000-0000-0000-000000000003",
          "seen_at": "2026-11-20T08:15:30.900Z"
        },
        "id": "01980000-0000-7000-8000-000000000001",
        "kind": "blood_pressure",
        "measured_at": "2026-11-20T08:15:30.123Z",
        "original": [
          {
            "field": "systolic",
            "unit": "kPa",
            "value": "16.1"
          }
        ],
        "patient": null,
        "proof": "hub_signed",
        "quality": [
          "movement"
        ],
        "received_at": "2026-11-20T08:15:31.500Z",
        "sequence": 17,
        "status": "final",
        "test": false,
        "units": {
          "diastolic": "mm[Hg]",
          "pulse": "/min",
          "systolic": "mm[Hg]"
        },
        "user_slot": 1,
        "utc_offset_minutes": 60,
        "values": {
          "diastolic": 79.5,
          "pulse": 66,
          "systolic": 121
        }
      },
      "timestamp": "2026-11-20T08:15:31.510Z",
      "type": "reading.created",
      "version": 1
    }
    "#);
}

#[test]
fn several_readings_stand_in_a_batch() {
    let events = [17, 18].map(|n| event(n, EventKind::Created(Box::new(measured()))));
    let body: Value = serde_json::from_slice(&body(&events, EndpointFormat::Canonical).unwrap()).unwrap();
    assert_eq!(
        (&body["type"], &body["version"]),
        (&json!("reading.batch"), &json!(1))
    );
    let inner = body["data"]["events"].as_array().unwrap();
    assert_eq!(inner.len(), 2);
    assert_eq!(
        (&inner[1]["type"], &inner[1]["data"]["sequence"]),
        (&json!("reading.created"), &json!(18))
    );
}

#[test]
fn a_test_reading_says_so_and_does_not_count() {
    let created = event(
        1,
        EventKind::Created(Box::new(Measured {
            quality: 64,
            ..measured()
        })),
    );
    let text: Value = serde_json::from_slice(&body(&[created], EndpointFormat::Canonical).unwrap()).unwrap();
    assert_eq!(
        (&text["data"]["test"], &text["data"]["quality"]),
        (&json!(true), &json!(["test"]))
    );
}

#[test]
fn a_reading_taken_back_says_so() {
    let withdrawn = Measured {
        entered_in_error: true,
        ..measured()
    };
    let event = event(2, EventKind::Withdrawn(Box::new(withdrawn)));
    let text: Value = serde_json::from_slice(&body(&[event], EndpointFormat::Canonical).unwrap()).unwrap();
    assert_eq!(
        (&text["type"], &text["data"]["status"]),
        (&json!("reading.withdrawn"), &json!("entered_in_error"))
    );
}

#[test]
fn a_test_of_the_endpoint() {
    insta::assert_snapshot!(pretty(&[event(5, EventKind::Test)], EndpointFormat::Fhir), @r#"
    {
      "data": {
        "message": "This is a test of the endpoint. It carries no reading.",
        "sequence": 5
      },
      "timestamp": "2026-11-20T08:15:31.510Z",
      "type": "endpoint.test",
      "version": 1
    }
    "#);
}

#[test]
fn an_observation_reads_back_as_the_same_reading() {
    let created = event(17, EventKind::Created(Box::new(measured())));
    let text: Value = serde_json::from_slice(&body(&[created], EndpointFormat::Fhir).unwrap()).unwrap();
    assert_eq!(
        (&text["sequence"], &text["data"]["resourceType"]),
        (&json!(17), &json!("Observation"))
    );
    let reading = vitals::fhir::from_observation(&text["data"]).unwrap();
    assert_eq!(
        reading.device,
        vitals::DeviceKey::parse("acme", "D000017").unwrap()
    );
    assert_eq!(reading.vital.to_json()["systolic"], 121);
    assert_eq!((reading.sequence, reading.original.len()), (Some(41), 1));
}

#[test]
fn without_its_readings_nothing_is_sent() {
    assert!(matches!(
        body(&[], EndpointFormat::Canonical),
        Err(PayloadError::Gone)
    ));
}
