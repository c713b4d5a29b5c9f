//! Connections. Requests share one pool whose login owns nothing and sees nothing until a scope takes a role; each
//! circuit has a small pool of its own that lives in the system role, so that none can starve another.

use std::str::FromStr;
use std::time::Duration;

use sea_orm::{DatabaseConnection, SqlxPostgresConnector};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection as _, Executor, PgConnection, PgPool, Row as _};

/// How long a request or a commit waits for a connection: less than a sender waits for its commit, so that while the
/// database is away everybody hears so in good time and from the part that knows.
const ACQUIRE: Duration = Duration::from_secs(3);

/// The same for router and delivery workers, for whom nobody waits.
const ACQUIRE_UNHURRIED: Duration = Duration::from_secs(10);

/// How many connections each user of the database may hold.
#[derive(Debug, Clone, Copy)]
pub struct Pools {
    /// Pages, API and everything else that runs in a scope.
    pub requests: u32,
    /// The commit of readings.
    pub intake: u32,
    /// Router and delivery workers.
    pub forwarding: u32,
}

impl Default for Pools {
    fn default() -> Self {
        Self {
            requests: 12,
            intake: 4,
            forwarding: 8,
        }
    }
}

/// Why the database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The address cannot be read.
    #[error("the database address is not valid: {0}")]
    Address(sqlx::Error),
    /// It does not answer.
    #[error("the database does not answer: {0}")]
    Connect(sqlx::Error),
    /// The login could bypass row-level security.
    #[error(
        "the database login is a superuser or may bypass row-level security, which would undo the tenants' \
         isolation; use a login that is a member of vw_app, or --insecure-dev on a developer's machine"
    )]
    TooPowerful,
    /// The owner's login, for whom row-level security does not hold either.
    #[error(
        "the database login owns the database or its tables, which is for migrations only; set DATABASE_URL to the servers' \
         own login, a member of vw_app that owns nothing (see \"A PostgreSQL of your own\" in docs/OPERATIONS.md), and give \
         the owner's login to `vitalwire-server migrate` as VITALWIRE_DATABASE_OWNER_URL"
    )]
    Owner,
    /// A login that may not become any of the platform's roles.
    #[error(
        "the database login is no member of vw_app, so it can see nothing; as the database's owner: \
         grant vw_app to the login that DATABASE_URL names"
    )]
    Stranger,
    /// What is acknowledged would not be durable.
    #[error(
        "PostgreSQL runs with fsync off: what it has acknowledged may be gone after a power cut; set fsync = on there, \
         or use --insecure-dev on a developer's machine"
    )]
    ForgetsAtPowerCut,
}

/// The database as the server uses it.
#[derive(Debug, Clone)]
pub struct Database {
    requests: PgPool,
    orm: DatabaseConnection,
    intake: PgPool,
    forwarding: PgPool,
}

impl Database {
    /// Connects and refuses a login that row-level security would not hold, unless `insecure_dev`.
    pub async fn connect(url: &str, pools: Pools, insecure_dev: bool) -> Result<Self, DatabaseError> {
        let mut options = options(url)?;
        let requests = PgPoolOptions::new()
            .max_connections(pools.requests)
            .acquire_timeout(ACQUIRE)
            .connect_with(options.clone())
            .await
            .map_err(DatabaseError::Connect)?;
        let login = Login::ask(&requests).await.map_err(DatabaseError::Connect)?;
        if let Some(fault) = login.fault
            && !insecure_dev
        {
            return Err(fault);
        }
        if login.forgets_commits {
            tracing::info!("synchronous_commit is off for this login; the server sets it on for itself");
            options = options.options([("synchronous_commit", "on")]);
            requests.set_connect_options(options.clone());
            // The one that has asked was opened before.
            let opened = requests.acquire().await.map_err(DatabaseError::Connect)?;
            opened.close().await.map_err(DatabaseError::Connect)?;
        }
        let orm = SqlxPostgresConnector::from_sqlx_postgres_pool(requests.clone());
        // Intake and forwarding look rows up by key. A plan made while a table was empty would read the whole of it, and is
        // kept long after it has filled: so indexes are used where there are any. And a statement is planned once: the
        // commit's takes longer to plan than to run.
        let by_key = [
            ("enable_seqscan", "off"),
            ("plan_cache_mode", "force_generic_plan"),
            ("jit", "off"),
        ];
        let options = options.options(by_key);
        let intake = system_pool(pools.intake, ACQUIRE, options.clone());
        let forwarding = system_pool(pools.forwarding, ACQUIRE_UNHURRIED, options);
        Ok(Self {
            requests,
            orm,
            intake,
            forwarding,
        })
    }

    /// For scopes only.
    pub(super) fn orm(&self) -> &DatabaseConnection {
        &self.orm
    }

    /// The intake circuit's connections, in the system role.
    pub fn system_intake(&self) -> &PgPool {
        &self.intake
    }

    /// The forwarding circuit's connections, in the system role.
    pub fn system_forwarding(&self) -> &PgPool {
        &self.forwarding
    }

    /// A connection of its own in the role that owns the tables of days, for taking days out of them and for nothing else.
    /// It waits for those who read for as long as `patience`, and ends on the server's side where its owner has vanished.
    pub async fn system_keeper(&self, patience: Duration) -> Result<PgConnection, sqlx::Error> {
        self.aside("set role vw_keeper", patience).await
    }

    /// A connection of its own in the system role, for reading more than a request's time allows.
    pub async fn system_reader(&self, patience: Duration) -> Result<PgConnection, sqlx::Error> {
        self.aside("set role vw_system", patience).await
    }

    async fn aside(&self, role: &'static str, patience: Duration) -> Result<PgConnection, sqlx::Error> {
        let options = self.requests.connect_options().as_ref().clone();
        let patience = format!("{}s", patience.as_secs());
        let options = options.options([
            ("statement_timeout", patience.as_str()),
            ("lock_timeout", patience.as_str()),
            ("client_connection_check_interval", "5s"),
        ]);
        let mut connection = PgConnection::connect_with(&options).await?;
        connection.execute(role).await?;
        Ok(connection)
    }

    /// Whether the database answers a request's question right now.
    pub async fn ping(&self) -> Result<(), sqlx::Error> {
        self.requests.execute("select 1").await.map(drop)
    }

    /// Refuses a PostgreSQL that may forget what it has acknowledged, unless `insecure_dev`, and says so where it may not
    /// have as many connections for this server as the server may `need`.
    pub async fn check_server(&self, need: usize, insecure_dev: bool) -> Result<(), DatabaseError> {
        let server = sqlx::query(
            "select current_setting('fsync')::boolean, current_setting('full_page_writes')::boolean,
               least(current_setting('max_connections')::integer
                   - current_setting('superuser_reserved_connections')::integer
                   - coalesce(current_setting('reserved_connections', true)::integer, 0),
                 nullif(rolconnlimit, -1), nullif(datconnlimit, -1))
             from pg_roles, pg_database where rolname = session_user and datname = current_database()",
        )
        .fetch_one(&self.requests)
        .await
        .map_err(DatabaseError::Connect)?;
        let is = |column| server.try_get::<bool, _>(column).map_err(DatabaseError::Connect);
        let room: i32 = server.try_get(2).map_err(DatabaseError::Connect)?;
        if !insecure_dev && !is(0)? {
            return Err(DatabaseError::ForgetsAtPowerCut);
        }
        if !insecure_dev && !is(1)? {
            tracing::warn!(
                "PostgreSQL runs with full_page_writes off: unless its storage writes whole pages at once, a power cut may \
                 destroy what was acknowledged"
            );
        }
        if usize::try_from(room).is_ok_and(|room| room < need) {
            tracing::warn!(
                "this server may need {need} database connections and PostgreSQL has {room} for its login; raise \
                 max_connections or the login's limit there, or lower pools, threads or intake.committers here"
            );
        }
        Ok(())
    }

    /// Ends every connection after its present work.
    pub async fn close(&self) {
        self.requests.close().await;
        self.intake.close().await;
        self.forwarding.close().await;
    }
}

/// Whether an error leaves nothing to talk to: it is none of the database's, or the database says good-bye (class 57,
/// operator intervention, 57P01 to 57P05).
pub fn has_ended(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .is_none_or(|error| error.code().is_some_and(|code| code.starts_with("57P")))
}

/// A pool whose connections live in the system role. They belong to circuits that serve all tenants and never to a
/// request, so the role is taken once a connection and not once a transaction.
fn system_pool(size: u32, acquire: Duration, options: PgConnectOptions) -> PgPool {
    PgPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(acquire)
        .after_connect(|connection, _| {
            Box::pin(async move { connection.execute("set role vw_system").await.map(drop) })
        })
        .connect_lazy_with(options)
}

/// How every connection is made.
fn options(url: &str) -> Result<PgConnectOptions, DatabaseError> {
    let options = PgConnectOptions::from_str(url).map_err(DatabaseError::Address)?;
    Ok(options.application_name("vitalwire-server").options([
        ("timezone", "UTC"),
        ("statement_timeout", "30s"),
        ("lock_timeout", "10s"),
        // The driver cannot ask for signs of life, so PostgreSQL is told to: after a minute without one it ends what a
        // vanished server has left open, and with it the locks. On a socket of the same machine this does nothing.
        ("tcp_keepalives_idle", "30"),
        ("tcp_keepalives_interval", "10"),
        ("tcp_keepalives_count", "3"),
        ("tcp_user_timeout", "60000"),
    ]))
}

/// Who the server is at the database.
struct Login {
    /// Why it is not fit for a server.
    fault: Option<DatabaseError>,
    /// Its commits return before they are durable.
    forgets_commits: bool,
}

impl Login {
    async fn ask(pool: &PgPool) -> Result<Self, sqlx::Error> {
        // What 'local' and stronger settings promise is durable here or on more machines than this: they are left alone.
        let row = sqlx::query(
            "select rolsuper or rolbypassrls,
               pg_has_role(session_user, datdba, 'member')
                 or exists (select from pg_class where oid = to_regclass('customer')
                              and pg_has_role(session_user, relowner, 'member')),
               exists (select from pg_roles as app where app.rolname = 'vw_app'
                         and not pg_has_role(session_user, app.oid, 'member')),
               current_setting('synchronous_commit') = 'off'
             from pg_roles, pg_database where pg_roles.rolname = session_user and datname = current_database()",
        )
        .fetch_one(pool)
        .await?;
        let faults: [(bool, DatabaseError); 3] = [
            (row.try_get(0)?, DatabaseError::TooPowerful),
            (row.try_get(1)?, DatabaseError::Owner),
            (row.try_get(2)?, DatabaseError::Stranger),
        ];
        Ok(Self {
            fault: faults
                .into_iter()
                .find_map(|(is_so, fault)| is_so.then_some(fault)),
            forgets_commits: row.try_get(3)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_vanished_is_noticed_by_postgresql() {
        let options = options("postgres://app@db.example.org/vitalwire").unwrap();
        let told = options.get_options().unwrap();
        for setting in [
            "tcp_keepalives_idle=30",
            "tcp_keepalives_interval=10",
            "tcp_keepalives_count=3",
            "tcp_user_timeout=60000",
        ] {
            assert!(told.contains(setting), "{told}");
        }
    }
}
