//! What is acknowledged is durable, and nothing else acknowledges.

use chrono::TimeDelta;
use sqlx::Connection as _;
use vitalwire_tests::{MqttDevice, now};

use super::{Scene, bytes, reading};
use crate::kill::stored;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reading_is_acknowledged_with_its_content_hash_and_seen_by_its_clinic() {
    let scene = Scene::new(&["M00001"]).await;
    let device = scene.device("M00001").await;
    let mut cuff = MqttDevice::listening(&scene.broker, "M00001").await;
    let message = bytes(&reading("M00001", device.client.token(), now()));

    let first = cuff.ask("M00001", &message).await;
    assert_eq!(first["status"], "accepted", "{first}");
    assert_eq!(first["known"], true, "it names the message: {first}");
    let (id, hash) = (text(&first, "id"), text(&first, "hash"));
    let again = cuff.ask("M00001", &message).await;
    let told = (text(&again, "status"), text(&again, "id"), text(&again, "hash"));
    assert_eq!(told, ("duplicate".to_owned(), id.clone(), hash.clone()));

    // Who publishes without waiting for the broker is answered as well.
    cuff.publish_only("vitalwire/v1/M00001/telemetry", &message, 0)
        .await;
    assert_eq!(cuff.answer().await["status"], "duplicate");

    let mut owner = scene.world.server.owner().await;
    let stored: Vec<(String, String, String)> = sqlx::query_as(
        "select r.id::text, encode(r.content_hash, 'hex'), r.proof from reading r join device d on d.id = r.device_id",
    )
    .fetch_all(&mut owner)
    .await
    .unwrap();
    assert_eq!(stored, [(id.clone(), hash.clone(), "device_token".to_owned())]);
    let path = format!("/api/v1/devices/{}/readings", device.id);
    let seen = scene.customer.user.get(&path).await.ok();
    assert_eq!(seen["data"][0]["id"], id.as_str(), "{seen}");

    let log = scene.world.server.log();
    assert!(!log.contains(device.client.token()), "the token is a secret");
    assert!(!log.contains(&hash), "the hash can be guessed from the values");
    for (verdict, times) in [("accepted", 1.0), ("duplicate", 2.0)] {
        let name = format!("vitalwire_mqtt_messages_total{{verdict=\"{verdict}\"}}");
        assert!(
            (scene.metric(&name).await - times).abs() < f64::EPSILON,
            "{verdict}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_the_commit_nothing_acknowledges_and_the_broker_forgets_nothing() {
    let mut scene = Scene::new(&["M00001"]).await;
    let device = scene.device("M00001").await;
    let mut cuff = MqttDevice::listening(&scene.broker, "M00001").await;
    let mut owner = scene.world.server.owner().await;
    let mut tx = owner.begin().await.unwrap();
    sqlx::query("lock table reading in access exclusive mode")
        .execute(&mut *tx)
        .await
        .unwrap();
    // It publishes once and never again; the broker has taken it over.
    let message = bytes(&reading("M00001", device.client.token(), now()));
    assert_eq!(
        cuff.publish("vitalwire/v1/M00001/telemetry", &message).await,
        "Success"
    );
    scene
        .reaches("vitalwire_mqtt_messages_total{verdict=\"held\"}", 1.0)
        .await;
    assert!(!cuff.has_heard("message").await, "nothing is acknowledged yet");
    scene.world.server.kill();
    tx.rollback().await.unwrap();
    scene.world.server.restart().await;
    let answer = cuff.answer().await;
    assert_eq!(
        (&answer["status"], &answer["known"]),
        (&"accepted".into(), &true.into()),
        "{answer}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_behind_a_slow_database_is_taken_a_part_at_a_time_and_answered_whole() {
    const MANY: i64 = 600;
    let scene = Scene::new(&["M00001"]).await;
    let device = scene.device("M00001").await;
    let mut cuff = MqttDevice::listening(&scene.broker, "M00001").await;
    let mut owner = scene.world.server.owner().await;
    let mut tx = owner.begin().await.unwrap();
    sqlx::query("lock table reading in access exclusive mode")
        .execute(&mut *tx)
        .await
        .unwrap();
    let first = now();
    for number in 0..MANY {
        let at = first - TimeDelta::milliseconds(number);
        let message = bytes(&reading("M00001", device.client.token(), at));
        cuff.publish_only("vitalwire/v1/M00001/telemetry", &message, 1)
            .await;
    }
    for _ in 0..MANY {
        cuff.event("published").await;
    }
    tx.rollback().await.unwrap();
    for number in 0..MANY {
        let answer = cuff.answer().await;
        assert!(
            ["accepted", "duplicate"].contains(&answer["status"].as_str().unwrap()),
            "{answer}"
        );
        if number % 50 == 0 {
            let under_way = scene.metric("vitalwire_mqtt_under_way").await;
            assert!(under_way <= 256.0, "{under_way}");
        }
    }
    assert_eq!(stored(&scene.world).await.len(), 600);
}

fn text(answer: &serde_json::Value, name: &str) -> String {
    answer[name].as_str().unwrap_or_default().to_owned()
}
