//! The cluster of a data folder: its programs, its settings, its database.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection};
use tokio::net::UnixStream;
use tokio::process::{Child, Command};

use super::EmbeddedError;
use super::folder::Folder;
use super::programs::{Programs, RunAs};
use crate::ground::swallow::swallow;

const DATABASE: &str = "vitalwire";
pub(super) const OWNER: &str = "vw_owner";
pub(super) const APP: &str = "vw_app";

/// A connection that takes longer is none.
const PATIENCE: Duration = Duration::from_secs(5);

/// What PostgreSQL says while it reads what a crash left, and while it shuts down.
const CANNOT_CONNECT_NOW: &str = "57P03";

/// Where a cluster is and what it is run with.
#[derive(Debug)]
pub(super) struct Cluster {
    folder: Folder,
    programs: Programs,
    run_as: Option<RunAs>,
}

impl Cluster {
    /// Finds the programs and prepares the folder; nothing is started.
    pub(super) fn find(data_dir: &Path) -> Result<Self, EmbeddedError> {
        let run_as = RunAs::for_this_process()?;
        let folder = Folder::prepare(data_dir, run_as.as_ref())?;
        Ok(Self {
            programs: Programs::find(folder.cluster_version())?,
            folder,
            run_as,
        })
    }

    pub(super) fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Into a folder aside, then renamed: a kill half-way leaves nothing that looks whole.
    pub(super) async fn initialise(&self) -> Result<(), EmbeddedError> {
        let fresh = self.folder.discard_half_made()?;
        let target = fresh.display().to_string();
        self.run(
            "initdb",
            &[
                "-D",
                &target,
                "-U",
                OWNER,
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--auth-local=trust",
                "--auth-host=reject",
            ],
        )
        .await?;
        self.folder.adopt(&fresh)
    }

    /// Starts the postmaster as a child in a process group of its own: Ctrl-C does not reach it, it outlives a killed
    /// server, and where it dies before the server its end is noticed at once.
    pub(super) fn launch(&self) -> Result<Child, EmbeddedError> {
        swallow(self.folder.bound_log(), "a long log costs only room");
        let lines = self.folder.open_log()?;
        let copy = lines.try_clone().map_err(|source| EmbeddedError::Io {
            what: "cannot write",
            path: self.folder.log(),
            source,
        })?;
        let mut command = self.command("postgres");
        command.arg("-D").arg(self.folder.cluster());
        for setting in self.settings() {
            command.arg("-c").arg(setting);
        }
        command
            .stdout(lines)
            .stderr(copy)
            .process_group(0)
            .spawn()
            .map_err(|source| EmbeddedError::Io {
                what: "cannot run",
                path: self.programs.path("postgres"),
                source,
            })
    }

    fn settings(&self) -> [String; 13] {
        [
            "listen_addresses=".to_owned(),
            format!("unix_socket_directories={}", self.folder.sockets().display()),
            "unix_socket_permissions=0700".to_owned(),
            format!("max_connections={}", max_connections(cores())),
            "shared_buffers=256MB".to_owned(),
            "max_wal_size=4GB".to_owned(),
            "wal_compression=on".to_owned(),
            "checkpoint_timeout=15min".to_owned(),
            "timezone=UTC".to_owned(),
            "log_timezone=UTC".to_owned(),
            // A log line must not repeat a statement's values, nor the row that it would not take: they are patient data.
            "log_parameter_max_length_on_error=0".to_owned(),
            "log_min_error_statement=panic".to_owned(),
            "log_error_verbosity=terse".to_owned(),
        ]
    }

    /// Whether no postmaster serves the cluster: its pid file names none that lives, or nobody listens on its socket. One
    /// that hangs is not gone.
    pub(super) async fn is_gone(&self) -> bool {
        let file = self.folder.read_of_cluster("postmaster.pid").unwrap_or_default();
        let pid = file.lines().next().and_then(|line| line.trim().parse().ok());
        // A pid may by now be somebody else's.
        let socket = self.folder.sockets().join(".s.PGSQL.5432");
        !pid.and_then(Pid::from_raw).is_some_and(lives)
            || UnixStream::connect(socket).await.is_err_and(|error| {
                matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused)
            })
    }

    /// Whether it answers before that moment; the error says why not.
    pub(super) async fn answers(&self, until: Instant) -> Result<(), EmbeddedError> {
        let patience = PATIENCE.min(until.saturating_duration_since(Instant::now()));
        let asked = async { self.connect().await?.close().await };
        match tokio::time::timeout(patience, asked).await {
            Ok(Err(sqlx::Error::Database(error))) if error.code().as_deref() == Some(CANNOT_CONNECT_NOW) => {
                Err(EmbeddedError::Busy(error.message().to_owned()))
            }
            Ok(answered) => answered.map_err(EmbeddedError::Connect),
            Err(_) => Err(EmbeddedError::Silent),
        }
    }

    /// The end of what PostgreSQL has logged.
    pub(super) fn end_of_log(&self) -> String {
        let read = || {
            let mut file = File::open(self.folder.log())?;
            let length = file.metadata()?.len();
            file.seek(SeekFrom::Start(length.saturating_sub(4096)))?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            Ok::<_, std::io::Error>(bytes)
        };
        let read = swallow(read(), "the log only explains another error").unwrap_or_default();
        tail(&String::from_utf8_lossy(&read))
    }

    /// Makes the database where there is none.
    pub(super) async fn ensure_database(&self) -> Result<(), EmbeddedError> {
        let mut connection = self.connect().await.map_err(EmbeddedError::Connect)?;
        let exists: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(DATABASE)
            .fetch_one(&mut connection)
            .await
            .map_err(EmbeddedError::Connect)?;
        if !exists {
            let made = sqlx::query("create database vitalwire")
                .execute(&mut connection)
                .await;
            // Two starters may race to this line; the loser finds the database there.
            if let Err(error) = made
                && error
                    .as_database_error()
                    .and_then(sqlx::error::DatabaseError::code)
                    .as_deref()
                    != Some("42P04")
            {
                return Err(EmbeddedError::Connect(error));
            }
        }
        connection.close().await.map_err(EmbeddedError::Connect)
    }

    async fn connect(&self) -> Result<PgConnection, sqlx::Error> {
        self.options(OWNER, "postgres").connect().await
    }

    fn options(&self, user: &str, database: &str) -> PgConnectOptions {
        PgConnectOptions::new()
            .socket(self.folder.sockets())
            .username(user)
            .database(database)
    }

    /// Where a login connects.
    pub(super) fn url(&self, user: &str) -> String {
        let socket: String =
            url::form_urlencoded::byte_serialize(self.folder.sockets().display().to_string().as_bytes())
                .collect();
        // The host in the address is a formality that parsers ask for; the socket is what counts.
        format!("postgres://{user}@localhost/{DATABASE}?host={socket}")
    }

    /// Runs `pg_ctl` on the cluster.
    pub(super) async fn pg_ctl(&self, arguments: &[&str]) -> Result<(), EmbeddedError> {
        let data = self.folder.cluster().display().to_string();
        let all: Vec<&str> = ["-D", data.as_str()].iter().chain(arguments).copied().collect();
        self.run("pg_ctl", &all).await
    }

    async fn run(&self, program: &'static str, arguments: &[&str]) -> Result<(), EmbeddedError> {
        let mut command = self.command(program);
        let io = |source| EmbeddedError::Io {
            what: "cannot run",
            path: self.programs.path(program),
            source,
        };
        let mut output = self.folder.scratch()?;
        let status = command
            .args(arguments)
            .stdout(output.try_clone().map_err(io)?)
            .stderr(output.try_clone().map_err(io)?)
            // Who is told to stop meanwhile leaves nobody behind who still makes a cluster.
            .kill_on_drop(true)
            .status()
            .await
            .map_err(io)?;
        if status.success() {
            return Ok(());
        }
        let mut said = Vec::new();
        let read = output.rewind().and_then(|()| output.read_to_end(&mut said));
        swallow(read, "the output only explains another error");
        Err(EmbeddedError::Program {
            program,
            output: tail(&String::from_utf8_lossy(&said)),
        })
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.path(program));
        command
            .stdin(Stdio::null())
            .env("LC_ALL", "C.UTF-8")
            .current_dir(self.folder.top());
        if let Some(user) = &self.run_as {
            command.uid(user.uid).gid(user.gid);
        }
        command
    }
}

/// The machine's threads, of which a server uses each for HTTP by default.
fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Room for four servers with the usual pools (24), a listener, two for the retention, two commits a thread and what a start or a command needs
/// for a while; and for three superusers.
fn max_connections(cores: usize) -> usize {
    (3 + 4 * (30 + 2 * cores)).max(100)
}

/// Whether a process runs. One that has ended stays in the table until its parent has looked, and nobody can wake it.
fn lives(pid: Pid) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).unwrap_or_default();
    // The name before it stands in parentheses and may hold any.
    let state = stat
        .rsplit_once(')')
        .and_then(|(_, rest)| rest.trim_start().chars().next());
    test_kill_process(pid) != Err(Errno::SRCH) && !matches!(state, Some('Z' | 'X'))
}

/// The last lines.
fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().rev().take(8).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_for_four_servers_on_any_machine() {
        for cores in [1, 2, 4, 37, 64, 192] {
            let one = 12 + 4 + 8 + 1 + 2 + 2 * cores;
            assert!(max_connections(cores) - 3 >= 4 * one, "{cores}");
        }
        assert!(max_connections(1) >= 100);
    }

    #[test]
    fn who_has_ended_does_not_live_even_while_nobody_has_looked() {
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let pid = Pid::from_child(&child);
        // Returns when it has ended, and leaves it in the table.
        rustix::process::waitid(
            rustix::process::WaitId::Pid(pid),
            rustix::process::WaitIdOptions::EXITED | rustix::process::WaitIdOptions::NOWAIT,
        )
        .unwrap();
        assert_eq!(test_kill_process(pid), Ok(()), "it is in the table");
        assert!(!lives(pid));
        child.wait().unwrap();
        assert!(!lives(pid));
        assert!(lives(rustix::process::getpid()));
    }
}
