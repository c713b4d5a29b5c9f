//! A device that nobody had, and the readings that wait for it.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use vitalwire_server::ground::Clock as _;
use vitalwire_server::history::make_partitions;
use vitalwire_server::history::retention::Retention;
use vitalwire_server::intake::QUARANTINE_KEPT;

use super::{Source, cuff, verdicts};
use crate::world::{Answer, Client, World};

const IMEI: &str = "864475040000000";
/// As the platform writes it.
const NAMED: &str = "86447504000000";

async fn adopt(by: &Client, source: &Source, more: Value) -> Answer {
    by.post(&format!("/api/v1/sources/{}/adopt", source.id), &more)
        .await
}

#[tokio::test]
async fn an_unknown_device_is_adopted_with_what_waits() {
    let world = World::new().await;
    let admin = world.admin().await;
    let (a, b) = (world.tenant(&admin, "a").await, world.tenant(&admin, "b").await);
    let model = world.model(&admin).await;
    let source = Source::add(&world, &a.user, "transtek", json!({})).await;
    let now = world.clock.now();
    for (minutes, systolic) in [(90, 121), (60, 122), (30, 123)] {
        let at = (now - TimeDelta::minutes(minutes)).timestamp();
        let answer = source.sends(&cuff(IMEI, at, systolic)).await;
        assert_eq!(verdicts(&answer), ["quarantined: unknown_device"]);
    }
    assert_eq!(source.waiting(&a.user).await, [(NAMED.to_owned(), 3)]);

    let wanted = json!({"named": IMEI, "model_id": model, "serial": "100224300182"});
    assert_eq!(
        adopt(&b.user, &source, wanted.clone()).await.problem(),
        (404, "not-found")
    );
    let adopted = adopt(&a.user, &source, wanted).await;
    assert_eq!(adopted.status, 201, "{}", adopted.text);
    let since: DateTime<Utc> = adopted.body["since"].as_str().unwrap().parse().unwrap();
    assert_eq!(since.timestamp(), (now - TimeDelta::minutes(90)).timestamp());

    let device = adopted.body["device_id"].as_str().unwrap();
    let readings = a.user.get(&format!("/api/v1/devices/{device}/readings")).await;
    assert_eq!(readings.ids().len(), 3, "{}", readings.text);
    assert_eq!(source.waiting(&a.user).await, []);
    let left: i64 = sqlx::query_scalar("select count(*) from quarantine where state = 'waiting'")
        .fetch_one(&world.sql)
        .await
        .unwrap();
    assert_eq!(left, 0);
    let again = source
        .sends(&cuff(IMEI, (now - TimeDelta::minutes(60)).timestamp(), 122))
        .await;
    assert_eq!(verdicts(&again), ["duplicate"]);
    let messages: i64 = sqlx::query_scalar("select count(*) from raw_message")
        .fetch_one(&world.sql)
        .await
        .unwrap();
    assert_eq!(messages, 3, "each message is kept once");
}

#[tokio::test]
async fn a_device_of_the_platform_s_source_is_adopted_by_the_platform_alone() {
    let world = World::new().await;
    let admin = world.admin().await;
    let a = world.tenant(&admin, "a").await;
    let model = world.model(&admin).await;
    let source = Source::add(&world, &admin, "transtek", json!({})).await;
    let at = world.clock.now().timestamp() - 600;
    source.sends(&cuff(IMEI, at, 121)).await;
    let wanted =
        json!({"named": IMEI, "model_id": model, "serial": "100224300182", "customer_id": a.customer});
    assert_eq!(
        adopt(&a.user, &source, wanted.clone()).await.problem(),
        (404, "not-found")
    );
    let adopted = adopt(&admin, &source, wanted).await;
    assert_eq!(adopted.status, 201, "{}", adopted.text);
    let device = adopted.body["device_id"].as_str().unwrap();
    let readings = a.user.get(&format!("/api/v1/devices/{device}/readings")).await;
    assert_eq!(readings.ids().len(), 1, "{}", readings.text);
}

#[tokio::test]
async fn what_waits_is_taken_in_when_a_known_device_is_given_to_the_source() {
    let world = World::new().await;
    let admin = world.admin().await;
    let a = world.tenant(&admin, "a").await;
    let source = Source::add(&world, &a.user, "transtek", json!({})).await;
    let now = world.clock.now();
    // The clinic holds its device for ten days.
    let days = [11, 1].map(|days| (now - TimeDelta::days(days)).timestamp());
    for at in days {
        source.sends(&cuff(IMEI, at, 121)).await;
    }
    assert_eq!(source.knows(&a.user, &a.device, IMEI).await.status, 204);
    world.intake.release_known().await.unwrap();
    world.intake.release_known().await.unwrap();
    let kept: Vec<(String, String)> =
        sqlx::query_as("select state, reason from quarantine order by received_at")
            .fetch_all(&world.sql)
            .await
            .unwrap();
    let of = |state: &str, reason: &str| (state.to_owned(), reason.to_owned());
    assert_eq!(
        kept,
        [of("waiting", "no_owner"), of("released", "unknown_device")]
    );
    let readings = a
        .user
        .get(&format!("/api/v1/devices/{}/readings", a.device))
        .await;
    assert_eq!(readings.ids().len(), 1, "{}", readings.text);
}

#[tokio::test]
async fn nobody_adopts_what_others_have_or_what_nobody_spoke_of() {
    let world = World::new().await;
    let admin = world.admin().await;
    let (a, b) = (world.tenant(&admin, "a").await, world.tenant(&admin, "b").await);
    let model = world.model(&admin).await;
    let source = Source::add(&world, &a.user, "transtek", json!({})).await;
    let wanted = |serial: &str| json!({"named": IMEI, "model_id": model, "serial": serial});
    assert_eq!(
        adopt(&a.user, &source, wanted("X1")).await.problem(),
        (404, "not-found")
    );
    source
        .sends(&cuff(IMEI, world.clock.now().timestamp() - 60, 121))
        .await;
    let taken = adopt(&a.user, &source, wanted("S-b")).await;
    let own = adopt(&a.user, &source, wanted("S-a")).await;
    assert_eq!(
        (taken.problem(), &taken.body["detail"]),
        (own.problem(), &own.body["detail"]),
        "no word of whose it is"
    );
    assert_eq!(taken.problem(), (409, "conflict"));
    let for_b = json!({"named": IMEI, "model_id": model, "serial": "X1", "customer_id": b.customer});
    assert_eq!(adopt(&admin, &source, for_b).await.problem(), (409, "conflict"));
}

/// Three weeks later the day of the message has left the history: what waited comes in as of now, measured when it was.
#[tokio::test]
async fn what_waited_for_weeks_is_adopted_as_well() {
    let world = World::new().await;
    let admin = world.admin().await;
    let a = world.tenant(&admin, "a").await;
    let model = world.model(&admin).await;
    let source = Source::add(&world, &a.user, "transtek", json!({})).await;
    let measured = world.clock.now() - TimeDelta::minutes(30);
    source.sends(&cuff(IMEI, measured.timestamp(), 121)).await;
    world.clock.advance(TimeDelta::days(21));
    let (pool, today) = (world.database.system_forwarding().clone(), world.clock.now());
    make_partitions(&pool, today.date_naive()).await.unwrap();
    let retention = Retention::new(world.ground.clone(), world.database.clone(), Vec::new());
    retention.run().await.unwrap();
    let user = a.anew(&world).await;
    let wanted = json!({"named": IMEI, "model_id": model, "serial": "100224300182"});
    let adopted = adopt(&user, &source, wanted).await;
    assert_eq!(adopted.status, 201, "{}", adopted.text);
    let device = adopted.body["device_id"].as_str().unwrap();
    let readings = user.get(&format!("/api/v1/devices/{device}/readings")).await;
    let reading = &readings.body["data"][0];
    let time = |name: &str| reading[name].as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
    assert_eq!(
        time("measured_at").timestamp(),
        measured.timestamp(),
        "{}",
        readings.text
    );
    assert_eq!(time("received_at").timestamp(), today.timestamp());
    let again = source.sends(&cuff(IMEI, measured.timestamp(), 121)).await;
    assert_eq!(verdicts(&again), ["duplicate"]);
    let proved: i64 =
        sqlx::query_scalar("select count(*) from reading r join raw_message m on m.id = r.raw_id")
            .fetch_one(&world.sql)
            .await
            .unwrap();
    assert_eq!(proved, 1, "the item's own bytes are the message");
}

#[tokio::test]
async fn the_quarantine_forgets_after_thirty_days() {
    let world = World::new().await;
    let admin = world.admin().await;
    let a = world.tenant(&admin, "a").await;
    let source = Source::add(&world, &a.user, "transtek", json!({})).await;
    source
        .sends(&cuff(IMEI, world.clock.now().timestamp(), 121))
        .await;
    let waits = async || {
        world.intake.forget_quarantined().await.unwrap();
        let count = "select count(*) from quarantine";
        sqlx::query_scalar::<_, i64>(count)
            .fetch_one(&world.sql)
            .await
            .unwrap()
    };
    world.clock.advance(QUARANTINE_KEPT - TimeDelta::seconds(1));
    assert_eq!(waits().await, 1);
    world.clock.advance(TimeDelta::seconds(2));
    assert_eq!(waits().await, 0);
}
