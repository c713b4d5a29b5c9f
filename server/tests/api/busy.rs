//! What senders are told while more waits than is held for them.

use chrono::TimeDelta;
use serde_json::{Value, json};

use vitalwire_server::ground::Clock as _;

use crate::hubs::signed::{Hub, batch, blood_pressure};
use crate::world::World;

fn some(world: &World, from: i64, until: i64) -> Vec<u8> {
    let items: Vec<Value> = (from..until)
        .map(|seconds| {
            let mut item = blood_pressure("S-a");
            item["measured_at"] = json!((world.clock.now() - TimeDelta::seconds(seconds)).to_rfc3339());
            item
        })
        .collect();
    batch(&items)
}

/// A hundred are held here. The database is busy with the first sixty.
#[tokio::test]
async fn a_full_queue_says_when_to_come_back() {
    let world = World::new().await;
    let hub = Hub::new(&world, "a").await;
    let mut held = world.sql.begin().await.unwrap();
    sqlx::query("lock table reading in share mode")
        .execute(&mut *held)
        .await
        .unwrap();
    let first = some(&world, 0, 60);
    let token = hub.token(&first);
    let send = hub.send(&token, &first);
    let meanwhile = async {
        let waits = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        while sqlx::query_scalar::<_, i64>(waits)
            .fetch_one(&world.sql)
            .await
            .unwrap()
            == 0
        {
            tokio::task::yield_now().await;
        }
        let second = some(&world, 60, 120);
        let refused = hub.send(&hub.token(&second), &second).await;
        held.rollback().await.unwrap();
        (second, refused)
    };
    let (taken, (second, refused)) = tokio::join!(send, meanwhile);
    assert_eq!(refused.problem(), (503, "too-busy"), "{}", refused.text);
    let seconds: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    assert_eq!(taken.status, 200, "{}", taken.text);
    let again = hub.send(&hub.token(&second), &second).await;
    let verdicts = again.body["verdicts"].as_array().unwrap();
    assert!(verdicts.len() == 60 && verdicts.iter().all(|verdict| verdict["status"] == "accepted"));
}
