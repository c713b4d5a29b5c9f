//! Imports that somebody wants to be applied, each in one transaction, by whichever worker holds the lease of the job. A
//! worker that is killed has imported nothing; the next one begins again.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::Whose;
use crate::ground::Ground;
use crate::ground::enums::ImportState;
use crate::ground::ids::ImportId;
use crate::jobs::{Job, RunResult, Scheduler};
use crate::registry::again::Again;
use crate::registry::{RegistryError, store};
use crate::tenancy::{Database, Scope as _, SystemScope};

/// A person waits for it.
const EVERY: Duration = Duration::from_secs(1);
/// After so many workers that did not come to an end, it is not tried again.
const ATTEMPTS: i32 = 3;
/// Lines that one statement does: about a tenth of a second, so that others have their turn.
const AT_ONCE: i32 = 1_000;

/// An import to apply.
#[derive(Debug, Clone, Copy)]
pub(in crate::registry) struct Due {
    pub(in crate::registry) id: ImportId,
    pub(in crate::registry) whose: Whose,
    /// Which try this is, from 1.
    pub(in crate::registry) attempt: i32,
    /// The last line's number.
    pub(in crate::registry) last: i32,
}

/// Starts applying imports, until `stop`.
pub fn start(ground: &Ground, database: &Database, stop: CancellationToken) -> JoinHandle<()> {
    let scheduler = Scheduler::new(ground, database.system_forwarding().clone());
    let (ground, database) = (ground.clone(), database.clone());
    let job = Job::new("registry/imports", EVERY, move || {
        let (ground, database) = (ground.clone(), database.clone());
        Box::pin(async move { system_run(&ground, &database).await })
    });
    scheduler.spawn(job, stop)
}

/// Applies whatever is to be applied, one after the other.
pub async fn system_run(ground: &Ground, database: &Database) -> RunResult {
    let system = SystemScope::for_purpose("apply the imports that people want to be applied");
    loop {
        let due = system
            .run(database, async |tx| store::imports::system_take(tx).await)
            .await?;
        let Some(due) = due else { return Ok(()) };
        let ended = if due.attempt > ATTEMPTS {
            Err(RegistryError::Conflict(
                "it was begun three times and did not come to an end; nothing was imported",
            ))
        } else {
            all_of(ground, database, due).await
        };
        let Err(error) = ended else { continue };
        tracing::warn!(import = %due.id, %error, "an import could not be applied");
        let told = match &error {
            RegistryError::Database(_) => "the database did not take it; nothing was imported".to_owned(),
            other => other.to_string(),
        };
        let now = ground.now();
        system
            .run(database, async |tx| {
                store::imports::system_fail(tx, due, &told, now).await
            })
            .await?;
    }
}

/// One import, whole or not at all. The registry may have changed since its lines were looked up, so they are looked up
/// again; where one cannot be taken any more, the import is back where it was before somebody wanted it.
async fn all_of(ground: &Ground, database: &Database, due: Due) -> Result<(), RegistryError> {
    let now = ground.now();
    let system = SystemScope::for_purpose("apply an import");
    system
        .run(database, async |tx| {
            store::imports::system_check(tx, due.id, due.whose).await
        })
        .await?;
    let is_good = system
        .run(database, async |tx| {
            store::imports::system_is_good(tx, due, now).await
        })
        .await?;
    if !is_good {
        return Ok(());
    }
    let mut again = Again::default();
    let ended = loop {
        let ended = system
            .run(database, async |tx| {
                let mut done = 0;
                let mut after = 0;
                while after < due.last {
                    let until = after.saturating_add(AT_ONCE);
                    done += store::imports::system_apply(tx, due, (after, until), now).await?;
                    progress(database, due, done).await?;
                    after = until;
                }
                store::imports::system_end(tx, due, now).await
            })
            .await;
        if !again.is_worth(&ended) {
            break ended;
        }
    };
    match ended {
        // What was looked up a moment ago has changed: the next run tells which line it is.
        Err(RegistryError::Conflict(CHANGED)) => Ok(()),
        ended => ended,
    }
}

/// What the lines were checked against is not so any more.
pub(in crate::registry) const CHANGED: &str = "the registry has changed while it was imported";

/// Says how far it is, beside the transaction, so that others see it; and stops where somebody has cancelled it.
async fn progress(database: &Database, due: Due, done: i64) -> Result<(), RegistryError> {
    let state = SystemScope::for_purpose("say how far an import is")
        .run(database, async |tx| {
            store::imports::system_progress(tx, due, done).await
        })
        .await?;
    if state == Some(ImportState::Applying) {
        Ok(())
    } else {
        Err(RegistryError::Conflict("it was cancelled; nothing was imported"))
    }
}
