//! What hubs sent of their logs: sealed, the last few of each for a week. A log may tell of patients, so only people of the
//! customer where the hub stood read it; others see that one came.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::ground::ids::{HubCommandId, HubId, HubLogId};
use crate::ground::{Ground, Purpose};
use crate::registry::{HasRights as _, RegistryError, RegistryScope, hubs, store};
use crate::tenancy::{CustomerScope, Database, Right, Scope as _, Tx};

/// A piece of a hub's log.
#[derive(Debug, Clone)]
pub struct Log {
    /// Its id.
    pub id: HubLogId,
    /// The command that asked for it.
    pub command: HubCommandId,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
    /// How long it is.
    pub bytes: i32,
}

/// A piece of a hub's log, opened.
pub struct LogText(String);

impl LogText {
    /// The text, for the one answer that shows it.
    pub fn expose(self) -> String {
        self.0
    }
}

impl fmt::Debug for LogText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogText({} bytes)", self.0.len())
    }
}

/// The logs of a hub that are kept, the newest first.
pub async fn logs<S: RegistryScope>(tx: &Tx<S>, hub: HubId) -> Result<Vec<Log>, RegistryError> {
    hubs::get(tx, hub).await?;
    store::fleet::logs(tx, hub).await
}

/// One of them, opened for somebody of the customer whose hub sent it, who sees what is measured there.
pub async fn log(
    ground: &Ground,
    database: &Database,
    by: &CustomerScope,
    hub: HubId,
    log: HubLogId,
) -> Result<LogText, RegistryError> {
    by.must(Right::SeeMeasurements)?;
    let sealed = by
        .run(database, async |tx| {
            hubs::get(tx, hub).await?;
            store::fleet::log(tx, hub, log).await
        })
        .await?
        .ok_or(RegistryError::NotFound("log"))?;
    let opened = ground
        .keys()
        .open(Purpose::HubLog, log.as_uuid().as_bytes(), &sealed);
    let bytes = opened.map_err(|error| {
        tracing::error!(%error, %log, "a hub's log does not open");
        RegistryError::Conflict("the log does not open")
    })?;
    Ok(LogText(String::from_utf8_lossy(&bytes).into_owned()))
}
