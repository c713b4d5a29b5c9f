//! Batches that come packed: signed as they are on the wire, kept as they are on the wire.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::signed::{Hub, PATH, batch, blood_pressure};
use crate::world::{Answer, World};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Sends these bytes under this name of an encoding, with a token over `signed`.
async fn send(hub: &Hub<'_>, encoding: &str, wire: &[u8], signed: &[u8]) -> Answer {
    let client = hub.world.anyone.with_token(&hub.token(signed));
    let request = client
        .request("POST", PATH)
        .header("content-encoding", encoding)
        .body(wire.to_vec());
    client.send(request).await
}

fn statuses(answer: &Answer) -> Vec<&str> {
    let verdicts = answer.body["verdicts"].as_array();
    let verdicts = verdicts.unwrap_or_else(|| panic!("{}", answer.text));
    verdicts
        .iter()
        .map(|verdict| verdict["status"].as_str().unwrap())
        .collect()
}

fn thousand(world: &World) -> Vec<u8> {
    use vitalwire_server::ground::Clock as _;
    let now = world.clock.now();
    let items: Vec<Value> = (0..1_000)
        .map(|minutes| {
            let mut item = blood_pressure("S-a");
            item["measured_at"] = json!((now - chrono::TimeDelta::minutes(minutes)).to_rfc3339());
            item
        })
        .collect();
    batch(&items)
}

#[tokio::test]
async fn a_thousand_readings_come_packed_and_are_known_however_they_are_packed() {
    let world = World::new().await;
    let hub = Hub::new(&world, "a").await;
    let plain = thousand(&world);
    let wire = gzip(&plain);
    let first = send(&hub, "gzip", &wire, &wire).await;
    assert_eq!(statuses(&first), ["accepted"; 1_000]);
    let wire = zstd::encode_all(&plain[..], 3).unwrap();
    let again = send(&hub, "ZSTD", &wire, &wire).await;
    assert_eq!(statuses(&again), ["duplicate"; 1_000]);
    assert_eq!(
        statuses(&hub.send(&hub.token(&plain), &plain).await),
        ["duplicate"; 1_000]
    );
    let kept: Vec<Option<String>> = sqlx::query_scalar("select encoding from raw_message")
        .fetch_all(&world.sql)
        .await
        .unwrap();
    assert_eq!(kept, [Some("gzip".to_owned())], "as it came first");
}

#[tokio::test]
async fn what_a_hub_signs_is_what_is_on_the_wire() {
    let world = World::new().await;
    let hub = Hub::new(&world, "a").await;
    let plain = batch(&[blood_pressure("S-a")]);
    let wire = gzip(&plain);
    assert_eq!(
        send(&hub, "gzip", &wire, &plain).await.problem(),
        (401, "token-mismatch")
    );
    assert_eq!(statuses(&send(&hub, "x-gzip", &wire, &wire).await), ["accepted"]);
    // Packed bytes that are not said to be.
    let unsaid = send(&hub, "identity", &wire, &wire).await;
    assert_eq!(
        (unsaid.status, &unsaid.body["reason"]),
        (200, &json!("undecodable")),
        "{}",
        unsaid.text
    );
}

#[tokio::test]
async fn what_cannot_be_unpacked_is_set_aside_as_it_came_and_a_bomb_is_refused() {
    let world = World::new().await;
    let hub = Hub::new(&world, "a").await;
    for encoding in ["gzip", "zstd"] {
        let broken = format!("no {encoding}");
        let answer = send(&hub, encoding, broken.as_bytes(), broken.as_bytes()).await;
        assert_eq!(
            (answer.status, &answer.body["quarantined"]),
            (200, &json!(true)),
            "{}",
            answer.text
        );
    }
    let zeros = vec![b' '; 64 << 20];
    for (encoding, wire) in [
        ("gzip", gzip(&zeros)),
        ("zstd", zstd::encode_all(&zeros[..], 3).unwrap()),
    ] {
        let answer = send(&hub, encoding, &wire, &wire).await;
        assert_eq!(answer.problem(), (413, "too-large"), "{encoding}");
    }
    let wire = batch(&[blood_pressure("S-a")]);
    assert_eq!(
        send(&hub, "br", &wire, &wire).await.problem(),
        (415, "unsupported-encoding")
    );
    let single = world.anyone.request("POST", "/v1/telemetry").bearer_auth("none");
    let single = single.header("content-encoding", "gzip").body(gzip(b"{}"));
    assert_eq!(
        world.anyone.send(single).await.status,
        401,
        "who is not known learns nothing else"
    );
    let rows: (i64, i64) =
        sqlx::query_as("select (select count(*) from reading), (select count(*) from quarantine)")
            .fetch_one(&world.sql)
            .await
            .unwrap();
    assert_eq!(rows, (0, 2));
}
