//! What is asked for too often, by who may not ask, or told to who may not read it.

use chrono::TimeDelta;
use serde_json::json;

use crate::hubs::signed::Hub;
use crate::world::{PASSWORD, World};

#[tokio::test]
async fn a_hub_that_comes_all_the_time_is_told_when_to_come() {
    let world = World::new().await;
    let (hub, other) = (Hub::new(&world, "a").await, Hub::new(&world, "b").await);
    let said = json!({"uptime_seconds": 90, "queued": 0, "devices": []});
    for _ in 0..10 {
        assert_eq!(hub.says("/v1/hubs/heartbeat", &said).await.status, 200);
    }
    let late = hub.says("/v1/hubs/heartbeat", &said).await;
    assert_eq!(late.problem(), (429, "too-many-heartbeats"));
    let wait: i64 = late.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=6).contains(&wait), "{wait}");
    assert_eq!(
        other.says("/v1/hubs/heartbeat", &said).await.status,
        200,
        "each hub for itself"
    );
    let beats: i64 =
        sqlx::query_scalar("select sum(heartbeats) from hub_vitality_day where customer_id = $1")
            .bind(hub.tenant.customer_id().as_uuid())
            .fetch_one(&world.sql)
            .await
            .unwrap();
    assert_eq!(beats, 10);
    world.clock.advance(TimeDelta::seconds(wait));
    assert_eq!(hub.says("/v1/hubs/heartbeat", &said).await.status, 200);
}

#[tokio::test]
async fn who_may_not_ask_hears_that_before_anything_about_the_question() {
    let world = World::new().await;
    let admin = world.admin().await;
    let clinic = world.tenant(&admin, "a").await;
    for query in ["", "?from=yesterday", "?from=2026-01-01&until=2026-02-01&more=1"] {
        let path = format!("/api/v1/orders/hardware-lines{query}");
        assert_eq!(world.anyone.get(&path).await.status, 401, "{query}");
        assert_eq!(clinic.user.get(&path).await.status, 403, "{query}");
        assert_eq!(admin.get(&path).await.status, 400, "{query}");
    }
}

#[tokio::test]
async fn who_no_longer_sees_a_case_is_not_told_of_it() {
    let world = World::new().await;
    let admin = world.admin().await;
    let clinic = world.tenant(&admin, "a").await;
    let site = async |name: &str| {
        let site = clinic.user.post("/api/v1/sites", &json!({"name": name})).await;
        site.created("id")
    };
    let (here, there) = (site("Here").await, site("There").await);
    let stands = async |site: &str| {
        let put = json!({"devices": [clinic.device]});
        let path = format!("/api/v1/sites/{site}/devices");
        assert_eq!(clinic.user.post(&path, &put).await.status, 204);
    };
    stands(&here).await;
    let person = json!({"email": "reader@clinic.example", "name": "Rea", "role": "customer",
        "customer_id": clinic.customer, "password": PASSWORD, "permissions": []});
    let person = clinic.user.post("/api/v1/users", &person).await.created("id");
    let confine = json!({"confined": true, "sites": [here]});
    let path = format!("/api/v1/users/{person}");
    assert_eq!(clinic.user.patch(&path, &confine).await.status, 204);
    let reader = world.anyone.sign_in("reader@clinic.example").await;
    let case = json!({"device_id": clinic.device, "title": "Nothing arrives"});
    let case = reader.post("/api/v1/cases", &case).await.created("id");
    let notes = format!("/api/v1/cases/{case}/notes");
    let tell = async || {
        let note = json!({"text": "Look at its battery."});
        assert_eq!(admin.post(&notes, &note).await.status, 201);
        world.letters("case_note").await.len()
    };
    assert_eq!(tell().await, 2, "and one that told of the case");

    stands(&there).await;
    assert_eq!(reader.get(&format!("/api/v1/cases/{case}")).await.status, 404);
    assert_eq!(tell().await, 2, "not of what is not theirs to see any more");
    stands(&here).await;
    assert_eq!(tell().await, 3);
}
