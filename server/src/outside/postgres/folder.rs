//! The data folder's part that belongs to PostgreSQL.

use std::fs::{self, DirBuilder, File};
use std::io::{ErrorKind, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2_of_path::short_name;

use rustix::fs::{FlockOperation, OFlags};

use super::EmbeddedError;
use super::programs::RunAs;

/// The longest path that a Unix socket can have.
const SOCKET_PATH_LIMIT: usize = 107;

/// How long somebody who joins waits for another's stop: 150 s. `Keeper::stop` may take five seconds for the lock, a minute
/// for its child and another for `pg_ctl`.
const JOIN_TRIES: u32 = 1_500;
const JOIN_PAUSE: Duration = Duration::from_millis(100);

/// How long the log grows before it is begun anew; the one before it is kept beside it.
const LOG_LIMIT: u64 = 16 << 20;

/// `<data>/postgres`: the cluster, its sockets and its log.
///
/// As root the folder itself stays root's, and only `data` and `run` in it are PostgreSQL's: whoever is PostgreSQL's user
/// (any other cluster's superuser on this machine may be) can put no link where root opens, makes or clears something. What
/// lies inside those two root only reads, with care.
#[derive(Debug)]
pub(super) struct Folder {
    top: PathBuf,
    sockets: PathBuf,
    lock: PathBuf,
    users: PathBuf,
    run_as: Option<Owner>,
}

/// Whose a folder is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Owner {
    uid: u32,
    gid: u32,
}

impl Owner {
    fn us() -> Self {
        Self {
            uid: rustix::process::geteuid().as_raw(),
            gid: rustix::process::getegid().as_raw(),
        }
    }
}

impl Folder {
    /// Makes the folders with the modes that keep others out. As root the data folder and `postgres` may be passed through
    /// (0711), because PostgreSQL's own user has to get to its parts; everything else is 0700.
    pub(super) fn prepare(data_dir: &Path, run_as: Option<&RunAs>) -> Result<Self, EmbeddedError> {
        let passable = if run_as.is_some() { 0o711 } else { 0o700 };
        make_data_dir(data_dir, passable)?;
        let data_dir = data_dir
            .canonicalize()
            .map_err(|source| io("cannot use", data_dir, source))?;
        if let Some(user) = run_as {
            user.check_can_enter(&data_dir)?;
        }
        let run_as = run_as.map(|user| Owner {
            uid: user.uid,
            gid: user.gid,
        });
        let us = Owner::us();
        let owner = run_as.unwrap_or(us);
        let mut top = data_dir.join("postgres");
        // A link of our own to another disk is meant; everybody else's is not followed.
        let link = fs::symlink_metadata(&top);
        if link.is_ok_and(|link| link.is_symlink() && link.uid() == us.uid) {
            top = top
                .canonicalize()
                .map_err(|source| io("cannot use", &top, source))?;
        }
        // Earlier versions gave it to PostgreSQL's user.
        make(&top, passable, us, &[us, owner])?;
        let mut sockets = top.join("run");
        if sockets.as_os_str().as_bytes().len() + "/.s.PGSQL.5432.lock".len() > SOCKET_PATH_LIMIT {
            sockets = std::env::temp_dir().join(short_name(&data_dir));
        }
        make(&sockets, 0o700, owner, &[us, owner])?;
        Ok(Self {
            top,
            sockets,
            lock: data_dir.join("postgres.lock"),
            users: data_dir.join("postgres.users"),
            run_as,
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

    /// The log, to be handed to the postmaster as an open file: its user may not open it.
    pub(super) fn open_log(&self) -> Result<File, EmbeddedError> {
        let path = self.log();
        let file = File::options()
            .create(true)
            .append(true)
            .mode(0o600)
            .custom_flags(flags(OFlags::NOFOLLOW | OFlags::NONBLOCK))
            .open(&path)
            .map_err(|source| io("cannot write", &path, source))?;
        let metadata = file
            .metadata()
            .map_err(|source| io("cannot use", &path, source))?;
        // What an earlier version left may have been put there by PostgreSQL's user, while the folder was theirs.
        if !metadata.is_file() || metadata.nlink() != 1 || metadata.uid() != Owner::us().uid {
            return Err(untrusted(&path, "it is not a log of our own"));
        }
        if metadata.permissions().mode() & 0o777 != 0o600 {
            file.set_permissions(fs::Permissions::from_mode(0o600))
                .map_err(|source| io("cannot protect", &path, source))?;
        }
        Ok(file)
    }

    /// Begins the log anew when it has grown long, and keeps what it held as `log.1`. Whoever writes it goes on writing the
    /// same file, at its end; a line that comes at that very moment may be lost.
    pub(super) fn bound_log(&self) -> Result<(), EmbeddedError> {
        self.bound_log_at(LOG_LIMIT)
    }

    fn bound_log_at(&self, limit: u64) -> Result<(), EmbeddedError> {
        let path = self.log();
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_file() && metadata.len() > limit => {}
            _ => return Ok(()),
        }
        let before = self.top.join("log.1");
        let cannot = |source| io("cannot shorten", &path, source);
        let log = self.open_log()?;
        let mut old = File::open(&path).map_err(cannot)?;
        std::io::copy(&mut old, &mut new_file(&before)?).map_err(cannot)?;
        log.set_len(0).map_err(cannot)
    }

    /// What PostgreSQL has written into a small file of the cluster. Its user may put there what they like: a link, a pipe
    /// without an end, a file as large as the disk.
    pub(super) fn read_of_cluster(&self, name: &str) -> Option<String> {
        let file = File::options()
            .read(true)
            .custom_flags(flags(OFlags::NOFOLLOW | OFlags::NONBLOCK))
            .open(self.cluster().join(name))
            .ok()?;
        let mut text = String::new();
        let is_file = file.metadata().ok()?.is_file();
        (is_file && file.take(4096).read_to_string(&mut text).is_ok()).then_some(text)
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
        self.read_of_cluster("PG_VERSION")
            .and_then(|version| version.trim().parse().ok())
    }

    /// An empty folder for a new cluster, PostgreSQL's own, without what a killed start left.
    pub(super) fn discard_half_made(&self) -> Result<PathBuf, EmbeddedError> {
        let fresh = self.top.join("data.new");
        match fs::remove_dir_all(&fresh) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(io("cannot clear", &fresh, error));
            }
            _ => {}
        }
        let us = Owner::us();
        make(&fresh, 0o700, self.run_as.unwrap_or(us), &[us])?;
        Ok(fresh)
    }

    pub(super) fn adopt(&self, fresh: &Path) -> Result<(), EmbeddedError> {
        fs::rename(fresh, self.cluster()).map_err(|source| io("cannot rename", fresh, source))
    }

    /// A file without a name for the output of one of PostgreSQL's programs.
    pub(super) fn scratch(&self) -> Result<File, EmbeddedError> {
        let path = self.top.join(format!("output.{}", std::process::id()));
        let file = new_file(&path)?;
        fs::remove_file(&path).map_err(|source| io("cannot remove", &path, source))?;
        Ok(file)
    }
}

/// A file that nobody had before, in the place of what stood there.
fn new_file(path: &Path) -> Result<File, EmbeddedError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(io("cannot remove", path, error)),
        _ => {}
    }
    File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|source| io("cannot make", path, source))
}

/// Nobody else may open a lock's file, for they could hold the lock.
fn open(path: &Path) -> Result<File, EmbeddedError> {
    File::options()
        .create(true)
        .append(true)
        .mode(0o600)
        .custom_flags(flags(OFlags::NOFOLLOW))
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

/// The data folder: where the caller says, which may be a link or somebody else's.
fn make_data_dir(path: &Path, mode: u32) -> Result<(), EmbeddedError> {
    DirBuilder::new()
        .recursive(true)
        .mode(mode)
        .create(path)
        .map_err(|source| io("cannot make", path, source))?;
    let folder = File::options()
        .read(true)
        .custom_flags(flags(OFlags::DIRECTORY))
        .open(path)
        .map_err(|source| io("cannot use", path, source))?;
    let metadata = folder
        .metadata()
        .map_err(|source| io("cannot use", path, source))?;
    if metadata.uid() == Owner::us().uid {
        protect(&folder, path, mode)?;
    }
    Ok(())
}

/// A folder with this mode that is to be this owner's. One that is there already has to belong to one of `trusted`. It is
/// judged and changed through one descriptor that follows no link, so that nothing can come between.
fn make(path: &Path, mode: u32, owner: Owner, trusted: &[Owner]) -> Result<(), EmbeddedError> {
    match DirBuilder::new().mode(mode).create(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(io("cannot make", path, error)),
        _ => {}
    }
    let folder = File::options()
        .read(true)
        .custom_flags(flags(OFlags::DIRECTORY | OFlags::NOFOLLOW))
        .open(path)
        .map_err(|source| io("cannot trust", path, source))?;
    let metadata = folder
        .metadata()
        .map_err(|source| io("cannot use", path, source))?;
    if !trusted.iter().any(|trusted| trusted.uid == metadata.uid()) {
        return Err(untrusted(path, "the folder belongs to somebody else"));
    }
    protect(&folder, path, mode)?;
    if metadata.uid() != owner.uid {
        std::os::unix::fs::fchown(&folder, Some(owner.uid), Some(owner.gid))
            .map_err(|source| io("cannot hand over", path, source))?;
    }
    Ok(())
}

fn protect(folder: &File, path: &Path, mode: u32) -> Result<(), EmbeddedError> {
    folder
        .set_permissions(fs::Permissions::from_mode(mode))
        .map_err(|source| io("cannot protect", path, source))
}

fn flags(flags: OFlags) -> i32 {
    flags.bits().cast_signed()
}

fn untrusted(path: &Path, why: &'static str) -> EmbeddedError {
    io("cannot trust", path, std::io::Error::other(why))
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

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::os::unix::fs::symlink;

    use super::*;

    /// An empty place, and a folder and a file of our own that nobody is to touch.
    struct Place(PathBuf);

    impl Place {
        fn new(name: &str) -> Self {
            let top = std::env::temp_dir().join(format!("vw-folder-{name}-{}", std::process::id()));
            fs::create_dir_all(top.join("data")).unwrap();
            fs::create_dir(top.join("ours")).unwrap();
            fs::set_permissions(top.join("ours"), fs::Permissions::from_mode(0o755)).unwrap();
            fs::write(top.join("file"), "ours").unwrap();
            Self(top)
        }

        fn data(&self) -> PathBuf {
            self.0.join("data")
        }

        fn folder(&self) -> Result<Folder, EmbeddedError> {
            Folder::prepare(&self.data(), None)
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            let mode = fs::metadata(self.0.join("ours")).unwrap().mode() & 0o777;
            let text = fs::read_to_string(self.0.join("file")).unwrap();
            fs::remove_dir_all(&self.0).unwrap();
            if !std::thread::panicking() {
                assert_eq!((mode, text.as_str()), (0o755, "ours"), "somebody touched it");
            }
        }
    }

    #[test]
    fn a_link_in_the_place_of_the_sockets_is_refused_and_what_it_leads_to_left_as_it_was() {
        let place = Place::new("run");
        fs::create_dir(place.data().join("postgres")).unwrap();
        symlink(place.0.join("ours"), place.data().join("postgres/run")).unwrap();
        let refused = place.folder().unwrap_err();
        assert!(refused.to_string().starts_with("cannot trust"), "{refused}");
    }

    #[test]
    fn a_link_or_a_second_name_in_the_place_of_the_log_is_not_written() {
        let place = Place::new("log");
        let folder = place.folder().unwrap();
        symlink(place.0.join("file"), folder.log()).unwrap();
        folder.open_log().unwrap_err();
        fs::remove_file(folder.log()).unwrap();
        fs::hard_link(place.0.join("file"), folder.log()).unwrap();
        folder.open_log().unwrap_err();
        fs::remove_file(folder.log()).unwrap();
        folder.open_log().unwrap().write_all(b"a line").unwrap();
        assert_eq!(fs::metadata(folder.log()).unwrap().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_link_in_the_place_of_scratch_is_replaced_and_nothing_is_left() {
        let place = Place::new("scratch");
        let folder = place.folder().unwrap();
        let name = folder.top().join(format!("output.{}", std::process::id()));
        symlink(place.0.join("file"), &name).unwrap();
        folder.scratch().unwrap().write_all(b"said").unwrap();
        fs::symlink_metadata(&name).unwrap_err();
    }

    #[test]
    fn what_postgresql_may_have_put_into_the_cluster_is_read_with_care() {
        let place = Place::new("cluster");
        let folder = place.folder().unwrap();
        let pid = folder.cluster().join("postmaster.pid");
        let read = || folder.read_of_cluster("postmaster.pid");
        fs::create_dir(folder.cluster()).unwrap();
        assert_eq!(read(), None);
        symlink("/dev/zero", &pid).unwrap();
        assert_eq!(read(), None, "a link");
        fs::remove_file(&pid).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, &pid, rustix::fs::Mode::RUSR).unwrap();
        assert_eq!(read(), None, "a pipe that nobody writes");
        fs::remove_file(&pid).unwrap();
        fs::write(&pid, "9".repeat(10_000)).unwrap();
        assert_eq!(read().map(|text| text.len()), Some(4096), "a long file");
    }

    #[test]
    fn as_root_the_folder_is_roots_and_only_its_parts_are_postgresqls() {
        // An ordinary user runs PostgreSQL as themselves, and a machine without its user cannot show this.
        let Ok(Some(user)) = RunAs::for_this_process() else {
            return;
        };
        let place = Place::new("root");
        let top = place.data().join("postgres");
        // As an earlier version left it.
        fs::create_dir(&top).unwrap();
        std::os::unix::fs::chown(&top, Some(user.uid), Some(user.gid)).unwrap();
        let folder = Folder::prepare(&place.data(), Some(&user)).unwrap();
        let fresh = folder.discard_half_made().unwrap();
        let is = |path: &Path| {
            let metadata = fs::metadata(path).unwrap();
            (metadata.uid(), metadata.mode() & 0o777)
        };
        assert_eq!(is(&place.data()), (0, 0o711));
        assert_eq!(is(&top), (0, 0o711));
        assert_eq!(is(folder.sockets()), (user.uid, 0o700));
        assert_eq!(is(&fresh), (user.uid, 0o700));
        drop(folder.open_log().unwrap());
        assert_eq!(is(&folder.log()), (0, 0o600));
    }

    #[test]
    fn a_log_that_has_grown_long_is_begun_anew_under_its_writer() {
        let place = Place::new("bound");
        let folder = place.folder().unwrap();
        let mut writer = folder.open_log().unwrap();
        writer.write_all(b"old lines").unwrap();
        folder.bound_log_at(100).unwrap();
        assert_eq!(fs::read(folder.log()).unwrap(), b"old lines");
        folder.bound_log_at(5).unwrap();
        writer.write_all(b"new").unwrap();
        assert_eq!(fs::read(folder.log()).unwrap(), b"new");
        assert_eq!(fs::read(folder.top().join("log.1")).unwrap(), b"old lines");
    }
}
