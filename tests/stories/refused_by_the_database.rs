//! A reading that the database itself refuses sinks no other, not even one that came in the same message.

use serde_json::{Value, json};
use vitalwire_tests::kinds::reading;
use vitalwire_tests::{World, now};

/// A weight that the rule of [`refuse_it`] forbids.
const FORBIDDEN: f64 = 66.5;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_refused_reading_sinks_no_other() {
    let world = World::new().await;
    let customer = world.customer("Weighers").await;
    let model = world.model("Scale R", &["weight"], "bluetooth").await;
    let device = world.device(&customer, &model, "R-scale").await;
    let hub = world.active_hub(&customer, "R-hub").await;
    refuse_it(&world).await;

    let weights = [61.0, 62.0, FORBIDDEN, 63.0, 64.0, FORBIDDEN, 65.0];
    let items: Vec<Value> = weights.iter().map(|kilograms| weight(*kilograms)).collect();
    let verdicts = hub.verdicts(&items).await;
    for (kilograms, verdict) in weights.iter().zip(&verdicts) {
        let expected = if *kilograms == FORBIDDEN {
            "quarantined: undecodable"
        } else {
            "accepted"
        };
        assert_eq!(verdict, expected, "{kilograms} kg of {verdicts:?}");
    }
    assert_eq!(count(&world, "select count(*) from reading").await, 5);
    assert_eq!(
        count(&world, "select count(*) from raw_message").await,
        1,
        "a message that was committed in parts is kept once"
    );
    assert_eq!(
        count(
            &world,
            "select count(*) from reading r join raw_message m on m.id = r.raw_id"
        )
        .await,
        5,
        "and every reading leads to it"
    );

    // Side by side, from many senders: each gets its own answer.
    let (good, bad) = (weight(71.0), weight(FORBIDDEN));
    let both = tokio::join!(
        device.client.post("/v1/telemetry", &good),
        device.client.post("/v1/telemetry", &bad),
    );
    assert_eq!(both.0.status, 202, "{}", both.0.text);
    assert_eq!(
        (both.1.status, both.1.problem()),
        (500, "unstorable"),
        "{}",
        both.1.text
    );
}

/// That there is no partition for a day is ours to repair: the sender is told to come back, and nothing is set aside.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_partition_is_no_fault_of_the_reading() {
    let world = World::new().await;
    let customer = world.customer("Weighers").await;
    let model = world.model("Scale R", &["weight"], "bluetooth").await;
    let device = world.device(&customer, &model, "R-scale").await;
    let hub = world.active_hub(&customer, "R-hub").await;
    let (first, second) = (weight(61.0), weight(62.0));
    let partitions = partitions(&world).await;
    for (name, _) in &partitions {
        run(&world, format!("alter table reading detach partition {name}")).await;
    }
    let refused = device.client.post("/v1/telemetry", &first).await;
    assert_eq!(
        (refused.status, refused.problem()),
        (503, "unavailable"),
        "{}",
        refused.text
    );
    assert!(refused.headers.contains("retry-after: "), "{}", refused.headers);
    let body = json!({"readings": [second]}).to_string().into_bytes();
    assert_eq!(hub.post(&body).await.status, 503);
    assert_eq!(count(&world, "select count(*) from quarantine").await, 0);

    for (name, bounds) in &partitions {
        run(
            &world,
            format!("alter table reading attach partition {name} {bounds}"),
        )
        .await;
    }
    assert_eq!(device.client.post("/v1/telemetry", &first).await.status, 202);
    assert_eq!(hub.verdicts(&[second]).await, ["accepted"]);
}

/// Whatever the decoder takes, the tables' own rules take as well.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_be_decoded_can_be_stored() {
    let world = World::new().await;
    let customer = world.customer("Extremes").await;
    let model = world.model("Scale R", &["weight"], "bluetooth").await;
    world.device(&customer, &model, "R-scale").await;
    let hub = world.active_hub(&customer, "R-hub").await;
    let mut items = Vec::new();
    for at in [
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999Z",
        "2026-11-20T08:15:30+23:59",
        "2026-11-20T08:15:31-23:59",
        "2026-11-20T08:15:32+18:00",
        "2026-11-20T08:15:33-18:00",
        "1969-12-31T23:59:59.999-00:00",
    ] {
        let mut item = weight(70.0);
        item["measured_at"] = json!(at);
        items.push(item);
    }
    for (field, value) in [
        ("user_slot", json!(254)),
        ("user_slot", json!(0)),
        ("sequence", json!(i64::MAX)),
        ("sequence", json!(0)),
        ("hub_time", json!("0001-01-01T00:00:00Z")),
        ("hub_time", json!("9999-12-31T23:59:59.999Z")),
    ] {
        let mut item = weight(71.0);
        item[field] = value;
        items.push(item);
    }
    let mut pounds = weight(0.0);
    pounds["values"]["weight"] = json!({"value": 154.300_000_1, "unit": "lb"});
    items.push(pounds);
    for (item, verdict) in items.iter().zip(hub.verdicts(&items).await) {
        assert!(
            ["accepted", "duplicate"].contains(&verdict.as_str()),
            "{verdict}: {item}"
        );
    }
}

fn weight(kilograms: f64) -> Value {
    let mut weight = reading("R-scale", "weight", now());
    weight["values"] = json!({"weight": kilograms});
    weight
}

/// A rule that the server does not know of, as a fault in it would be found out by the database.
async fn refuse_it(world: &World) {
    let mut owner = world.server.owner().await;
    sqlx::query("alter table reading add check (vals ->> 'weight' is distinct from '66.5')")
        .execute(&mut owner)
        .await
        .unwrap();
}

/// The partitions of `reading` with their bounds.
async fn partitions(world: &World) -> Vec<(String, String)> {
    let mut owner = world.server.owner().await;
    sqlx::query_as(
        "select c.oid::regclass::text, pg_get_expr(c.relpartbound, c.oid)
         from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'reading'::regclass",
    )
    .fetch_all(&mut owner)
    .await
    .unwrap()
}

async fn run(world: &World, sql: String) {
    let mut owner = world.server.owner().await;
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .execute(&mut owner)
        .await
        .unwrap();
}

async fn count(world: &World, sql: &'static str) -> i64 {
    let mut owner = world.server.owner().await;
    sqlx::query_scalar(sql).fetch_one(&mut owner).await.unwrap()
}
