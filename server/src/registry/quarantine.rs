//! What waits in quarantine, one row an item, for whoever is asked why nothing arrived: when, why, from whom, how large.
//! The items themselves stay sealed, and the database role behind an administrator has no grant on them.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::page::{Ask, Page};
use super::{RegistryError, store};
use crate::ground::enums::QuarantineReason;
use crate::tenancy::{AdminScope, Tx};

/// Where the list goes on: arrival and id of an item.
pub type QuarantineKey = (DateTime<Utc>, Uuid);

/// An item that waits.
#[derive(Debug, Clone)]
pub struct QuarantinedItem {
    /// Names the row.
    pub id: Uuid,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
    /// Why it was not believed.
    pub reason: QuarantineReason,
    /// Which field or rule, or that somebody else's device has the serial; never a value.
    pub detail: Option<String>,
    /// The serial that the item names, whether or not there is such a device.
    pub claimed: Option<String>,
    /// The serial of the device, where it is known.
    pub serial: Option<String>,
    /// The hub through which it came.
    pub hub_name: Option<String>,
    /// Whose it would be, where that is known.
    pub customer_name: Option<String>,
    /// How large it is.
    pub bytes: i32,
}

/// Which items are looked for.
#[derive(Debug, Clone, Default)]
pub struct QuarantineFilter {
    /// Part of a serial, of the hub's or of the customer's name, without regard to case.
    pub q: Option<String>,
    /// Those kept for this reason.
    pub reason: Option<QuarantineReason>,
}

/// The items that wait, newest first.
pub async fn list(
    tx: &Tx<AdminScope>,
    filter: &QuarantineFilter,
    ask: &Ask<QuarantineKey>,
) -> Result<Page<QuarantinedItem, QuarantineKey>, RegistryError> {
    let rows = store::quarantine::list(tx, filter, ask).await?;
    Ok(Page::of(rows, ask, |row| (row.received_at, row.id)))
}

/// How many wait.
pub async fn waiting(tx: &Tx<AdminScope>) -> Result<i64, RegistryError> {
    Ok(store::quarantine::waiting(tx).await?)
}
