//! What arrives at a customer's server is believed by the reference library of the Standard Webhooks, which we did not
//! write, and an altered delivery is not.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use vitalwire_tests::{Received, Receiver, World, now};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reading_posted_by_curl_is_accepted_by_the_reference_library() {
    let world = World::new().await;
    let receiver = Receiver::start();
    let customer = world.customer("Riverside").await;
    let model = world.model("Cuff 2", &["blood_pressure"], "cellular").await;
    let device = world.device(&customer, &model, "W1").await;
    let (_, secret) = world.endpoint(&customer, receiver.url()).await;
    let token = customer
        .user
        .post(&format!("/api/v1/devices/{}/token", device.id), &json!({}))
        .await
        .ok();
    let reading = json!({"device": "W1", "kind": "blood_pressure", "measured_at": now().to_rfc3339(),
        "values": {"systolic": 131, "diastolic": 82, "pulse": 66}});
    curl(
        &format!("{}/v1/telemetry", world.server.url()),
        token["token"].as_str().unwrap(),
        &reading,
    );

    let received = receiver.wait_for(1).await.remove(0);
    let body = received.json();
    assert_eq!(body["type"], "reading.created");
    assert_eq!(body["data"]["values"]["systolic"], 131);
    assert_eq!(reference_library(&secret, &received, &received.body), "accepted");

    let mut altered = received.body.clone();
    let position = altered.iter().position(|byte| *byte == b'1').unwrap();
    altered[position] = b'2';
    assert_eq!(reference_library(&secret, &received, &altered), "refused");
    let other = format!("whsec_{}", data_encoding::BASE64.encode(&[7; 32]));
    assert_eq!(reference_library(&other, &received, &received.body), "refused");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delivery_that_failed_is_tried_again_under_the_same_id() {
    let world = World::new().await;
    let receiver = Receiver::start();
    receiver.answer_next(&[500]);
    let customer = world.customer("Hillside").await;
    let model = world.model("Scale 2", &["weight"], "cellular").await;
    let device = world.device(&customer, &model, "W2").await;
    world.endpoint(&customer, receiver.url()).await;
    let reading = json!({"device": "W2", "kind": "weight", "measured_at": now().to_rfc3339(), "values": {"weight": 80}});
    assert_eq!(device.client.post("/v1/telemetry", &reading).await.status, 202);

    let received = receiver.wait_for(2).await;
    assert_eq!((received[0].status, received[1].status), (500, 200));
    assert_eq!(received[0].header("webhook-id"), received[1].header("webhook-id"));
    assert_eq!(received[0].json()["data"], received[1].json()["data"]);
}

fn curl(url: &str, token: &str, body: &Value) {
    let status = Command::new("curl")
        .args([
            "--silent",
            "--show-error",
            "--fail",
            "--noproxy",
            "*",
            "--max-time",
            "20",
            "--output",
            "/dev/null",
        ])
        .args(["--header", "Content-Type: application/json"])
        .args(["--header", &format!("Authorization: Bearer {token}")])
        .args(["--data", &body.to_string(), url])
        .status()
        .expect("curl runs");
    assert!(status.success(), "curl: {status}");
}

/// Asks the `standardwebhooks` package from PyPI.
fn reference_library(secret: &str, received: &Received, body: &[u8]) -> String {
    const SCRIPT: &str = "
import sys, json
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
secret, headers = sys.argv[1], json.loads(sys.argv[2])
try:
    Webhook(secret).verify(sys.stdin.buffer.read(), headers)
    print('accepted')
except WebhookVerificationError:
    print('refused')
";
    #[expect(
        clippy::disallowed_methods,
        reason = "a setting of the tests, not of the server"
    )]
    let python = std::env::var("VW_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let headers: serde_json::Map<String, Value> = ["webhook-id", "webhook-timestamp", "webhook-signature"]
        .iter()
        .map(|name| ((*name).to_owned(), received.header(name).into()))
        .collect();
    let mut child = Command::new(&python)
        .args(["-c", SCRIPT, secret, &Value::Object(headers).to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the tests' Python runs; `make test` installs it");
    child
        .stdin
        .take()
        .unwrap()
        .write_all(body)
        .expect("the body is read");
    let output = child.wait_with_output().expect("the library answers");
    assert!(output.status.success(), "the reference library failed");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
