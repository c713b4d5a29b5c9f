//! Figures over everything that a tenant has, remembered for a moment: they stand on page after page, and to count a hundred
//! thousand devices for each of them would be the most of what a page costs.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::DbErr;

use super::scope::RegistryScope;
use super::store;
use crate::tenancy::Tx;

/// What was counted may be so old; what a change of the registry brings is seen at once.
const REMEMBERED_FOR: TimeDelta = TimeDelta::seconds(10);
/// Tenants whose figures are remembered.
const REMEMBERED: usize = 10_000;

/// Whose figures: the role, its tenant, and the state of the registry, which never comes again, not in another database
/// either.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Seen {
    pub(super) role: &'static str,
    pub(super) tenant: String,
    pub(super) epoch: i64,
}

type Kept<T> = HashMap<Seen, (DateTime<Utc>, T)>;

/// One sort of figures, of every tenant that asked lately.
#[derive(Debug)]
pub(super) struct Memory<T> {
    kept: Mutex<Option<Kept<T>>>,
}

impl<T: Clone> Memory<T> {
    /// An empty one.
    pub(super) const fn new() -> Self {
        Self {
            kept: Mutex::new(None),
        }
    }

    /// What was counted for this tenant a moment ago, or else counts now.
    ///
    /// # Errors
    /// What the database says.
    pub(super) async fn of<S: RegistryScope>(
        &self,
        tx: &Tx<S>,
        now: DateTime<Utc>,
        count: impl AsyncFnOnce(&Tx<S>) -> Result<T, DbErr>,
    ) -> Result<T, DbErr> {
        let seen = store::overview::seen(tx).await?;
        if let Some(seen) = &seen
            && let Some((at, figures)) = self.kept().as_ref().and_then(|kept| kept.get(seen))
            && (TimeDelta::zero()..REMEMBERED_FOR).contains(&(now - *at))
        {
            return Ok(figures.clone());
        }
        let figures = count(tx).await?;
        if let Some(seen) = seen {
            let mut kept = self.kept();
            let kept = kept.get_or_insert_with(HashMap::new);
            if kept.len() >= REMEMBERED {
                kept.clear();
            }
            kept.insert(seen, (now, figures.clone()));
        }
        Ok(figures)
    }

    fn kept(&self) -> MutexGuard<'_, Option<Kept<T>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
