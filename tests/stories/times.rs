//! Whose a reading is and when it counts: late, impossible and missing times, re-sends, and devices that move.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use vitalwire_tests::kinds::{reading, time};
use vitalwire_tests::{Customer, Device, Receiver, World, id, now};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_reading_counts_when_it_was_measured_and_an_impossible_time_when_it_arrived() {
    let mut world = World::new().await;
    let customer = world.customer("Late").await;
    let model = world.model("Scale T", &["weight"], "cellular").await;
    let device = world.device(&customer, &model, "T-1").await;
    let days = TimeDelta::days;
    let since = now();

    let late = since - days(40);
    let answer = device.client.post("/v1/telemetry", &weight(70, Some(late))).await;
    assert_eq!(
        (answer.status, answer.body["status"].as_str()),
        (202, Some("accepted")),
        "{}",
        answer.text
    );
    let stored = stored(&customer, &answer.body).await;
    assert_eq!(
        (&stored["measured_at"], &stored["quality"]),
        (&json!(time(late)), &json!([])),
        "late is not wrong"
    );

    let year_1999 = "1999-12-31T23:59:59Z".parse().unwrap();
    let times = [
        Some(since - days(46)),
        Some(year_1999),
        Some(since + days(61)),
        Some(since + days(1)),
        None,
    ];
    let mut sent = vec![(weight(70, Some(late)), id(&answer.body))];
    for (number, at) in times.into_iter().enumerate() {
        let weight = weight(71 + i64::try_from(number).unwrap(), at);
        let answer = device.client.post("/v1/telemetry", &weight).await;
        assert_eq!(
            (answer.status, answer.body["status"].as_str()),
            (202, Some("accepted")),
            "{at:?}: {}",
            answer.text
        );
        let stored = self::stored(&customer, &answer.body).await;
        assert_eq!(stored["quality"], json!(["clock_suspect"]), "{at:?}");
        assert_eq!(
            stored["measured_at"], stored["received_at"],
            "{at:?}: it is shown by its arrival"
        );
        let arrived: DateTime<Utc> = stored["received_at"].as_str().unwrap().parse().unwrap();
        assert!(
            arrived >= since - TimeDelta::seconds(1) && arrived <= now() + TimeDelta::seconds(1),
            "{stored}"
        );
        let raw: Option<DateTime<Utc>> = stored["device_time"].as_str().map(|text| text.parse().unwrap());
        assert_eq!(raw.map(time), at.map(time), "the raw time is kept");
        if at.is_some() {
            sent.push((weight, id(&answer.body)));
        }
    }
    let page = customer
        .user
        .get(&format!("/api/v1/devices/{}/readings", device.id))
        .await
        .ok();
    assert_eq!(
        page["data"].as_array().unwrap().len(),
        6,
        "all are in the history"
    );

    world.server.stop();
    world.server.restart().await;
    for (reading, first) in sent {
        let again = device.client.post("/v1/telemetry", &reading).await;
        assert_eq!(
            (again.status, again.body["status"].as_str()),
            (200, Some("duplicate")),
            "{reading}: {}",
            again.text
        );
        assert_eq!(id(&again.body), first, "{reading}");
    }
}

fn weight(kilograms: i64, at: Option<DateTime<Utc>>) -> Value {
    let mut weight = json!({"device": "T-1", "kind": "weight", "values": {"weight": kilograms}});
    if let Some(at) = at {
        weight["measured_at"] = json!(time(at));
    }
    weight
}

async fn stored(customer: &Customer, answer: &Value) -> Value {
    customer
        .user
        .get(&format!("/api/v1/readings/{}", id(answer)))
        .await
        .ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_that_moves_takes_no_reading_with_it() {
    let world = World::new().await;
    let (before, after) = (world.customer("Before").await, world.customer("After").await);
    let (old, new) = (Receiver::start(), Receiver::start());
    world.endpoint(&before, old.url()).await;
    world.endpoint(&after, new.url()).await;
    let model = world.model("Scale M", &["weight"], "cellular").await;
    let device = world.device(&before, &model, "M-1").await;
    let hours = |hours| now() - TimeDelta::hours(hours);
    let sent_before = send(&device, hours(3)).await;
    old.wait_for_reading(&sent_before).await;

    let move_it = json!({"customer_id": after.id, "from": time(hours(1))});
    world
        .admin
        .post(&format!("/api/v1/devices/{}/assignments", device.id), &move_it)
        .await
        .ok();
    let reference = json!({"customer_reference": "new-owners-word"});
    after
        .user
        .patch(&format!("/api/v1/devices/{}", device.id), &reference)
        .await
        .ok();

    // The device kept this one until after it had moved, and sends it under the token that it had.
    let kept = send(&device, hours(2)).await;
    let device = with_a_token_of(&after, &world, device).await;
    let fresh = send(&device, now()).await;
    let (delivered_old, delivered_new) = (
        old.wait_for_reading(&kept).await,
        new.wait_for_reading(&fresh).await,
    );
    let text = String::from_utf8(delivered_old.body).unwrap();
    assert!(
        !text.contains("new-owners-word"),
        "the new owner's words are not the previous owner's: {text}"
    );
    assert_eq!(
        delivered_new.json()["data"]["device"]["reference"],
        "new-owners-word"
    );
    assert!(!String::from_utf8(delivered_new.body).unwrap().contains("bed-M-1"));
    let ids = |receiver: &Receiver| {
        receiver
            .received()
            .iter()
            .flat_map(vitalwire_tests::Received::reading_ids)
            .collect::<Vec<_>>()
    };
    assert!(
        !ids(&new).contains(&kept) && !ids(&new).contains(&sent_before),
        "nothing of before goes to the new owner"
    );
    assert!(
        !ids(&old).contains(&fresh),
        "nothing of now goes to the previous owner"
    );

    for (customer, own, foreign) in [(&before, &kept, &fresh), (&after, &fresh, &kept)] {
        customer.user.get(&format!("/api/v1/readings/{own}")).await.ok();
        for path in [
            format!("/api/v1/readings/{foreign}"),
            format!("/api/v1/readings/{foreign}/trace"),
        ] {
            assert_eq!(customer.user.get(&path).await.status, 404, "{path}");
        }
    }
    let page = after
        .user
        .get(&format!("/api/v1/devices/{}/readings", device.id))
        .await
        .ok();
    let listed: Vec<_> = page["data"].as_array().unwrap().iter().map(id).collect();
    assert_eq!(listed, [fresh], "the device's page begins with its new owner");
    suspect_times_of_a_moved_device_wait(&world, &device).await;
}

/// Nobody can say whose these are.
async fn suspect_times_of_a_moved_device_wait(world: &World, device: &Device) {
    let missing = json!({"device": "M-1", "kind": "weight", "values": {"weight": 64}});
    for reading in [
        missing,
        reading("M-1", "weight", "1999-01-01T00:00:00Z".parse().unwrap()),
    ] {
        let answer = device.client.post("/v1/telemetry", &reading).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        assert_eq!(
            answer.body,
            json!({"status": "quarantined", "reason": "clock_suspect_moved"})
        );
    }
    let not_theirs = send_for_status(device, now() - TimeDelta::days(44)).await;
    assert_eq!(not_theirs, "quarantined", "somebody else held it then");
    let kept: i64 =
        sqlx::query_scalar("select count(*) from quarantine where reason = 'clock_suspect_moved'")
            .fetch_one(&mut world.server.owner().await)
            .await
            .unwrap();
    assert_eq!(kept, 2);
}

/// The device's present holder makes it speak for them.
async fn with_a_token_of(holder: &Customer, world: &World, device: Device) -> Device {
    let issued = holder
        .user
        .post(&format!("/api/v1/devices/{}/token", device.id), &json!({}))
        .await
        .ok();
    let client = world.anyone.with_token(issued["token"].as_str().unwrap());
    Device { client, ..device }
}

async fn send(device: &Device, at: DateTime<Utc>) -> String {
    id(&device
        .client
        .post("/v1/telemetry", &reading("M-1", "weight", at))
        .await
        .ok())
}

async fn send_for_status(device: &Device, at: DateTime<Utc>) -> String {
    let answer = device
        .client
        .post("/v1/telemetry", &reading("M-1", "weight", at))
        .await
        .ok();
    answer["status"].as_str().unwrap().to_owned()
}
