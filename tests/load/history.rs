//! How long a device's seven days with 10,000 readings take to show, in tables of several sizes. Prints one line of JSON for
//! each size and asserts nothing; whatever it made is gone when it ends.
//!   vitalwire-bench-history --rows 1000000 --rows 50000000

#![expect(
    clippy::expect_used,
    reason = "this is a tool for developers: where the scene cannot be set, it ends"
)]

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use clap::Parser;
use serde_json::{Map, Value, json};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _};
use tokio::signal::unix::{SignalKind, signal};
use vitalwire_tests::kinds::time;
use vitalwire_tests::{Client, Customer, PASSWORD, Portal, World, now};

/// Readings of one device, over the days that are kept.
const OF_A_DEVICE: u64 = 10_000;
const DAYS: i64 = 7;
/// Devices that are asked for, one after the other; all others are there to be passed over.
const ASKED: u64 = 3;
/// What a row takes with its indexes, and what is written beside it, in bytes.
const BYTES_A_ROW: u64 = 560;
/// Rows that one statement writes.
const STRETCH: u64 = 500_000;

/// Measures a device's 7-day page of 10,000 readings in tables of the sizes that are named.
#[derive(Debug, Parser)]
#[command(name = "vitalwire-bench-history", version)]
struct Options {
    /// Readings in the table; may be said several times. 50000000 take about 28 GB of disk
    #[arg(long, default_values_t = [1_000_000_u64], value_parser = clap::value_parser!(u64).range(100_000..=1_000_000_000))]
    rows: Vec<u64>,
    /// How often each is asked for, of each of three devices
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    rounds: u32,
    /// Print the plan of the page's query as well
    #[arg(long)]
    explain: bool,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let options = Options::parse();
    let stopped = |kind| signal(kind).expect("signals can be waited for");
    let (mut asked, mut interrupted) = (stopped(SignalKind::terminate()), stopped(SignalKind::interrupt()));
    // Whoever stops it leaves neither a server nor its folder behind.
    tokio::select! {
        () = all(&options) => {}
        _ = asked.recv() => {}
        _ = interrupted.recv() => {}
    }
}

async fn all(options: &Options) {
    for rows in &options.rows {
        let line = measure(*rows, options).await;
        say(&line);
    }
}

#[expect(clippy::print_stdout, reason = "printing is what it is for")]
fn say(line: &Value) {
    println!("{line}");
}

/// One size, in a database of its own.
async fn measure(rows: u64, options: &Options) -> Value {
    let mut world = World::new().await;
    let free = rustix::fs::statvfs(world.server.folder()).expect("the disk can be asked");
    let free = free.f_bavail * free.f_frsize;
    assert!(
        free > rows * BYTES_A_ROW,
        "{rows} rows take about {} GB of disk, and {} GB are free",
        rows * BYTES_A_ROW / 1_000_000_000,
        free / 1_000_000_000
    );
    let customer = world.customer("Bench").await;
    let model = world.model("Cuff H", &["blood_pressure"], "cellular").await;
    let mut devices = Vec::new();
    for number in 0..ASKED {
        let device = world.device(&customer, &model, &format!("H{number:06}")).await;
        devices.push(device.id);
    }
    let began = Instant::now();
    let until = now();
    let mut owner = world.server.owner().await;
    fill(&mut owner, &customer, &devices, rows, until).await;
    eprintln!(
        "{rows} rows are there after {:.0} s",
        began.elapsed().as_secs_f64()
    );

    // Tokens are younger than the rows.
    let scene = Scene {
        api: world.anyone.sign_in(&customer.email, PASSWORD).await,
        portal: Portal::sign_in(&world.server.url(), &customer.email).await,
        from: until - TimeDelta::days(DAYS),
        until,
        rounds: options.rounds,
    };
    let mut line = Map::new();
    line.insert("rows".to_owned(), json!(rows));
    scene.ask_all(&devices, &mut line).await;
    let plan = explain(&mut owner, &customer, &devices[0], &scene).await;
    if options.explain {
        eprintln!("{plan:#}");
    }
    note_plan(&plan, &mut line);
    drop(owner);
    world.server.stop();
    Value::Object(line)
}

/// Rows as they would have arrived: of many devices in turn, so that no two of one device lie side by side.
async fn fill(
    owner: &mut PgConnection,
    customer: &Customer,
    devices: &[String],
    rows: u64,
    until: DateTime<Utc>,
) {
    let all = (rows / OF_A_DEVICE).max(ASKED);
    let first = until.date_naive() - chrono::Days::new(DAYS.unsigned_abs());
    for statement in [
        format!("select vw_make_partitions('{first}')"),
        "set synchronous_commit = off".to_owned(),
        "set session_replication_role = replica".to_owned(),
    ] {
        run(owner, statement).await;
    }
    let asked = devices
        .iter()
        .map(|id| format!("'{id}'"))
        .collect::<Vec<_>>()
        .join(", ");
    let (customer, until) = (&customer.id, time(until));
    let step = TimeDelta::days(DAYS).num_microseconds().unwrap_or_default()
        / i64::try_from(rows).unwrap_or(i64::MAX);
    let mut written = 0;
    while written < rows {
        let end = (written + STRETCH).min(rows);
        run(
            owner,
            format!(
                "insert into reading (id, received_at, customer_id, device_id, credential_id, kind, measured_at, measured_on,
                   content_hash, vals, quality, proof, body_sealed)
                 select ('01930000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, at, '{customer}',
                   coalesce((array[{asked}]::uuid[])[n % {all} + 1], md5((n % {all})::text)::uuid), '{customer}',
                   'blood_pressure', at - interval '2 seconds', (at at time zone 'UTC')::date,
                   decode(lpad(to_hex(n), 64, '0'), 'hex'),
                   jsonb_build_object('systolic', 105 + n % 61, 'diastolic', 65 + n % 31, 'mean', 80 + n % 37,
                     'pulse', 55 + n % 43), 0, 'device_token',
                   decode(repeat(lpad(to_hex(n), 8, '0'), 44), 'hex')
                 from (
                   select n, timestamptz '{until}' - ({rows} - n) * interval '{step} microseconds' as at
                   from generate_series({written}::bigint, {end} - 1) as n
                 ) as rows"
            ),
        )
        .await;
        written = end;
    }
    // The readings that are asked for have been announced, as they would have been.
    run(
        owner,
        format!(
            "insert into event (customer_id, sequence, created_at, type, device_id, reading_id, reading_received_at, delivery_state)
             select customer_id, row_number() over (order by received_at), received_at, 'reading.created', device_id, id,
               received_at, 'none' from reading where device_id = any(array[{asked}]::uuid[])"
        ),
    )
    .await;
    run(owner, "vacuum (analyze) reading, event".to_owned()).await;
    run(owner, "checkpoint".to_owned()).await;
}

async fn run(owner: &mut PgConnection, statement: String) {
    owner
        .execute(AssertSqlSafe(statement))
        .await
        .expect("the rows can be written");
}

/// Who asks, and for which time.
struct Scene {
    api: Client,
    portal: Portal,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    rounds: u32,
}

impl Scene {
    /// Every way to look at a device's week, warm.
    async fn ask_all(&self, devices: &[String], line: &mut Map<String, Value>) {
        let span = format!("from={}&until={}", time(self.from), time(self.until));
        let (mut page, mut file) = (Vec::new(), Vec::new());
        let (mut list, mut series) = (Vec::new(), Vec::new());
        for device in devices {
            let show = format!("/devices/{device}");
            let readings = format!("/api/v1/devices/{device}/readings");
            let first = format!("{readings}?{span}&limit=1000");
            let drawn = format!("{readings}/series?kind=blood_pressure&{span}");
            let all = format!("{readings}?{span}&format=csv");
            let lines = self.api.get(&all).await.text.lines().count();
            assert!(
                u64::try_from(lines).is_ok_and(|lines| lines.abs_diff(OF_A_DEVICE) < 20),
                "{device} has {lines} readings"
            );
            for round in 0..self.rounds + 5 {
                let times = [
                    self.portal(&show).await,
                    self.api(&first).await,
                    self.api(&drawn).await,
                ];
                // The first ones warm it up.
                if round < 5 {
                    continue;
                }
                for (all, one) in [&mut page, &mut list, &mut series].into_iter().zip(times) {
                    all.push(one);
                }
            }
            for _ in 0..self.rounds.div_ceil(10) {
                file.push(self.api(&all).await);
            }
        }
        for (name, times) in [
            // What a person waits for: the page with its chart.
            ("", page),
            ("list_1000_", list),
            ("series_", series),
            ("file_", file),
        ] {
            let [p50, p99] = percentiles(times);
            line.insert(format!("{name}p50_ms"), json!(p50));
            line.insert(format!("{name}p99_ms"), json!(p99));
        }
    }

    async fn portal(&self, path: &str) -> Duration {
        let began = Instant::now();
        let page = self.portal.get(path).await;
        let took = began.elapsed();
        assert_eq!(page.status, 200, "{path}: {}", page.html);
        took
    }

    async fn api(&self, path: &str) -> Duration {
        let began = Instant::now();
        let answer = self.api.get(path).await;
        let took = began.elapsed();
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        took
    }
}

fn percentiles(mut times: Vec<Duration>) -> [f64; 2] {
    times.sort_unstable();
    [50, 99].map(|percent| {
        let at = times
            .get(times.len() * percent / 100)
            .copied()
            .unwrap_or_default();
        (at.as_secs_f64() * 1e5).round() / 1e2
    })
}

/// The plan of all 10,000 readings of a device's seven days, as the API asks for them: in the customer's role, under its
/// policies, and under the plan that fits every customer.
async fn explain(owner: &mut PgConnection, customer: &Customer, device: &str, scene: &Scene) -> Value {
    let mut tx = owner.begin().await.expect("a transaction");
    let setting = format!(
        "select set_config('role', 'vw_customer', true), set_config('app.customer', '{}', true),
           set_config('app.sites', 'all', true), set_config('plan_cache_mode', 'force_generic_plan', true)",
        customer.id
    );
    tx.execute(AssertSqlSafe(setting))
        .await
        .expect("the customer's role");
    tx.execute(
        "prepare page (uuid, timestamptz, uuid, timestamptz, timestamptz, timestamptz, text, smallint, text, bigint) as
         select * from reading
         where device_id = $1 and measured_at >= $4 and measured_at < $5 and received_at >= $6
           and measured_at <= $2 and (measured_at, id) < ($2, $3)
           and ($7::text is null or kind = $7) and quality & $8 = 0 and ($9::text is null or status = $9)
         order by measured_at desc, id desc limit $10",
    )
    .await
    .expect("the page's query");
    let (from, until) = (time(scene.from), time(scene.until));
    let arrived = time(scene.from - TimeDelta::minutes(15));
    let page = format!(
        "explain (analyze, buffers, format json) execute page ('{device}', '9999-12-31',
           'ffffffff-ffff-ffff-ffff-ffffffffffff', '{from}', '{until}', '{arrived}', null, 0, null, 10001)"
    );
    // The second time, when it is warm.
    tx.execute(AssertSqlSafe(page.clone())).await.expect("a plan");
    let row = tx.fetch_one(AssertSqlSafe(page)).await.expect("a plan");
    row.get::<Value, _>(0)[0].clone()
}

fn note_plan(plan: &Value, line: &mut Map<String, Value>) {
    line.insert("query_ms".to_owned(), plan["Execution Time"].clone());
    line.insert("query_planning_ms".to_owned(), plan["Planning Time"].clone());
    let node = &plan["Plan"];
    line.insert("query_rows".to_owned(), node["Actual Rows"].clone());
    line.insert("query_buffers_hit".to_owned(), node["Shared Hit Blocks"].clone());
    line.insert(
        "query_buffers_read".to_owned(),
        node["Shared Read Blocks"].clone(),
    );
    line.insert("partitions_left_out".to_owned(), removed(node).into());
}

/// Partitions that no part of the plan looks at.
fn removed(node: &Value) -> i64 {
    let own = node["Subplans Removed"].as_i64().unwrap_or_default();
    let below = node["Plans"].as_array().into_iter().flatten().map(removed);
    own + below.sum::<i64>()
}
