//! A private PostgreSQL of the server's own, so that it runs with no configuration at all (DESIGN §3).
//!
//! Whoever holds the lock on the data folder looks after the postmaster: starts it or adopts the one that outlived a
//! killed server, and stops it at the end. Everybody else who uses the same folder only connects.

mod folder;
mod programs;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::fs::FlockOperation;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection};

use folder::Folder;
use programs::{Programs, RunAs};

const DATABASE: &str = "vitalwire";
const OWNER: &str = "vw_owner";
const APP: &str = "vw_app";

/// Why the private PostgreSQL does not run.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// No programs anywhere.
    #[error(
        "PostgreSQL's server programs (initdb, pg_ctl) were not found on PATH or in the usual places. Install them \
         (Debian and Ubuntu: apt install postgresql; Fedora: dnf install postgresql-server; macOS: brew install \
         postgresql@15) or set DATABASE_URL to a PostgreSQL 15 or newer"
    )]
    NoPrograms,
    /// Too old.
    #[error("PostgreSQL 15 or newer is needed; found only {0}")]
    TooOld(String),
    /// Root has nobody to run it as.
    #[error(
        "PostgreSQL does not run as root and there is no user 'postgres' to run it as; create one (useradd --system \
         postgres) or start vitalwire-server as an ordinary user"
    )]
    NoUser,
    /// The unprivileged user cannot reach the folder.
    #[error("PostgreSQL runs as user '{user}', which may not enter {folder}; choose another --data-dir")]
    NotEnterable {
        /// Who may not enter.
        user: String,
        /// What cannot be entered.
        folder: PathBuf,
    },
    /// The file system said no.
    #[error("{what} {path}: {source}", path = path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// One of PostgreSQL's programs failed.
    #[error("{program} failed: {output}")]
    Program {
        /// Which one.
        program: &'static str,
        /// The end of what it said.
        output: String,
    },
    /// It runs but does not answer.
    #[error("the private PostgreSQL does not answer: {0}")]
    Connect(sqlx::Error),
}

/// A running private PostgreSQL.
#[derive(Debug)]
pub struct Embedded {
    folder: Folder,
    programs: Programs,
    run_as: Option<RunAs>,
    lock: Option<File>,
}

impl Embedded {
    /// Starts, adopts or joins the PostgreSQL of a data folder, and makes sure that the database exists.
    pub async fn start(data_dir: &Path) -> Result<Self, EmbeddedError> {
        let programs = Programs::find()?;
        let run_as = RunAs::for_this_process()?;
        let folder = Folder::prepare(data_dir, run_as.as_ref())?;
        let lock = folder.try_lock()?;
        let embedded = Self {
            folder,
            programs,
            run_as,
            lock,
        };
        if embedded.lock.is_some() {
            embedded.look_after().await?;
        }
        embedded.ensure_database().await?;
        Ok(embedded)
    }

    /// Where migrations connect: as the owner.
    pub fn owner_url(&self) -> String {
        self.url(OWNER)
    }

    /// Where the server connects: as the login that owns nothing.
    pub fn app_url(&self) -> String {
        self.url(APP)
    }

    /// Stops the postmaster if this process looks after it.
    pub async fn stop(self) {
        if self.lock.is_some() {
            match self.pg_ctl(&["-m", "fast", "-w", "-t", "60", "stop"]).await {
                Ok(()) => tracing::info!("stopped the private PostgreSQL"),
                Err(error) => {
                    tracing::warn!(%error, "the private PostgreSQL did not stop; the next start adopts it");
                }
            }
        }
    }

    async fn look_after(&self) -> Result<(), EmbeddedError> {
        if !self.folder.is_initialised() {
            tracing::info!("making a new PostgreSQL cluster");
            self.initialise().await?;
        }
        if self.pg_ctl(&["status"]).await.is_ok() && self.wait_until_ready().await.is_ok() {
            tracing::info!("adopted the private PostgreSQL that was still running");
            return Ok(());
        }
        let options = self.server_options();
        let log = self.folder.log().display().to_string();
        self.pg_ctl(&["-w", "-t", "120", "-l", &log, "-o", &options, "start"])
            .await?;
        tracing::info!("started the private PostgreSQL");
        Ok(())
    }

    /// Into a folder aside, then renamed: a kill half-way leaves nothing that looks whole.
    async fn initialise(&self) -> Result<(), EmbeddedError> {
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

    fn server_options(&self) -> String {
        let settings = [
            "listen_addresses=".to_owned(),
            format!("unix_socket_directories={}", self.folder.sockets().display()),
            "unix_socket_permissions=0700".to_owned(),
            "max_connections=100".to_owned(),
            "shared_buffers=256MB".to_owned(),
            "max_wal_size=4GB".to_owned(),
            "wal_compression=on".to_owned(),
            "checkpoint_timeout=15min".to_owned(),
            "timezone=UTC".to_owned(),
            "log_timezone=UTC".to_owned(),
            // A log line must not repeat a statement's values: they are patient data.
            "log_parameter_max_length_on_error=0".to_owned(),
            "log_min_error_statement=panic".to_owned(),
        ];
        settings
            .iter()
            .map(|setting| format!("-c '{setting}'"))
            .collect::<Vec<_>>()
            .join(" ")
    }

    async fn wait_until_ready(&self) -> Result<(), EmbeddedError> {
        let options = self.options(OWNER, "postgres");
        let mut tries = 0;
        loop {
            match options.connect().await {
                Ok(connection) => return connection.close().await.map_err(EmbeddedError::Connect),
                Err(error) if tries >= 300 => return Err(EmbeddedError::Connect(error)),
                Err(_) => tries += 1,
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    async fn ensure_database(&self) -> Result<(), EmbeddedError> {
        self.wait_until_ready().await?;
        let mut connection = self
            .options(OWNER, "postgres")
            .connect()
            .await
            .map_err(EmbeddedError::Connect)?;
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

    fn options(&self, user: &str, database: &str) -> PgConnectOptions {
        PgConnectOptions::new()
            .socket(self.folder.sockets())
            .username(user)
            .database(database)
    }

    fn url(&self, user: &str) -> String {
        let socket: String =
            url::form_urlencoded::byte_serialize(self.folder.sockets().display().to_string().as_bytes())
                .collect();
        // The host in the address is a formality that parsers ask for; the socket is what counts.
        format!("postgres://{user}@localhost/{DATABASE}?host={socket}")
    }

    async fn pg_ctl(&self, arguments: &[&str]) -> Result<(), EmbeddedError> {
        let data = self.folder.cluster().display().to_string();
        let all: Vec<&str> = ["-D", data.as_str()].iter().chain(arguments).copied().collect();
        self.run("pg_ctl", &all).await
    }

    async fn run(&self, program: &'static str, arguments: &[&str]) -> Result<(), EmbeddedError> {
        let path = self.programs.path(program);
        let mut command = tokio::process::Command::new(&path);
        command
            .args(arguments)
            .stdin(Stdio::null())
            .env("LC_ALL", "C.UTF-8")
            .current_dir(self.folder.top());
        if let Some(user) = &self.run_as {
            command.uid(user.uid).gid(user.gid);
        }
        // The postmaster inherits what pg_ctl writes to; a pipe would keep this process waiting for its end.
        let (output, file) = self.folder.scratch()?;
        let copy = file.try_clone().map_err(|source| EmbeddedError::Io {
            what: "cannot use",
            path: output.clone(),
            source,
        })?;
        let status = command
            .stdout(file)
            .stderr(copy)
            .status()
            .await
            .map_err(|source| EmbeddedError::Io {
                what: "cannot run",
                path,
                source,
            })?;
        let said = std::fs::read_to_string(&output).unwrap_or_default();
        let _gone = std::fs::remove_file(&output);
        if status.success() {
            return Ok(());
        }
        let tail: Vec<&str> = said.lines().rev().take(8).collect();
        Err(EmbeddedError::Program {
            program,
            output: tail.into_iter().rev().collect::<Vec<_>>().join("\n"),
        })
    }
}

/// Takes the lock if it is free.
fn lock(path: &Path) -> Result<Option<File>, EmbeddedError> {
    let io = |source| EmbeddedError::Io {
        what: "cannot lock",
        path: path.to_owned(),
        source,
    };
    let file = File::options().create(true).append(true).open(path).map_err(io)?;
    match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(file)),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
        Err(errno) => Err(io(errno.into())),
    }
}
