//! Start-up and shutdown: ties the rooms together for each thing that the command line can ask for.
//!
//! Main type: [`Platform`], the parts that every command needs. Called by the command line and the demo.

mod archive;
mod import;
mod logging;
mod master_key;
mod serve;

use std::path::Path;

use sea_orm::ConnectionTrait as _;
use sqlx::Connection as _;
use tokio_util::sync::CancellationToken;
use vitalwire_migration::{Migrator, MigratorTrait};

use crate::config::{Config, ConfigError};
use crate::ground::Ground;
use crate::ground::swallow::either_way;
use crate::outside::postgres::{Embedded, EmbeddedError};
use crate::tenancy::{Database, DatabaseError};

pub use archive::export_archive;
pub use logging::start_logging;
pub use master_key::MasterKeyError;
pub use serve::{Running, StopSignal, serve, start};

/// Why a command ended without success. Each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The configuration.
    #[error("{0}")]
    Config(#[from] ConfigError),
    /// The private PostgreSQL.
    #[error("{0}")]
    Embedded(#[from] EmbeddedError),
    /// The master key.
    #[error("{0}")]
    MasterKey(#[from] MasterKeyError),
    /// The database's connection.
    #[error("{0}")]
    Database(#[from] DatabaseError),
    /// A migration.
    #[error("the database could not be migrated: {0}")]
    Migration(#[from] sea_orm::DbErr),
    /// A statement.
    #[error("the database refused: {0}")]
    Sql(#[from] sqlx::Error),
    /// The schema is older than the program.
    #[error(
        "the database lacks {0} migration(s) of this version; run `vitalwire-server migrate` with \
         VITALWIRE_DATABASE_OWNER_URL set to the owner's login"
    )]
    Behind(usize),
    /// Something of the operating system.
    #[error("{0}")]
    Io(#[source] std::io::Error),
    /// The address is taken or may not be used.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Which address.
        address: String,
        /// Why not.
        source: std::io::Error,
    },
    /// A request of the command line that cannot be fulfilled.
    #[error("{0}")]
    Refused(String),
}

/// What every command needs: the ground, the database, and the private PostgreSQL under it if there is one.
#[derive(Debug)]
pub struct Platform {
    /// Time, randomness, keys.
    pub ground: Ground,
    /// The database.
    pub database: Database,
    embedded: Option<Embedded>,
}

impl Platform {
    /// Opens the platform of a configuration: keys, PostgreSQL, tables. Where it cannot be opened, a PostgreSQL that was
    /// started for it is stopped again.
    pub async fn open(config: &Config) -> Result<Self, AppError> {
        Self::open_unless(&CancellationToken::new(), config).await
    }

    /// The same for one who may be told to stop meanwhile, which is an error as well. What was started until then is
    /// stopped again.
    async fn open_unless(told: &CancellationToken, config: &Config) -> Result<Self, AppError> {
        install_tls_provider();
        let embedded = if config.is_embedded() {
            Some(Embedded::start(told, &config.data_dir).await?)
        } else {
            None
        };
        // To drop it ends its connections, and with them a migration that has not come to its end.
        match unless(told, Box::pin(open_database(config, embedded.as_ref()))).await {
            Ok((ground, database)) => Ok(Self {
                ground,
                database,
                embedded,
            }),
            Err(error) => {
                if let Some(embedded) = embedded {
                    embedded.stop().await;
                }
                Err(error)
            }
        }
    }

    /// Ends the connections and, where this process looks after it, the private PostgreSQL.
    pub async fn close(self) {
        self.database.close().await;
        if let Some(embedded) = self.embedded {
            embedded.stop().await;
        }
    }
}

/// What comes of the work, unless one is told to stop before.
async fn unless<T>(
    told: &CancellationToken,
    work: impl Future<Output = Result<T, AppError>>,
) -> Result<T, AppError> {
    let done = told.run_until_cancelled(work).await;
    done.unwrap_or_else(|| Err(AppError::Refused("told to stop while starting".to_owned())))
}

async fn open_database(config: &Config, embedded: Option<&Embedded>) -> Result<(Ground, Database), AppError> {
    let (app_url, owner_url) = match embedded {
        Some(embedded) => (embedded.app_url(), embedded.owner_url()),
        None => (config.database_url.clone(), owner_url(config)),
    };
    if embedded.is_some() || config.insecure_dev {
        migrate_as(&owner_url).await?;
    }
    let database = Database::connect(&app_url, config.pools.into(), config.insecure_dev).await?;
    if embedded.is_none() && !config.insecure_dev {
        refuse_if_behind(&app_url).await?;
    }
    match master_key::of(config, &database).await {
        Ok(keys) => Ok((Ground::new(keys), database)),
        Err(error) => {
            database.close().await;
            Err(error)
        }
    }
}

/// Brings the tables up to this version, as the owner.
pub async fn migrate(config: &Config) -> Result<(), AppError> {
    start_logging(config);
    install_tls_provider();
    if config.is_embedded() {
        Platform::open(config).await?.close().await;
    } else {
        migrate_as(&owner_url(config)).await?;
    }
    say("the database is up to date")
}

/// Creates an administrator and prints the made-up password where none was given.
pub async fn create_admin(
    config: &Config,
    email: &str,
    name: &str,
    password: Option<String>,
) -> Result<(), AppError> {
    start_logging(config);
    let platform = Platform::open(config).await?;
    let identity = crate::identity::Identity::new(
        platform.ground.clone(),
        platform.database.clone(),
        &config.public_url,
    );
    let made_up = password.is_none();
    let password = password.unwrap_or_else(|| {
        data_encoding::BASE32_NOPAD
            .encode(&platform.ground.random::<15>())
            .to_lowercase()
    });
    let created = identity.system_create_admin(email, name, &password).await;
    platform.close().await;
    created.map_err(|error| AppError::Refused(error.to_string()))?;
    say(&format!("created the administrator {email}"))?;
    if made_up {
        say(&format!("password: {password}"))
    } else {
        Ok(())
    }
}

/// Confirms a customer's person for who runs the machine.
pub async fn confirm(config: &Config, email: &str) -> Result<(), AppError> {
    start_logging(config);
    let platform = Platform::open(config).await?;
    let (ground, database) = (platform.ground.clone(), platform.database.clone());
    let identity = crate::identity::Identity::new(ground, database, &config.public_url);
    let confirmed = identity.system_confirm_at_the_machine(email).await;
    platform.close().await;
    confirmed.map_err(|error| AppError::Refused(error.to_string()))?;
    say(&format!("confirmed {email}"))
}

/// Imports devices with their makers' tokens for one customer.
pub async fn import_devices(config: &Config, customer: &str, file: &Path) -> Result<(), AppError> {
    start_logging(config);
    let platform = Platform::open(config).await?;
    let imported = import::run(&platform, customer, file, config.insecure_dev).await;
    platform.close().await;
    let count = imported?;
    say(&format!("imported {count} devices for {customer}"))
}

/// A line on standard output.
pub fn say(text: &str) -> Result<(), AppError> {
    use std::io::Write;
    writeln!(std::io::stdout(), "{}", text.trim_end()).map_err(AppError::Io)
}

/// One TLS provider for the whole process.
fn install_tls_provider() {
    either_way(
        rustls::crypto::aws_lc_rs::default_provider().install_default(),
        "a second call finds it installed",
    );
}

fn owner_url(config: &Config) -> String {
    if config.database_owner_url.is_empty() {
        config.database_url.clone()
    } else {
        config.database_owner_url.clone()
    }
}

async fn migrate_as(owner_url: &str) -> Result<(), AppError> {
    let connection = sea_orm::Database::connect(quiet(owner_url)).await?;
    let migrated = match Migrator::up(&connection, None).await {
        Ok(()) => connection.execute_unprepared(SHOW_MIGRATIONS).await.map(drop),
        failed => failed,
    };
    connection.close().await?;
    migrated.map_err(AppError::from)
}

/// So that a server's login can see whether the tables are those of its version.
const SHOW_MIGRATIONS: &str = "do $$ begin
  if not has_table_privilege('vw_app', 'seaql_migrations', 'select') then
    grant select on seaql_migrations to vw_app;
  end if;
end $$";

/// Asks the table itself: the migrator would first make it where there is none, and a server's login may make nothing.
async fn refuse_if_behind(app_url: &str) -> Result<(), AppError> {
    let mut connection = sqlx::PgConnection::connect(app_url).await?;
    let applied = applied_migrations(&mut connection).await;
    connection.close().await?;
    let applied = applied?;
    let missing = Migrator::migrations()
        .iter()
        .filter(|migration| !applied.iter().any(|version| version == migration.name()))
        .count();
    match missing {
        0 => Ok(()),
        count => Err(AppError::Behind(count)),
    }
}

async fn applied_migrations(connection: &mut sqlx::PgConnection) -> Result<Vec<String>, sqlx::Error> {
    // The login need not inherit what it is a member of.
    let taken = sqlx::query("set role vw_app").execute(&mut *connection).await;
    let asked = match taken {
        Ok(_) => {
            sqlx::query_scalar("select version from seaql_migrations")
                .fetch_all(connection)
                .await
        }
        Err(error) if code(&error).as_deref() == Some(NO_SUCH_ROLE) => Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    match asked {
        Err(error) if matches!(code(&error).as_deref(), Some(NO_SUCH_TABLE | NOT_SHOWN)) => Ok(Vec::new()),
        asked => asked,
    }
}

/// What PostgreSQL says where nobody has migrated yet, or an older version has.
const NO_SUCH_ROLE: &str = "22023";
const NO_SUCH_TABLE: &str = "42P01";
const NOT_SHOWN: &str = "42501";

fn code(error: &sqlx::Error) -> Option<String> {
    let error = error.as_database_error()?;
    error.code().map(std::borrow::Cow::into_owned)
}

fn quiet(url: &str) -> sea_orm::ConnectOptions {
    let mut options = sea_orm::ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    options
}
