//! The data folder's part that belongs to PostgreSQL.

use std::fs::{self, DirBuilder, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2_of_path::short_name;

use rustix::fs::FlockOperation;

use super::EmbeddedError;
use super::programs::RunAs;

/// The longest path that a Unix socket can have.
const SOCKET_PATH_LIMIT: usize = 107;

/// How long somebody who joins waits for another's stop: longer than a stop takes.
const JOIN_TRIES: u32 = 900;
const JOIN_PAUSE: Duration = Duration::from_millis(100);

/// `<data>/postgres`: the cluster, its sockets and its log.
#[derive(Debug)]
pub(super) struct Folder {
    top: PathBuf,
    sockets: PathBuf,
    lock: PathBuf,
    users: PathBuf,
}

impl Folder {
    /// Makes the folders with the modes that keep others out. As root the data folder itself may be passed through
    /// (0711), because PostgreSQL's own user has to get to its part; everything in it is 0700.
    pub(super) fn prepare(data_dir: &Path, run_as: Option<&RunAs>) -> Result<Self, EmbeddedError> {
        make(data_dir, if run_as.is_some() { 0o711 } else { 0o700 })?;
        let data_dir = data_dir
            .canonicalize()
            .map_err(|source| io("cannot use", data_dir, source))?;
        let top = data_dir.join("postgres");
        make(&top, 0o700)?;
        if let Some(user) = run_as {
            user.check_can_enter(&data_dir)?;
            own(&top, user)?;
        }
        let mut sockets = top.join("run");
        if sockets.as_os_str().as_bytes().len() + "/.s.PGSQL.5432.lock".len() > SOCKET_PATH_LIMIT {
            sockets = std::env::temp_dir().join(short_name(&data_dir));
        }
        make(&sockets, 0o700)?;
        refuse_strangers(&sockets, run_as)?;
        if let Some(user) = run_as {
            own(&sockets, user)?;
        }
        Ok(Self {
            top,
            sockets,
            lock: data_dir.join("postgres.lock"),
            users: data_dir.join("postgres.users"),
        })
    }

    pub(super) fn top(&self) -> &Path {
        &self.top
    }

    pub(super) fn sockets(&self) -> &Path {
        &self.sockets
    }

    pub(super) fn cluster(&self) -> PathBuf {
        self.top.join("data")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.top.join("log")
    }

    /// The lock of who looks after the postmaster, if it is free.
    pub(super) fn try_lock(&self) -> Result<Option<File>, EmbeddedError> {
        let file = open(&self.lock)?;
        Ok(flock(&file, &self.lock, FlockOperation::NonBlockingLockExclusive)?.then_some(file))
    }

    /// Says that this process uses the postmaster, for as long as it keeps the file. Waits while another, who was the
    /// last, stops it.
    pub(super) async fn join(&self) -> Result<File, EmbeddedError> {
        let file = open(&self.users)?;
        for _ in 0..JOIN_TRIES {
            if flock(&file, &self.users, FlockOperation::NonBlockingLockShared)? {
                return Ok(file);
            }
            tokio::time::sleep(JOIN_PAUSE).await;
        }
        Err(EmbeddedError::Stopping(self.users.clone()))
    }

    /// Whether the others have all left; this process leaves with the question. Of several who ask at once one is last,
    /// because the lock is let go before the stronger one is tried; and nobody joins while the answer was yes and the
    /// file is kept.
    pub(super) fn is_last(&self, user: &File) -> Result<bool, EmbeddedError> {
        flock(user, &self.users, FlockOperation::NonBlockingLockExclusive)
    }

    pub(super) fn is_initialised(&self) -> bool {
        self.cluster().join("PG_VERSION").exists()
    }

    /// The major version of the PostgreSQL that made the cluster, where there is one.
    pub(super) fn cluster_version(&self) -> Option<u32> {
        fs::read_to_string(self.cluster().join("PG_VERSION"))
            .ok()
            .and_then(|version| version.trim().parse().ok())
    }

    /// The folder for a new cluster, empty of what a killed start left.
    pub(super) fn discard_half_made(&self) -> Result<PathBuf, EmbeddedError> {
        let fresh = self.top.join("data.new");
        match fs::remove_dir_all(&fresh) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(io("cannot clear", &fresh, error))
            }
            _ => Ok(fresh),
        }
    }

    pub(super) fn adopt(&self, fresh: &Path) -> Result<(), EmbeddedError> {
        fs::rename(fresh, self.cluster()).map_err(|source| io("cannot rename", fresh, source))
    }

    /// A file for the output of one of PostgreSQL's programs.
    pub(super) fn scratch(&self) -> Result<(PathBuf, File), EmbeddedError> {
        let path = self.top.join(format!("output.{}", std::process::id()));
        let file = File::create(&path).map_err(|source| io("cannot make", &path, source))?;
        Ok((path, file))
    }
}

/// Nobody else may open a lock's file, for they could hold the lock.
fn open(path: &Path) -> Result<File, EmbeddedError> {
    File::options()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .map_err(|source| io("cannot lock", path, source))
}

/// Whether the lock was free.
fn flock(file: &File, path: &Path, operation: FlockOperation) -> Result<bool, EmbeddedError> {
    match rustix::fs::flock(file, operation) {
        Ok(()) => Ok(true),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(false),
        Err(errno) => Err(io("cannot lock", path, errno.into())),
    }
}

fn make(path: &Path, mode: u32) -> Result<(), EmbeddedError> {
    DirBuilder::new()
        .recursive(true)
        .mode(mode)
        .create(path)
        .map_err(|source| io("cannot make", path, source))?;
    let metadata = fs::metadata(path).map_err(|source| io("cannot use", path, source))?;
    let mine = metadata.uid() == rustix::process::geteuid().as_raw();
    if mine && metadata.permissions().mode() & 0o777 != mode {
        fs::set_permissions(path, fs::Permissions::from_mode(mode))
            .map_err(|source| io("cannot protect", path, source))?;
    }
    Ok(())
}

fn own(path: &Path, user: &RunAs) -> Result<(), EmbeddedError> {
    std::os::unix::fs::chown(path, Some(user.uid), Some(user.gid))
        .map_err(|source| io("cannot hand over", path, source))
}

/// A socket folder in a shared place must belong to us or to PostgreSQL's user, not to somebody who made it first.
fn refuse_strangers(path: &Path, run_as: Option<&RunAs>) -> Result<(), EmbeddedError> {
    let owner = fs::symlink_metadata(path).map_err(|source| io("cannot use", path, source))?;
    let ours = owner.uid() == rustix::process::geteuid().as_raw()
        || run_as.is_some_and(|user| user.uid == owner.uid());
    if ours && owner.is_dir() {
        return Ok(());
    }
    Err(io(
        "cannot trust",
        path,
        std::io::Error::other("the folder belongs to somebody else"),
    ))
}

fn io(what: &'static str, path: &Path, source: std::io::Error) -> EmbeddedError {
    EmbeddedError::Io {
        what,
        path: path.to_owned(),
        source,
    }
}

mod sha2_of_path {
    //! A short, stable name for a long path.

    use std::os::unix::ffi::OsStrExt;
    use std::path::Path;

    use aws_lc_rs::digest;

    pub(super) fn short_name(path: &Path) -> String {
        let digest = digest::digest(&digest::SHA256, path.as_os_str().as_bytes());
        format!(
            "vitalwire-{}",
            data_encoding::HEXLOWER.encode(&digest.as_ref()[..8])
        )
    }
}
