//! The built server as a process, with a data folder of its own and thus a PostgreSQL of its own.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// How long a start may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

#[derive(Debug)]
pub struct Server {
    folder: PathBuf,
    log: PathBuf,
    address: SocketAddr,
    child: Option<Child>,
    arguments: Vec<String>,
    /// A guest on another's folder leaves the folder behind.
    is_guest: bool,
    /// What stands in its environment; a server that has its database from there runs as on a platform of somebody's own.
    environment: Vec<(&'static str, String)>,
}

impl Server {
    /// A new server with an empty data folder.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// The same with further arguments.
    pub async fn start_with(arguments: &[&str]) -> Self {
        let folder = std::env::temp_dir().join(format!("vw-{}", uuid::Uuid::from_u128(unique())));
        let mut server = Self {
            log: folder.with_extension("log"),
            folder,
            address: own_address(),
            child: None,
            arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
            is_guest: false,
            environment: Vec::new(),
        };
        server.spawn().await;
        server
    }

    /// A second server on the same data folder, which this one must outlive.
    pub async fn beside(&self) -> Self {
        self.beside_with(self.arguments.clone()).await
    }

    /// The same with arguments of its own.
    pub async fn beside_with(&self, arguments: Vec<String>) -> Self {
        let address = own_address();
        let mut guest = Self {
            folder: self.folder.clone(),
            log: self.folder.with_extension(format!("{}.log", address.port())),
            address,
            child: None,
            arguments,
            is_guest: true,
            environment: Vec::new(),
        };
        guest.spawn().await;
        guest
    }

    /// A server that has this environment and no PostgreSQL of its own, and is not insecure; not started yet. This one,
    /// whose scratch folder it takes, must outlive it.
    pub fn with_environment(&self, environment: Vec<(&'static str, String)>) -> Self {
        let address = own_address();
        Self {
            folder: self.scratch().join(address.port().to_string()),
            log: self.folder.with_extension(format!("{}.log", address.port())),
            address,
            child: None,
            arguments: Vec::new(),
            is_guest: true,
            environment,
        }
    }

    /// `http://127.0.0.1:port`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The process, 0 while it does not run.
    pub fn pid(&self) -> u32 {
        self.child.as_ref().map_or(0, Child::id)
    }

    /// The folder that holds everything.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A folder beside it for what a story keeps in files; it goes with the server.
    pub fn scratch(&self) -> PathBuf {
        let folder = self.folder.with_extension("scratch");
        fs::create_dir_all(&folder).expect("a folder can be made");
        folder
    }

    /// What the server has logged so far.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Kills the server as a power cut would; its PostgreSQL lives on.
    pub fn kill(&mut self) {
        let mut child = self.child.take().expect("the server runs");
        child.kill().expect("SIGKILL can be sent");
        child.wait().expect("the killed server is reaped");
    }

    /// Starts it again on the same folder and address.
    pub async fn restart(&mut self) {
        assert!(self.child.is_none(), "kill or stop it first");
        self.spawn().await;
    }

    /// Asks it to stop and waits until it has.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            terminate(child.id());
            let status = child.wait().expect("the stopped server is reaped");
            assert!(
                status.success(),
                "the server ended badly: {status}\n{}",
                self.log()
            );
        }
    }

    /// Runs another command of the same program on the same data folder and returns what it printed.
    pub fn run(&self, arguments: &[&str], stdin: &str) -> String {
        let output = self.output(arguments, stdin);
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).expect("text")
    }

    /// The same for a command that may be refused.
    pub fn output(&self, arguments: &[&str], stdin: &str) -> Output {
        use std::io::Write;
        let mut command = program();
        command.arg("--data-dir").arg(&self.folder).args(arguments);
        command.envs(self.environment.iter().cloned());
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program runs");
        // A command that is refused at its start reads nothing.
        let _unread = child.stdin.take().expect("piped").write_all(stdin.as_bytes());
        child.wait_with_output().expect("the command ends")
    }

    /// A connection to its database as the owner, past every policy, to see what is really there.
    pub async fn owner(&self) -> sqlx::PgConnection {
        self.connect("vw_owner").await
    }

    /// A connection to its database as any login.
    pub async fn connect(&self, login: &str) -> sqlx::PgConnection {
        use sqlx::ConnectOptions;
        let options = sqlx::postgres::PgConnectOptions::new()
            .socket(self.sockets())
            .username(login);
        options
            .database("vitalwire")
            .connect()
            .await
            .expect("the login can connect")
    }

    /// Where its PostgreSQL listens.
    pub fn sockets(&self) -> PathBuf {
        self.folder.join("postgres/run")
    }

    async fn spawn(&mut self) {
        let log = File::options()
            .create(true)
            .append(true)
            .open(&self.log)
            .expect("the log can be written");
        let mut command = program();
        command.args(["serve", "--listen", &self.address.to_string()]);
        if self.environment.is_empty() {
            command.arg("--insecure-dev");
        }
        command.envs(self.environment.iter().cloned());
        command.arg("--data-dir").arg(&self.folder).args(&self.arguments);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        self.child = Some(command.spawn().expect("the server can be started; is it built?"));
        self.wait_until_ready().await;
    }

    /// A start has no event that another process could wait for, so it is asked until it answers.
    pub async fn wait_until_ready(&mut self) {
        let began = Instant::now();
        let client = crate::client::http(None);
        loop {
            let answer = client
                .get(format!("{}/healthz", self.url()))
                .timeout(Duration::from_secs(2))
                .send()
                .await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            let ended = self
                .child
                .as_mut()
                .and_then(|child| child.try_wait().ok().flatten());
            assert!(
                ended.is_none(),
                "the server ended at its start: {ended:?}\n{}",
                self.log()
            );
            assert!(
                began.elapsed() < PATIENCE,
                "the server does not answer\n{}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            terminate(child.id());
            let began = Instant::now();
            while child.try_wait().ok().flatten().is_none() {
                if began.elapsed() > Duration::from_secs(30) {
                    let _killed = child.kill();
                    let _reaped = child.wait();
                    break;
                }
                std::thread::yield_now();
            }
        }
        if std::thread::panicking() {
            eprintln!("--- the server's log\n{}", self.log());
        }
        let _removed = fs::remove_file(&self.log);
        if self.is_guest {
            return;
        }
        // The PostgreSQL of a server that was killed and not started again.
        if let Ok(pid) = fs::read_to_string(self.folder.join("postgres/data/postmaster.pid"))
            && let Some(pid) = pid
                .lines()
                .next()
                .and_then(|line| line.parse().ok())
                .and_then(Pid::from_raw)
        {
            let _stopped = kill_process(pid, Signal::QUIT);
        }
        let _removed = fs::remove_dir_all(&self.folder);
        let _removed = fs::remove_dir_all(self.folder.with_extension("scratch"));
    }
}

fn own_address() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], free_port()))
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}

/// The program as cargo built it beside this test or load generator, with nothing of the caller's own configuration.
pub fn program() -> Command {
    let own = std::env::current_exe().expect("the test's own path");
    let beside = own
        .ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join("vitalwire-server"));
    let program = beside.into_iter().find(|path| path.is_file());
    let mut command = Command::new(program.expect("the server is built beside the tests"));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("VITALWIRE_") || name == "DATABASE_URL" {
            command.env_remove(name.as_ref());
        }
    }
    command
}

fn terminate(pid: u32) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        let _sent = kill_process(pid, Signal::TERM);
    }
}

/// A name that nothing else has.
pub(crate) fn unique_name() -> String {
    uuid::Uuid::from_u128(unique()).to_string()
}

/// Different for every server of every test process.
fn unique() -> u128 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let count = NEXT.fetch_add(1, Ordering::Relaxed);
    let nanos = crate::now()
        .timestamp_nanos_opt()
        .unwrap_or_default()
        .unsigned_abs();
    u128::from(nanos) << 64 | u128::from(std::process::id()) << 32 | u128::from(count)
}
