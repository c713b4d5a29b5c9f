//! Days leave the history; what was not delivered by then goes on from the shelf, and its owner hears of it before it ends.

use std::time::Duration;

use chrono::TimeDelta;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use uuid::Uuid;
use vitalwire_server::forwarding::{EndpointChange, KEPT, Librarian, Shelf};
use vitalwire_server::ground::enums::EndpointState;
use vitalwire_server::ground::ids::EndpointId;
use vitalwire_server::history::retention::{HISTORY_DAYS, Retention};
use vitalwire_server::mailing::Post;
use vitalwire_server::tenancy::Scope as _;

use crate::receiver::{Answer, Receiver};
use crate::world::{Customer, World};

const READINGS: &str = "select count(*) from reading";
const SHELVED: &str = "select count(*) from shelved_event";
const WAITING: &str = "select count(*) from delivery";
/// Days of readings that are over, and whatever of them is left behind.
const OLD_DAYS: &str = "select count(*) from pg_class where relkind = 'r'
    and relname ~ '^(reading|raw_message|event|delivery_attempt)_p[0-9]{8}$'
    and to_date(right(relname, 8), 'YYYYMMDD') < (select max(to_date(right(relname, 8), 'YYYYMMDD')) - 15 from pg_class
      where relname ~ '^reading_p[0-9]{8}$')";

impl World {
    fn retention(&self) -> Retention {
        let shelf = Shelf::new(self.ground.clone(), &self.database);
        Retention::new(self.ground.clone(), self.database.clone(), vec![Box::new(shelf)])
    }

    fn librarian(&self) -> Librarian {
        Librarian {
            ground: self.ground.clone(),
            database: self.database.clone(),
            post: Post::new(self.ground.clone()),
            public_url: "https://vitalwire.example".to_owned(),
        }
    }

    async fn days_pass(&self, days: i64) {
        // They are made a week ahead.
        let mut left = days;
        while left > 0 {
            let some = left.min(7);
            left -= some;
            self.clock.advance(TimeDelta::days(some));
            let today = self.ground.now().date_naive();
            vitalwire_server::history::make_partitions(self.database.system_forwarding(), today)
                .await
                .unwrap();
        }
    }

    async fn out_of_the_history(&self) {
        self.days_pass(i64::try_from(HISTORY_DAYS).unwrap() + 1).await;
    }

    async fn turn(&self, customer: &Customer, endpoint: EndpointId, state: EndpointState) {
        let change = EndpointChange {
            state: Some(state),
            ..EndpointChange::default()
        };
        customer
            .scope
            .run(&self.database, async |tx| {
                self.endpoints.change(tx, endpoint, change).await
            })
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_delivered_goes_on_from_the_shelf() {
    let world = World::new().await;
    let customer = world.customer("Anna").await;
    let mut receiver = Receiver::start();
    let endpoint = world.endpoint(&customer, &receiver.url, 10).await.endpoint.id;
    receiver.script([Answer::Text(500, "out of order".to_owned())]);
    let forwarding = world.start();
    let one = world.commit_one(&customer).await;
    let first = receiver.next().await;
    world.until("select count(*) from delivery_attempt", 1).await;
    world.turn(&customer, endpoint, EndpointState::Disabled).await;
    forwarding.stop().await;
    let two = world.commit_one(&customer).await;
    world.router().route_waiting().await.unwrap();

    world.out_of_the_history().await;
    world.retention().run().await.unwrap();
    assert_eq!(world.count(READINGS).await, 0);
    assert_eq!(world.count("select count(*) from event").await, 0);
    assert_eq!(world.count("select count(*) from delivery_attempt").await, 0);
    assert_eq!(world.count(OLD_DAYS).await, 0);
    assert_eq!((world.count(SHELVED).await, world.count(WAITING).await), (2, 2));
    let sealed: Vec<Vec<u8>> = sqlx::query_scalar("select sealed from shelved_event")
        .fetch_all(&world.sql)
        .await
        .unwrap();
    let clear = |bytes: &[u8]| bytes.windows(8).any(|window| window == b"systolic");
    assert!(!sealed.iter().any(|bytes| clear(bytes)));
    let why = "select count(*) from delivery where last_status_code = 500 and last_error like '%500%'";
    assert_eq!(world.count(why).await, 1, "why it failed stays with it");

    // Another name since: what is sent speaks of the device as it is called now.
    sqlx::query("update device set customer_reference = 'bed 9'")
        .execute(&world.sql)
        .await
        .unwrap();
    world.turn(&customer, endpoint, EndpointState::Active).await;
    let forwarding = world.start();
    let mut got = [receiver.next().await, receiver.next().await];
    got.sort_by_key(|captured| captured.readings() != [one.to_string()]);
    assert_eq!(got[0].id, first.id, "the same message, whenever it is sent");
    let (was, is) = (first.json(), got[0].json());
    for same in [
        "id",
        "measured_at",
        "received_at",
        "values",
        "units",
        "content_hash",
        "proof",
        "sequence",
    ] {
        assert_eq!(was["data"][same], is["data"][same], "{same}");
        assert!(!is["data"][same].is_null(), "{same}");
    }
    assert_eq!(is["data"]["device"]["reference"], "bed 9");
    assert_eq!(got[1].readings(), [two.to_string()]);
    world.until(WAITING, 0).await;
    forwarding.stop().await;
    world.librarian().look_after().await.unwrap();
    assert_eq!(world.count(SHELVED).await, 0);
}

/// One look goes over some thousand deliveries; what is to be shelved may lie behind more that are not, or be more itself.
#[tokio::test(flavor = "multi_thread")]
async fn however_many_deliveries_wait_those_of_the_day_are_shelved() {
    let world = World::new().await;
    let customer = world.customer("Anna").await;
    let receiver = Receiver::start();
    let endpoint = world.endpoint(&customer, &receiver.url, 10).await.endpoint.id;
    world.turn(&customer, endpoint, EndpointState::Disabled).await;
    world.commit_one(&customer).await;
    world.router().route_waiting().await.unwrap();
    // Some of other days first in the order, then such as carry the same event.
    let copies = "insert into delivery (id, customer_id, endpoint_id, lane, event_sequences, events_created_at,
          next_attempt_at, created_at)
        select lpad(to_hex(n), 32, '0')::uuid, customer_id, endpoint_id, lane, event_sequences,
          events_created_at + case when n <= 4100 then interval '30 days' else interval '0' end, next_attempt_at, created_at
        from delivery, generate_series(1, 4400) as n";
    world.sql.execute(copies).await.unwrap();
    world.out_of_the_history().await;
    world.retention().run().await.unwrap();
    assert_eq!(world.count(READINGS).await, 0);
    let unshelved = "select count(*) from delivery where shelved_until is null";
    assert_eq!(
        (world.count(SHELVED).await, world.count(unshelved).await),
        (301, 4_100)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_whose_readings_wait_for_the_router_stays() {
    let world = World::new().await;
    let customer = world.customer("Anna").await;
    let receiver = Receiver::start();
    world.endpoint(&customer, &receiver.url, 1).await;
    world.commit_one(&customer).await;
    world.out_of_the_history().await;
    let refused = world.retention().run().await.unwrap_err().to_string();
    assert!(refused.contains("router"), "{refused}");
    assert_eq!(world.count(READINGS).await, 1);
    world.router().route_waiting().await.unwrap();
    world.retention().run().await.unwrap();
    // The event was numbered today; its reading came on the day that goes.
    assert_eq!((world.count(READINGS).await, world.count(SHELVED).await), (0, 1));
}

/// Or the next run, on whatever server, would now and then do nothing for ten minutes.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_has_ended_holds_nobody_up() {
    let world = World::new().await;
    let held = "select count(*) from pg_locks join pg_database on pg_database.oid = database
        where locktype = 'advisory' and datname = current_database()";
    for run in 0..20 {
        world.retention().run().await.unwrap();
        assert_eq!(world.count(held).await, 0, "after run {run}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_owns_what_is_given_up_hears_of_it_before() {
    let world = World::new().await;
    let customer = world.customer("Anna").await;
    let receiver = Receiver::start();
    let endpoint = world.endpoint(&customer, &receiver.url, 1).await.endpoint.id;
    world.turn(&customer, endpoint, EndpointState::Disabled).await;
    world.commit_one(&customer).await;
    world.router().route_waiting().await.unwrap();
    world.out_of_the_history().await;
    world.retention().run().await.unwrap();
    let letters = "select count(*) from mail_outbox where kind = 'shelf_ends'";
    let librarian = world.librarian();
    let look_after = async || librarian.look_after().await.unwrap();
    look_after().await;
    assert_eq!(world.count(letters).await, 0, "30 days are long");
    world.days_pass(KEPT.num_days() - 6).await;
    look_after().await;
    assert_eq!(world.count(letters).await, 1);
    look_after().await;
    assert_eq!(
        (world.count(letters).await, world.count(WAITING).await),
        (1, 1),
        "told once"
    );
    world.days_pass(7).await;
    look_after().await;
    assert_eq!((world.count(SHELVED).await, world.count(WAITING).await), (0, 0));
    let said =
        "select count(*) from delivery_attempt where outcome = 'expired' and event_type = 'reading.created'";
    assert_eq!(world.count(said).await, 1);
}

/// A reader that began before holds a day up, not those who write; what is half done then is finished by the next run.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_killed_is_finished_by_the_next() {
    let world = World::new().await;
    let customer = world.customer("Anna").await;
    world.commit_one(&customer).await;
    world.router().route_waiting().await.unwrap();
    world.days_pass(i64::try_from(HISTORY_DAYS).unwrap()).await;
    world.retention().run().await.unwrap();
    assert_eq!(world.count(READINGS).await, 1, "its day is not over");
    world.days_pass(1).await;
    let mut reader = world.sql.begin().await.unwrap();
    let seen: i64 = sqlx::query_scalar(READINGS)
        .fetch_one(&mut *reader)
        .await
        .unwrap();
    assert_eq!(seen, 1);
    let retention = world.retention();
    let run = async { retention.run().await.is_ok() };
    let pending = "select count(*) from pg_inherits where inhdetachpending";
    let half = async {
        world.until(pending, 1).await;
        // A day that is on its way out is out for whoever begins to read, and nobody who writes waits for it.
        world.commit_one(&customer).await;
        assert_eq!(world.count(READINGS).await, 1, "today's");
    };
    tokio::select! {
        _ = run => panic!("it did not wait for the reader"),
        () = half => {}
    }
    // Killed: the connection is gone, and with it the lock; the reader ends as well.
    let others = "select count(*) from pg_stat_activity where query like 'alter table%concurrently' and state = 'active'";
    let backends =
        "select pg_terminate_backend(pid) from pg_stat_activity where query like 'alter table%concurrently'";
    world.sql.execute(backends).await.unwrap();
    world.until(others, 0).await;
    reader.rollback().await.unwrap();
    assert_eq!(world.count(pending).await, 1);
    world.retention().run().await.unwrap();
    assert_eq!((world.count(pending).await, world.count(OLD_DAYS).await), (0, 0));
    assert_eq!(world.count(READINGS).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_was_out_and_not_dropped_is_dropped() {
    let world = World::new().await;
    let customer = world.customer("Anna").await;
    world.commit_one(&customer).await;
    world.router().route_waiting().await.unwrap();
    let day = world.ground.now().date_naive().format("%Y%m%d").to_string();
    world.out_of_the_history().await;
    let detach = format!("alter table reading detach partition reading_p{day}");
    world.sql.execute(AssertSqlSafe(detach)).await.unwrap();
    world.retention().run().await.unwrap();
    assert_eq!(world.count(OLD_DAYS).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_servers_one_takes_the_days_out() {
    let world = World::new().await;
    let customer = world.customer("Anna").await;
    let receiver = Receiver::start();
    world.endpoint(&customer, &receiver.url, 1).await;
    for _ in 0..20 {
        world.commit_one(&customer).await;
    }
    world.router().route_waiting().await.unwrap();
    world.out_of_the_history().await;
    let (one, two) = (world.retention(), world.retention());
    let (first, second) = tokio::join!(one.run(), two.run());
    first.unwrap();
    second.unwrap();
    assert_eq!((world.count(OLD_DAYS).await, world.count(SHELVED).await), (0, 20));
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_known_for_as_long_as_a_reading_may_come_again() {
    let world = World::new().await;
    let key = "insert into reading_key (customer_id, measured_on, content_hash, reading_id)
               values ($1, $2, sha256($3::text::bytea), $3)";
    let today = world.ground.now().date_naive();
    let fixed = "1970-01-01".parse::<chrono::NaiveDate>().unwrap();
    for day in [today, fixed] {
        sqlx::query(key)
            .bind(Uuid::nil())
            .bind(day)
            .bind(world.ground.id::<Uuid>())
            .execute(&world.sql)
            .await
            .unwrap();
    }
    let keys = "select count(*) from reading_key";
    world.days_pass(45).await;
    world.retention().run().await.unwrap();
    assert_eq!(world.count(keys).await, 2);
    world.days_pass(2).await;
    world.retention().run().await.unwrap();
    assert_eq!(
        world.count(keys).await,
        1,
        "without a time it is known for 45 days since it came"
    );
    world.days_pass(44).await;
    world.retention().run().await.unwrap();
    assert_eq!(world.count(keys).await, 1, "measured 91 days ago");
    world.days_pass(1).await;
    world.retention().run().await.unwrap();
    assert_eq!(world.count(keys).await, 0);
}

/// The role that takes days out sees no row and drops no day; the server itself may not take a day out without it.
#[tokio::test]
async fn who_takes_days_out_can_do_nothing_else() {
    let world = World::new().await;
    let customer = world.customer("Anna").await;
    world.commit_one(&customer).await;
    let mut keeper = world
        .database
        .system_keeper(Duration::from_secs(5))
        .await
        .unwrap();
    let seen: i64 = sqlx::query_scalar(READINGS).fetch_one(&mut keeper).await.unwrap();
    assert_eq!(seen, 0);
    let day = world.ground.now().date_naive().format("%Y%m%d").to_string();
    let refused = async |connection: &mut PgConnection, text: String| {
        let done = connection.execute(AssertSqlSafe(text)).await;
        done.unwrap_err()
            .as_database_error()
            .unwrap()
            .code()
            .unwrap()
            .into_owned()
    };
    for text in [
        format!("drop table reading_p{day}"),
        format!("select count(*) from reading_p{day}"),
        "select count(*) from user_account".to_owned(),
        "create table public.mine (id int)".to_owned(),
    ] {
        assert_eq!(refused(&mut keeper, text.clone()).await, "42501", "{text}");
    }
    keeper.close().await.unwrap();
    let mut system = world.database.system_forwarding().acquire().await.unwrap();
    let detach = format!("alter table reading detach partition reading_p{day}");
    assert_eq!(refused(&mut system, detach).await, "42501");
    let dropped: bool = sqlx::query_scalar("select vw_drop_detached('reading', $1)")
        .bind(world.ground.now().date_naive())
        .fetch_one(&mut *system)
        .await
        .unwrap();
    assert!(!dropped, "a day that is in its table stays");
    assert_eq!(world.count(READINGS).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_up_says_why_and_until_when_it_is_kept() {
    let world = World::new().await;
    let customer = world.customer("Anna").await;
    let mut receiver = Receiver::start();
    let endpoint = world.endpoint(&customer, &receiver.url, 10).await.endpoint.id;
    receiver.script([Answer::Text(500, "out of order".to_owned())]);
    let forwarding = world.start();
    world.commit_one(&customer).await;
    receiver.next().await;
    world.until("select count(*) from delivery_attempt", 1).await;
    world.turn(&customer, endpoint, EndpointState::Disabled).await;
    forwarding.stop().await;
    sqlx::query("update delivery set state = 'dead'")
        .execute(&world.sql)
        .await
        .unwrap();
    let letter = async || {
        let work = async |tx: &_| world.endpoints.dead_letters(tx, endpoint, None, 10).await;
        let letters = customer.scope.run(&world.database, work).await.unwrap();
        assert_eq!(letters.len(), 1);
        letters.into_iter().next().unwrap()
    };
    let before = letter().await;
    let leaves = before.created_at.date_naive() + TimeDelta::days(8);
    assert_eq!(before.last_status, Some(500));
    assert_eq!(
        before.kept_until,
        leaves.and_time(chrono::NaiveTime::MIN).and_utc() + KEPT
    );

    world.out_of_the_history().await;
    world.retention().run().await.unwrap();
    let after = letter().await;
    let until = world.ground.now() + KEPT;
    assert_eq!(after.kept_until.timestamp_micros(), until.timestamp_micros());
    assert_eq!(
        (after.last_attempt_at, after.last_status, after.last_error),
        (before.last_attempt_at, before.last_status, before.last_error)
    );
}
