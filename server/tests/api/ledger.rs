//! The usage ledger says how many distinct readings were accepted, of each device and each hub in each hour: whatever was
//! sent again, came late, came again after the history had forgotten it, was a test, or was being routed when the router died.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Timelike as _, Utc};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tokio::runtime::Runtime;
use uuid::Uuid;
use vitalwire_server::forwarding::{Router, Shelf};
use vitalwire_server::ground::Clock as _;
use vitalwire_server::history::make_partitions;
use vitalwire_server::history::retention::Retention;
use vitalwire_server::queue::Signals;

use crate::hubs::signed::{Hub, batch, blood_pressure};
use crate::world::World;

/// A world takes as long as so many cases of other properties: there are 4 as a rule, and 156 where a soak asks for 10,000.
const CASES_A_WORLD: u32 = 64;
/// As late as a reading may come, in hours.
const LATEST: u16 = 44 * 24;

/// What the connections of a router call themselves that is to be killed.
const DYING: &str = "a router that dies";

/// One thing that happens.
#[derive(Debug, Clone)]
enum Step {
    /// A batch of new readings, so many hours old; every fifth may be a test.
    Send { ages: Vec<u16>, tests: bool },
    /// Readings that were sent before, by their place among all of them.
    Again(Vec<prop::sample::Index>),
    /// The router does its work.
    Route,
    /// It dies so many microseconds after it began.
    RouterDies(u16),
    /// Three route at once; after so many microseconds each holds that what it held is over, and one more begins.
    RoutersDispute(u16),
    /// Days pass, and what is over leaves the history.
    Days(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (prop::collection::vec(0..LATEST, 1..30), any::<bool>()).prop_map(|(ages, tests)| Step::Send { ages, tests }),
        3 => prop::collection::vec(any::<prop::sample::Index>(), 1..20).prop_map(Step::Again),
        2 => Just(Step::Route),
        3 => (0..20_000_u16).prop_map(Step::RouterDies),
        2 => (0..20_000_u16).prop_map(Step::RoutersDispute),
        1 => (1..20_u8).prop_map(Step::Days),
    ]
}

/// A reading that was accepted.
struct Accepted {
    item: Value,
    counts_at: DateTime<Utc>,
    arrived: DateTime<Utc>,
    is_test: bool,
}

/// Counts by UTC day and hour.
type Hours = BTreeMap<(NaiveDate, usize), i64>;

struct Play<'a> {
    world: &'a World,
    hub: Hub<'a>,
    accepted: Vec<Accepted>,
    number: i64,
}

impl<'a> Play<'a> {
    async fn new(world: &'a World) -> Self {
        let hub = Hub::new(world, "a").await;
        // Held for long enough, so that what is as old as can be has an owner.
        let since = world.clock.now() - TimeDelta::days(60);
        sqlx::query("update assignment set valid_from = $1")
            .bind(since)
            .execute(&world.sql)
            .await
            .unwrap();
        Self {
            world,
            hub,
            accepted: Vec::new(),
            number: 0,
        }
    }

    fn router(&self) -> Router {
        let pool = self.world.database.system_forwarding().clone();
        Router::new(self.world.ground.clone(), pool, Signals::local())
    }

    async fn take(&mut self, step: &Step) {
        match step {
            Step::Send { ages, tests } => self.send(ages, *tests).await,
            Step::Again(places) => self.again(places).await,
            Step::Route => self.route().await,
            Step::RouterDies(after) => self.router_dies(Duration::from_micros(u64::from(*after))).await,
            Step::RoutersDispute(after) => self.dispute(Duration::from_micros(u64::from(*after))).await,
            Step::Days(days) => self.days(i64::from(*days)).await,
        }
    }

    /// A router of a process of its own, which is killed: whatever its connections were about to do has then happened or
    /// never will.
    async fn router_dies(&self, after: Duration) {
        let options = self.world.database.system_forwarding().connect_options();
        let pool = PgPoolOptions::new()
            .max_connections(2)
            .after_connect(|connection, _| {
                Box::pin(async move { connection.execute("set role vw_system").await.map(drop) })
            })
            .connect_with(options.as_ref().clone().application_name(DYING))
            .await
            .unwrap();
        let mut router = Router::new(self.world.ground.clone(), pool, Signals::local());
        let routed = tokio::time::timeout(after, router.route_waiting()).await;
        drop((routed, router));
        // One that was ending by itself is listed a moment longer.
        while self.connections_end().await > 0 {}
        self.leases_end().await;
    }

    /// Ends the connections of a router that dies, waits until each has, and says how many there were.
    async fn connections_end(&self) -> usize {
        let ended: Vec<bool> = sqlx::query_scalar(
            "select pg_terminate_backend(pid, 10000) from pg_stat_activity
             where application_name = $1 and datname = current_database()",
        )
        .bind(DYING)
        .fetch_all(&self.world.sql)
        .await
        .unwrap();
        ended.len()
    }

    async fn statuses(&self, items: &[Value]) -> Vec<String> {
        let body = batch(items);
        let answer = self.hub.send(&self.hub.token(&body), &body).await;
        let verdicts = answer.body["verdicts"].as_array();
        let verdicts = verdicts.unwrap_or_else(|| panic!("{}", answer.text));
        let status = |verdict: &Value| verdict["status"].as_str().unwrap().to_owned();
        verdicts.iter().map(status).collect()
    }

    async fn send(&mut self, ages: &[u16], tests: bool) {
        let now = self.world.clock.now();
        let mut items = Vec::new();
        for age in ages {
            self.number += 1;
            let measured = now - TimeDelta::hours(i64::from(*age)) - TimeDelta::milliseconds(self.number);
            let is_test = tests && self.number % 5 == 0;
            let mut item = blood_pressure("S-a");
            item["measured_at"] = json!(measured.to_rfc3339());
            if is_test {
                item["quality"] = json!(["test"]);
            }
            items.push(item.clone());
            self.accepted.push(Accepted {
                item,
                counts_at: measured,
                arrived: now,
                is_test,
            });
        }
        assert_eq!(self.statuses(&items).await, vec!["accepted"; items.len()]);
    }

    async fn again(&self, places: &[prop::sample::Index]) {
        let now = self.world.clock.now();
        let known: Vec<&Accepted> = self
            .accepted
            .iter()
            .filter(|one| now - one.arrived < TimeDelta::days(45))
            .collect();
        if known.is_empty() {
            return;
        }
        let chosen = places.iter().map(|place| place.get(&known).item.clone());
        let items: Vec<Value> = chosen.collect();
        assert_eq!(self.statuses(&items).await, vec!["duplicate"; items.len()]);
    }

    async fn route(&self) {
        let mut router = self.router();
        router.route_waiting().await.unwrap();
        self.leases_end().await;
    }

    /// As if the term of whatever is held were over.
    async fn leases_end(&self) {
        sqlx::query("delete from job_lease")
            .execute(&self.world.sql)
            .await
            .unwrap();
    }

    async fn dispute(&self, after: Duration) {
        let [mut one, mut two, mut three, mut late] = [(); 4].map(|()| self.router());
        let begins_late = async {
            tokio::time::sleep(after).await;
            self.leases_end().await;
            late.route_waiting().await
        };
        let routed = tokio::join!(
            one.route_waiting(),
            two.route_waiting(),
            three.route_waiting(),
            begins_late
        );
        for routed in [routed.0, routed.1, routed.2, routed.3] {
            routed.unwrap();
        }
        self.leases_end().await;
    }

    async fn days(&self, days: i64) {
        let mut left = days;
        while left > 0 {
            let some = left.min(7);
            left -= some;
            self.world.clock.advance(TimeDelta::days(some));
            let today = self.world.clock.now().date_naive();
            make_partitions(self.world.database.system_forwarding(), today)
                .await
                .unwrap();
        }
        let (ground, database) = (self.world.ground.clone(), self.world.database.clone());
        let shelf = Shelf::new(ground.clone(), &database);
        let retention = Retention::new(ground, database, vec![Box::new(shelf)]);
        // A day whose readings wait for the router stays; that is no fault.
        if let Err(error) = retention.run().await {
            assert!(error.to_string().contains("router"), "{error}");
        }
    }

    fn expected(&self) -> Hours {
        let mut hours = Hours::new();
        for one in self.accepted.iter().filter(|one| !one.is_test) {
            let hour = usize::try_from(one.counts_at.hour()).unwrap();
            *hours.entry((one.counts_at.date_naive(), hour)).or_default() += 1;
        }
        hours
    }

    async fn ledger(&self, sql: &'static str, whose: &str) -> Hours {
        let rows: Vec<(NaiveDate, Vec<i32>)> = sqlx::query_as(sql)
            .bind(whose.parse::<Uuid>().unwrap())
            .fetch_all(&self.world.sql)
            .await
            .unwrap();
        let mut hours = Hours::new();
        for (day, hourly) in rows {
            for (hour, count) in hourly.into_iter().enumerate().filter(|(_, count)| *count > 0) {
                hours.insert((day, hour), i64::from(count));
            }
        }
        hours
    }

    async fn is_exact(&self) {
        self.route().await;
        let expected = self.expected();
        let tenant = &self.hub.tenant;
        let of_device = "select day, hourly from usage_device_day where device_id = $1";
        assert_eq!(self.ledger(of_device, &tenant.device).await, expected);
        let of_hub = "select day, hourly from usage_hub_day where hub_id = $1";
        assert_eq!(self.ledger(of_hub, &tenant.hub).await, expected);
        let numbered: Option<i64> =
            sqlx::query_scalar("select sum(last_sequence)::bigint from customer_stream")
                .fetch_one(&self.world.sql)
                .await
                .unwrap();
        let all = i64::try_from(self.accepted.len()).unwrap();
        assert_eq!(
            numbered.unwrap_or(0),
            all,
            "each reading is one event, tests as well"
        );
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

/// Plays in a world whose server, connections and database end with it: a run may have many.
fn play(steps: &[Step]) {
    let whole = runtime();
    let database = whole.block_on(async {
        let world = World::new().await;
        let mut play = Play::new(&world).await;
        for step in steps {
            play.take(step).await;
        }
        play.is_exact().await;
        world.sql.connect_options()
    });
    drop(whole);
    let name = database.get_database().unwrap();
    let other = database.as_ref().clone().database("postgres");
    runtime().block_on(async {
        let mut superuser = PgConnection::connect_with(&other).await.unwrap();
        let gone = AssertSqlSafe(format!("drop database {name} with (force)"));
        superuser.execute(gone).await.unwrap();
    });
}

#[test]
fn the_ledger_is_the_distinct_accepted_readings() {
    let mut config = Config::default();
    config.cases = (config.cases / CASES_A_WORLD).max(1);
    config.max_shrink_iters = 40;
    config.failure_persistence = None;
    let steps = prop::collection::vec(step(), 4..24);
    let played = TestRunner::new(config).run(&steps, |steps| {
        play(&steps);
        Ok(())
    });
    played.unwrap();
}
