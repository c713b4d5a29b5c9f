//! Whether there is somebody who can sign in at all: a server that was just set up tells what is to be done next.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Identity, IdentityError, store};
use crate::tenancy::{Scope as _, SystemScope};

/// Remembers that there is an administrator: there is one ever after, as nobody takes their own account away.
#[derive(Debug, Clone, Default)]
pub(super) struct HasAdministrator(Arc<AtomicBool>);

impl Identity {
    /// Whether no administrator was ever made. The database is asked until there is one, and not again.
    pub async fn system_lacks_administrator(&self) -> Result<bool, IdentityError> {
        let HasAdministrator(known) = &self.has_administrator;
        if known.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let found = SystemScope::for_purpose("whether anybody could sign in")
            .run(&self.database, async |tx| {
                store::people::system_has_administrator(tx).await
            })
            .await?;
        known.store(found, Ordering::Relaxed);
        Ok(!found)
    }
}
