//! Readings that do not say when they were measured: none is lost because it looks like another, and no replay makes one
//! more.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::signed::{Hub, batch, blood_pressure};
use crate::world::World;

async fn count(world: &World, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&world.sql).await.unwrap()
}

const READINGS: &str = "select count(*) from reading";
const SHELF: &str = "select count(*) from quarantine";

#[tokio::test]
async fn a_replay_changes_nothing_however_late_it_comes() {
    let world = World::new().await;
    let hub = Hub::new(&world, "a").await;
    let body = batch(&[blood_pressure("S-a"), blood_pressure("S-nobody"), json!(7)]);
    let token = hub.token(&body);
    let first = hub.send(&token, &body).await;
    let id = &first.body["verdicts"][0]["id"];
    assert_eq!(first.body["verdicts"][0]["status"], "accepted", "{}", first.text);
    for seconds in [11, 30, 30] {
        world.clock.advance(TimeDelta::seconds(seconds));
        let replayed = hub.send(&token, &body).await;
        let verdict = &replayed.body["verdicts"][0];
        assert_eq!(
            (&verdict["status"], &verdict["id"]),
            (&json!("duplicate"), id),
            "{}",
            replayed.text
        );
        assert_eq!(
            (count(&world, READINGS).await, count(&world, SHELF).await),
            (1, 2)
        );
    }
    world.clock.advance(TimeDelta::seconds(30));
    assert_eq!(
        hub.send(&token, &body).await.problem(),
        (401, "token-out-of-time"),
        "and then no more"
    );
    let anew = hub.send(&hub.token(&body), &body).await;
    assert_eq!(
        anew.body["verdicts"][0]["status"], "accepted",
        "signed anew it is another measurement: {}",
        anew.text
    );
}

#[tokio::test]
async fn equal_readings_of_two_days_are_two_in_quarantine_as_well() {
    let world = World::new().await;
    let hub = Hub::new(&world, "a").await;
    let dated = |name: &str| {
        let mut item = blood_pressure("S-nobody");
        item[name] = json!("2026-11-20T08:15:30Z");
        item
    };
    let broken = json!({"device": "S-a", "kind": 7});
    let shelf = async |item: Value, days: &[i64]| {
        let before = count(&world, SHELF).await;
        for _ in days {
            let body = batch(std::slice::from_ref(&item));
            let answer = hub.send(&hub.token(&body), &body).await;
            assert_eq!(
                answer.body["verdicts"][0]["status"], "quarantined",
                "{}",
                answer.text
            );
            world.clock.advance(TimeDelta::days(1));
        }
        count(&world, SHELF).await - before
    };
    assert_eq!(shelf(blood_pressure("S-nobody"), &[1, 2]).await, 2);
    assert_eq!(shelf(broken, &[1, 2]).await, 2, "whatever it was");
    assert_eq!(shelf(dated("measured_at"), &[1, 2]).await, 1);
    assert_eq!(shelf(dated("hub_time"), &[1, 2]).await, 1);
}

#[tokio::test]
async fn a_device_without_a_clock_loses_nothing_in_quarantine() {
    let world = World::new().await;
    let hub = Hub::new(&world, "a").await;
    let issue = format!("/api/v1/devices/{}/token", hub.tenant.device);
    let token = hub.tenant.user.post(&issue, &json!({})).await.created("token");
    // Nobody can say whose an undated reading of a device is that was ever moved.
    sqlx::query("update device set ever_moved = true")
        .execute(&world.sql)
        .await
        .unwrap();
    let device = world.anyone.with_token(&token);
    let send = async || {
        let answer = device.post("/v1/telemetry", &blood_pressure("S-a")).await;
        assert_eq!(answer.body["status"], "quarantined", "{}", answer.text);
        count(&world, SHELF).await
    };
    assert_eq!(
        (send().await, send().await),
        (1, 1),
        "the same, sent again at once"
    );
    world.clock.advance(TimeDelta::days(1));
    assert_eq!(send().await, 2, "tomorrow's is another");
}
