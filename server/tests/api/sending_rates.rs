//! How much a device, a hub, a source and a customer may send.

use chrono::TimeDelta;
use serde_json::{Value, json};
use vitalwire_server::config::Config;
use vitalwire_server::ground::Clock as _;

use crate::hubs::signed::{Hub, batch, blood_pressure};
use crate::sources::{Source, cuff, verdicts};
use crate::world::{Answer, Client, Tenant, World};

const IMEI: &str = "864475040000000";

/// A device that sends with a token of its own.
async fn speaker(world: &World, tenant: &Tenant) -> Client {
    let token = format!("/api/v1/devices/{}/token", tenant.device);
    let token = tenant.user.post(&token, &json!({})).await.created("token");
    world.anyone.with_token(&token)
}

/// A reading that nothing else is like.
fn reading(world: &World, serial: &str, number: i64) -> Value {
    let mut reading = blood_pressure(serial);
    reading["measured_at"] = json!((world.clock.now() - TimeDelta::minutes(number)).to_rfc3339());
    reading
}

async fn quarantined(world: &World) -> i64 {
    sqlx::query_scalar("select count(*) from quarantine")
        .fetch_one(&world.sql)
        .await
        .unwrap()
}

async fn stored(world: &World) -> i64 {
    sqlx::query_scalar("select count(*) from reading")
        .fetch_one(&world.sql)
        .await
        .unwrap()
}

fn told(answer: &Answer) -> [String; 3] {
    ["retry-after", "ratelimit-policy", "ratelimit"].map(|name| {
        let value = answer.headers.get(name);
        value.map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
    })
}

fn device_limit(config: &mut Config) {
    config.intake.rates.device_per_second = 1;
    config.intake.rates.device_burst = 3;
}

#[tokio::test]
async fn a_device_that_sends_too_much_is_told_when_to_come_back() {
    let world = World::with(device_limit).await;
    let admin = world.admin().await;
    let (a, b) = (world.tenant(&admin, "a").await, world.tenant(&admin, "b").await);
    let (of_a, of_b) = (speaker(&world, &a).await, speaker(&world, &b).await);
    let send = async |client: &Client, serial: &str, number| {
        client
            .post("/v1/telemetry", &reading(&world, serial, number))
            .await
    };
    for number in 0..3 {
        assert_eq!(send(&of_a, "S-a", number).await.status, 202);
    }
    let refused = send(&of_a, "S-a", 3).await;
    assert_eq!(refused.problem(), (429, "too-many-readings"), "{}", refused.text);
    assert_eq!(told(&refused), ["1", "\"device\";q=3;w=3", "\"device\";r=0;t=1"]);
    assert_eq!(
        send(&of_b, "S-b", 0).await.status,
        202,
        "another's room is its own"
    );
    world.clock.advance(TimeDelta::seconds(1));
    assert_eq!(send(&of_a, "S-a", 4).await.status, 202);
    assert_eq!(stored(&world).await, 5);
}

#[tokio::test]
async fn a_hub_and_a_source_are_counted_by_readings() {
    let world = World::with(|config| {
        config.intake.rates.hub_per_second = 10;
        config.intake.rates.hub_burst = 5;
        config.intake.rates.source_per_second = 10;
        config.intake.rates.source_burst = 2;
    })
    .await;
    let hub = Hub::new(&world, "a").await;
    let of = |from: i64, until: i64| {
        let readings: Vec<Value> = (from..until)
            .map(|number| reading(&world, "S-a", number))
            .collect();
        batch(&readings)
    };
    let send = async |body: Vec<u8>| hub.send(&hub.token(&body), &body).await;
    assert_eq!(send(of(0, 5)).await.status, 200);
    let refused = send(of(5, 9)).await;
    assert_eq!(refused.problem(), (429, "too-many-readings"), "{}", refused.text);
    assert_eq!(told(&refused), ["1", "\"hub\";q=5;w=1", "\"hub\";r=0;t=1"]);
    assert_eq!(
        stored(&world).await,
        5,
        "nothing of a batch that is refused is stored"
    );
    world.clock.advance(TimeDelta::seconds(1));
    assert_eq!(send(of(5, 9)).await.status, 200);

    let source = Source::add(&world, &hub.tenant.user, "transtek", json!({})).await;
    source.knows(&hub.tenant.user, &hub.tenant.device, IMEI).await;
    let at = world.clock.now().timestamp() - 60;
    let two = source
        .sends(&json!([cuff(IMEI, at, 121), cuff(IMEI, at + 1, 121)]))
        .await;
    assert_eq!(verdicts(&two), ["accepted", "accepted"]);
    let refused = source.sends(&cuff(IMEI, at + 2, 121)).await;
    assert_eq!(refused.problem(), (429, "too-many-readings"), "{}", refused.text);
    assert_eq!(told(&refused)[2], "\"source\";r=0;t=1");
}

#[tokio::test]
async fn all_senders_of_a_customer_are_counted_together() {
    let world = World::with(|config| {
        config.intake.rates.customer_per_second = 1;
        config.intake.rates.customer_burst = 3;
    })
    .await;
    let hub = Hub::new(&world, "a").await;
    let device = speaker(&world, &hub.tenant).await;
    let two = batch(&[reading(&world, "S-a", 0), reading(&world, "S-a", 1)]);
    assert_eq!(hub.send(&hub.token(&two), &two).await.status, 200);
    let own = async |number| {
        device
            .post("/v1/telemetry", &reading(&world, "S-a", number))
            .await
    };
    assert_eq!(own(2).await.status, 202);
    let refused = own(3).await;
    assert_eq!(refused.problem(), (429, "too-many-readings"), "{}", refused.text);
    assert_eq!(told(&refused)[1], "\"customer\";q=3;w=3");
}

#[tokio::test]
async fn what_cannot_be_read_counts_as_well() {
    let world = World::with(|config| {
        config.intake.rates.hub_per_second = 1;
        config.intake.rates.hub_burst = 2;
        config.intake.rates.source_per_second = 1;
        config.intake.rates.source_burst = 2;
    })
    .await;
    let hub = Hub::new(&world, "a").await;
    let source = Source::add(&world, &hub.tenant.user, "transtek", json!({})).await;
    for (number, status) in [(1, 200), (2, 200), (3, 429)] {
        let told = source.sends(&json!(format!("no message {number}"))).await;
        assert_eq!(told.status, status, "{}", told.text);
        let body = format!("no batch {number}").into_bytes();
        let told = hub.send(&hub.token(&body), &body).await;
        assert_eq!(told.status == 429, status == 429, "{}", told.text);
    }
    assert_eq!(quarantined(&world).await, 4);
}

#[tokio::test]
async fn an_array_that_is_too_large_is_refused_so_that_it_comes_again() {
    let world = World::new().await;
    let hub = Hub::new(&world, "a").await;
    let source = Source::add(&world, &hub.tenant.user, "transtek", json!({})).await;
    source.knows(&hub.tenant.user, &hub.tenant.device, IMEI).await;
    let at = world.clock.now().timestamp() - 3_600;
    let messages = |count: i64| {
        Value::from(
            (0..count)
                .map(|nth| cuff(IMEI, at + nth, 121))
                .collect::<Vec<_>>(),
        )
    };
    let refused = source.sends(&messages(1_001)).await;
    assert_eq!(refused.problem(), (413, "batch-too-large"), "{}", refused.text);
    assert_eq!((quarantined(&world).await, stored(&world).await), (0, 0));
    let taken = source.sends(&messages(1_000)).await;
    assert_eq!((taken.status, stored(&world).await), (200, 1_000));
}

/// Two customers' devices in one cloud of the platform.
async fn cloud(world: &World) -> (Tenant, Tenant, Source) {
    let admin = world.admin().await;
    let (a, b) = (world.tenant(&admin, "a").await, world.tenant(&admin, "b").await);
    let source = Source::add(world, &admin, "transtek", json!({})).await;
    assert_eq!(source.knows(&admin, &a.device, IMEI).await.status, 204);
    assert_eq!(source.knows(&admin, &b.device, OTHER).await.status, 204);
    (a, b, source)
}

const OTHER: &str = "864475040000018";

#[tokio::test]
async fn a_device_gone_wild_in_a_cloud_takes_no_room_of_the_others() {
    let world = World::with(|config| {
        device_limit(config);
        config.intake.rates.source_per_second = 1;
        config.intake.rates.source_burst = 6;
    })
    .await;
    let (_, _, source) = cloud(&world).await;
    let at = world.clock.now().timestamp() - 3_600;
    let mut statuses = Vec::new();
    for nth in 0..20 {
        statuses.push(source.sends(&cuff(IMEI, at + nth, 121)).await.status);
    }
    assert_eq!(statuses, [vec![200; 3], vec![429; 17]].concat());
    let refused = source.sends(&cuff(IMEI, at + 20, 121)).await;
    assert_eq!(refused.problem(), (429, "too-many-readings"), "{}", refused.text);
    assert_eq!(told(&refused), ["1", "\"device\";q=3;w=3", "\"device\";r=0;t=1"]);
    assert!(refused.text.contains("nothing was stored"), "{}", refused.text);
    for nth in 0..3 {
        assert_eq!(
            verdicts(&source.sends(&cuff(OTHER, at + nth, 121)).await),
            ["accepted"]
        );
    }
    // A device that nobody knows has a limit as well, and the source has no more room.
    let stranger = source.sends(&cuff("864475040000026", at, 121)).await;
    assert_eq!(told(&stranger)[2], "\"source\";r=0;t=1", "{}", stranger.text);
    world.clock.advance(TimeDelta::seconds(1));
    assert_eq!(
        verdicts(&source.sends(&cuff(IMEI, at + 3, 121)).await),
        ["accepted"]
    );
}

/// The cloud knows nothing of the parts of a message: it is refused as a whole, and what was taken is known again.
#[tokio::test]
async fn in_a_message_with_a_device_gone_wild_the_others_are_taken() {
    let world = World::with(|config| {
        device_limit(config);
        config.intake.rates.source_per_second = 1;
        config.intake.rates.source_burst = 10;
    })
    .await;
    let (_, _, source) = cloud(&world).await;
    let at = world.clock.now().timestamp() - 3_600;
    let wild: Vec<Value> = (0..3).map(|nth| cuff(IMEI, at + nth, 121)).collect();
    assert_eq!(verdicts(&source.sends(&json!(wild)).await).len(), 3);
    // What nobody could know again waits for the message to come again.
    let mut undated = cuff(OTHER, at, 122);
    undated["createdAt"] = Value::Null;
    undated["data"]["ts"] = Value::Null;
    let many = json!([
        cuff(IMEI, at + 3, 121),
        cuff(OTHER, at, 121),
        undated,
        "no message"
    ]);
    let partly = source.sends(&many).await;
    assert_eq!(partly.problem(), (429, "too-many-readings"), "{}", partly.text);
    assert_eq!(told(&partly), ["3", "\"device\";q=3;w=3", "\"device\";r=0;t=3"]);
    assert!(
        partly.text.contains("the rest of the message was stored"),
        "{}",
        partly.text
    );
    assert_eq!((stored(&world).await, quarantined(&world).await), (4, 0));
    let shared: Vec<Option<bool>> = sqlx::query_scalar("select shared from raw_message order by received_at")
        .fetch_all(&world.sql)
        .await
        .unwrap();
    assert_eq!(
        shared.last(),
        Some(&Some(true)),
        "what is held back is in the message as well"
    );
    // Of the source's ten, four are counted, so that six are left.
    world.clock.advance(TimeDelta::seconds(3));
    let again = source.sends(&many).await;
    assert_eq!(
        verdicts(&again),
        ["accepted", "duplicate", "accepted", "quarantined: undecodable"]
    );
    assert_eq!((stored(&world).await, quarantined(&world).await), (6, 1));
}

#[tokio::test]
async fn what_a_platform_s_source_says_counts_for_who_holds_the_device() {
    let world = World::with(|config| {
        config.intake.rates.customer_per_second = 1;
        config.intake.rates.customer_burst = 2;
        // As many as are taken here: what is refused costs the source nothing.
        config.intake.rates.source_per_second = 1;
        config.intake.rates.source_burst = 4;
    })
    .await;
    let (a, _, source) = cloud(&world).await;
    let at = world.clock.now().timestamp() - 3_600;
    let two = json!([cuff(IMEI, at, 121), cuff(IMEI, at + 1, 121)]);
    assert_eq!(verdicts(&source.sends(&two).await), ["accepted", "accepted"]);
    let refused = source.sends(&cuff(IMEI, at + 2, 121)).await;
    assert_eq!(refused.problem(), (429, "too-many-readings"), "{}", refused.text);
    assert_eq!(told(&refused)[1], "\"customer\";q=2;w=2");
    let device = speaker(&world, &a).await;
    let own = device.post("/v1/telemetry", &reading(&world, "S-a", 0)).await;
    assert_eq!(own.status, 429, "they are counted together: {}", own.text);
    let both = source
        .sends(&json!([cuff(IMEI, at + 2, 121), cuff(OTHER, at, 121)]))
        .await;
    assert_eq!(both.problem(), (429, "too-many-readings"), "{}", both.text);
    assert_eq!(stored(&world).await, 3, "the other customer's was taken");
    assert_eq!(
        verdicts(&source.sends(&cuff(OTHER, at + 1, 121)).await),
        ["accepted"]
    );
}

#[tokio::test]
async fn every_sender_has_a_limit_by_default() {
    let world = World::with(|config| {
        let rates = config.intake.rates;
        let limits = [
            rates.device_per_second,
            rates.hub_per_second,
            rates.source_per_second,
            rates.customer_per_second,
        ];
        assert!(limits.iter().all(|limit| *limit > 0), "{limits:?}");
        // What one hub or one cloud may bring in a row is little of what its customer may.
        assert!(rates.customer_burst >= 10 * rates.hub_burst.max(rates.source_burst));
    })
    .await;
    assert_eq!(stored(&world).await, 0);
}
