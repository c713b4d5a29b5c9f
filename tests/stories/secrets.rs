//! What nobody may read is written down nowhere: not in a log, not in a file, not in plain text in the database.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Value, json};
use vitalwire_tests::kinds::{reading, time};
use vitalwire_tests::{PASSWORD, Portal, Receiver, World, now};

/// In a member that the decoder passes over: it is in the raw message and nowhere else.
const RAW: &str = "raw-marker-5f1d0c77";
/// In an item that is set aside.
const ASIDE: &str = "aside-marker-a1b29c3e";
/// Values that no other number in a log looks like.
const VALUES: [&str; 3] = ["283.47", "187.3", "3141592"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn secrets_and_values_are_in_no_log_and_no_file_and_the_database_has_no_secret_in_plain_text() {
    let mut world = World::new().await;
    let secrets = story(&world).await;
    let folder = world.server.folder().to_owned();

    let dump = dump(&world.server.sockets());
    assert!(
        dump.contains("283.47"),
        "the dump is of the database where the readings are"
    );
    for (name, secret) in &secrets {
        assert_nowhere(name, secret, &dump, "the dump of the database");
    }

    // PostgreSQL's own files are looked at through the dump; all else in the folder, and every log, byte for byte.
    world.server.stop();
    let mut texts = vec![("the server's log".to_owned(), world.server.log())];
    for file in files(&folder)
        .into_iter()
        .filter(|file| !is_database(&folder, file))
    {
        let text = String::from_utf8_lossy(&fs::read(&file).unwrap()).into_owned();
        texts.push((file.display().to_string(), text));
    }
    assert!(
        texts
            .iter()
            .any(|(name, text)| name.ends_with("postgres/log") && text.contains("LOG:")),
        "no log of PostgreSQL's"
    );
    assert!(
        texts[0].1.contains("stopped the private PostgreSQL"),
        "the log is the server's"
    );
    let values = VALUES.map(|value| ("a value", value.to_owned()));
    for (name, secret) in secrets.iter().chain(&values) {
        for (place, text) in &texts {
            assert_nowhere(name, secret, text, place);
        }
    }
}

/// Uses everything that is secret, rightly and wrongly, and returns it.
async fn story(world: &World) -> Vec<(&'static str, String)> {
    let customer = world.customer("Secretive").await;
    let receiver = Receiver::start();
    receiver.answer_next(&[500]);
    let (endpoint, secret) = world.endpoint(&customer, receiver.url()).await;
    let model = world
        .model("Scale X", &["weight", "glucose", "activity"], "cellular")
        .await;
    let device = world.device(&customer, &model, "X-1").await;
    let hub = world.hub(&customer, "X-code").await;
    let claimed = world.active_hub(&customer, "X-hub").await;
    let portal = Portal::sign_in(&world.server.url(), &customer.email).await;
    portal.get(&format!("/devices/{}", device.id)).await;

    let at = now();
    let mut good = reading("X-1", "weight", at);
    good["values"] = json!({"weight": 283.47});
    good["note"] = json!(RAW);
    let accepted = device.client.post("/v1/telemetry", &good).await.ok();
    receiver.wait_for_reading(accepted["id"].as_str().unwrap()).await;
    let glucose =
        json!({"device": "X-1", "kind": "glucose", "measured_at": time(at), "values": {"glucose": 187.3}});
    let aside = json!({"device": "X-unknown", "kind": "weight", "values": {"weight": 283.47}, "note": ASIDE});
    assert_eq!(
        claimed.verdicts(&[glucose, aside]).await,
        ["accepted", "quarantined: unknown_device"]
    );
    wrongly(
        world,
        &device.client,
        claimed.post(b"{\"readings\": 283.47").await.status,
    )
    .await;
    portal.get("/devices/283.47").await;

    let rotated = customer
        .user
        .post(&format!("/api/v1/endpoints/{endpoint}/rotate-secret"), &json!({}))
        .await
        .ok();
    let hash: String = sqlx::query_scalar("select encode(content_hash, 'hex') from reading limit 1")
        .fetch_one(&mut world.server.owner().await)
        .await
        .unwrap();
    // The hash is the key of a reading, so the database has it; logs must not.
    assert!(
        !world.server.log().contains(&hash),
        "a content hash is in the log"
    );
    vec![
        ("the device's token", device.client.token().to_owned()),
        ("the claim code", hub.claim_code.clone()),
        ("the claim code without hyphens", hub.claim_code.replace('-', "")),
        ("the endpoint's secret", bare(&secret)),
        ("the rotated secret", bare(rotated["secret"].as_str().unwrap())),
        ("the session's secret", portal.secret().to_owned()),
        ("the access token", customer.user.token().to_owned()),
        ("the password", PASSWORD.to_owned()),
        ("a wrong password", "wrong-password-77aa".to_owned()),
        ("a wrong token", "wrong-token-0badc0de".to_owned()),
        ("the raw message", RAW.to_owned()),
        ("the item set aside", ASIDE.to_owned()),
    ]
}

/// What goes wrong is where logs like to say too much.
async fn wrongly(world: &World, device: &vitalwire_tests::Client, undecodable: u16) {
    assert_eq!(undecodable, 200);
    let wrong = json!({"email": "admin@example.org", "password": "wrong-password-77aa"});
    assert_eq!(world.anyone.post("/api/v1/token", &wrong).await.status, 401);
    let answer = world
        .anyone
        .with_token("wrong-token-0badc0de")
        .post("/v1/telemetry", &json!({}))
        .await;
    assert_eq!(answer.status, 401);
    let bad: [Value; 4] = [
        json!({"device": "X-1", "kind": "weight", "values": {"weight": "283.47"}}),
        json!({"device": "X-1", "kind": "weight", "values": {"weight": 28347, "283.47": 1}}),
        json!({"device": "X-1", "kind": "weight", "values": {"weight": {"value": 283.47, "unit": "mmHg"}}}),
        json!({"device": "X-1", "kind": "activity", "values": {"steps": 3_141_592, "from": "283.47", "to": "283.47"}}),
    ];
    for body in bad {
        let answer = device.post("/v1/telemetry", &body).await;
        assert_eq!(answer.status, 422, "{}", answer.text);
    }
    let answer = device
        .post_bytes(
            "/v1/telemetry",
            b"{\"device\":\"X-1\",\"values\":{\"weight\":283.47".to_vec(),
        )
        .await;
    assert_eq!(answer.status, 422);
}

fn bare(secret: &str) -> String {
    secret
        .strip_prefix("whsec_")
        .expect("the prefix of the Standard Webhooks")
        .to_owned()
}

/// Neither as it is nor in the ways in which a database or a careless program would write it.
#[track_caller]
fn assert_nowhere(name: &str, secret: &str, text: &str, place: &str) {
    let mut forms = vec![secret.to_owned()];
    if !secret.contains('.') {
        forms.extend([
            HEXLOWER.encode(secret.as_bytes()),
            BASE64.encode(secret.as_bytes()),
        ]);
        forms.extend(
            BASE64
                .decode(secret.as_bytes())
                .ok()
                .map(|bytes| HEXLOWER.encode(&bytes)),
        );
    }
    for form in forms {
        if let Some(at) = text.find(&form) {
            let line = text[..at].rsplit('\n').next().unwrap_or_default();
            panic!("{name} is in {place}, after: {line}");
        }
    }
}

fn dump(sockets: &Path) -> String {
    let mut command = Command::new(programs().join("pg_dump"));
    command
        .args(["--username", "vw_owner", "--no-password", "--data-only", "--host"])
        .arg(sockets)
        .arg("vitalwire");
    let output = command.output().expect("pg_dump runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("a dump is text")
}

/// The newest of PostgreSQL's programs: on the path, or where Debian keeps them.
fn programs() -> PathBuf {
    let path = vitalwire_tests::setting("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let debian = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut debian: Vec<PathBuf> = debian.map(|version| version.path().join("bin")).collect();
    debian.sort();
    folders.extend(debian.into_iter().rev());
    let found = folders
        .into_iter()
        .find(|folder| folder.join("initdb").exists() && folder.join("pg_dump").exists());
    found.expect("PostgreSQL's programs are installed")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().flatten();
    entries
        .flat_map(|entry| match entry.file_type().unwrap() {
            kind if kind.is_dir() => files(&entry.path()),
            kind if kind.is_file() => vec![entry.path()],
            _ => Vec::new(),
        })
        .collect()
}

fn is_database(folder: &Path, file: &Path) -> bool {
    let data = folder.join("postgres/data");
    ["base", "global", "pg_wal", "pg_xact"]
        .iter()
        .any(|part| file.starts_with(data.join(part)))
}
