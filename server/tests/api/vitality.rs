//! How devices and hubs are, day by day: what devices say beside their readings, and what hubs say.

use std::time::Duration;

use chrono::{NaiveDate, TimeDelta};
use serde_json::{Value, json};
use vitalwire_server::ground::Clock as _;
use vitalwire_server::registry::fleet::system_look_after_hubs;

use crate::hubs::signed::Hub;
use crate::world::World;

/// Battery and signal, the worst and the last of each, and how often they were told.
type Day = (Option<i16>, Option<i16>, Option<i16>, Option<i16>, i32);

const DAYS: &str = "select battery_min, battery_last, signal_min, signal_last, heard from device_vitality_day
    order by day, device_id";

async fn days(world: &World) -> Vec<Day> {
    sqlx::query_as(DAYS).fetch_all(&world.sql).await.unwrap()
}

/// What is written behind the requests is awaited.
async fn until(world: &World, wanted: &[Day]) {
    for _ in 0..200 {
        if days(world).await == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(days(world).await, wanted);
}

fn weight(minute: u32, said: &Value) -> Value {
    let mut reading = json!({"device": "S-a", "kind": "blood_pressure",
        "measured_at": format!("2026-01-01T08:{minute:02}:00Z"),
        "values": {"systolic": 121, "diastolic": 79}});
    for (name, value) in said.as_object().unwrap() {
        reading[name] = value.clone();
    }
    reading
}

#[tokio::test]
async fn a_device_says_how_it_is_beside_its_reading() {
    let world = World::new().await;
    let admin = world.admin().await;
    let a = world.tenant(&admin, "a").await;
    let issue = format!("/api/v1/devices/{}/token", a.device);
    let token = a.user.post(&issue, &json!({})).await.created("token");
    let device = world.anyone.with_token(&token);
    let send = async |minute: u32, said: Value| {
        let mut reading = weight(minute, &said);
        reading["measured_at"] =
            json!((world.clock.now() - TimeDelta::minutes(i64::from(minute))).to_rfc3339());
        let answer = device.post("/v1/telemetry", &reading).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
    };
    send(1, json!({"battery_percent": 44, "signal_dbm": -91})).await;
    until(&world, &[(Some(44), Some(44), Some(-91), Some(-91), 1)]).await;
    let shown = a.user.get(&format!("/api/v1/devices/{}", a.device)).await.body;
    assert_eq!(
        (&shown["battery_percent"], &shown["signal_dbm"]),
        (&json!(44), &json!(-91))
    );
    // Gathered for a minute; what cannot be is passed over, and the reading is taken all the same.
    send(2, json!({"battery_percent": 30})).await;
    send(3, json!({"battery_percent": 140, "signal_dbm": "strong"})).await;
    send(4, json!({"battery_percent": 41, "signal_dbm": -99})).await;
    send(5, json!({})).await;
    world.clock.advance(TimeDelta::minutes(1));
    until(&world, &[(Some(30), Some(41), Some(-99), Some(-99), 3)]).await;
}

#[tokio::test]
async fn a_hub_s_word_of_a_device_counts_once_and_its_heartbeats_are_kept() {
    let world = World::new().await;
    let (a, b) = (Hub::new(&world, "a").await, Hub::new(&world, "b").await);
    let seen = world.clock.now();
    let beat = async |battery: i16, at: chrono::DateTime<chrono::Utc>, queued: u32| {
        let devices: Vec<Value> = ["S-a", "S-b"]
            .iter()
            .map(|serial| {
                json!({"maker": "Acme", "serial": serial, "battery_percent": battery,
                "last_seen_at": at.to_rfc3339()})
            })
            .collect();
        let said = json!({"version": "2.1.0", "uptime_seconds": 90, "queued": queued, "devices": devices});
        assert_eq!(a.says("/v1/hubs/heartbeat", &said).await.status, 200);
    };
    beat(40, seen, 7).await;
    beat(40, seen, 2).await;
    assert_eq!(
        days(&world).await,
        [(Some(40), Some(40), None, None, 1)],
        "once, and nobody else's device"
    );
    world.clock.advance(TimeDelta::minutes(7));
    beat(35, seen + TimeDelta::minutes(6), 0).await;
    // What is long past has no day here.
    beat(1, seen - TimeDelta::days(400), 0).await;
    assert_eq!(days(&world).await, [(Some(35), Some(35), None, None, 2)]);

    let of_hub =
        "select heartbeats, queued_max, queued_last, longest_gap_seconds from hub_vitality_day order by day";
    let hub: Vec<(i32, i64, i64, Option<i64>)> = sqlx::query_as(of_hub).fetch_all(&world.sql).await.unwrap();
    assert!(
        hub.iter().map(|day| day.0).sum::<i32>() == 4 && hub.iter().any(|day| day.3 == Some(420)),
        "{hub:?}"
    );
    for _ in 0..60 {
        world.clock.advance(TimeDelta::seconds(5));
        beat(35, seen, 0).await;
    }
    let kept = "select count(*) from hub_heartbeat";
    let kept: i64 = sqlx::query_scalar(kept).fetch_one(&world.sql).await.unwrap();
    assert_eq!(kept, 50, "the last of each hub");
    drop(b);
}

#[tokio::test]
async fn how_things_were_is_forgotten_after_ninety_days() {
    let world = World::new().await;
    let a = Hub::new(&world, "a").await;
    let said = json!({"uptime_seconds": 90, "queued": 0, "devices": [{"maker": "Acme", "serial": "S-a",
        "battery_percent": 9, "last_seen_at": world.clock.now().to_rfc3339()}]});
    assert_eq!(a.says("/v1/hubs/heartbeat", &said).await.status, 200);
    let pool = world.database.system_forwarding();
    let count = async || -> i64 {
        let sql =
            "select (select count(*) from device_vitality_day) + (select count(*) from hub_vitality_day)
            + (select count(*) from hub_heartbeat)";
        sqlx::query_scalar(sql).fetch_one(&world.sql).await.unwrap()
    };
    world.clock.advance(TimeDelta::days(90));
    system_look_after_hubs(pool, world.clock.now()).await.unwrap();
    assert_eq!(count().await, 3);
    world.clock.advance(TimeDelta::days(1));
    system_look_after_hubs(pool, world.clock.now()).await.unwrap();
    assert_eq!(count().await, 0);
}

/// A day's row belongs to whoever was the distributor: who comes after begins anew.
#[tokio::test]
async fn another_distributor_begins_the_day_anew() {
    let world = World::new().await;
    let a = Hub::new(&world, "a").await;
    let first = world.clock.now();
    let beat = async |battery: i16, at: chrono::DateTime<chrono::Utc>| {
        let said = json!({"uptime_seconds": 90, "queued": 0, "devices": [{"maker": "Acme", "serial": "S-a",
            "battery_percent": battery, "last_seen_at": at.to_rfc3339()}]});
        assert_eq!(a.says("/v1/hubs/heartbeat", &said).await.status, 200);
    };
    beat(5, first).await;
    let day: NaiveDate = sqlx::query_scalar("select day from device_vitality_day")
        .fetch_one(&world.sql)
        .await
        .unwrap();
    let made = "insert into distributor (id, name, created_at) values ($1, 'Next', now())";
    let next: uuid::Uuid = world.ground.id();
    sqlx::query(made).bind(next).execute(&world.sql).await.unwrap();
    for sql in [
        "update device set distributor_id = $1",
        "update hub set distributor_id = $1",
    ] {
        sqlx::query(sql).bind(next).execute(&world.sql).await.unwrap();
    }
    let end_of_day = day.and_hms_micro_opt(23, 59, 59, 999_999).unwrap().and_utc();
    world.clock.advance(TimeDelta::milliseconds(1));
    beat(60, (first + TimeDelta::milliseconds(1)).min(end_of_day)).await;
    assert_eq!(days(&world).await, [(Some(60), Some(60), None, None, 1)]);
}
