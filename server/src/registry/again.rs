//! Work that PostgreSQL broke off is begun anew.
//!
//! Moves lock in one order: a customer, its devices by id, its hubs by id, then what hangs on them. Two who met otherwise, as
//! an import that locks its customers last and a move of one of them, wait for each other until PostgreSQL breaks one off
//! (40P01, or 40001); nothing of that one was done, so it may be done again.

use sea_orm::{DbErr, RuntimeErr};

use super::RegistryError;
use crate::tenancy::{Database, Scope as _, SystemScope, Tx};

/// How often work is begun at most.
const ATTEMPTS: u32 = 4;

/// How often a piece of work was begun.
#[derive(Debug, Default)]
pub(super) struct Again(u32);

impl Again {
    /// Whether PostgreSQL broke the work off for another's sake, and it is worth beginning it once more.
    pub(super) fn is_worth<T>(&mut self, ended: &Result<T, RegistryError>) -> bool {
        self.0 += 1;
        let broken_off = matches!(ended, Err(RegistryError::Database(error)) if was_broken_off(error));
        let is_worth = broken_off && self.0 < ATTEMPTS;
        if is_worth {
            tracing::info!(
                attempt = self.0,
                "PostgreSQL broke a move off, and it is begun anew"
            );
            metrics::counter!("vitalwire_registry_begun_anew_total").increment(1);
        }
        is_worth
    }
}

/// Runs work in a transaction of the system's, and again where PostgreSQL broke it off for another's sake.
pub(super) async fn system_run<T, F>(
    database: &Database,
    purpose: &'static str,
    work: F,
) -> Result<T, RegistryError>
where
    F: AsyncFn(&Tx<SystemScope>) -> Result<T, RegistryError>,
{
    let mut again = Again::default();
    loop {
        let ended = SystemScope::for_purpose(purpose)
            .run(database, async |tx| work(tx).await)
            .await;
        if !again.is_worth(&ended) {
            return ended;
        }
    }
}

fn was_broken_off(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(error))
    | DbErr::Query(RuntimeErr::SqlxError(error))
    | DbErr::Conn(RuntimeErr::SqlxError(error))) = error
    else {
        return false;
    };
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    matches!(code.as_deref(), Some("40P01" | "40001"))
}
