//! A broker that is not there, or does not let the server in: everything else works, and operators are told.

use serde_json::json;
use vitalwire_tests::{Broker, MqttDevice, Portal, Postmaster, now, program};

use super::{SERVERS, Scene, bytes, count, reading, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_broker_a_server_works_and_says_so_once() {
    let mut broker = Broker::with_users(&["M00001", "vitalwire-1"]);
    let mut scene = {
        broker.start().await;
        broker.kill();
        Scene::with(broker, SERVERS[0]).await
    };
    let device = scene.device("M00001").await;
    let by_http =
        json!({"device": "M00001", "kind": "blood_pressure", "values": {"systolic": 120, "diastolic": 80}});
    assert_eq!(device.client.post("/v1/telemetry", &by_http).await.status, 202);
    assert_eq!(scene.world.anyone.get("/healthz").await.status, 200);
    assert!(scene.metric("vitalwire_mqtt_connected").await.abs() < f64::EPSILON);
    let admin = Portal::sign_in(&scene.world.server.url(), "admin@example.org").await;
    let page = admin.get("/admin").await.html;
    assert!(page.contains("MQTT broker") && page.contains("away"), "{page}");

    scene.broker.start().await;
    scene.connected(1).await;
    assert!((scene.metric("vitalwire_mqtt_connected").await - 1.0).abs() < f64::EPSILON);
    let page = admin.get("/admin").await.html;
    assert!(
        page.contains("MQTT broker") && page.contains("connected"),
        "{page}"
    );
    let mut cuff = MqttDevice::listening(&scene.broker, "M00001").await;
    let answer = cuff
        .ask("M00001", &bytes(&reading("M00001", device.client.token(), now())))
        .await;
    assert_eq!(answer["status"], "accepted");

    scene.broker.kill();
    until("the loss is said", || {
        count(&scene.world.server, "the MQTT broker is lost") == 1
    })
    .await;
    let lost = "vitalwire_mqtt_connections_total{outcome=\"failed\"}";
    let before = scene.metric(lost).await;
    scene.reaches(lost, before + 3.0).await;
    scene.broker.start().await;
    scene.connected(2).await;
    assert_eq!(count(&scene.world.server, "the MQTT broker is lost"), 1);
    assert!(
        count(&scene.world.server, "MQTT broker cannot be reached") <= 3,
        "{}",
        scene.world.server.log()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_whom_the_broker_does_not_let_in_serves_http_and_says_why() {
    let mut broker = Broker::with_users(&["M00001"]);
    broker.start().await;
    let scene = Scene::with(broker, SERVERS[0]).await;
    let device = scene.device("M00001").await;
    let by_http =
        json!({"device": "M00001", "kind": "blood_pressure", "values": {"systolic": 120, "diastolic": 80}});
    assert_eq!(device.client.post("/v1/telemetry", &by_http).await.status, 202);
    let why = "does not let this server in: look at mqtt.username and mqtt.password";
    until("it says why", || count(&scene.world.server, why) == 1).await;
    assert!(scene.metric("vitalwire_mqtt_connected").await.abs() < f64::EPSILON);
    assert!(!scene.world.server.log().contains("pw-vitalwire-1"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_postgresql_is_away_messages_are_held_and_acknowledged_when_it_is_back() {
    let scene = Scene::new(&["M00001"]).await;
    let device = scene.device("M00001").await;
    let mut cuff = MqttDevice::listening(&scene.broker, "M00001").await;
    let folder = scene.world.server.folder().to_owned();
    Postmaster::of(&folder).expect("it runs").kill().await;
    // Without a time of its own: it is held, tried again, and stays one reading.
    let mut message = reading("M00001", device.client.token(), now());
    message.as_object_mut().unwrap().remove("measured_at");
    let answer = cuff.ask("M00001", &bytes(&message)).await;
    assert_eq!(answer["status"], "accepted", "{answer}");
    let mut owner = scene.world.server.owner().await;
    let stored: i64 = sqlx::query_scalar("select count(*) from reading")
        .fetch_one(&mut owner)
        .await
        .unwrap();
    assert_eq!(stored, 1);
}

#[test]
fn a_setting_that_makes_no_sense_stops_the_start_and_is_named() {
    for (name, value, said) in [
        ("VITALWIRE_MQTT__URL", "https://broker.example.org", "mqtt.url"),
        ("VITALWIRE_MQTT__URL", "mqtt://broker.example.org", "mqtt.url"),
        ("VITALWIRE_MQTT__IN_FLIGHT", "0", "mqtt.in_flight"),
    ] {
        let output = program().arg("serve").env(name, value).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && told.contains(said), "{told}");
    }
}
