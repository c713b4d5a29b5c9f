//! A database belongs to one master key, and under no other does the platform start: it would know no device and no
//! session, and would seal new data where the old does not open.

use std::path::PathBuf;

use super::AppError;
use crate::config::{Config, ConfigError};
use crate::ground::{Keys, MasterKey, Purpose};
use crate::outside::key_file::{self, KeyFileError};
use crate::tenancy::Database;

/// What is authenticated under [`Purpose::MasterKeyCheck`]; the purpose alone makes the value.
const CHECKED: &[u8] = b"this database";

/// Orders those that use a database for the first time. The number is this lock's own.
const FIRST_USE: i64 = 7_205_759_403_792_795;

/// Why the platform does not start under the master key that it was given, or without one.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// The file cannot be used.
    #[error("{0}")]
    File(#[from] KeyFileError),
    /// The setting cannot be used.
    #[error("{0}")]
    Setting(#[from] ConfigError),
    /// There is none, but the database has one.
    #[error(
        "the master key is missing: there is no {path}, and VITALWIRE_MASTER_KEY is not set, but this database belongs \
         to the master key {wanted}. Put the file back from your backup, or set VITALWIRE_MASTER_KEY to the key; without \
         it no device is known and nothing sealed opens. No new key was made",
        path = path.display()
    )]
    Missing {
        /// Where the file was looked for.
        path: PathBuf,
        /// The id of the database's key.
        wanted: String,
    },
    /// There is one, but the database has another.
    #[error(
        "the wrong master key: {place} holds the key {given}, but this database belongs to the master key {wanted}. \
         Put the right key there from your backup, or choose the database (DATABASE_URL, --data-dir) that belongs to \
         this key; under another key no device is known and nothing sealed opens"
    )]
    Wrong {
        /// The file or the setting.
        place: String,
        /// The id of the key that was given.
        given: String,
        /// The id of the database's key.
        wanted: String,
    },
}

/// What a database keeps of its key.
struct Check {
    key_id: String,
    value: Vec<u8>,
}

/// The keys of the configuration, once the database has agreed that they are its own. The first use of a database
/// settles which key that is; only then may a key file be made.
pub(super) async fn of(config: &Config, database: &Database) -> Result<Keys, AppError> {
    let mut tx = database.system_intake().begin().await?;
    sqlx::query("select pg_advisory_xact_lock($1)")
        .bind(FIRST_USE)
        .execute(&mut *tx)
        .await?;
    let check = sqlx::query_as("select key_id, check_hmac from master_key_check")
        .fetch_optional(&mut *tx)
        .await?
        .map(|(key_id, value)| Check { key_id, value });
    let keys = agreed(config, check.as_ref())?;
    if check.is_none() {
        sqlx::query("insert into master_key_check (key_id, check_hmac) values ($1, $2)")
            .bind(keys.id())
            .bind(keys.hmac(Purpose::MasterKeyCheck, CHECKED).as_slice())
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    Ok(keys)
}

fn agreed(config: &Config, check: Option<&Check>) -> Result<Keys, MasterKeyError> {
    let folder = config.keys_dir();
    let file = key_file::path(&folder);
    let (key, place) = match (config.master_key_from_config()?, check) {
        (Some(key), _) => (key, "the setting master_key (VITALWIRE_MASTER_KEY)".to_owned()),
        (None, Some(check)) => (required(&folder, check)?, file.display().to_string()),
        (None, None) => return Ok(Keys::derive(&key_file::existing_or_new(&folder)?)),
    };
    let keys = Keys::derive(&key);
    match check {
        Some(check) if !keys.hmac_matches(Purpose::MasterKeyCheck, CHECKED, &check.value) => {
            Err(MasterKeyError::Wrong {
                place,
                given: keys.id(),
                wanted: check.key_id.clone(),
            })
        }
        _ => Ok(keys),
    }
}

fn required(folder: &std::path::Path, check: &Check) -> Result<MasterKey, MasterKeyError> {
    key_file::existing(folder)?.ok_or_else(|| MasterKeyError::Missing {
        path: key_file::path(folder),
        wanted: check.key_id.clone(),
    })
}
