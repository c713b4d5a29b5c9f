//! `vitalwire-server demo`, as a newcomer meets it: a world at work, stopped, started again, killed, started again.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;
use vitalwire_tests::{Client, free_port, program};

/// The eight kinds as the sample clinic's server prints them.
const KINDS: [&str; 8] = [
    "Blood pressure",
    "Weight",
    "Glucose",
    "Oxygen saturation",
    "Temperature",
    "Heart rate",
    "Activity",
    "Sleep",
];

/// The one device that was set up and never sends.
const SILENT: &str = "D001805";

/// How long one step may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demo_shows_all_kinds_and_goes_on_with_its_world_after_a_stop_and_a_kill() {
    let mut demo = Demo::start().await;
    let logins = demo.logins().await;
    let roles: Vec<&str> = logins.iter().map(|login| login.role.as_str()).collect();
    for (role, count) in [
        ("administrator", 1),
        ("finance", 1),
        ("distributor", 2),
        ("customer", 5),
        ("technician", 1),
    ] {
        assert_eq!(
            roles.iter().filter(|one| **one == role).count(),
            count,
            "{role} in {roles:?}"
        );
    }
    demo.verified(&KINDS).await;
    demo.has_a_past(&logins).await;
    let before = demo.readings(&logins).await;
    assert!(before.len() > 100, "a week of history and more: {}", before.len());

    demo.interrupt().await;

    // The same world, and in it everything that was there.
    demo.restart().await;
    assert_eq!(demo.logins().await, logins);
    demo.verified(&["Blood pressure", "Heart rate"]).await;
    let after = demo.readings(&logins).await;
    let lost: Vec<&String> = before.difference(&after).collect();
    assert!(lost.is_empty(), "{} of {} are gone", lost.len(), before.len());
    assert!(after.len() > before.len(), "and the world goes on");

    demo.kill();
    demo.restart().await;
    assert_eq!(demo.logins().await, logins);
    demo.verified(&["Blood pressure", "Heart rate"]).await;
    let last = demo.readings(&logins).await;
    let lost: Vec<&String> = after.difference(&last).collect();
    assert!(lost.is_empty(), "{} of {} are gone", lost.len(), after.len());
    demo.interrupt().await;
}

/// Who may sign in, as the demo printed it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Login {
    role: String,
    email: String,
    password: String,
}

/// The demo as a process, and what it prints.
struct Demo {
    folder: PathBuf,
    port: u16,
    child: Option<Child>,
    lines: UnboundedReceiver<String>,
    /// Every line so far, for whoever has to find out what went wrong.
    printed: Vec<String>,
}

impl Demo {
    async fn start() -> Self {
        let port = free_port();
        let name = format!("vw-demo-{}-{port}", std::process::id());
        let mut demo = Self {
            folder: std::env::temp_dir().join(name),
            port,
            child: None,
            lines: unbounded_channel().1,
            printed: Vec::new(),
        };
        demo.restart().await;
        demo
    }

    /// Starts it on its folder, and waits for the portal's address.
    async fn restart(&mut self) {
        assert!(self.child.is_none(), "stop or kill it first");
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(self.folder.with_extension("log"))
            .expect("the log can be written");
        let mut command = program();
        command.args([
            "demo",
            "--pace",
            "0.05",
            "--listen",
            &format!("127.0.0.1:{}", self.port),
        ]);
        command.arg("--data-dir").arg(&self.folder);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().expect("the demo can be started; is it built?");
        let (send, lines) = unbounded_channel();
        let out = BufReader::new(child.stdout.take().expect("piped"));
        // Ends with the demo's standard output.
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    break;
                }
            }
        });
        (self.child, self.lines) = (Some(child), lines);
        let address = format!("Vitalwire's portal  {}", self.url());
        self.wait("the portal's address", |line| {
            line.contains(&address).then_some(())
        })
        .await;
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The first line from here on that has what is wanted.
    async fn wait<T>(&mut self, what: &str, wanted: impl Fn(&str) -> Option<T>) -> T {
        let found = async {
            loop {
                let line = self.lines.recv().await?;
                let found = wanted(&line);
                self.printed.push(line);
                if found.is_some() {
                    return found;
                }
            }
        };
        let found = timeout(PATIENCE, found).await;
        match found {
            Ok(Some(found)) => found,
            Ok(None) => panic!("the demo ended before it printed {what}"),
            Err(elapsed) => panic!("the demo does not print {what}: {elapsed}"),
        }
    }

    /// The logins that stand under the address, each of which can sign in.
    async fn logins(&mut self) -> Vec<Login> {
        let mut logins = Vec::new();
        // The demo prints what follows once all logins are out.
        while let Some(login) = self
            .wait("the logins and what follows", |line| {
                let end = line.contains("Ctrl-C stops it all");
                end.then_some(None).or_else(|| Login::parse(line).map(Some))
            })
            .await
        {
            logins.push(login);
        }
        let anyone = Client::new(&self.url());
        for login in &logins {
            let user = anyone.sign_in(&login.email, &login.password).await;
            assert_eq!(user.get("/api/v1/me").await.ok()["email"], login.email.as_str());
        }
        logins
    }

    /// Waits until a reading of each of these kinds was printed as verified.
    async fn verified(&mut self, kinds: &[&str]) {
        let mut missing: BTreeSet<&str> = kinds.iter().copied().collect();
        while !missing.is_empty() {
            let what = format!("verified readings of {missing:?}");
            let kind = self
                .wait(&what, |line| {
                    assert!(!line.contains("refused"), "{line}");
                    let reading = line.strip_prefix("✓ verified")?;
                    KINDS.into_iter().find(|kind| reading.contains(kind))
                })
                .await;
            missing.remove(kind);
        }
    }

    /// What the platform and a distributor see of what happened before: devices in every state, with numbers by which they are
    /// found, what was refused and what waits, cases in several states, and organisations on paper.
    async fn has_a_past(&self, logins: &[Login]) {
        let anyone = Client::new(&self.url());
        let of = |email: &str| logins.iter().find(|login| login.email == email).expect("a login");
        let sign_in = async |email| anyone.sign_in(email, &of(email).password).await;
        let admin = sign_in("admin@vitalwire.example").await;
        let devices = rows(&admin, "/api/v1/devices?limit=200").await;
        let words = |rows: &[serde_json::Value], member: &str| -> BTreeSet<String> {
            rows.iter()
                .filter_map(|row| row[member].as_str().map(str::to_owned))
                .collect()
        };
        let states = ["active", "inactive", "replaced", "retired", "returned", "stock"];
        assert_eq!(
            words(&devices, "state"),
            BTreeSet::from(states.map(str::to_owned))
        );
        for device in &devices {
            let is_named = device["imei"].is_string() || device["mac"].is_string();
            assert!(is_named && device["firmware"].is_string(), "{device}");
        }
        let cases = rows(&admin, "/api/v1/cases?limit=200").await;
        let states = ["open", "solved", "waiting"];
        assert_eq!(words(&cases, "state"), BTreeSet::from(states.map(str::to_owned)));
        let refusals = rows(&admin, "/api/v1/refusals?limit=200").await;
        assert!(
            words(&refusals, "reason").contains("device-inactive"),
            "{refusals:?}"
        );
        assert_eq!(rows(&admin, "/api/v1/quarantine?limit=200").await.len(), 1);
        let silent = rows(&admin, "/api/v1/devices?wants=silent&limit=200").await;
        assert_eq!(words(&silent, "serial"), BTreeSet::from([SILENT.to_owned()]));
        let hubs = words(&rows(&admin, "/api/v1/hubs?limit=200").await, "state");
        assert_eq!(hubs, BTreeSet::from(["active", "unclaimed"].map(str::to_owned)));
        for path in ["/api/v1/customers", "/api/v1/distributors"] {
            for organisation in rows(&admin, &format!("{path}?limit=200")).await {
                assert!(organisation["legal_name"].is_string(), "{organisation}");
                assert!(organisation["address"]["city"].is_string(), "{organisation}");
                let id = organisation["id"].as_str().expect("an id");
                let contacts = rows(&admin, &format!("{path}/{id}/contacts?")).await;
                assert_eq!(contacts.len(), 3, "{organisation}");
            }
        }
    }

    /// The ids of all readings that the customers' logins see.
    async fn readings(&self, logins: &[Login]) -> BTreeSet<String> {
        let mut ids = BTreeSet::new();
        let anyone = Client::new(&self.url());
        for login in logins.iter().filter(|login| login.role == "customer") {
            let user = anyone.sign_in(&login.email, &login.password).await;
            let devices = rows(&user, "/api/v1/devices?limit=200").await;
            for device in &devices {
                let id = device["id"].as_str().expect("an id");
                let readings = rows(&user, &format!("/api/v1/devices/{id}/readings?limit=200")).await;
                assert_eq!(
                    readings.is_empty(),
                    device["serial"] == SILENT,
                    "{} shows nothing, or the silent one something",
                    device["serial"]
                );
                ids.extend(
                    readings
                        .iter()
                        .map(|row| row["id"].as_str().expect("an id").to_owned()),
                );
            }
        }
        ids
    }

    /// Ctrl-C, and what it must leave behind: a clean exit, and no PostgreSQL.
    async fn interrupt(&mut self) {
        let postgres = self.postmaster().expect("the demo has a PostgreSQL");
        let child = self.child.take().expect("the demo runs");
        kill_process(pid(child.id()), Signal::INT).expect("SIGINT can be sent");
        let status = end(child).await;
        assert_eq!(status.code(), Some(0), "{status}");
        assert!(
            self.postmaster().is_none() && !is_alive(postgres),
            "a PostgreSQL is left behind"
        );
    }

    /// SIGKILL, as a power cut; its PostgreSQL lives on.
    fn kill(&mut self) {
        let mut child = self.child.take().expect("the demo runs");
        child.kill().expect("SIGKILL can be sent");
        child.wait().expect("the killed demo is reaped");
        assert!(self.postmaster().is_some(), "PostgreSQL outlives a killed demo");
    }

    fn postmaster(&self) -> Option<Pid> {
        let pid = fs::read_to_string(self.folder.join("postgres/data/postmaster.pid")).ok()?;
        let pid = pid.lines().next()?.trim().parse().ok().and_then(Pid::from_raw)?;
        is_alive(pid).then_some(pid)
    }
}

impl Login {
    /// `  Northside Clinic, customer    nurse@northside.example    password`.
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace().rev();
        let (password, email, role) = (words.next()?, words.next()?, words.next()?);
        email.contains('@').then(|| Self {
            role: role.to_owned(),
            email: email.to_owned(),
            password: password.to_owned(),
        })
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _killed = child.kill();
            let _reaped = child.wait();
        }
        if let Some(postgres) = self.postmaster() {
            let _stopped = kill_process(postgres, Signal::QUIT);
        }
        let log = self.folder.with_extension("log");
        if std::thread::panicking() {
            let logged = fs::read_to_string(&log).unwrap_or_default();
            eprintln!(
                "--- what the demo printed\n{}\n--- and logged\n{logged}",
                self.printed.join("\n")
            );
        }
        let _removed = fs::remove_dir_all(&self.folder);
        let _removed = fs::remove_file(log);
    }
}

/// All rows of a list, page by page.
async fn rows(user: &Client, path: &str) -> Vec<serde_json::Value> {
    let (mut rows, mut after) = (Vec::new(), String::new());
    loop {
        let page = user.get(&format!("{path}{after}")).await.ok();
        rows.extend(page["data"].as_array().expect("a list").iter().cloned());
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return rows,
        }
    }
}

/// Waits for the process to end, on a thread of its own.
async fn end(mut child: Child) -> ExitStatus {
    let id = pid(child.id());
    let waiting = tokio::task::spawn_blocking(move || child.wait());
    let ended = timeout(PATIENCE, waiting).await;
    if ended.is_err() {
        let _killed = kill_process(id, Signal::KILL);
    }
    ended
        .expect("the demo stops")
        .expect("the thread ends")
        .expect("the demo is reaped")
}

fn pid(id: u32) -> Pid {
    i32::try_from(id)
        .ok()
        .and_then(Pid::from_raw)
        .expect("a process id")
}

/// Whether it runs; one that ended and that nobody has reaped yet has no command line any more.
fn is_alive(pid: Pid) -> bool {
    fs::read(format!("/proc/{}/cmdline", pid.as_raw_nonzero())).is_ok_and(|words| !words.is_empty())
}
