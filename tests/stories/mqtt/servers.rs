//! Several servers share what devices send.

use std::collections::HashSet;

use chrono::TimeDelta;
use vitalwire_tests::{MqttDevice, MqttLoad, free_port, now};

use super::{SERVERS, Scene, bytes, count, listen, metric, reading, until};
use crate::kill::stored;

const ACCEPTED: &str = "vitalwire_mqtt_messages_total{verdict=\"accepted\"}";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_share_the_messages_and_one_that_leaves_takes_none_along() {
    let scene = Scene::new(&["M00001", "M00002"]).await;
    let mut devices = Vec::new();
    for serial in ["M00001", "M00002"] {
        devices.push((
            serial.to_owned(),
            scene.device(serial).await.client.token().to_owned(),
        ));
    }
    let port = free_port();
    let file = scene.broker.server_file(SERVERS[1], &listen(port));
    let mut second = scene
        .world
        .server
        .beside_with(vec!["--config".to_owned(), file])
        .await;
    until("the second server connects", || {
        count(&second, "connected to the MQTT broker") == 1
    })
    .await;

    let first = (now() - TimeDelta::hours(2)).timestamp_millis();
    let told = all_of(MqttLoad::start(&scene.broker, &devices, 100, first)).await;
    assert_eq!(told.len(), 200);
    let (here, there) = (scene.metric(ACCEPTED).await, metric(port, ACCEPTED).await);
    assert!(here > 0.0 && there > 0.0, "{here} and {there}");
    assert!(
        (here + there - 200.0).abs() < f64::EPSILON,
        "{here} and {there}: each is accepted once"
    );

    // What the broker hands to the share of one who is away is sent again by its device, and goes to the other.
    second.stop();
    assert!(
        second.log().contains("stopping") && !second.log().contains("is lost"),
        "{}",
        second.log()
    );
    let first = (now() - TimeDelta::hours(1)).timestamp_millis();
    let told_later = all_of(MqttLoad::start(&scene.broker, &devices, 20, first)).await;
    assert_eq!(told_later.len(), 40);

    // It comes back to what waited for it, and knows it all.
    second.restart().await;
    until("the second server is back", || {
        count(&second, "connected to the MQTT broker") == 2
    })
    .await;
    let mut cuff = MqttDevice::listening(&scene.broker, "M00001").await;
    for second in 0..4 {
        let message = reading("M00001", &devices[0].1, now() - TimeDelta::seconds(second));
        assert_eq!(cuff.ask("M00001", &bytes(&message)).await["status"], "accepted");
    }
    let ids = stored(&scene.world).await;
    assert!(ids.values().all(|ids| ids.len() == 1));
    assert_eq!(ids.len(), 244);
}

/// The readings that were acknowledged, each once.
async fn all_of(mut load: MqttLoad) -> HashSet<(String, i64)> {
    let mut told = HashSet::new();
    while let Some((serial, at, _)) = load.acknowledged().await {
        told.insert((serial, at));
    }
    told
}
