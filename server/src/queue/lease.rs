//! Named leases with a fencing number. Time is the database's, so the servers' clocks need not agree.

use std::time::Duration;

use sqlx::PgPool;
use uuid::Uuid;

use super::store;
use crate::ground::Ground;

/// Why the leases are not known.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    /// The database is away.
    #[error("the leases could not be read or changed: {0}")]
    Unavailable(#[from] sqlx::Error),
}

/// A lease that was held when the database was last asked. Whoever writes under it checks the fence inside the writing
/// transaction, with the row locked `for share`: then a holder that was thought dead cannot commit after its successor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its name.
    pub name: String,
    /// Grows whenever the lease changes hands.
    pub fence: i64,
}

/// One holder's hand on the leases.
#[derive(Debug, Clone)]
pub struct Leases {
    pool: PgPool,
    holder: Uuid,
    term: Duration,
}

impl Leases {
    /// A holder of its own, whose leases end `term` after their last renewal. Renew at [`Leases::renewal`].
    pub fn new(ground: &Ground, pool: PgPool, term: Duration) -> Self {
        Self {
            pool,
            holder: ground.id(),
            term,
        }
    }

    /// Who holds.
    pub fn holder(&self) -> Uuid {
        self.holder
    }

    /// How often to renew: a third of the term.
    pub fn renewal(&self) -> Duration {
        self.term / 3
    }

    /// Renews those of these leases that are held here and takes those that are free. Returns all that are held now.
    pub async fn hold(&self, names: &[String]) -> Result<Vec<Held>, LeaseError> {
        Ok(store::system_hold(&self.pool, self.holder, names, self.term).await?)
    }

    /// Lets them go, so that the next holder need not wait for the term to end.
    pub async fn release(&self, names: &[String]) -> Result<(), LeaseError> {
        Ok(store::system_release(&self.pool, self.holder, names).await?)
    }
}
