//! Connections. Requests share one pool whose login owns nothing and sees nothing until a scope takes a role; each
//! circuit has a small pool of its own that lives in the system role, so that none can starve another.

use std::str::FromStr;
use std::time::Duration;

use sea_orm::{DatabaseConnection, SqlxPostgresConnector};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Executor, PgPool};

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
        let options = PgConnectOptions::from_str(url)
            .map_err(DatabaseError::Address)?
            .application_name("vitalwire-server")
            .options([
                ("timezone", "UTC"),
                ("statement_timeout", "30s"),
                ("lock_timeout", "10s"),
            ]);
        let requests = PgPoolOptions::new()
            .max_connections(pools.requests)
            .acquire_timeout(ACQUIRE)
            .connect_with(options.clone())
            .await
            .map_err(DatabaseError::Connect)?;
        if !insecure_dev
            && login_bypasses_policies(&requests)
                .await
                .map_err(DatabaseError::Connect)?
        {
            return Err(DatabaseError::TooPowerful);
        }
        let orm = SqlxPostgresConnector::from_sqlx_postgres_pool(requests.clone());
        // The commit's statement takes longer to plan than to run: one plan serves all.
        let intake = system_pool(
            pools.intake,
            ACQUIRE,
            options
                .clone()
                .options([("plan_cache_mode", "force_generic_plan")]),
        );
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

    /// Whether the database answers a request's question right now.
    pub async fn ping(&self) -> Result<(), sqlx::Error> {
        self.requests.execute("select 1").await.map(drop)
    }

    /// Ends every connection after its present work.
    pub async fn close(&self) {
        self.requests.close().await;
        self.intake.close().await;
        self.forwarding.close().await;
    }
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

async fn login_bypasses_policies(pool: &PgPool) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("select rolsuper or rolbypassrls from pg_roles where rolname = session_user")
        .fetch_one(pool)
        .await
}
