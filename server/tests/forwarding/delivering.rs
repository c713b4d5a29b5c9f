//! Deliveries: retries, fencing, disabling, batches, and what happens when the workers die.

use std::collections::HashSet;

use chrono::TimeDelta;
use uuid::Uuid;
use vitalwire_server::forwarding::signature::{Received, Secret, Verifier, parse_public_key, verify};
use vitalwire_server::forwarding::{EndpointChange, EndpointError};
use vitalwire_server::ground::enums::EndpointState;
use vitalwire_server::tenancy::Scope as _;

use crate::receiver::{Answer, Captured, Receiver};
use crate::world::{Killable, Reading, World};

const WAITING: &str = "select count(*) from delivery where lease_until is null";
const LEFT: &str = "select count(*) from delivery";
const DELIVERED: &str = "select coalesce(sum(delivered), 0)::bigint from usage_delivery_day";

fn believed(captured: &Captured, world: &World, verifier: &Verifier) -> bool {
    let message = Received {
        id: &captured.id,
        timestamp: &captured.timestamp,
        signature: &captured.signature,
        body: &captured.body,
    };
    verify(message, world.ground.now(), verifier).is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reading_arrives_signed_both_ways() {
    let world = World::new().await;
    let customer = world.customer("Anna").await;
    let mut receiver = Receiver::start();
    let made = world.endpoint(&customer, &receiver.url, 1).await;
    let forwarding = world.start();
    let id = world.commit_one(&customer).await;
    let captured = receiver.next().await;
    assert_eq!(captured.path, "/hook");
    let secret = Verifier::Secret(Secret::parse(&made.secret).unwrap());
    let public = Verifier::PublicKey(parse_public_key(&made.endpoint.public_key).unwrap());
    assert!(believed(&captured, &world, &secret) && believed(&captured, &world, &public));
    let json = captured.json();
    assert_eq!(
        (&json["type"], &json["data"]["sequence"]),
        (&"reading.created".into(), &1.into())
    );
    assert_eq!(json["data"]["id"], id.to_string());
    assert_eq!(json["data"]["device"]["reference"], "bed 7");
    assert_eq!(json["data"]["values"]["systolic"], 121);
    world.until(LEFT, 0).await;
    assert_eq!(world.count(DELIVERED).await, 1);
    let event = "select count(*) from event where delivery_state = 'delivered' and delivered_at is not null";
    assert_eq!(world.count(event).await, 1);
    forwarding.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_carries_the_same_id_and_counts_once() {
    let world = World::new().await;
    let customer = world.customer("Anna").await;
    let mut receiver = Receiver::start();
    let endpoint = world.endpoint(&customer, &receiver.url, 1).await.endpoint.id;
    receiver.script([
        Answer::Text(500, "out of order".to_owned()),
        Answer::RetryAfter(503, "900"),
    ]);
    let forwarding = world.start();
    world.commit_one(&customer).await;
    let first = receiver.next().await;
    world
        .until(
            "select count(*) from delivery_attempt where answer = 'out of order' and status_code = 500",
            1,
        )
        .await;
    world.later(TimeDelta::seconds(7), &customer, endpoint).await;
    let second = receiver.next().await;
    world
        .until("select count(*) from delivery_attempt where outcome = 'retry'", 2)
        .await;
    // The schedule says five minutes, the server asked for fifteen.
    let wished =
        "select count(*) from delivery where next_attempt_at - (select max(created_at) from delivery_attempt)
                  between interval '899 seconds' and interval '901 seconds'";
    assert_eq!(world.count(wished).await, 1);
    world.later(TimeDelta::seconds(901), &customer, endpoint).await;
    let third = receiver.next().await;
    assert_eq!((&first.id, &second.id), (&second.id, &third.id));
    assert_ne!(first.timestamp, third.timestamp, "the time is the attempt's");
    assert_eq!(first.body, third.body);
    world.until(LEFT, 0).await;
    assert_eq!(world.count(DELIVERED).await, 1);
    assert_eq!(
        world
            .count("select count(*) from endpoint where consecutive_failures = 0")
            .await,
        1
    );
    forwarding.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn gone_disables_the_endpoint_and_its_events_gather() {
    let world = World::new().await;
    let customer = world.customer("Anna").await;
    let mut receiver = Receiver::start();
    let endpoint = world.endpoint(&customer, &receiver.url, 1).await.endpoint.id;
    receiver.script([Answer::Status(410)]);
    let forwarding = world.start();
    let first = world.commit_one(&customer).await;
    receiver.next().await;
    world
        .until("select count(*) from endpoint where state = 'disabled'", 1)
        .await;
    let second = world.commit_one(&customer).await;
    world.until(LEFT, 2).await;
    world.later(TimeDelta::minutes(10), &customer, endpoint).await;
    let change = EndpointChange {
        state: Some(EndpointState::Active),
        ..EndpointChange::default()
    };
    let changed = customer
        .scope
        .run(&world.database, async |tx| {
            world.endpoints.change(tx, endpoint, change).await
        })
        .await
        .unwrap();
    assert_eq!(
        (
            changed.state,
            changed.disabled_reason,
            changed.consecutive_failures
        ),
        (EndpointState::Active, None, 0)
    );
    assert!(
        receiver.already().is_none(),
        "nothing was sent while it was disabled"
    );
    world.endpoints.nudge(customer.id, endpoint).await;
    let arrived =
        [receiver.next().await, receiver.next().await].map(|captured| captured.readings()[0].clone());
    assert_eq!(
        HashSet::from(arrived),
        HashSet::from([first.to_string(), second.to_string()])
    );
    world.until(LEFT, 0).await;
    forwarding.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_lease_is_sent_again_and_the_late_answer_changes_nothing() {
    let world = World::new().await;
    let customer = world.customer("Anna").await;
    let mut receiver = Receiver::start();
    let endpoint = world.endpoint(&customer, &receiver.url, 1).await.endpoint.id;
    receiver.script([Answer::Held(500), Answer::Status(200)]);
    let forwarding = world.start();
    world.commit_one(&customer).await;
    let first = receiver.next().await;
    world.later(TimeDelta::seconds(61), &customer, endpoint).await;
    let second = receiver.next().await;
    assert_eq!(first.id, second.id);
    world.until(LEFT, 0).await;
    receiver.let_go();
    // Stopping waits for the late answer and writes it down, if there is anything to write.
    forwarding.stop().await;
    assert_eq!(
        world.count(LEFT).await,
        0,
        "the late failure does not bring it back"
    );
    assert_eq!(world.count("select count(*) from delivery_attempt").await, 1);
    assert_eq!(
        world
            .count("select count(*) from delivery_attempt where attempt = 2")
            .await,
        1
    );
    assert_eq!(world.count(DELIVERED).await, 1);
    assert_eq!(
        world
            .count("select count(*) from endpoint where consecutive_failures = 0")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_that_are_killed_lose_nothing() {
    const READINGS: usize = 300;
    let world = World::new().await;
    let customer = world.customer("Anna").await;
    let mut receiver = Receiver::start();
    let endpoint = world.endpoint(&customer, &receiver.url, 1).await.endpoint.id;
    let ids = world.commit(&customer, &[Reading::default(); READINGS]).await;
    let mut arrived: HashSet<String> = HashSet::new();
    receiver.otherwise(Answer::Held(200));
    for _ in 0..3 {
        receiver.script(vec![Answer::Status(200); 40]);
        let killable = Killable::start(&world).await;
        for _ in 0..41 {
            arrived.extend(receiver.next().await.readings());
        }
        killable.kill();
        assert!(world.count(LEFT).await > 0, "some were under way");
        world.clock.advance(TimeDelta::seconds(61));
    }
    receiver.otherwise(Answer::Status(200));
    let forwarding = world.start();
    world.later(TimeDelta::zero(), &customer, endpoint).await;
    world.until(LEFT, 0).await;
    while let Some(captured) = receiver.already() {
        arrived.extend(captured.readings());
    }
    assert_eq!(arrived, ids.iter().map(Uuid::to_string).collect());
    assert_eq!(world.count(DELIVERED).await, i64::try_from(READINGS).unwrap());
    forwarding.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_gives_back_what_was_not_begun() {
    let world = World::new().await;
    let customer = world.customer("Anna").await;
    let mut receiver = Receiver::start();
    world.endpoint(&customer, &receiver.url, 1).await;
    let forwarding = world.start();
    world.commit(&customer, &vec![Reading::default(); 500]).await;
    receiver.next().await;
    forwarding.stop().await;
    let left = world.count(LEFT).await;
    assert_eq!(world.count(WAITING).await, left, "no lease is left behind");
    assert_eq!(world.count(DELIVERED).await + left, 500);
    assert_eq!(
        world
            .count("select count(*) from delivery where attempt <> 0")
            .await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_ten_times_lies_on_the_shelf_until_it_is_retried() {
    let world = World::new().await;
    let customer = world.customer("Anna").await;
    let mut receiver = Receiver::start();
    let endpoint = world.endpoint(&customer, &receiver.url, 1).await.endpoint.id;
    receiver.otherwise(Answer::Status(404));
    let forwarding = world.start();
    world.commit_one(&customer).await;
    let id = receiver.next().await.id;
    world.until("select count(*) from delivery_attempt", 1).await;
    // As if three days had passed: the next attempt is the tenth.
    sqlx::query("update delivery set attempt = 9")
        .execute(&world.sql)
        .await
        .unwrap();
    world.later(TimeDelta::seconds(7), &customer, endpoint).await;
    assert_eq!(receiver.next().await.id, id);
    world
        .until("select count(*) from delivery where state = 'dead'", 1)
        .await;
    world
        .until("select count(*) from event where delivery_state = 'dead'", 1)
        .await;

    let run = customer.scope.run(&world.database, async |tx| {
        let shelf = world.endpoints.dead_letters(tx, endpoint, None, 10).await?;
        let health = world.endpoints.health(tx, endpoint).await?;
        Ok::<_, EndpointError>((shelf, health))
    });
    let (shelf, health) = run.await.unwrap();
    assert_eq!(
        (shelf.len(), shelf[0].last_status, shelf[0].attempts),
        (1, Some(404), 10)
    );
    assert_eq!((health.dead, health.waiting, health.failed_last_hour), (1, 0, 2));

    receiver.otherwise(Answer::Status(200));
    let dead = shelf[0].delivery;
    customer
        .scope
        .run(&world.database, async |tx| {
            world.endpoints.retry(tx, endpoint, dead).await
        })
        .await
        .unwrap();
    world.endpoints.nudge(customer.id, endpoint).await;
    assert_eq!(receiver.next().await.id, id, "the same id over a replay");
    world.until(LEFT, 0).await;
    world
        .until("select count(*) from event where delivery_state = 'delivered'", 1)
        .await;
    forwarding.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_arrive_whole_and_count_each_event() {
    let world = World::new().await;
    let customer = world.customer("Anna").await;
    let mut receiver = Receiver::start();
    world.endpoint(&customer, &receiver.url, 100).await;
    let forwarding = world.start();
    let mut readings = [Reading::default(); 120];
    readings[7].test = true;
    let ids = world.commit(&customer, &readings).await;
    let [first, second] = [receiver.next().await, receiver.next().await];
    assert_eq!(first.json()["type"], "reading.batch");
    let arrived: HashSet<String> = first.readings().into_iter().chain(second.readings()).collect();
    assert_eq!(arrived, ids.iter().map(Uuid::to_string).collect());
    world.until(LEFT, 0).await;
    assert_eq!(
        world.count(DELIVERED).await,
        119,
        "a test is delivered as a test and not counted"
    );
    forwarding.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_customers_share_sends_nothing_into_its_own_network() {
    let world = World::new().await;
    let customer = world.customer("Anna").await;
    let mut receiver = Receiver::start();
    // Registered while it was allowed: the guard stands at the sending too. One is literal, one a name.
    world.endpoint(&customer, &receiver.url, 1).await;
    world
        .endpoint(&customer, &receiver.url.replace("127.0.0.1", "localhost"), 1)
        .await;
    let forwarding = world.start_with(false);
    world.commit_one(&customer).await;
    let refused = "select count(*) from delivery_attempt where outcome = 'retry' and status_code is null
                   and error like '%private, local or reserved%'";
    world.until(refused, 2).await;
    assert!(receiver.already().is_none());
    forwarding.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_server_does_not_hold_up_the_others() {
    let world = World::new().await;
    let (dead, alive) = (world.customer("Dead").await, world.customer("Alive").await);
    let mut receiver = Receiver::start();
    let silent = Receiver::start();
    silent.otherwise(Answer::Held(200));
    world.endpoint(&dead, &silent.url, 1).await;
    world.endpoint(&alive, &receiver.url, 1).await;
    let forwarding = world.start();
    world.commit(&dead, &[Reading::default(); 200]).await;
    world.commit(&alive, &[Reading::default(); 200]).await;
    for _ in 0..200 {
        receiver.next().await;
    }
    world.until(DELIVERED, 200).await;
    silent.otherwise(Answer::Status(200));
    silent.let_go();
    silent.let_go();
    forwarding.stop().await;
}

/// While a day is young the planner knows nothing of it, and what is planned then is used for long: a delivery must not
/// cost more the more events its customer has that day, nor the more deliveries wait.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_delivery_reads_does_not_grow_with_the_day() {
    const EVENTS: usize = 400;
    let world = World::new().await;
    let customer = world.customer("Anna").await;
    let mut receiver = Receiver::start();
    let endpoint = world.endpoint(&customer, &receiver.url, 1).await.endpoint.id;
    // One that is planned while nothing is there, and its completion as a failure.
    receiver.script([Answer::Status(500)]);
    let forwarding = world.start();
    world.commit_one(&customer).await;
    receiver.next().await;
    world.until("select count(*) from delivery_attempt", 1).await;
    world.commit(&customer, &vec![Reading::default(); EVENTS]).await;
    world.later(TimeDelta::seconds(7), &customer, endpoint).await;
    for _ in 0..=EVENTS {
        receiver.next().await;
    }
    world.until(LEFT, 0).await;
    forwarding.stop().await;
    // What a connection has read is known for sure when it has ended.
    world.database.close().await;
    let read = "select coalesce(sum(idx_tup_read), 0)::bigint from pg_stat_user_indexes
        where relname ~ '^event_p' or relname = 'delivery'";
    let read = world.count(read).await;
    let each = read / i64::try_from(EVENTS).unwrap();
    assert!(each < 60, "{each} entries of indexes a delivery");
}
