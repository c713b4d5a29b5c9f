//! Who is believed, and for what.

use chrono::TimeDelta;
use serde_json::json;
use vitalwire_server::ground::Clock as _;

use super::each_vendor::{TENOVI, tenovi};
use super::{Source, cuff, verdicts};
use crate::world::World;

const IMEI: &str = "864475040000000";

#[tokio::test]
async fn a_source_is_known_by_its_secret_alone() {
    let world = World::new().await;
    let admin = world.admin().await;
    let clinic = world.tenant(&admin, "a").await;
    let source = Source::add(&world, &clinic.user, "bodytrace", json!({})).await;
    let body = json!({"imei": IMEI, "ts": 1_380_562_575_798_i64}).to_string();
    for secret in ["", "vws_wrong", &source.secret.to_uppercase()] {
        let answer = source.shows(secret, body.clone()).await;
        assert_eq!(answer.problem(), (401, "unknown-source"), "{secret}");
    }
    let other = Source::add(&world, &clinic.user, "bodytrace", json!({})).await;
    assert_eq!(
        source.shows(&other.secret, body.clone()).await.problem(),
        (401, "unknown-source")
    );
    let telli = Source {
        path: source.path.replace("bodytrace", "telli"),
        ..Source::add(&world, &clinic.user, "telli", json!({})).await
    };
    assert_eq!(
        telli.shows(&source.secret, body.clone()).await.problem(),
        (401, "unknown-source")
    );
    assert_eq!(
        verdicts(&source.shows(&source.secret, body).await),
        ["quarantined: unknown_device"]
    );
}

#[tokio::test]
async fn a_former_secret_works_on_for_a_week_or_until_it_is_ended() {
    let world = World::new().await;
    let admin = world.admin().await;
    let clinic = world.tenant(&admin, "a").await;
    let source = Source::add(&world, &clinic.user, "transtek", json!({})).await;
    let user = &clinic.user;
    let path = format!("/api/v1/sources/{}", source.id);
    let status = async |secret: &str| source.shows(secret, "[]".to_owned()).await.status;
    let rotate = async || {
        user.post(&format!("{path}/rotate-secret"), &json!({}))
            .await
            .created("secret")
    };
    let second = rotate().await;
    assert_eq!((status(&source.secret).await, status(&second).await), (200, 200));
    let third = rotate().await;
    assert_eq!(
        (
            status(&source.secret).await,
            status(&second).await,
            status(&third).await
        ),
        (401, 200, 200),
        "of two exchanges the first is over"
    );
    world.clock.advance(TimeDelta::days(7));
    assert_eq!((status(&second).await, status(&third).await), (401, 200));
    let user = clinic.anew(&world).await;
    let fourth = user
        .post(&format!("{path}/rotate-secret"), &json!({}))
        .await
        .created("secret");
    let ended = user.call("DELETE", &format!("{path}/former-secret"), None).await;
    assert_eq!(ended.status, 204);
    assert_eq!((status(&third).await, status(&fourth).await), (401, 200));
}

#[tokio::test]
async fn nothing_is_taken_from_a_source_that_is_off() {
    let world = World::new().await;
    let admin = world.admin().await;
    let clinic = world.tenant(&admin, "a").await;
    let source = Source::add(&world, &clinic.user, "transtek", json!({})).await;
    source.knows(&clinic.user, &clinic.device, IMEI).await;
    let path = format!("/api/v1/sources/{}", source.id);
    let at = world.clock.now().timestamp() - 600;
    clinic.user.patch(&path, &json!({"state": "inactive"})).await;
    assert_eq!(
        source.sends(&cuff(IMEI, at, 121)).await.problem(),
        (403, "source-inactive")
    );
    clinic.user.patch(&path, &json!({"state": "active"})).await;
    assert_eq!(verdicts(&source.sends(&cuff(IMEI, at, 121)).await), ["accepted"]);
}

#[tokio::test]
async fn a_source_speaks_for_its_own_devices_alone() {
    let world = World::new().await;
    let admin = world.admin().await;
    let (a, b) = (world.tenant(&admin, "a").await, world.tenant(&admin, "b").await);
    let of_a = Source::add(&world, &a.user, "transtek", json!({})).await;
    let of_b = Source::add(&world, &b.user, "transtek", json!({})).await;
    let platform = Source::add(&world, &admin, "transtek", json!({})).await;
    let at = world.clock.now().timestamp() - 600;

    assert_eq!(of_a.knows(&a.user, &a.device, IMEI).await.status, 204);
    let unknown = ["quarantined: unknown_device"];
    assert_eq!(verdicts(&of_b.sends(&cuff(IMEI, at, 121)).await), unknown);
    assert_eq!(verdicts(&platform.sends(&cuff(IMEI, at, 121)).await), unknown);
    assert_eq!(verdicts(&of_a.sends(&cuff(IMEI, at, 121)).await), ["accepted"]);

    // Neither another's device nor another's source.
    assert_eq!(
        of_a.knows(&a.user, &b.device, "864475040000018").await.problem(),
        (404, "not-found")
    );
    assert_eq!(
        of_a.knows(&b.user, &b.device, "864475040000018").await.problem(),
        (404, "not-found")
    );
    assert_eq!(
        platform.knows(&a.user, &a.device, IMEI).await.problem(),
        (404, "not-found")
    );
    assert_eq!(
        of_a.knows(&admin, &b.device, "864475040000018").await.problem(),
        (409, "conflict")
    );
    // A platform's device is not the customer's to take away from there.
    assert_eq!(
        platform.knows(&admin, &b.device, "864475040000018").await.status,
        204
    );
    assert_eq!(
        of_b.knows(&b.user, &b.device, "864475040000018").await.problem(),
        (409, "conflict")
    );
}

#[tokio::test]
async fn a_device_that_moves_takes_no_readings_with_it() {
    let world = World::new().await;
    let admin = world.admin().await;
    let (a, b) = (world.tenant(&admin, "a").await, world.tenant(&admin, "b").await);
    let source = Source::add(&world, &a.user, "transtek", json!({})).await;
    source.knows(&a.user, &a.device, IMEI).await;
    let now = world.clock.now();
    let moved = json!({"customer_id": b.customer, "from": (now - TimeDelta::hours(1)).to_rfc3339()});
    let assigned = admin
        .post(&format!("/api/v1/devices/{}/assignments", a.device), &moved)
        .await;
    assert_eq!(assigned.status, 201, "{}", assigned.text);

    let (before, after) = (
        (now - TimeDelta::hours(2)).timestamp(),
        (now - TimeDelta::minutes(5)).timestamp(),
    );
    let answer = source
        .sends(&json!([cuff(IMEI, before, 121), cuff(IMEI, after, 122)]))
        .await;
    assert_eq!(
        verdicts(&answer),
        ["accepted", "quarantined: unknown_device"],
        "it hears no other word of another's device"
    );
    let kept: (Option<uuid::Uuid>, String) = sqlx::query_as("select device_id, reason from quarantine")
        .fetch_one(&world.sql)
        .await
        .unwrap();
    assert_eq!(kept, (None, "wrong_owner".to_owned()));
    let owners: Vec<uuid::Uuid> = sqlx::query_scalar("select customer_id from reading")
        .fetch_all(&world.sql)
        .await
        .unwrap();
    assert_eq!(owners, [a.customer_id().as_uuid()]);
}

/// A time that the vendor's cloud only guesses says nothing of who held the device.
#[tokio::test]
async fn a_guessed_time_of_a_device_that_moved_makes_it_nobody_s_reading() {
    let world = World::new().await;
    let admin = world.admin().await;
    let (a, b) = (world.tenant(&admin, "a").await, world.tenant(&admin, "b").await);
    let source = Source::add(&world, &admin, "tenovi", json!({})).await;
    source.knows(&admin, &a.device, TENOVI).await;
    let guessed = |minutes| {
        let mut message = tenovi(world.clock.now() - TimeDelta::minutes(minutes));
        message["estimated_timestamp"] = json!(true);
        message
    };
    assert_eq!(
        verdicts(&source.sends(&guessed(30)).await),
        ["accepted"],
        "it never moved"
    );
    let moved =
        json!({"customer_id": b.customer, "from": (world.clock.now() - TimeDelta::minutes(20)).to_rfc3339()});
    let path = format!("/api/v1/devices/{}/assignments", a.device);
    assert_eq!(admin.post(&path, &moved).await.status, 201);
    let mut said = tenovi(world.clock.now() - TimeDelta::minutes(5));
    assert_eq!(
        verdicts(&source.sends(&guessed(10)).await),
        ["quarantined: clock_suspect_moved"]
    );
    assert_eq!(
        verdicts(&source.sends(&guessed(30)).await),
        ["quarantined: clock_suspect_moved"],
        "the same again, but the next holder may have measured the same"
    );
    said["value_1"] = json!("129");
    assert_eq!(verdicts(&source.sends(&said).await), ["accepted"]);
}

#[tokio::test]
async fn sources_of_others_do_not_exist() {
    let world = World::new().await;
    let admin = world.admin().await;
    let (a, b) = (world.tenant(&admin, "a").await, world.tenant(&admin, "b").await);
    let source = Source::add(&world, &a.user, "transtek", json!({})).await;
    let platform = Source::add(&world, &admin, "telli", json!({})).await;
    for other in [&source, &platform] {
        let path = format!("/api/v1/sources/{}", other.id);
        for (method, path) in [
            ("GET", path.clone()),
            ("PATCH", path.clone()),
            ("POST", format!("{path}/rotate-secret")),
            ("DELETE", format!("{path}/former-secret")),
            ("GET", format!("{path}/devices")),
            ("GET", format!("{path}/waiting")),
        ] {
            let body = (method != "GET" && method != "DELETE").then(|| json!({}));
            let answer = b.user.call(method, &path, body.as_ref()).await;
            assert_eq!(answer.problem(), (404, "not-found"), "{method} {path}");
        }
    }
    assert_eq!(b.user.get("/api/v1/sources").await.ids(), [""; 0]);
    assert_eq!(a.user.get("/api/v1/sources").await.ids(), [source.id.as_str()]);
    assert_eq!(admin.get("/api/v1/sources").await.ids().len(), 2);
    let (_, dealer) = world.dealer(&admin).await;
    assert_eq!(dealer.get("/api/v1/sources").await.status, 403);
}
