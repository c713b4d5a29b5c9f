//! A private PostgreSQL of the server's own, so that it runs with no configuration at all (DESIGN §3).
//!
//! Any number of processes may use one data folder. Whoever holds the lock on it looks after the postmaster ([`keeper`]):
//! starts it or adopts the one that outlived a killed server, and starts it again when it dies. Everybody else connects,
//! and takes the lock over once its holder is gone. The postmaster is stopped by the last user who leaves, never under
//! the others; each user holds a shared lock for as long as it is one.

mod cluster;
mod folder;
mod keeper;
mod programs;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::ground::swallow::swallow;
use cluster::{APP, Cluster, OWNER};
use keeper::Keeper;

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
    /// The data folder's cluster was made by a version whose programs are not there.
    #[error(
        "the data folder holds the cluster of a PostgreSQL {0}, and no other version can serve it. Install the programs of \
         version {0} beside the newer ones, or move the data by dump and restore"
    )]
    OtherVersion(u32),
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
    /// It runs, but has something to finish first: it reads what a crash left, or it is shutting down.
    #[error("the private PostgreSQL is busy: {0}")]
    Busy(String),
    /// It takes connections and says nothing.
    #[error(
        "the private PostgreSQL takes connections and says nothing; look at its log, postgres/log in the data folder, and \
         whether its processes run"
    )]
    Silent,
    /// Whoever wanted it wants it no more.
    #[error("told to stop before the private PostgreSQL answered")]
    Interrupted,
    /// Somebody else is stopping it and does not come to an end.
    #[error("another process is stopping the private PostgreSQL and does not come to an end; {0} is locked")]
    Stopping(PathBuf),
}

impl EmbeddedError {
    fn is_busy(&self) -> bool {
        matches!(self, Self::Busy(_))
    }
}

/// A running private PostgreSQL.
#[derive(Debug)]
pub struct Embedded {
    cluster: Arc<Cluster>,
    /// Says that this process uses it.
    user: File,
    watch: JoinHandle<Keeper>,
    stop: CancellationToken,
}

impl Embedded {
    /// Starts, adopts or joins the PostgreSQL of a data folder, makes sure that the database exists, and looks after it
    /// until [`Embedded::stop`]. Where it is `told` to stop meanwhile, what was started until then is stopped again.
    pub async fn start(told: &CancellationToken, data_dir: &Path) -> Result<Self, EmbeddedError> {
        let cluster = Arc::new(Cluster::find(data_dir)?);
        let joined = told.run_until_cancelled(cluster.folder().join()).await;
        let user = joined.unwrap_or(Err(EmbeddedError::Interrupted))?;
        let mut keeper = Keeper::of(Arc::clone(&cluster));
        let begun = told.run_until_cancelled(keeper.begin()).await;
        if let Err(error) = begun.unwrap_or(Err(EmbeddedError::Interrupted)) {
            keeper.abandon(&user).await;
            return Err(error);
        }
        let stop = CancellationToken::new();
        let embedded = Self {
            watch: tokio::spawn(keeper.watch(stop.clone())),
            cluster,
            user,
            stop,
        };
        let made = told.run_until_cancelled(embedded.cluster.ensure_database()).await;
        match made.unwrap_or(Err(EmbeddedError::Interrupted)) {
            Ok(()) => Ok(embedded),
            Err(error) => {
                embedded.stop().await;
                Err(error)
            }
        }
    }

    /// Where migrations connect: as the owner.
    pub fn owner_url(&self) -> String {
        self.cluster.url(OWNER)
    }

    /// Where the server connects: as the login that owns nothing.
    pub fn app_url(&self) -> String {
        self.cluster.url(APP)
    }

    /// Stops the postmaster if nobody else uses it; otherwise leaves it to one of the others, under whom it goes on
    /// without a pause.
    pub async fn stop(self) {
        self.stop.cancel();
        let keeper = swallow(
            self.watch.await,
            "without its keeper PostgreSQL can still be stopped",
        );
        let mut keeper = keeper.unwrap_or_else(|| Keeper::of(Arc::clone(&self.cluster)));
        match self.cluster.folder().is_last(&self.user) {
            Ok(true) => match keeper.stop().await {
                Ok(()) => tracing::info!("stopped the private PostgreSQL"),
                Err(error) => {
                    tracing::warn!(%error, "the private PostgreSQL did not stop; the next start adopts it");
                }
            },
            Ok(false) => tracing::info!("left the private PostgreSQL to others who use it"),
            Err(error) => tracing::warn!(%error, "the private PostgreSQL was left running"),
        }
    }
}
