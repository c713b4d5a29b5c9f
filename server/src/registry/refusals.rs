//! "Why did nothing arrive?": what intake refused in the last 30 days, counted per minute, without values.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::page::{Ask, Page};
use super::scope::RegistryScope;
use super::{RegistryError, store};
use crate::ground::ids::{CustomerId, DeviceId, HubId, SourceId};
use crate::tenancy::Tx;

/// Where the list goes on: minute and id of a row.
pub type RefusalKey = (DateTime<Utc>, Uuid);

/// Refusals of one minute, subject and reason.
#[derive(Debug, Clone)]
pub struct RefusalCount {
    /// Names the row.
    pub id: Uuid,
    /// The minute it began.
    pub minute: DateTime<Utc>,
    /// The proven device.
    pub device: Option<DeviceId>,
    /// The device's serial, where the scope sees the device.
    pub serial: Option<String>,
    /// The proven hub.
    pub hub: Option<HubId>,
    /// The hub's name, where the scope sees the hub.
    pub hub_name: Option<String>,
    /// The proven vendor's cloud.
    pub source: Option<SourceId>,
    /// Its name, where the scope sees it.
    pub source_name: Option<String>,
    /// Whose it is.
    pub customer: Option<CustomerId>,
    /// What an unproven sender called itself.
    pub claimed: Option<String>,
    /// Where it came from.
    pub remote: Option<String>,
    /// Why, as a stable word.
    pub reason: String,
    /// Which field or rule.
    pub detail: Option<String>,
    /// How often.
    pub count: i64,
    /// The last time.
    pub last_at: DateTime<Utc>,
}

/// Which refusals are looked for.
#[derive(Debug, Clone, Default)]
pub struct RefusalFilter {
    /// Those of one device.
    pub device: Option<DeviceId>,
    /// Those of one hub.
    pub hub: Option<HubId>,
    /// Those of senders that proved nothing and called themselves so, or came from that address.
    pub claimed: Option<String>,
}

/// The refusals that the scope sees, newest first. Only an administrator sees those of senders that proved nothing.
pub async fn list<S: RegistryScope>(
    tx: &Tx<S>,
    filter: &RefusalFilter,
    ask: &Ask<RefusalKey>,
) -> Result<Page<RefusalCount, RefusalKey>, RegistryError> {
    let rows = store::refusals::list(tx, filter, ask).await?;
    Ok(Page::of(rows, ask, |row| (row.minute, row.id)))
}
