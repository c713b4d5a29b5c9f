//! Whatever cannot be a reading has its own verdict, by every way in over HTTP, and costs no other reading anything.

use std::io::Write as _;

use chrono::TimeDelta;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use vitalwire_server::ground::Clock as _;

use crate::hubs::signed::{Hub, PATH};
use crate::sources::{Source, cuff, verdicts};
use crate::world::{Answer, Client, World};

const IMEI: &str = "864475040000000";
const MEGABYTE: usize = 1 << 20;

/// What a device sends, and what a device with a token of its own is told; in a batch it is set aside for the reason.
#[derive(Clone)]
struct Bad {
    name: String,
    bytes: Vec<u8>,
    told: &'static str,
}

impl Bad {
    fn set_aside(&self) -> String {
        let reason = if self.told == "implausible" {
            self.told
        } else {
            "undecodable"
        };
        format!("quarantined: {reason}")
    }
}

fn bad(name: &str, bytes: impl Into<Vec<u8>>, told: &'static str) -> Bad {
    Bad {
        name: name.to_owned(),
        bytes: bytes.into(),
        told,
    }
}

fn message(kind: &str, values: &str) -> String {
    format!(r#"{{"device":"S-a","kind":"{kind}","values":{values}}}"#)
}

fn pressure(values: &str) -> String {
    message("blood_pressure", values)
}

/// Values of a blood pressure that are none, or that cannot be.
const VALUES: [(&str, &str); 14] = [
    ("[121,79]", "wrong-type"),
    ("null", "missing-field"),
    (r#"{"systolic":121}"#, "missing-value"),
    (r#"{"systolic":"121","diastolic":79}"#, "wrong-type"),
    (r#"{"systolic":true,"diastolic":79}"#, "wrong-type"),
    (
        r#"{"systolic":121,"diastolic":79,"systolic":99}"#,
        "duplicate-name",
    ),
    (r#"{"systolic":121,"diastolic":79,"mood":3}"#, "unknown-value"),
    (r#"{"systolic":"NaN","diastolic":79}"#, "bad-number"),
    (r#"{"systolic":"Infinity","diastolic":79}"#, "bad-number"),
    (r#"{"systolic":1e999,"diastolic":79}"#, "number-out-of-range"),
    (r#"{"systolic":20,"diastolic":10}"#, "implausible"),
    (r#"{"systolic":400,"diastolic":79}"#, "implausible"),
    (r#"{"systolic":80,"diastolic":80}"#, "implausible"),
    (r#"{"systolic":79,"diastolic":121}"#, "implausible"),
];

/// JSON that is no reading, or none that can be.
fn readable() -> Vec<Bad> {
    let deep = format!("{}{}", "[".repeat(2_000), "]".repeat(2_000));
    let deeply = format!(r#"{{"systolic":{deep},"diastolic":79}}"#);
    let twice = r#"{"device":"S-a","device":"S-b","kind":"weight","values":{"weight":70}}"#;
    let mut cases = vec![
        bad("deep", deep, "wrong-type"),
        bad("a deep value", pressure(&deeply), "wrong-type"),
        bad("a name twice", twice, "duplicate-name"),
        bad("no object", "17", "wrong-type"),
        bad("no kind", message("horoscope", "{}"), "unknown-kind"),
        bad("SpO2 101", message("oximetry", r#"{"spo2":101}"#), "implausible"),
        bad("900 kg", message("weight", r#"{"weight":900}"#), "implausible"),
    ];
    cases.extend(VALUES.map(|(values, told)| bad(values, pressure(values), told)));
    cases
}

/// Bytes between brackets that are no JSON.
fn unreadable() -> Vec<Bad> {
    let good = pressure(r#"{"systolic":121,"diastolic":79}"#);
    let mut latin = good
        .replace("\"device\"", "\"maker\":\"Andr~\",\"device\"")
        .into_bytes();
    let letter = latin.iter().position(|byte| *byte == b'~').unwrap();
    latin[letter] = 0xe9;
    vec![
        bad("latin-1", latin, "malformed-json"),
        bad(
            "NaN",
            pressure(r#"{"systolic":NaN,"diastolic":79}"#),
            "malformed-json",
        ),
        bad(
            "Infinity",
            message("glucose", r#"{"glucose":-Infinity}"#),
            "malformed-json",
        ),
        bad(
            "a comma too many",
            pressure(r#"{"systolic":121,"diastolic":79,}"#),
            "malformed-json",
        ),
        bad("a byte order mark", format!("\u{feff}{good}"), "malformed-json"),
    ]
}

/// Whole bodies of which it cannot be said where anything begins.
fn nothing_at_all(good: &str) -> Vec<(&'static str, Vec<u8>)> {
    let wide = |order: fn(u16) -> [u8; 2]| good.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let cut = good.len() - 5;
    vec![
        ("cut off", good.as_bytes()[..cut].to_vec()),
        ("cut in a text", good.as_bytes()[..5].to_vec()),
        ("UTF-16, little", wide(u16::to_le_bytes)),
        (
            "UTF-16, big",
            [&[0xfe, 0xff][..], &wide(u16::to_be_bytes)].concat(),
        ),
        ("never closed", vec![b'['; 10_000]),
        ("no JSON", b"systolic=121&diastolic=79".to_vec()),
        ("nothing", Vec::new()),
    ]
}

fn dated(world: &World, minutes: i64) -> Value {
    let at = (world.clock.now() - TimeDelta::minutes(minutes)).to_rfc3339();
    json!({"device": "S-a", "kind": "blood_pressure", "measured_at": at, "values": {"systolic": 121, "diastolic": 79}})
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Readings, and what was set aside.
async fn kept(world: &World) -> (i64, i64) {
    sqlx::query_as("select (select count(*) from reading), (select count(*) from quarantine)")
        .fetch_one(&world.sql)
        .await
        .unwrap()
}

async fn sends(device: &Client, bytes: Vec<u8>) -> Answer {
    let request = device.request("POST", "/v1/telemetry");
    device
        .send(request.header("content-type", "application/json").body(bytes))
        .await
}

async fn speaker(world: &World) -> Client {
    let clinic = world.tenant(&world.admin().await, "a").await;
    let token = format!("/api/v1/devices/{}/token", clinic.device);
    let token = clinic.user.post(&token, &json!({})).await.created("token");
    world.anyone.with_token(&token)
}

#[tokio::test]
async fn a_device_is_told_what_is_wrong_and_heard_again_at_once() {
    let world = World::new().await;
    let device = speaker(&world).await;
    let mut cases: Vec<_> = readable().into_iter().chain(unreadable()).collect();
    let good = pressure(r#"{"systolic":121,"diastolic":79}"#);
    let whole = nothing_at_all(&good).into_iter();
    cases.extend(whole.map(|(name, bytes)| bad(name, bytes, "malformed-json")));
    for case in cases {
        let answer = sends(&device, case.bytes).await;
        assert_eq!(
            answer.problem(),
            (422, case.told),
            "{}: {}",
            case.name,
            answer.text
        );
        assert!(answer.text.len() < 1_000, "{}: {}", case.name, answer.text);
    }
    let long = format!(r#"{{"device":"{}"}}"#, "x".repeat(MEGABYTE));
    let large = [
        long.into_bytes(),
        pressure(&format!("{{\"{}\":1}}", "y".repeat(MEGABYTE))).into_bytes(),
    ];
    for body in large {
        assert_eq!(sends(&device, body).await.problem(), (413, "too-large"));
    }
    let packed = device
        .request("POST", "/v1/telemetry")
        .header("content-encoding", "gzip");
    let bomb = device.send(packed.body(gzip(&vec![b' '; 8 << 20]))).await;
    assert_eq!(bomb.problem(), (415, "unsupported-encoding"));
    assert_eq!(kept(&world).await, (0, 0), "nothing of it is kept");

    // What a charset says of JSON means nothing (RFC 8259, section 11), and an infinity of a glucometer is a reading.
    let request = device.request("POST", "/v1/telemetry");
    let request = request.header("content-type", "application/json; charset=utf-16");
    let answer = device.send(request.body(good)).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    for (word, minutes) in [("Infinity", 1), ("-Infinity", 2), ("HI", 3), ("LO", 4)] {
        let mut reading = dated(&world, minutes);
        reading["kind"] = json!("glucose");
        reading["values"] = json!({"glucose": word});
        let answer = sends(&device, reading.to_string().into_bytes()).await;
        assert_eq!(answer.status, 202, "{word}: {}", answer.text);
    }
    let critical: Vec<Value> = sqlx::query_scalar(
        "select vals->'glucose' from reading where kind = 'glucose' order by measured_at desc",
    )
    .fetch_all(&world.sql)
    .await
    .unwrap();
    let [hi, lo] = [
        json!({"value": 600, "comparator": ">"}),
        json!({"value": 20, "comparator": "<"}),
    ];
    assert_eq!(critical, [hi.clone(), lo.clone(), hi, lo]);
}

/// Texts of a megabyte where a batch has room for them.
fn long() -> Vec<Bad> {
    let long = "x".repeat(MEGABYTE);
    let values = r#"{"systolic":121,"diastolic":79}"#;
    let device = format!(r#"{{"device":"{long}","kind":"blood_pressure","values":{values}}}"#);
    vec![
        bad("a long device", device, "text-too-long"),
        bad("a long kind", message(&long, values), "unknown-kind"),
        bad(
            "a long name",
            pressure(&format!(r#"{{"{long}":121}}"#)),
            "unknown-value",
        ),
    ]
}

/// A list of the bad ones among as many good ones as make a thousand, and what becomes of each.
fn among_good(bad: &[Bad], good: impl Fn(i64) -> Value) -> (Vec<u8>, Vec<String>) {
    let mut items: Vec<_> = (0..1_000 - i64::try_from(bad.len()).unwrap())
        .map(|number| (good(number).to_string().into_bytes(), "accepted".to_owned()))
        .collect();
    for (place, bad) in bad.iter().enumerate() {
        items.insert(place * 31 + 7, (bad.bytes.clone(), bad.set_aside()));
    }
    let (items, verdicts): (Vec<_>, Vec<_>) = items.into_iter().unzip();
    ([b"[", items.join(&b","[..]).as_slice(), b"]"].concat(), verdicts)
}

#[tokio::test]
async fn a_hub_s_good_readings_are_kept_whatever_is_among_them() {
    let world = World::new().await;
    let hub = Hub::new(&world, "a").await;
    let batch = |list: &[u8]| [b"{\"readings\":", list, b"}"].concat();
    // Each alone among 999, and all of them: what one is must not hide what another is.
    let all: Vec<_> = [readable(), unreadable(), long()].concat();
    let lonely = ["deep", "latin-1", "NaN", "a long device"];
    let mut groups: Vec<Vec<Bad>> = vec![all.clone()];
    groups.extend(lonely.map(|name| all.iter().filter(|bad| bad.name == name).cloned().collect()));
    // What was set aside once is the same when it comes again.
    let waiting = i64::try_from(all.len()).unwrap();
    let mut readings = 0;
    for bad in groups {
        let (list, expected) = among_good(&bad, |number| dated(&world, readings + number));
        let body = batch(&list);
        let answer = hub.send(&hub.token(&body), &body).await;
        assert_eq!(verdicts(&answer), expected, "{}", bad[0].name);
        readings += 1_000 - i64::try_from(bad.len()).unwrap();
        assert_eq!(kept(&world).await, (readings, waiting), "{}", bad[0].name);
    }
}

#[tokio::test]
async fn what_a_hub_sends_without_beginning_or_end_is_set_aside_whole() {
    let world = World::new().await;
    let hub = Hub::new(&world, "a").await;
    let good = json!({"readings": [dated(&world, 0)]}).to_string();
    for (place, (name, body)) in nothing_at_all(&good).into_iter().enumerate() {
        let answer = hub.send(&hub.token(&body), &body).await;
        let told = (answer.status, &answer.body["quarantined"], &answer.body["reason"]);
        assert_eq!(
            told,
            (200, &json!(true), &json!("undecodable")),
            "{name}: {}",
            answer.text
        );
        assert_eq!(
            kept(&world).await,
            (0, i64::try_from(place).unwrap() + 1),
            "{name}"
        );
    }
    let answer = hub.send(&hub.token(good.as_bytes()), good.as_bytes()).await;
    assert_eq!(verdicts(&answer), ["accepted"]);
    // A label that names another charset changes nothing of the bytes.
    let client = world.anyone.with_token(&hub.token(good.as_bytes()));
    let request = client
        .request("POST", PATH)
        .header("content-type", "text/plain; charset=utf-16");
    assert_eq!(verdicts(&client.send(request.body(good)).await), ["duplicate"]);
}

/// What is wrong with a message of Transtek's cloud about a device of its own.
fn of_a_cloud() -> Vec<Bad> {
    let with = |name: &str, value: Value| {
        let mut message = cuff(IMEI, 1_700_000_000, 121);
        message["data"][name] = value;
        message.to_string()
    };
    let plain = with("sys", json!(121));
    let deep = format!("{}{}", "[".repeat(2_000), "]".repeat(2_000));
    let mut latin = plain.replace("UTC-4", "UTC~4").into_bytes();
    let letter = latin.iter().position(|byte| *byte == b'~').unwrap();
    latin[letter] = 0xe9;
    vec![
        bad("deep", deep.clone(), "undecodable"),
        bad("a deep value", plain.replace("121", &deep), "undecodable"),
        bad(
            "a name twice",
            plain.replace("\"sys\":", "\"sys\":1,\"sys\":"),
            "undecodable",
        ),
        bad("a list", with("sys", json!([121])), "undecodable"),
        bad("NaN as a text", with("sys", json!("NaN")), "undecodable"),
        bad("infinite", with("sys", json!("Infinity")), "undecodable"),
        bad("NaN", plain.replace("121", "NaN"), "undecodable"),
        bad("latin-1", latin, "undecodable"),
        bad("no object", "17", "undecodable"),
        bad("long", with("imei", json!("9".repeat(MEGABYTE))), "undecodable"),
        bad(
            "a long number",
            with("sys", json!("9".repeat(MEGABYTE))),
            "undecodable",
        ),
        bad("systolic 20", with("sys", json!(20)), "implausible"),
        bad("systolic 400", with("sys", json!(400)), "implausible"),
        bad("no pulse between them", with("dia", json!(121)), "implausible"),
    ]
}

/// As the vendor's cloud posts it, under this name of an encoding.
async fn posts(world: &World, source: &Source, encoding: &str, body: Vec<u8>) -> Answer {
    let request = world
        .anyone
        .request("POST", &source.path)
        .header(&source.header, &source.secret);
    world
        .anyone
        .send(request.header("content-encoding", encoding).body(body))
        .await
}

#[tokio::test]
async fn a_cloud_s_good_readings_are_kept_whatever_is_among_them() {
    let world = World::new().await;
    let clinic = world.tenant(&world.admin().await, "a").await;
    let source = Source::add(&world, &clinic.user, "transtek", json!({})).await;
    assert_eq!(source.knows(&clinic.user, &clinic.device, IMEI).await.status, 204);
    let now = world.clock.now().timestamp();
    let bad = of_a_cloud();
    let (list, expected) = among_good(&bad, |number| cuff(IMEI, now - number, 121));
    let answer = posts(&world, &source, "identity", list).await;
    assert_eq!(verdicts(&answer), expected);
    let waiting = i64::try_from(bad.len()).unwrap();
    assert_eq!(kept(&world).await, (1_000 - waiting, waiting));

    let good = cuff(IMEI, now + 1, 121).to_string();
    for (name, body) in nothing_at_all(&good) {
        let answer = posts(&world, &source, "identity", body).await;
        assert_eq!(verdicts(&answer), ["quarantined: undecodable"], "{name}");
    }
    let bomb = vec![b' '; 64 << 20];
    for (encoding, wire) in [
        ("gzip", gzip(&bomb)),
        ("zstd", zstd::encode_all(&bomb[..], 3).unwrap()),
    ] {
        let answer = posts(&world, &source, encoding, wire).await;
        assert_eq!(answer.problem(), (413, "too-large"), "{encoding}");
    }
    let answer = posts(&world, &source, "gzip", gzip(good.as_bytes())).await;
    assert_eq!(verdicts(&answer), ["accepted"], "and it is heard again at once");
}

/// The two words of a glucometer, and the infinities that stand for them, as each cloud writes them.
#[tokio::test]
async fn an_infinity_of_a_glucometer_is_a_reading_of_any_cloud() {
    let world = World::new().await;
    let clinic = world.tenant(&world.admin().await, "a").await;
    let source = Source::add(&world, &clinic.user, "transtek", json!({})).await;
    assert_eq!(source.knows(&clinic.user, &clinic.device, IMEI).await.status, 204);
    let at = world.clock.now().timestamp() - 60;
    let mut meter = cuff(IMEI, at, 121);
    for (place, word) in ["HI", "Infinity", "LO", "-Infinity"].into_iter().enumerate() {
        meter["data"] = json!({"data_type": "bgm_gen1_measure", "imei": IMEI, "data": word, "unit": 2,
            "ts": at + i64::try_from(place).unwrap()});
        assert_eq!(verdicts(&source.sends(&meter).await), ["accepted"], "{word}");
    }
    let rows: Vec<String> =
        sqlx::query_scalar("select vals #>> '{glucose,comparator}' from reading order by measured_at")
            .fetch_all(&world.sql)
            .await
            .unwrap();
    assert_eq!(rows, [">", ">", "<", "<"]);
}
