//! Whoever has a device's token can try values and hears which one was measured: who issues it, and how exactly others hear
//! when it measured.

use chrono::{DateTime, Timelike as _, Utc};
use serde_json::{Value, json};
use uuid::Uuid;
use vitalwire_server::ground::Clock as _;

use crate::world::{Client, Tenant, World};

/// A clinic of a distributor's, with a person of each and the platform's administrator.
struct Sides {
    world: World,
    admin: Client,
    seller: Client,
    distributor: String,
    clinic: Tenant,
}

impl Sides {
    async fn new() -> Self {
        let world = World::new().await;
        let admin = world.admin().await;
        let (distributor, seller) = world.dealer(&admin).await;
        let clinic = world.tenant(&admin, "clinic").await;
        for sql in [
            "update customer set distributor_id = $1 where id = $2",
            "update device set distributor_id = $1 where customer_id = $2",
            "update hub set distributor_id = $1 where customer_id = $2",
            "update assignment set distributor_id = $1 where customer_id = $2",
        ] {
            sqlx::query(sql)
                .bind(distributor.parse::<Uuid>().unwrap())
                .bind(clinic.customer.parse::<Uuid>().unwrap())
                .execute(&world.sql)
                .await
                .unwrap();
        }
        Self {
            world,
            admin,
            seller,
            distributor,
            clinic,
        }
    }
}

#[tokio::test]
async fn a_device_that_is_with_a_customer_gets_its_token_from_the_customer_s_own_people() {
    let sides = Sides::new().await;
    let (admin, seller, clinic) = (&sides.admin, &sides.seller, &sides.clinic);
    let token = format!("/api/v1/devices/{}/token", clinic.device);
    let works = async |secret: &str| {
        let reading = json!({"device": "S-clinic", "kind": "blood_pressure",
            "measured_at": sides.world.clock.now().to_rfc3339(), "values": {"systolic": 121, "diastolic": 79}});
        let sender = sides.world.anyone.with_token(secret);
        sender.post("/v1/telemetry", &reading).await.status
    };
    let own = clinic.user.post(&token, &json!({})).await.created("token");
    for other in [admin, seller] {
        assert_eq!(
            other.get(&token).await.status,
            200,
            "that there is one, they see: not which"
        );
        let refused = other.post(&token, &json!({})).await;
        assert_eq!(refused.problem(), (409, "conflict"), "{}", refused.text);
        assert!(!refused.text.contains("vwd_"), "{}", refused.text);
    }
    assert_eq!(works(&own).await, 202, "and the one that there was goes on");

    // In a stock there is nobody whose values it would tell.
    let model = sides.world.model(admin).await;
    let device = json!({"maker": "Acme", "serial": "S-stocked", "model_id": model,
        "distributor_id": sides.distributor});
    let device = admin.post("/api/v1/devices", &device).await.created("id");
    let token = format!("/api/v1/devices/{device}/token");
    seller.post(&token, &json!({})).await.created("token");
    let path = format!("/api/v1/devices/{device}/place");
    let placed = seller.post(&path, &json!({"customer_id": clinic.customer})).await;
    assert_eq!(placed.status, 200, "{}", placed.text);
    let refused = seller.post(&token, &json!({})).await;
    assert_eq!(refused.problem(), (409, "conflict"), "{}", refused.text);
}

/// Every time under these names, wherever in the answer it stands.
fn times(value: &Value, found: &mut Vec<DateTime<Utc>>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| times(value, found)),
        Value::Object(members) => {
            for (name, value) in members {
                let is_of_a_reading = ["last_seen_at", "last_reading_at"].contains(&name.as_str());
                match value.as_str().filter(|_| is_of_a_reading) {
                    Some(text) => found.push(text.parse().unwrap()),
                    None => times(value, found),
                }
            }
        }
        _ => {}
    }
}

#[tokio::test]
async fn to_the_minute_is_how_others_hear_when_it_measured() {
    let sides = Sides::new().await;
    let (device, hub) = (&sides.clinic.device, &sides.clinic.hub);
    let at = sides
        .world
        .clock
        .now()
        .with_second(37)
        .unwrap()
        .with_nanosecond(251_000_000)
        .unwrap();
    sqlx::query(
        "insert into device_status (device_id, distributor_id, customer_id, last_seen_at, last_reading_at, last_kind,
           last_hub_id)
         select id, distributor_id, customer_id, $2, $2, 'blood_pressure', $3 from device where id = $1",
    )
    .bind(device.parse::<Uuid>().unwrap())
    .bind(at)
    .bind(hub.parse::<Uuid>().unwrap())
    .execute(&sides.world.sql)
    .await
    .unwrap();
    let minute = at.with_second(0).unwrap().with_nanosecond(0).unwrap();
    let paths = [
        "/api/v1/devices".to_owned(),
        format!("/api/v1/devices/{device}"),
        format!("/api/v1/hubs/{hub}/devices"),
        "/api/v1/search?q=S-clinic".to_owned(),
    ];
    let told = async |by: &Client, path: &str| {
        let answer = by.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        let mut found = Vec::new();
        times(&answer.body, &mut found);
        found
    };
    for path in &paths {
        for others in [&sides.admin, &sides.seller] {
            let found = told(others, path).await;
            assert!(found.iter().all(|time| *time == minute), "{path}: {found:?}");
        }
        let found = told(&sides.clinic.user, path).await;
        assert!(found.iter().all(|time| *time == at), "{path}: {found:?}");
        if !path.contains("search") {
            assert!(
                !found.is_empty(),
                "{path} tells none: it would pass whatever it told"
            );
        }
    }
}
