//! What is refused is answered with the reason, logged for support, and holds nothing up.

use chrono::TimeDelta;
use serde_json::{Value, json};
use vitalwire_tests::{MqttDevice, now};

use super::{Scene, bytes, reading};

/// What M00001 publishes, and the answer's reason and pointer.
fn cases(own: &str, others: &str) -> Vec<(Vec<u8>, &'static str, Value)> {
    let at = now();
    let with = |change: &dyn Fn(&mut Value)| {
        let mut message = reading("M00001", own, at);
        change(&mut message);
        bytes(&message)
    };
    let mut large = bytes(&reading("M00001", own, at));
    large.resize(20_000, b' ');
    vec![
        (b"".to_vec(), "malformed-json", Value::Null),
        (b"\xff\x00\xfe".to_vec(), "malformed-json", Value::Null),
        (b"{\"device\":".to_vec(), "malformed-json", Value::Null),
        (b"[1,2]".to_vec(), "wrong-type", Value::Null),
        (large, "too-large", Value::Null),
        (with(&|m| m["token"] = Value::Null), "missing-token", Value::Null),
        (with(&|m| m["token"] = json!(7)), "missing-token", Value::Null),
        (
            with(&|m| m["token"] = json!("a-guess")),
            "unknown-token",
            Value::Null,
        ),
        // The topic is its own, the rest is not.
        (
            bytes(&reading("M00002", others, at)),
            "topic-of-another-device",
            Value::Null,
        ),
        (
            bytes(&reading("M00002", own, at)),
            "topic-of-another-device",
            Value::Null,
        ),
        (
            bytes(&reading("M00001", others, at)),
            "token-of-another-device",
            Value::Null,
        ),
        (
            with(&|m| m["kind"] = json!("mood")),
            "unknown-kind",
            json!("/kind"),
        ),
        (
            with(&|m| m["values"]["systolic"] = json!("x")),
            "wrong-type",
            json!("/values/systolic"),
        ),
        (
            with(&|m| m["values"]["systolic"] = json!(900)),
            "implausible",
            Value::Null,
        ),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_refused_is_answered_and_logged_and_holds_nothing_up() {
    let scene = Scene::new(&["M00001", "M00002"]).await;
    let device = scene.device("M00001").await;
    let others = scene.device("M00002").await;
    let (own, others) = (device.client.token(), others.client.token());
    let mut cuff = MqttDevice::listening(&scene.broker, "M00001").await;
    for (message, reason, pointer) in cases(own, others) {
        let shown = String::from_utf8_lossy(&message[..message.len().min(200)]).into_owned();
        let answer = cuff.ask("M00001", &message).await;
        let told = (&answer["status"], &answer["reason"], &answer["pointer"]);
        assert_eq!(told, (&json!("rejected"), &json!(reason), &pointer), "{shown}");
        assert_eq!(
            (&answer["known"], &answer["hash"]),
            (&json!(true), &Value::Null),
            "{shown}"
        );
    }
    // More than the broker takes: it ends the connection, and the others do not notice.
    let mut broken = MqttDevice::connect(&scene.broker, "M00002").await;
    broken
        .publish_only("vitalwire/v1/M00002/telemetry", &vec![b' '; 40_000], 0)
        .await;
    broken.event("disconnected").await;
    let good = cuff.ask("M00001", &bytes(&reading("M00001", own, now()))).await;
    assert_eq!(good["status"], "accepted", "{good}");

    let inactive = json!({"state": "inactive"});
    let path = format!("/api/v1/devices/{}", device.id);
    scene.customer.user.patch(&path, &inactive).await.ok();
    let answer = cuff.ask("M00001", &bytes(&reading("M00001", own, now()))).await;
    assert_eq!(
        (&answer["status"], &answer["reason"]),
        (&json!("rejected"), &json!("device-inactive"))
    );
    every_refusal_is_logged(&scene).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_that_sends_too_much_is_told_so_and_takes_nobody_s_room() {
    let rates = "[intake.rates]\ndevice_per_second = 1\ndevice_burst = 5";
    let scene = Scene::with_settings(&["M00001", "M00002"], rates).await;
    let flood = scene.device("M00001").await.client.token().to_owned();
    let device = scene.device("M00002").await;
    let mut flooding = MqttDevice::listening(&scene.broker, "M00001").await;
    let mut cuff = MqttDevice::listening(&scene.broker, "M00002").await;
    // More than the server has under way at a time, all of them before the other device's.
    let first = now();
    for number in 0..400 {
        let at = first - TimeDelta::milliseconds(number);
        let message = bytes(&reading("M00001", &flood, at));
        flooding
            .publish_only("vitalwire/v1/M00001/telemetry", &message, 1)
            .await;
    }
    for _ in 0..400 {
        flooding.event("published").await;
    }
    let message = bytes(&reading("M00002", device.client.token(), now()));
    let answer = cuff.ask("M00002", &message).await;
    assert_eq!(answer["status"], "accepted", "{answer}");
    let under_way = scene.metric("vitalwire_mqtt_under_way").await;
    assert!(under_way <= 256.0, "{under_way}");
    // A refusal needs no commit, so many of them come before the first that was taken.
    let (mut accepted, mut rejected) = (0, 0);
    while accepted < 5 || rejected < 50 {
        let answer = flooding.answer().await;
        if answer["status"] == "accepted" {
            accepted += 1;
        } else {
            assert_eq!(answer["reason"], "too-many-readings", "{answer}");
            rejected += 1;
        }
        assert!(accepted + rejected <= 400, "{accepted} and {rejected}");
    }
}

/// Where its holder sees them, and those of nobody known where the platform does.
async fn every_refusal_is_logged(scene: &Scene) {
    for _ in 0..200 {
        let own = rows(&scene.customer.user.get("/api/v1/refusals").await.ok());
        let all = rows(&scene.world.admin.get("/api/v1/refusals").await.ok());
        let has = |rows: &[Value], reason: &str| rows.iter().any(|row| row["reason"] == reason);
        if has(&own, "device-inactive") && has(&all, "unknown-token") {
            for reason in [
                "topic-of-another-device",
                "token-of-another-device",
                "unknown-kind",
                "implausible",
            ] {
                assert!(has(&own, reason), "{reason} is not among {own:?}");
            }
            for reason in ["malformed-json", "too-large", "missing-token", "unknown-token"] {
                assert!(!has(&own, reason), "{reason} is a stranger's: {own:?}");
                let strangers = all.iter().filter(|row| row["reason"] == reason);
                for row in strangers {
                    assert_eq!(
                        (&row["claimed"], &row["remote"]),
                        (&json!("M00001"), &json!("mqtt")),
                        "{row}"
                    );
                }
            }
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the refusals were not logged");
}

fn rows(answer: &Value) -> Vec<Value> {
    answer["data"].as_array().expect("a list").clone()
}
