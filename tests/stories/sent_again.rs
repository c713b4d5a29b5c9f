//! A reading that is sent again, at the same time or later, is stored once, and each sender learns its one id.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::json;
use vitalwire_tests::kinds::reading;
use vitalwire_tests::{Answer, World, id, now};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_at_once_one_is_the_first() {
    let world = World::new().await;
    let customer = world.customer("Echo").await;
    let model = world.model("Scale E", &["weight"], "bluetooth").await;
    let device = world.device(&customer, &model, "E-1").await;

    // Every reading four times, all in flight together, so that a commit holds known ones beside new ones and two
    // commits meet over one.
    let weights: Vec<_> = (0..20)
        .map(|minutes| reading("E-1", "weight", now() - TimeDelta::minutes(minutes)))
        .collect();
    let sends = (0..4).flat_map(|_| {
        weights
            .iter()
            .map(|weight| device.client.post("/v1/telemetry", weight))
    });
    let answers: Vec<Answer> = join_all(sends).await;
    let mut all = BTreeSet::new();
    for nth in 0..weights.len() {
        let of_one: Vec<&Answer> = answers.iter().skip(nth).step_by(weights.len()).collect();
        let mut statuses: Vec<u16> = of_one.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 200, 200, 202]);
        let ids: BTreeSet<String> = of_one.iter().map(|answer| id(&answer.body)).collect();
        assert_eq!(ids.len(), 1, "{ids:?}");
        all.extend(ids);
    }
    let list = format!("/api/v1/devices/{}/readings?limit=200", device.id);
    let page = customer.user.get(&list).await.ok();
    let stored: Vec<&str> = page["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["id"].as_str().unwrap())
        .collect();
    assert_eq!(stored.len(), weights.len());
    assert_eq!(
        stored.iter().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>(),
        all
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_may_hold_a_reading_twice_and_known_ones_beside_new_ones() {
    let world = World::new().await;
    let customer = world.customer("Echo").await;
    let model = world.model("Scale E", &["weight"], "bluetooth").await;
    world.device(&customer, &model, "E-1").await;
    let hub = world.active_hub(&customer, "E-hub").await;
    let weight = |hours| reading("E-1", "weight", now() - TimeDelta::hours(hours));

    let (one, two, three) = (weight(1), weight(2), weight(3));
    let first = hub.verdicts(&[one.clone(), two.clone(), one.clone()]).await;
    assert_eq!(first, ["accepted", "accepted", "duplicate"]);
    let second = hub.verdicts(&[two.clone(), three.clone()]).await;
    assert_eq!(second, ["duplicate", "accepted"]);
    // The same value at the same time, written in another way.
    let mut rewritten = three.clone();
    let written = three["measured_at"].as_str().unwrap();
    rewritten["measured_at"] = json!(written.replace('Z', "+00:00"));
    let third = hub.verdicts(&[rewritten, weight(4)]).await;
    assert_eq!(third, ["duplicate", "accepted"]);
}

/// The commit keeps its connections; one that has ended since is no sender's trouble.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ended_connection_costs_nobody_an_answer() {
    let world = World::new().await;
    let customer = world.customer("Echo").await;
    let model = world.model("Scale E", &["weight"], "bluetooth").await;
    let device = world.device(&customer, &model, "E-1").await;
    for round in 0..3 {
        let sends: Vec<_> = (0..8)
            .map(|nth| reading("E-1", "weight", now() - TimeDelta::minutes(round * 8 + nth)))
            .collect();
        let answers = join_all(
            sends
                .iter()
                .map(|weight| device.client.post("/v1/telemetry", weight)),
        )
        .await;
        for answer in answers {
            assert_eq!(answer.status, 202, "{}", answer.text);
        }
        let ended: i64 = sqlx::query_scalar(
            "select count(*) filter (where pg_terminate_backend(pid)) from pg_stat_activity
             where application_name = 'vitalwire-server' and query ~ 'with (asked|input) as'
               and pid <> pg_backend_pid()",
        )
        .fetch_one(&mut world.server.owner().await)
        .await
        .unwrap();
        assert!(ended > 0);
    }
}
