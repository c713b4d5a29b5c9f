//! The router: numbers without gaps, an exact ledger, and no reading lost between two routers.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DurationRound as _, TimeDelta, Timelike as _};
use sqlx::Row as _;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::receiver::Receiver;
use crate::world::{Killable, Reading, World};

const OUTBOX: &str = "select count(*) from outbox";

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_numbered_and_put_down_for_sending() {
    let world = World::new().await;
    let customer = world.customer("Anna").await;
    world.endpoint(&customer, "http://127.0.0.1:9/hook", 1).await;
    let ids = world.commit(&customer, &[Reading::default(); 4]).await;
    let mut router = world.router();
    assert_eq!(router.route_waiting().await.unwrap(), 4);
    assert_eq!(router.route_waiting().await.unwrap(), 0, "the outbox is empty");

    let events = sqlx::query("select sequence, reading_id, delivery_state from event order by sequence")
        .fetch_all(&world.sql)
        .await
        .unwrap();
    let sequences: Vec<i64> = events.iter().map(|row| row.get("sequence")).collect();
    assert_eq!(sequences, [1, 2, 3, 4]);
    let routed: HashSet<Uuid> = events.iter().map(|row| row.get("reading_id")).collect();
    assert_eq!(routed, ids.into_iter().collect());
    assert!(
        events
            .iter()
            .all(|row| row.get::<&str, _>("delivery_state") == "waiting")
    );
    assert_eq!(
        world
            .count("select count(*) from delivery where attempt = 0 and state = 'due'")
            .await,
        4
    );
    assert_eq!(
        world
            .count("select sum(readings)::bigint from minute_tally")
            .await,
        4
    );
    let status = "select count(*) from device_status where last_kind = 'blood_pressure' and last_reading_at is not null";
    assert_eq!(world.count(status).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_counts_each_hour_and_no_tests() {
    let world = World::new().await;
    let customer = world.customer("Anna").await;
    let hub = Some(world.ground.id());
    let mut router = world.router();
    let age = TimeDelta::days(1);
    let yesterday = Reading {
        age,
        ..Reading::default()
    };
    let through_hub = Reading {
        hub,
        ..Reading::default()
    };
    let test = Reading {
        test: true,
        ..Reading::default()
    };
    world
        .commit(&customer, &[Reading::default(), through_hub, yesterday, test])
        .await;
    router.route_waiting().await.unwrap();
    let hour = usize::try_from(world.ground.now().hour()).unwrap();
    let days =
        sqlx::query("select hourly, distributor_id is not null as d from usage_device_day order by day")
            .fetch_all(&world.sql)
            .await
            .unwrap();
    let hourly: Vec<Vec<i32>> = days.iter().map(|row| row.get("hourly")).collect();
    assert!(
        days.iter().all(|row| row.get("d")),
        "the distributor is written down"
    );
    assert_eq!(hourly.len(), 2, "a day each");
    assert_eq!(
        (hourly[0][hour], hourly[0].iter().sum::<i32>()),
        (1, 1),
        "yesterday's"
    );
    assert_eq!(
        (hourly[1][hour], hourly[1].iter().sum::<i32>()),
        (2, 2),
        "today's, without the test"
    );
    assert_eq!(
        world
            .count("select sum(n)::bigint from usage_hub_day, unnest(hourly) as n")
            .await,
        1
    );

    // A second batch adds to the same rows.
    world.commit(&customer, &[Reading::default(), through_hub]).await;
    router.route_waiting().await.unwrap();
    assert_eq!(
        world
            .count("select sum(n)::bigint from usage_device_day, unnest(hourly) as n")
            .await,
        5
    );
    assert_eq!(
        world
            .count("select sum(n)::bigint from usage_hub_day, unnest(hourly) as n")
            .await,
        2
    );
    assert_eq!(world.count("select last_sequence from customer_stream").await, 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_hours_of_a_day_are_counted_each_in_its_own() {
    let world = World::new().await;
    let customer = world.customer("Anna").await;
    let mut router = world.router();
    let now = world.ground.now();
    let yesterday = (now - TimeDelta::days(1))
        .duration_trunc(TimeDelta::days(1))
        .unwrap();
    let at = |hour: i64, hub: Option<Uuid>| Reading {
        age: now - yesterday - TimeDelta::hours(hour) - TimeDelta::minutes(30),
        hub,
        ..Reading::default()
    };
    let hub = Some(world.ground.id());
    let readings = [
        at(0, None),
        at(0, hub),
        at(3, hub),
        at(3, None),
        at(3, None),
        at(17, hub),
        at(23, None),
    ];
    for times in [1, 2] {
        world.commit(&customer, &readings).await;
        router.route_waiting().await.unwrap();
        let expected = |counts: &[(usize, i32)]| {
            let mut hourly = vec![0; 24];
            for (hour, count) in counts {
                hourly[*hour] = count * times;
            }
            vec![hourly]
        };
        let hourly = async |table: &'static str| -> Vec<Vec<i32>> {
            sqlx::query_scalar(table).fetch_all(&world.sql).await.unwrap()
        };
        assert_eq!(
            hourly("select hourly from usage_device_day").await,
            expected(&[(0, 2), (3, 3), (17, 1), (23, 1)])
        );
        assert_eq!(
            hourly("select hourly from usage_hub_day").await,
            expected(&[(0, 1), (3, 1), (17, 1)])
        );
    }
    // The first and the last hour alone.
    for hour in [0, 23] {
        world.commit(&customer, &[at(hour, None)]).await;
        router.route_waiting().await.unwrap();
    }
    let ends =
        "select (hourly[1] * 100 + hourly[24])::bigint from usage_device_day where cardinality(hourly) = 24";
    assert_eq!(world.count(ends).await, 503);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_endpoint_events_are_numbered_and_nothing_waits() {
    let world = World::new().await;
    let customer = world.customer("Bert").await;
    world.commit_one(&customer).await;
    world.router().route_waiting().await.unwrap();
    assert_eq!(
        world
            .count("select count(*) from event where delivery_state = 'none'")
            .await,
        1
    );
    assert_eq!(world.count("select count(*) from delivery").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_of_an_endpoint_are_cut_to_its_size() {
    let world = World::new().await;
    let customer = world.customer("Cora").await;
    world.endpoint(&customer, "http://127.0.0.1:9/hook", 100).await;
    world.commit(&customer, &[Reading::default(); 250]).await;
    world.router().route_waiting().await.unwrap();
    let sizes: Vec<i32> = sqlx::query_scalar("select cardinality(event_sequences) from delivery order by id")
        .fetch_all(&world.sql)
        .await
        .unwrap();
    assert_eq!(sizes, [100, 100, 50]);
    let distinct =
        "select count(distinct s) from delivery, unnest(event_sequences) as s where s between 1 and 250";
    assert_eq!(world.count(distinct).await, 250);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_reading_of_an_earlier_holder_is_not_shown_to_the_present_one() {
    let world = World::new().await;
    let (before, now) = (world.customer("Dora").await, world.customer("Emil").await);
    sqlx::query("update device set customer_id = $1 where id = $2")
        .bind(now.id)
        .bind(before.device)
        .execute(&world.sql)
        .await
        .unwrap();
    world.commit_one(&before).await;
    world.router().route_waiting().await.unwrap();
    assert_eq!(world.count("select count(*) from event").await, 1);
    assert_eq!(
        world.count("select count(*) from device_status").await,
        0,
        "nor when, nor through which hub"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_whose_leases_went_to_another_changes_nothing() {
    let world = World::new().await;
    let customer = world.customer("Fay").await;
    let mut stale = world.router();
    stale.route_waiting().await.unwrap();
    sqlx::query("update job_lease set holder = $1, fence = fence + 1 where name like 'forwarding/%'")
        .bind(world.ground.id::<Uuid>())
        .execute(&world.sql)
        .await
        .unwrap();
    world.commit_one(&customer).await;
    assert_eq!(stale.route_waiting().await.unwrap(), 0);
    assert_eq!(
        world.count(OUTBOX).await,
        1,
        "the reading waits for the router that holds the shard"
    );
}

/// Writers, two routers that are killed and started again in turn, and at the end: every reading one event, numbers
/// without gaps, the ledger exact.
#[tokio::test(flavor = "multi_thread")]
async fn two_routers_race_and_are_killed_and_nothing_is_lost_or_doubled() {
    const CUSTOMERS: usize = 8;
    const COMMITS: usize = 150;
    let world = Arc::new(World::new().await);
    let receiver = Receiver::start();
    let mut writers = Vec::new();
    for n in 0..CUSTOMERS {
        let customer = world.customer(&format!("Customer{n}")).await;
        world.endpoint(&customer, &receiver.url, 10).await;
        let world = Arc::clone(&world);
        writers.push(tokio::spawn(async move {
            for commit in 0..COMMITS {
                world
                    .commit(&customer, &vec![Reading::default(); 1 + commit % 5])
                    .await;
            }
        }));
    }
    let stop = CancellationToken::new();
    let calm = world.router();
    let calm = tokio::spawn(calm.run(stop.clone()));
    let first = Killable::start(&world).await;
    let second = Killable::start(&world).await;
    for writer in writers.drain(..CUSTOMERS / 2) {
        writer.await.unwrap();
    }
    first.kill();
    for writer in writers {
        writer.await.unwrap();
    }
    second.kill();
    world.until(OUTBOX, 0).await;
    stop.cancel();
    calm.await.unwrap();

    let readings = world.count("select count(*) from reading").await;
    assert_eq!(world.count("select count(*) from event").await, readings);
    assert_eq!(
        world.count("select count(distinct reading_id) from event").await,
        readings
    );
    let gaps =
        "select count(*) from (select customer_id, max(sequence) <> count(*) or min(sequence) <> 1 as gap
                from event group by 1) c where gap";
    assert_eq!(world.count(gaps).await, 0);
    let ledger = "select sum(n)::bigint from usage_device_day, unnest(hourly) as n";
    assert_eq!(world.count(ledger).await, readings);
    assert_eq!(
        world
            .count("select sum(readings)::bigint from minute_tally")
            .await,
        readings
    );
}

/// The router keeps its connection. Where the server ends it between two batches, the next goes over another one at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_has_ended_costs_no_batch() {
    let world = World::new().await;
    let customer = world.customer("Anna").await;
    let mut router = world.router();
    let routes =
        "select pid from pg_stat_activity where datname = current_database() and query ~ '^\\s*with held as'";
    let mut kept = None;
    for _ in 0..3 {
        world.commit_one(&customer).await;
        assert_eq!(router.route_waiting().await.unwrap(), 1);
        let pids: Vec<i32> = sqlx::query_scalar(routes).fetch_all(&world.sql).await.unwrap();
        assert_eq!(pids.len(), 1, "one connection routes");
        assert_ne!(
            kept.replace(pids[0]),
            Some(pids[0]),
            "and another than the ended one"
        );
        sqlx::query("select pg_terminate_backend($1, 10000)")
            .bind(pids[0])
            .execute(&world.sql)
            .await
            .unwrap();
    }
}
