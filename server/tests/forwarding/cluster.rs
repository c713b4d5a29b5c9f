//! A throw-away PostgreSQL for this program: a folder and a socket of its own, no TCP, nothing synced. It ends when the
//! program does, however that ends.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tokio::sync::OnceCell;
use vitalwire_migration::{Migrator, MigratorTrait as _};

/// Waits until standard input ends, which it does with the test program, then stops the server and removes the folder.
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
const TEMPLATE: &str = "template_vitalwire";

/// The running cluster with one migrated database, which new ones are copied from.
pub(crate) struct Cluster {
    folder: PathBuf,
    _keeper: Child,
    databases: tokio::sync::Mutex<u32>,
}

impl Cluster {
    /// The program's own.
    pub(crate) async fn get() -> &'static Self {
        static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();
        CLUSTER.get_or_init(Self::start).await
    }

    async fn start() -> Self {
        let folder = std::env::temp_dir().join(format!("vw-fwd-{}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
        let user = unprivileged_user();
        if let Some((uid, gid)) = user {
            chown(&folder, Some(uid), Some(gid)).unwrap();
        }
        let programs = programs();
        let command = |program: &Path| {
            let mut command = Command::new(program);
            command.current_dir(&folder);
            if let Some((uid, gid)) = user {
                command.uid(uid).gid(gid);
            }
            command
        };
        let made = command(&programs.join("initdb"))
            .args([
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-locale",
                "-N",
                "-U",
                "postgres",
                "-D",
                "data",
            ])
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let keeper = command(Path::new("/bin/sh"))
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
                "max_connections=200",
                "-c",
                "timezone=UTC",
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let cluster = Self {
            folder,
            _keeper: keeper,
            databases: tokio::sync::Mutex::new(0),
        };
        let mut superuser = cluster.wait().await;
        superuser
            .execute("create role vw_owner login createrole createdb")
            .await
            .unwrap();
        superuser
            .execute(AssertSqlSafe(format!(
                "create database {TEMPLATE} owner vw_owner"
            )))
            .await
            .unwrap();
        superuser.close().await.unwrap();
        let owner = sea_orm::Database::connect(cluster.url("vw_owner", TEMPLATE))
            .await
            .unwrap();
        Migrator::up(&owner, None).await.unwrap();
        owner.close().await.unwrap();
        cluster
    }

    /// A new database with every table; returns the addresses of the server's login and of the superuser.
    pub(crate) async fn database(&self) -> (String, String) {
        // A template must not be in use by two copies at once.
        let mut made = self.databases.lock().await;
        *made += 1;
        let name = format!("test_{made}");
        let mut superuser = PgConnection::connect(&self.url("postgres", "postgres"))
            .await
            .unwrap();
        superuser
            .execute(AssertSqlSafe(format!(
                "create database {name} owner vw_owner template {TEMPLATE}"
            )))
            .await
            .unwrap();
        superuser.close().await.unwrap();
        (self.url("vw_app", &name), self.url("postgres", &name))
    }

    fn url(&self, user: &str, database: &str) -> String {
        format!(
            "postgres://{user}@localhost/{database}?host={}",
            self.folder.display()
        )
    }

    async fn wait(&self) -> PgConnection {
        for _ in 0..600 {
            if let Ok(connection) = PgConnection::connect(&self.url("postgres", "postgres")).await {
                return connection;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("PostgreSQL does not answer");
    }
}

fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut folders: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    folders.sort();
    folders
        .into_iter()
        .rfind(|folder| folder.join("initdb").exists())
        .unwrap_or_else(|| {
            let config = Command::new("pg_config")
                .arg("--bindir")
                .output()
                .expect("PostgreSQL's server programs");
            PathBuf::from(String::from_utf8(config.stdout).unwrap().trim())
        })
}

/// PostgreSQL refuses to run as root; then it runs as the user that its package makes.
fn unprivileged_user() -> Option<(u32, u32)> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let line = users
        .lines()
        .find(|line| line.starts_with("postgres:"))
        .expect("a user named postgres");
    let mut ids = line.split(':').skip(2).map(|id| id.parse().unwrap());
    Some((ids.next().unwrap(), ids.next().unwrap()))
}
