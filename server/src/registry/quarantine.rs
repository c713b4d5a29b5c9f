//! What waits in quarantine, one row an item, for whoever is asked why nothing arrived: when, why, from whom, how large.
//! The items themselves stay sealed, and the database role behind an administrator has no grant on them.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::page::{Ask, Page};
use super::scope::RegistryScope as _;
use super::{RegistryError, store};
use crate::ground::Ground;
use crate::ground::enums::QuarantineReason;
use crate::ground::ids::{QuarantineId, SourceId};
use crate::tenancy::{AdminScope, Database, Scope as _, SystemScope, Tx};

/// Where the list goes on: arrival and id of an item.
pub type QuarantineKey = (DateTime<Utc>, Uuid);

/// An item that waits.
#[derive(Debug, Clone)]
pub struct QuarantinedItem {
    /// Names the row.
    pub id: QuarantineId,
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
    /// The vendor's cloud through which it came, and its name.
    pub source: Option<(SourceId, String)>,
    /// Whose it would be, where that is known.
    pub customer_name: Option<String>,
    /// How large it is.
    pub bytes: i32,
    /// What somebody made of it; none: it waits.
    pub dismissed: Option<Dismissed>,
}

/// That somebody looked at an item, and that nothing will come of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dismissed {
    /// When.
    pub at: DateTime<Utc>,
    /// Who, by their name then.
    pub by: String,
    /// Why.
    pub why: String,
}

/// Which items are looked for.
#[derive(Debug, Clone, Default)]
pub struct QuarantineFilter {
    /// Part of a serial, of the hub's, the vendor cloud's or the customer's name, without regard to case.
    pub q: Option<String>,
    /// Those kept for this reason.
    pub reason: Option<QuarantineReason>,
    /// Those that were dismissed, in place of those that wait.
    pub dismissed: bool,
}

/// Items that are dismissed at once, at most: a page of them and more.
pub const MOST_AT_ONCE: usize = 200;
/// The longest reason, in characters.
const LONGEST: usize = 500;

/// Dismisses items that wait: nothing will come of them, for a reason that stays with them. They are kept, and a sender that
/// repeats one changes nothing. All of them, or none.
pub async fn dismiss(
    ground: &Ground,
    database: &Database,
    by: (&AdminScope, &str),
    items: &[QuarantineId],
    why: &str,
) -> Result<(), RegistryError> {
    let ((scope, name), why) = (by, why.trim());
    if why.is_empty() {
        return Err(RegistryError::invalid("reason", "say why it is dismissed"));
    }
    if why.chars().count() > LONGEST || why.chars().any(|letter| letter.is_control() && letter != '\n') {
        return Err(RegistryError::invalid(
            "reason",
            format!("must be text of at most {LONGEST} characters"),
        ));
    }
    let items: BTreeSet<QuarantineId> = items.iter().copied().collect();
    let items: Vec<QuarantineId> = items.into_iter().collect();
    if items.is_empty() || items.len() > MOST_AT_ONCE {
        return Err(RegistryError::invalid(
            "items",
            format!("choose 1 to {MOST_AT_ONCE} of them"),
        ));
    }
    scope
        .run(database, async |tx| store::quarantine::must_see(tx, &items).await)
        .await?;
    let dismissed = Dismissed {
        at: ground.now(),
        by: name.to_owned(),
        why: why.to_owned(),
    };
    let user = scope.user();
    SystemScope::for_purpose("dismiss items of the quarantine that an administrator sees")
        .run(database, async |tx| {
            store::quarantine::system_dismiss(tx, &items, user, &dismissed).await
        })
        .await
}

/// The items that wait, or those that were dismissed, newest first.
pub async fn list(
    tx: &Tx<AdminScope>,
    filter: &QuarantineFilter,
    ask: &Ask<QuarantineKey>,
) -> Result<Page<QuarantinedItem, QuarantineKey>, RegistryError> {
    let rows = store::quarantine::list(tx, filter, ask).await?;
    Ok(Page::of(rows, ask, |row| (row.received_at, row.id.as_uuid())))
}

/// How many wait.
pub async fn waiting(tx: &Tx<AdminScope>) -> Result<i64, RegistryError> {
    Ok(store::quarantine::waiting(tx).await?)
}
