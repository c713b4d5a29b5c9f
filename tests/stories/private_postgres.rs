//! The private PostgreSQL dies, its servers die, and nothing that was acknowledged is lost: somebody always looks after
//! it, and the last who leaves puts out the light.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use rustix::process::{Pid, Signal, geteuid, getpid, kill_process, set_child_subreaper};
use serde_json::{Value, json};
use sqlx::Row;
use tokio::process::{Child, Command};
use tokio::sync::watch;
use vitalwire_tests::kinds::{reading, time};
use vitalwire_tests::{Answer, Customer, Device, Postmaster, Server, World, now, program};

const SENDERS: usize = 8;

/// When a sender has heard from a server without a database, even on a busy machine: sooner than most give up.
const SOON: Duration = Duration::from_secs(8);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_postgresql_is_started_again_and_no_acknowledged_reading_is_lost() {
    let (mut world, customer, device) = clinic("P00001").await;
    let folder = world.server.folder().to_owned();
    let first = Postmaster::of(&folder).expect("the server has a PostgreSQL");
    let (progress, mut acknowledged) = watch::channel(0);
    let (goal, until) = watch::channel(usize::MAX);
    let start = now() - TimeDelta::hours(1);
    let senders: Vec<_> = (0..SENDERS)
        .map(|nth| tokio::spawn(send(device.clone(), start, nth, progress.clone(), until.clone())))
        .collect();
    acknowledged.wait_for(|count| *count >= 200).await.unwrap();

    // Without its configuration it does not start, so that the outage lasts until the story has seen it.
    let (settings, aside) = (
        folder.join("postgres/data/postgresql.conf"),
        folder.join("postgres/data/postgresql.conf.aside"),
    );
    fs::rename(&settings, &aside).unwrap();
    first.kill().await;
    let body = reading(&device.serial, "blood_pressure", start - TimeDelta::hours(1));
    let stranger = world.anyone.with_token("a token that nobody issued");
    let told = tokio::join!(
        // The device is remembered, so that it is the commit that gives up.
        timed(async {
            loop {
                let answer = device.client.post("/v1/telemetry", &body).await;
                // Whose connection has not noticed yet may have been served to the end.
                if !matches!(answer.status, 200 | 202) {
                    return answer;
                }
            }
        }),
        // Who is not remembered is looked for in the database.
        timed(stranger.post("/v1/telemetry", &body)),
        timed(customer.user.get("/api/v1/devices")),
        timed(world.anyone.get("/healthz")),
    );
    for (answer, took) in [told.0, told.1, told.2, told.3] {
        assert_unavailable(&answer);
        assert!(took < SOON, "told only after {took:?}");
    }
    assert_eq!(Postmaster::of(&folder), None, "nothing runs without its settings");

    fs::rename(&aside, &settings).unwrap();
    let second = first.successor(&folder).await;
    world.server.wait_until_ready().await;
    let so_far = *acknowledged.borrow();
    goal.send_replace(so_far + 200);
    let mut told = BTreeMap::new();
    for sender in senders {
        told.extend(sender.await.expect("every sender was answered in the end"));
    }
    assert!(told.len() >= so_far + 200, "new readings are taken");
    assert_eq!(
        ids(&world, start).await,
        told,
        "each acknowledged reading once, under its id"
    );
    world.server.stop();
    assert!(!second.is_running(), "the server stops what it started again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_server_takes_over_looking_after_postgresql() {
    let (mut world, _, device) = clinic("P00002").await;
    let start = now() - TimeDelta::hours(1);
    let folder = world.server.folder().to_owned();
    let mut second = world.server.beside().await;
    let at_second = device.client.on(&second.url());
    let first = Postmaster::of(&folder).expect("the servers have a PostgreSQL");
    let before = accepted(
        &device
            .client
            .post("/v1/telemetry", &weight(&device, start, 1))
            .await,
    );

    world.server.kill();
    assert!(first.is_running(), "it outlives a killed server");
    first.kill().await;
    let next = first.successor(&folder).await;
    second.wait_until_ready().await;

    let again = at_second.post("/v1/telemetry", &weight(&device, start, 1)).await;
    assert_eq!(
        (again.status, again.body["id"].as_str()),
        (200, Some(before.as_str()))
    );
    accepted(&at_second.post("/v1/telemetry", &weight(&device, start, 2)).await);

    // The first comes back to a PostgreSQL that another looks after, and leaves it there when it goes.
    world.server.restart().await;
    assert_eq!(Postmaster::of(&folder), Some(next));
    world.server.stop();
    assert!(next.is_running(), "somebody still uses it");
    accepted(&at_second.post("/v1/telemetry", &weight(&device, start, 3)).await);
    second.stop();
    assert!(!next.is_running() && Postmaster::of(&folder).is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_server_that_stops_stops_postgresql() {
    let (mut world, _, device) = clinic("P00003").await;
    let start = now() - TimeDelta::hours(1);
    let folder = world.server.folder().to_owned();
    let mut second = world.server.beside().await;
    let at_second = device.client.on(&second.url());
    let postmaster = Postmaster::of(&folder).expect("the servers have a PostgreSQL");

    // The one that started it goes; the other has inherited it, and starts it again like its own.
    world.server.stop();
    assert_eq!(Postmaster::of(&folder), Some(postmaster), "PostgreSQL goes on");
    accepted(&at_second.post("/v1/telemetry", &weight(&device, start, 1)).await);
    postmaster.kill().await;
    let next = postmaster.successor(&folder).await;
    second.wait_until_ready().await;
    accepted(&at_second.post("/v1/telemetry", &weight(&device, start, 2)).await);

    second.stop();
    assert!(
        !next.is_running() && Postmaster::of(&folder).is_none(),
        "PostgreSQL is gone"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_was_killed_adopts_its_postgresql_and_looks_after_it() {
    let (mut world, _, device) = clinic("P00004").await;
    let start = now() - TimeDelta::hours(1);
    let folder = world.server.folder().to_owned();
    let postmaster = Postmaster::of(&folder).expect("the server has a PostgreSQL");
    let before = accepted(
        &device
            .client
            .post("/v1/telemetry", &weight(&device, start, 1))
            .await,
    );

    world.server.kill();
    assert!(postmaster.is_running(), "it outlives a killed server");
    world.server.restart().await;
    assert_eq!(
        Postmaster::of(&folder),
        Some(postmaster),
        "it is adopted, not started anew"
    );
    let again = device
        .client
        .post("/v1/telemetry", &weight(&device, start, 1))
        .await;
    assert_eq!(
        (again.status, again.body["id"].as_str()),
        (200, Some(before.as_str()))
    );

    // It is nobody's child now, and is started again all the same.
    postmaster.kill().await;
    let next = postmaster.successor(&folder).await;
    world.server.wait_until_ready().await;
    accepted(
        &device
            .client
            .post("/v1/telemetry", &weight(&device, start, 2))
            .await,
    );
    world.server.stop();
    assert!(!next.is_running() && Postmaster::of(&folder).is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_waits_for_what_a_killed_postgresql_left_behind() {
    // Who ends is then ours to take out of the kernel's table, and stays there until we do.
    set_child_subreaper(Some(getpid())).unwrap();
    let (mut world, _, device) = clinic("P00005").await;
    let start = now() - TimeDelta::hours(1);
    let folder = world.server.folder().to_owned();
    let postmaster = Postmaster::of(&folder).expect("the server has a PostgreSQL");
    let before = accepted(
        &device
            .client
            .post("/v1/telemetry", &weight(&device, start, 1))
            .await,
    );
    let mut held = world.server.owner().await;
    let held = Postmaster::backend_of(&mut held).await;
    held.signal(Signal::STOP);
    world.server.kill();
    postmaster.kill().await;

    let log = folder.with_extension("log");
    let released = async {
        until_logged(&log, "postmaster.pid\" already exists").await;
        postmaster.reap();
        until_logged(&log, "pre-existing shared memory block").await;
        held.signal(Signal::CONT);
    };
    tokio::join!(world.server.restart(), released);
    let again = device
        .client
        .post("/v1/telemetry", &weight(&device, start, 1))
        .await;
    assert_eq!(
        (again.status, again.body["id"].as_str()),
        (200, Some(before.as_str()))
    );
    world.server.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_that_gets_no_answer_can_be_told_to_stop() {
    let mut server = Server::start().await;
    let folder = server.folder().to_owned();
    let postmaster = Postmaster::of(&folder).expect("the server has a PostgreSQL");

    // It hangs, and is not this start's own: it is left as it was.
    server.kill();
    postmaster.signal(Signal::STOP);
    let start = Start::of(&server);
    until_logged(&start.log, "waiting for its answer").await;
    start.tell_to_stop().await;
    assert_eq!(Postmaster::of(&folder), Some(postmaster));
    postmaster.signal(Signal::CONT);
    server.restart().await;
    assert_eq!(Postmaster::of(&folder), Some(postmaster), "it is adopted");
    server.stop();

    // It lets nobody in, and is this start's own: it is stopped.
    let doors = folder.join("postgres/data/pg_hba.conf");
    let open = fs::read(&doors).unwrap();
    fs::write(&doors, "local all all reject\n").unwrap();
    let start = Start::of(&server);
    until_logged(&folder.join("postgres/log"), "rejects connection").await;
    start.tell_to_stop().await;
    assert_eq!(Postmaster::of(&folder), None, "what the start began, it ended");
    fs::write(&doors, open).unwrap();

    // It cannot start at all.
    let settings = folder.join("postgres/data/postgresql.conf");
    fs::rename(&settings, settings.with_extension("aside")).unwrap();
    let start = Start::of(&server);
    until_logged(&start.log, "waiting for the end").await;
    start.tell_to_stop().await;
    fs::rename(settings.with_extension("aside"), &settings).unwrap();
    server.restart().await;
    server.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_of_an_earlier_version_goes_on_under_its_postgresql() {
    let mut server = Server::start().await;
    let folder = server.folder().to_owned();
    let postmaster = Postmaster::of(&folder).expect("the server has a PostgreSQL");
    server.kill();
    let (top, log) = (folder.join("postgres"), folder.join("postgres/log"));
    let user = fs::metadata(folder.join("postgres/data")).unwrap();
    // All of it was PostgreSQL's, and its log could be read by whoever got there.
    chown(&top, Some(user.uid()), Some(user.gid())).unwrap();
    fs::set_permissions(&top, fs::Permissions::from_mode(0o700)).unwrap();
    fs::set_permissions(&log, fs::Permissions::from_mode(0o644)).unwrap();

    server.restart().await;
    assert_eq!(Postmaster::of(&folder), Some(postmaster), "it is adopted");
    let ours = geteuid().as_raw();
    assert_eq!(fs::metadata(&top).unwrap().uid(), ours);
    server.stop();
    server.restart().await;
    let log = fs::metadata(&log).unwrap();
    assert_eq!((log.uid(), log.mode() & 0o777), (ours, 0o600));
    server.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_does_not_log_the_row_that_it_refused() {
    let mut server = Server::start().await;
    let mut owner = server.owner().await;
    for statement in [
        "create temporary table refused (systolic integer check (systolic < 300), note text unique)",
        "insert into refused values (1, 'pulse 4711')",
    ] {
        sqlx::query(statement).execute(&mut owner).await.unwrap();
    }
    for statement in [
        "insert into refused values (81549, null)",
        "insert into refused values (2, 'pulse 4711')",
    ] {
        sqlx::query(statement).execute(&mut owner).await.unwrap_err();
    }
    let log = fs::read_to_string(server.folder().join("postgres/log")).unwrap();
    assert_eq!(
        log.matches("violates").count(),
        2,
        "what was refused is logged\n{log}"
    );
    assert!(
        !log.contains("81549") && !log.contains("4711"),
        "without its values\n{log}"
    );
    server.stop();
}

/// A server's start that may come to nothing.
struct Start {
    child: Child,
    log: PathBuf,
}

impl Start {
    /// On another's folder, in its place.
    fn of(server: &Server) -> Self {
        let log = server.scratch().join(format!("{}.log", now().timestamp_micros()));
        let mut command = Command::from(program());
        command
            .args(["serve", "--insecure-dev", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(server.folder())
            .stdout(Stdio::null())
            .stderr(fs::File::create(&log).unwrap());
        Self {
            child: command.spawn().unwrap(),
            log,
        }
    }

    /// Tells it to stop, and it does so in time and without complaint.
    async fn tell_to_stop(mut self) {
        let pid = self.child.id().and_then(|pid| i32::try_from(pid).ok());
        kill_process(pid.and_then(Pid::from_raw).unwrap(), Signal::TERM).unwrap();
        let ended = tokio::time::timeout(SOON, self.child.wait()).await;
        let log = fs::read_to_string(&self.log).unwrap();
        let status = ended.unwrap_or_else(|_| panic!("it is deaf\n{log}")).unwrap();
        assert!(status.success(), "{status}\n{log}");
    }
}

/// Whoever writes a log tells nobody, so it is looked at.
async fn until_logged(log: &Path, text: &str) {
    let began = Instant::now();
    while !fs::read_to_string(log).unwrap_or_default().contains(text) {
        assert!(began.elapsed() < Duration::from_mins(1), "never logged: {text}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// An answer, and how long it took.
async fn timed(answer: impl Future<Output = Answer>) -> (Answer, Duration) {
    let began = Instant::now();
    (answer.await, began.elapsed())
}

/// A customer with one device.
async fn clinic(serial: &str) -> (World, Customer, Device) {
    let world = World::new().await;
    let customer = world.customer("Northside Clinic").await;
    let model = world
        .model("Cuff and scale", &["blood_pressure", "weight"], "cellular")
        .await;
    let device = world.device(&customer, &model, serial).await;
    (world, customer, device)
}

/// One of the weights that a device has measured since then.
fn weight(device: &Device, since: DateTime<Utc>, minute: i64) -> Value {
    reading(&device.serial, "weight", since + TimeDelta::minutes(minute))
}

/// Sends reading after reading, each until it is acknowledged, as a device does that keeps what was not, until so many
/// are acknowledged. Returns each measured time and the id that was told for it.
async fn send(
    device: Device,
    start: DateTime<Utc>,
    nth: usize,
    progress: watch::Sender<usize>,
    until: watch::Receiver<usize>,
) -> BTreeMap<i64, String> {
    let mut told = BTreeMap::new();
    for number in (nth..).step_by(SENDERS) {
        if *progress.borrow() >= *until.borrow() {
            break;
        }
        let at = start + TimeDelta::milliseconds(i64::try_from(number).expect("small") * 7);
        let values = json!({"systolic": 100 + number % 60, "diastolic": 60 + number % 30});
        let reading = json!({"device": device.serial, "kind": "blood_pressure", "measured_at": time(at), "values": values});
        let id = loop {
            let answer = device.client.post("/v1/telemetry", &reading).await;
            if matches!(answer.status, 200 | 202) {
                break answer.body["id"].as_str().expect("an id").to_owned();
            }
            assert_unavailable(&answer);
        };
        told.insert(at.timestamp_millis(), id);
        progress.send_modify(|count| *count += 1);
    }
    told
}

/// A problem that says when to come back.
#[track_caller]
fn assert_unavailable(answer: &Answer) {
    assert_eq!(
        (answer.status, answer.problem()),
        (503, "unavailable"),
        "{}",
        answer.text
    );
    assert!(answer.headers.contains("retry-after: "), "{}", answer.headers);
}

#[track_caller]
fn accepted(answer: &Answer) -> String {
    assert_eq!(answer.status, 202, "{}", answer.text);
    answer.body["id"].as_str().expect("an id").to_owned()
}

/// All that is in the history since then: measured time and id. A time that stands there twice fails the story.
async fn ids(world: &World, since: DateTime<Utc>) -> BTreeMap<i64, String> {
    let mut owner = world.server.owner().await;
    let rows = sqlx::query("select device_time_ms, id::text from reading where device_time_ms >= $1")
        .bind(since.timestamp_millis())
        .fetch_all(&mut owner)
        .await
        .expect("the history can be read");
    let count = rows.len();
    let ids: BTreeMap<i64, String> = rows.into_iter().map(|row| (row.get(0), row.get(1))).collect();
    assert_eq!(ids.len(), count, "a reading is there twice");
    ids
}
