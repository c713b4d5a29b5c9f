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
    let both = tokio::join!(
        device.client.post("/v1/telemetry", &weight(71.0)),
        device.client.post("/v1/telemetry", &weight(FORBIDDEN)),
    );
    assert_eq!(both.0.status, 202, "{}", both.0.text);
    assert_eq!(
        (both.1.status, both.1.problem()),
        (500, "unstorable"),
        "{}",
        both.1.text
    );
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

async fn count(world: &World, sql: &'static str) -> i64 {
    let mut owner = world.server.owner().await;
    sqlx::query_scalar(sql).fetch_one(&mut owner).await.unwrap()
}
