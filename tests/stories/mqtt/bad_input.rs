//! Whatever cannot be a reading is answered over MQTT as well, and the connection carries the next one.

use chrono::TimeDelta;
use serde_json::{Value, json};
use vitalwire_tests::{MqttDevice, now};

use super::{Scene, bytes, reading};

/// What M00001 publishes, and what it is told.
fn cases(token: &str) -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let with = |values: &str| {
        format!(r#"{{"token":"{token}","device":"M00001","kind":"blood_pressure","values":{values}}}"#)
            .into_bytes()
    };
    let good = with(r#"{"systolic":121,"diastolic":79}"#);
    let text = String::from_utf8(good.clone()).unwrap();
    let mut latin = text
        .replace("\"device\"", "\"maker\":\"Andr~\",\"device\"")
        .into_bytes();
    let letter = latin.iter().position(|byte| *byte == b'~').unwrap();
    latin[letter] = 0xe9;
    let mut spoilt = good.clone();
    spoilt[12] = 0xe9;
    let wide = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let deep = format!("{}{}", "[".repeat(2_000), "]".repeat(2_000));
    let deeply = with(&format!(r#"{{"systolic":{deep},"diastolic":79}}"#));
    let twice = text
        .replace("\"device\":", "\"device\":\"M00001\",\"device\":")
        .into_bytes();
    let mut packed = vec![0x1f, 0x8b, 0x08];
    packed.extend_from_slice(&[0; 20]);
    let weight = text.replace("blood_pressure", "weight");
    let heavy = weight
        .replace(r#""systolic":121,"diastolic":79"#, r#""weight":900"#)
        .into_bytes();
    vec![
        ("cut off", good[..good.len() - 5].to_vec(), "malformed-json"),
        ("deep", deep.into_bytes(), "wrong-type"),
        ("a deep value", deeply, "wrong-type"),
        (
            "a long text",
            with(&format!(r#"{{"{}":1}}"#, "x".repeat(20_000))),
            "too-large",
        ),
        ("a name twice", twice, "duplicate-name"),
        (
            "a value twice",
            with(r#"{"systolic":121,"systolic":122,"diastolic":79}"#),
            "duplicate-name",
        ),
        (
            "a text",
            with(r#"{"systolic":"121","diastolic":79}"#),
            "wrong-type",
        ),
        (
            "NaN",
            with(r#"{"systolic":NaN,"diastolic":79}"#),
            "malformed-json",
        ),
        (
            "NaN as a text",
            with(r#"{"systolic":"NaN","diastolic":79}"#),
            "bad-number",
        ),
        (
            "infinite",
            with(r#"{"systolic":"-Infinity","diastolic":79}"#),
            "bad-number",
        ),
        ("UTF-16", wide, "malformed-json"),
        ("latin-1", latin, "malformed-json"),
        ("latin-1 in the token", spoilt, "malformed-json"),
        ("gzip", packed, "malformed-json"),
        (
            "no kind",
            text.replace("blood_pressure", "horoscope").into_bytes(),
            "unknown-kind",
        ),
        (
            "systolic 20",
            with(r#"{"systolic":20,"diastolic":10}"#),
            "implausible",
        ),
        (
            "systolic 400",
            with(r#"{"systolic":400,"diastolic":79}"#),
            "implausible",
        ),
        (
            "upside down",
            with(r#"{"systolic":79,"diastolic":121}"#),
            "implausible",
        ),
        ("900 kg", heavy, "implausible"),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_no_reading_is_answered_and_the_next_one_is_taken() {
    let scene = Scene::new(&["M00001"]).await;
    let device = scene.device("M00001").await;
    let token = device.client.token();
    let mut cuff = MqttDevice::listening(&scene.broker, "M00001").await;
    let first = now();
    for (place, (name, message, reason)) in (0..).zip(cases(token)) {
        let answer = cuff.ask("M00001", &message).await;
        let told = (&answer["status"], &answer["reason"]);
        assert_eq!(told, (&json!("rejected"), &json!(reason)), "{name}: {answer}");
        let good = bytes(&reading("M00001", token, first - TimeDelta::seconds(place)));
        let answer = cuff.ask("M00001", &good).await;
        assert_eq!(answer["status"], "accepted", "after {name}: {answer}");
    }
    // An infinity of a glucometer is a reading.
    let mut meter: Value = reading("M00001", token, first);
    meter["kind"] = json!("glucose");
    meter["values"] = json!({"glucose": "Infinity"});
    let answer = cuff.ask("M00001", &bytes(&meter)).await;
    assert_eq!(answer["status"], "accepted", "{answer}");
}
