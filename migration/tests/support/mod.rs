//! A throw-away PostgreSQL for one test: a folder and a socket of its own, no TCP, nothing synced, gone with the test.

pub(crate) mod dump;
pub(crate) mod rows;

use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sea_orm::DatabaseConnection;
use sea_orm_migration::MigratorTrait as _;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions as _};
use vitalwire_migration::Migrator;

/// The cluster's superuser.
const SUPERUSER: &str = "postgres";
/// Whoever owns the databases and runs the migrations: no superuser, as in a managed service.
const OWNER: &str = "vw_owner";

/// Runs the server until standard input ends, which it does however this process ends; then stops it and removes the
/// folder. It outlives the signals of the test runner for as long as that takes.
const KEEPER: &str = r#"
trap '' INT TERM HUP
folder=$1; shift
"$@" &
server=$!
read -r _
kill -QUIT "$server"
wait "$server"
rm -rf -- "$folder"
"#;

/// A running PostgreSQL.
pub(crate) struct Cluster {
    folder: PathBuf,
    keeper: Child,
}

impl Cluster {
    /// Starts one and makes the role that owns the databases.
    pub(crate) async fn start() -> Self {
        let folder = new_folder();
        let programs = programs();
        let as_whom = unprivileged(&folder);

        let made = command(&programs.join("initdb"), as_whom, &folder)
            .args([
                "--auth=trust",
                "--encoding=UTF8",
                "--no-locale",
                "--no-sync",
                "--username",
                SUPERUSER,
            ])
            .arg("--pgdata=data")
            .output()
            .expect("run initdb");
        assert!(
            made.status.success(),
            "initdb: {}",
            String::from_utf8_lossy(&made.stderr)
        );

        let log = File::create(folder.join("log")).expect("make the log");
        let keeper = command(Path::new("/bin/sh"), as_whom, &folder)
            .args(["-c", KEEPER, "keeper"])
            .arg(&folder)
            .arg(programs.join("postgres"))
            .args(["-D", "data", "-k"])
            .arg(&folder)
            .args([
                "-c",
                "listen_addresses=",
                "-c",
                "fsync=off",
                "-c",
                "full_page_writes=off",
            ])
            .args([
                "-c",
                "shared_buffers=32MB",
                "-c",
                "max_connections=40",
                "-c",
                "timezone=UTC",
            ])
            .stdin(Stdio::piped())
            .stdout(log.try_clone().expect("share the log"))
            .stderr(log)
            .spawn()
            .expect("start PostgreSQL");

        let cluster = Self { folder, keeper };
        let superuser = cluster.wait().await;
        sqlx::query(AssertSqlSafe(format!(
            "create role {OWNER} login createrole createdb"
        )))
        .execute(&superuser)
        .await
        .expect("make the owner");
        superuser.close().await;
        cluster
    }

    /// An empty database that the owner owns.
    pub(crate) async fn database(&self, name: &str) -> Database<'_> {
        let owner = self.connect("postgres", OWNER).await;
        sqlx::query(AssertSqlSafe(format!("create database {name}")))
            .execute(&owner)
            .await
            .expect("make a database");
        owner.close().await;
        Database {
            cluster: self,
            name: name.to_owned(),
        }
    }

    /// A database with every migration in it.
    pub(crate) async fn migrated(&self, name: &str) -> Database<'_> {
        let database = self.database(name).await;
        Migrator::up(&database.as_owner().await, None)
            .await
            .expect("migrate");
        database
    }

    async fn wait(&self) -> PgPool {
        for _ in 0..600 {
            if let Ok(pool) = self.try_connect("postgres", SUPERUSER).await {
                return pool;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        panic!("PostgreSQL does not answer: {log}");
    }

    async fn connect(&self, database: &str, role: &str) -> PgPool {
        self.try_connect(database, role).await.expect("connect")
    }

    async fn try_connect(&self, database: &str, role: &str) -> Result<PgPool, sqlx::Error> {
        PgPoolOptions::new()
            .max_connections(4)
            .connect_with(self.options(database, role))
            .await
    }

    fn options(&self, database: &str, role: &str) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(&self.folder)
            .port(5432)
            .database(database)
            .username(role)
            .disable_statement_logging()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        drop(self.keeper.wait());
    }
}

/// One database of a cluster.
pub(crate) struct Database<'c> {
    cluster: &'c Cluster,
    name: String,
}

impl Database<'_> {
    /// As the role that owns the tables and runs the migrations.
    pub(crate) async fn as_owner(&self) -> DatabaseConnection {
        self.cluster.connect(&self.name, OWNER).await.into()
    }

    /// The same, in a session that believes itself to be in a time zone. The driver says UTC unless it is told.
    pub(crate) async fn as_owner_in(&self, zone: &str) -> DatabaseConnection {
        let options = self.cluster.options(&self.name, OWNER);
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .connect_with(options)
            .await
            .expect("connect");
        sqlx::query(AssertSqlSafe(format!("set timezone to '{zone}'")))
            .execute(&pool)
            .await
            .expect("move");
        pool.into()
    }

    /// As the cluster's superuser, who may break anything.
    pub(crate) async fn as_superuser(&self) -> PgPool {
        self.cluster.connect(&self.name, SUPERUSER).await
    }

    /// As the server, which has yet to take a role.
    pub(crate) async fn as_app(&self) -> PgPool {
        self.cluster.connect(&self.name, "vw_app").await
    }
}

/// A folder that no other test has, closed to everyone else. Its path is short: a socket's may have 107 bytes.
fn new_folder() -> PathBuf {
    for number in 0.. {
        let folder = std::env::temp_dir().join(format!("vw-migrations-{}-{number}", std::process::id()));
        match fs::create_dir(&folder) {
            Ok(()) => {
                fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).expect("close the folder");
                return folder;
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => panic!("cannot make {}: {error}", folder.display()),
        }
    }
    unreachable!("numbers do not end")
}

/// The user and group to run as where we are root, which PostgreSQL refuses to be; the folder is given to them.
fn unprivileged(folder: &Path) -> Option<(u32, u32)> {
    if fs::metadata(folder).expect("look at the folder").uid() != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").expect("read the users");
    let fields: Vec<&str> = users
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fields[0] == "postgres")
        .expect("root needs a user named postgres to run PostgreSQL as");
    let (uid, gid) = (
        fields[2].parse().expect("a uid"),
        fields[3].parse().expect("a gid"),
    );
    chown(folder, Some(uid), Some(gid)).expect("give the folder away");
    Some((uid, gid))
}

fn command(program: &Path, as_whom: Option<(u32, u32)>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    if let Some((uid, gid)) = as_whom {
        command.uid(uid).gid(gid);
    }
    command
}

/// The folder of the newest PostgreSQL's programs: Debian's place, else the search path.
#[expect(
    clippy::disallowed_methods,
    reason = "a test has no configuration to take the search path from"
)]
fn programs() -> PathBuf {
    let installed = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut versions: Vec<(u32, PathBuf)> = installed
        .filter_map(|entry| {
            Some((
                entry.file_name().to_str()?.parse().ok()?,
                entry.path().join("bin"),
            ))
        })
        .collect();
    versions.sort();
    let newest_first = versions.into_iter().rev().map(|(_, folder)| folder);
    let path = std::env::var_os("PATH").unwrap_or_default();
    newest_first
        .chain(std::env::split_paths(&path))
        .find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
        .expect("PostgreSQL's programs: install the package postgresql")
}
