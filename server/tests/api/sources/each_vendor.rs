//! Each vendor's own messages, as its cloud shows its secret.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use vitalwire_server::ground::Clock as _;

use super::{Source, cuff, verdicts};
use crate::world::World;

const IMEI: &str = "864475040000000";
const BODYTRACE: &str = "012896009462125";
const TELLI: &str = "864593054464085";
pub(super) const TENOVI: &str = "7d1c2f2e-6a3f-4b53-9b57-0f1f5f2f9c11";

fn bodytrace(at: DateTime<Utc>) -> Value {
    json!({"imei": BODYTRACE, "ts": at.timestamp_millis(), "batteryVoltage": 5522, "signalStrength": 91,
        "values": {"systolic": 16400, "diastolic": 10533, "pulse": 88, "unit": 1, "irregular": 0}})
}

fn telli(at: DateTime<Utc>) -> Value {
    json!({"deviceId": TELLI, "readingType": "BloodPressure", "time": at.timestamp_millis().to_string(),
        "data": {"systolic": 122, "diastolic": 98, "pulse": 62, "arrhythmia": 0}, "mem": "0", "tzOffsetMinutes": "-200",
        "genVer": "2", "devdata": {"r": "1", "batt": "9", "cycles": "0"}})
}

pub(super) fn tenovi(at: DateTime<Utc>) -> Value {
    json!({"metric": "blood_pressure", "device_name": "Tenovi BPM", "hwi_device_id": TENOVI, "patient_id": "P-7",
        "hardware_uuid": "fed091a643ff", "sensor_code": "10", "value_1": "128", "value_2": 84, "created": at.to_rfc3339(),
        "timestamp": at.to_rfc3339(), "timezone_offset": -240, "estimated_timestamp": false,
        "filter_params": {"measurement_index": 1}})
}

fn smartmeter(at: DateTime<Utc>) -> Value {
    let metric = |name: &str, unit: &str, value: f64| json!({"type": name, "origin": "device", "unit": unit, "value": value});
    json!({"id": "a1", "log_id": "l1", "type": "measurement", "version": "1.0", "start_time": at.to_rfc3339(),
        "end_time": at.to_rfc3339(), "utc_offset": -14400, "offset_origin": "source",
        "metrics": [metric("diastolic", "mmHg", 80.0), metric("systolic", "mmHg", 110.0), metric("pulse", "bpm", 90.0)],
        "user_notes": [], "source": {"type": "smart_meter", "device": {"id": IMEI, "model": "iBloodPressure",
            "manufacturer": "Smart Meter", "diagnostics": [{"type": "battery_level", "unit": "%", "value": 77},
                {"type": "signal_strength", "unit": "dBm", "value": -73}]}}})
}

#[tokio::test]
async fn each_vendor_is_understood() {
    let world = World::new().await;
    let admin = world.admin().await;
    let clinic = world.tenant(&admin, "a").await;
    let at = world.clock.now() - TimeDelta::hours(1);
    let examples = [
        ("bodytrace", BODYTRACE, bodytrace(at)),
        ("telli", TELLI, telli(at)),
        ("tenovi", TENOVI, json!([tenovi(at)])),
        ("smartmeter", IMEI, smartmeter(at)),
        ("transtek", IMEI, cuff(IMEI, at.timestamp(), 131)),
    ];
    for (vendor, named, message) in examples {
        let source = Source::add(&world, &clinic.user, vendor, json!({})).await;
        let given = source.knows(&clinic.user, &clinic.device, named).await;
        assert_eq!(given.status, 204, "{vendor}: {}", given.text);
        let answer = source.sends(&message).await;
        assert_eq!(verdicts(&answer), ["accepted"], "{vendor}");
        let again = source.sends(&message).await;
        assert_eq!(verdicts(&again), ["duplicate"], "{vendor}");
    }
    let readings = clinic
        .user
        .get(&format!("/api/v1/devices/{}/readings", clinic.device))
        .await;
    let listed = readings.body["data"].as_array().unwrap();
    let mut pressures: Vec<_> = listed.iter().map(pressure).collect();
    pressures.sort_unstable();
    let expected = [
        (110, Some(90)),
        (122, Some(62)),
        (123, Some(88)),
        (128, None),
        (131, Some(65)),
    ];
    assert_eq!(pressures, expected, "{}", readings.text);
}

/// Systolic pressure and pulse, rounded.
fn pressure(reading: &Value) -> (i64, Option<i64>) {
    #[expect(clippy::cast_possible_truncation, reason = "pressures are small")]
    let whole = |value: &Value| value.as_f64().map(|number| number.round() as i64);
    let values = &reading["values"];
    (whole(&values["systolic"]).unwrap(), whole(&values["pulse"]))
}

/// A message that holds no reading says that the device is alive, and what its vendor says in the platform's own units.
#[tokio::test]
async fn each_vendor_says_how_a_device_is() {
    let world = World::new().await;
    let admin = world.admin().await;
    let clinic = world.tenant(&admin, "a").await;
    let at = world.clock.now();
    let mut heartbeat = telli(at);
    for (name, value) in [
        ("readingType", Value::Null),
        ("data", Value::Null),
        ("type", json!("Heartbeat")),
    ] {
        heartbeat[name] = value;
    }
    let mut battery = tenovi(at);
    battery["metric"] = json!("battery_percentage");
    battery["value_1"] = json!("64");
    battery["value_2"] = Value::Null;
    let mut nothing = smartmeter(at);
    nothing["metrics"] = json!([]);
    let mut silent = bodytrace(at);
    silent["values"] = Value::Null;
    // A strength in levels of the vendor's own is none in dBm, and a voltage no percentage: then the one before stays.
    let words = [
        ("telli", TELLI, heartbeat, (90, None)),
        ("tenovi", TENOVI, battery, (64, None)),
        ("smartmeter", IMEI, nothing, (77, Some(-73))),
        ("bodytrace", BODYTRACE, silent, (77, Some(-91))),
    ];
    for (vendor, named, message, expected) in words {
        let source = Source::add(&world, &clinic.user, vendor, json!({})).await;
        source.knows(&clinic.user, &clinic.device, named).await;
        world.clock.advance(TimeDelta::minutes(1));
        let now = world.clock.now();
        assert_eq!(verdicts(&source.sends(&message).await), ["heard"], "{vendor}");
        let battery = world.heard_since(&clinic.device, now).await;
        let signal: Option<i16> =
            sqlx::query_scalar("select signal_dbm from device_status where device_id = $1::uuid")
                .bind(&clinic.device)
                .fetch_one(&world.sql)
                .await
                .unwrap();
        assert_eq!((battery, signal), expected, "{vendor}");
    }
    let kept: (i64, i64) =
        sqlx::query_as("select (select count(*) from reading), (select count(*) from quarantine)")
            .fetch_one(&world.sql)
            .await
            .unwrap();
    assert_eq!(kept, (0, 0));
}

#[tokio::test]
async fn each_vendor_s_test_is_marked() {
    let world = World::new().await;
    let admin = world.admin().await;
    let clinic = world.tenant(&admin, "a").await;
    let at = world.clock.now() - TimeDelta::hours(1);
    let mut mio = cuff(IMEI, at.timestamp(), 131);
    mio["isTest"] = json!(true);
    let mut dummy = tenovi(at);
    dummy["dummy_data"] = json!(true);
    for (vendor, named, mut message, flag) in [
        ("transtek", IMEI, mio, "isTest"),
        ("tenovi", TENOVI, dummy, "dummy_data"),
    ] {
        let source = Source::add(&world, &clinic.user, vendor, json!({})).await;
        source.knows(&clinic.user, &clinic.device, named).await;
        assert_eq!(verdicts(&source.sends(&message).await), ["accepted"], "{vendor}");
        // Whether it is one has to be known: what says neither is no patient's.
        message[flag] = json!("perhaps");
        let unclear = source.sends(&message).await;
        assert_eq!(verdicts(&unclear), ["quarantined: undecodable"], "{vendor}");
    }
    let readings = clinic
        .user
        .get(&format!("/api/v1/devices/{}/readings", clinic.device))
        .await;
    let listed = readings.body["data"].as_array().unwrap();
    assert_eq!(listed.len(), 2, "{}", readings.text);
    for reading in listed {
        assert_eq!(reading["quality"], json!(["test"]), "{}", readings.text);
    }
}

/// A device without a clock: what its cloud sends again is the same reading, however late, and what it measures again is not.
#[tokio::test]
async fn a_message_without_a_time_is_known_again_by_when_the_cloud_made_it() {
    let world = World::new().await;
    let admin = world.admin().await;
    let clinic = world.tenant(&admin, "a").await;
    let source = Source::add(&world, &clinic.user, "transtek", json!({})).await;
    let made = world.clock.now();
    let clockless = |made: DateTime<Utc>| {
        let mut message = cuff(IMEI, made.timestamp(), 131);
        message["data"]["ts"] = Value::Null;
        message
    };
    assert_eq!(
        verdicts(&source.sends(&clockless(made)).await),
        ["quarantined: unknown_device"]
    );
    world.clock.advance(TimeDelta::minutes(10));
    assert_eq!(
        verdicts(&source.sends(&clockless(made)).await),
        ["quarantined: unknown_device"]
    );
    assert_eq!(
        source.waiting(&clinic.user).await,
        [("86447504000000".to_owned(), 1)]
    );
    source.knows(&clinic.user, &clinic.device, IMEI).await;
    world.intake.release_known().await.unwrap();
    for (later, expected) in [(0, "duplicate"), (11, "accepted"), (11, "duplicate")] {
        world.clock.advance(TimeDelta::minutes(10));
        let answer = source.sends(&clockless(made + TimeDelta::seconds(later))).await;
        assert_eq!(verdicts(&answer), [expected], "made {later} s later");
    }
    for of_all in [made - TimeDelta::days(3), made + TimeDelta::days(3)] {
        for _ in 0..2 {
            world.clock.advance(TimeDelta::minutes(10));
            let answer = source.sends(&clockless(of_all)).await;
            assert_eq!(verdicts(&answer), ["accepted"], "that is no time of this message");
        }
    }
    let dated: i64 = sqlx::query_scalar("select count(*) from reading where measured_at <> received_at")
        .fetch_one(&world.sql)
        .await
        .unwrap();
    assert_eq!(dated, 0, "it is no time of what was measured");
}
