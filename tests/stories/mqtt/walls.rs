//! The walls of the broker that we ship: a device's user speaks and hears for its own serial alone.

use vitalwire_tests::{MqttDevice, now};

use super::{Scene, bytes, reading};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_neither_speaks_for_another_nor_hears_its_answers_nor_takes_its_messages_away() {
    let scene = Scene::new(&["M00001", "M00002"]).await;
    scene.device("M00001").await;
    let device = scene.device("M00002").await;
    let mut cuff = MqttDevice::listening(&scene.broker, "M00002").await;
    let mut thief = MqttDevice::connect(&scene.broker, "M00001").await;
    let message = bytes(&reading("M00002", device.client.token(), now()));
    for topic in [
        "vitalwire/v1/M00002/telemetry",
        "vitalwire/v1/M00002/ack",
        "vitalwire/v1/M00001/ack",
    ] {
        assert_eq!(thief.publish(topic, &message).await, "Not authorized", "{topic}");
    }

    // Whatever it subscribes to; the last one is the share that somebody might guess.
    for filter in [
        "#",
        "vitalwire/v1/+/ack",
        "vitalwire/v1/M00002/telemetry",
        "$share/vitalwire/vitalwire/v1/+/telemetry",
    ] {
        thief.subscribe(filter).await;
    }
    for second in 0..8 {
        let at = now() - chrono::TimeDelta::seconds(second);
        let message = bytes(&reading("M00002", device.client.token(), at));
        let answer = cuff.ask("M00002", &message).await;
        assert_eq!(answer["status"], "accepted", "{answer}");
    }
    // What the broker sends it last is its own, and nothing came before.
    assert_eq!(
        thief.publish("vitalwire/v1/M00001/telemetry", b"{}").await,
        "Success"
    );
    let heard = thief.event("message").await;
    assert_eq!(heard["topic"], "vitalwire/v1/M00001/ack", "{heard}");
    assert_eq!(
        (&heard["qos"], &heard["retain"]),
        (&1.into(), &false.into()),
        "{heard}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_comes_in_without_the_right_password_and_nobody_in_the_clear() {
    let mut broker = vitalwire_tests::Broker::with_users(&["M00001"]);
    broker.start().await;
    for (user, password) in [("M00001", "wrong"), ("M00002", "pw-M00002"), ("", "")] {
        let (_device, reason) = MqttDevice::try_connect(&broker, user, password).await;
        assert_eq!(reason, "Not authorized", "{user}");
    }
    let (_device, reason) = MqttDevice::try_connect(&broker, "M00001", "pw-M00001").await;
    assert_eq!(reason, "Success");
    let answer = broker.answer_in_the_clear().await;
    assert!(answer.first() != Some(&0x20), "a CONNACK without TLS: {answer:?}");
}
