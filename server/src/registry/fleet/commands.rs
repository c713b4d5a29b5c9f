//! What people ask a hub to do.

use chrono::{DateTime, TimeDelta, Utc};

use crate::ground::Ground;
use crate::ground::enums::{HubCommandKind, HubCommandState, HubState};
use crate::ground::ids::{HubCommandId, HubId};
use crate::registry::moves::Party;
use crate::registry::{RegistryError, RegistryScope, hubs, store};
use crate::tenancy::{Database, Scope as _, SystemScope, Tx};

/// How long a hub has to come for a command and to say what came of it.
const LIVES: TimeDelta = TimeDelta::days(1);
/// Commands that may be open at a hub.
pub const MOST_OPEN: i64 = 5;

/// A command and how far it is.
#[derive(Debug, Clone)]
pub struct Command {
    /// Its id.
    pub id: HubCommandId,
    /// What to do.
    pub kind: HubCommandKind,
    /// How far it is.
    pub state: HubCommandState,
    /// The name of who asked, where the caller may know them.
    pub made_by: Option<String>,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When the hub was first told.
    pub sent_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub done_at: Option<DateTime<Utc>>,
    /// What came of it in the hub's words, for the customer's own people.
    pub detail: Option<String>,
}

/// Asks an active hub that the caller manages to do something; it hears of it with its next heartbeat.
pub async fn ask<S: RegistryScope>(
    ground: &Ground,
    database: &Database,
    by: &S,
    hub: HubId,
    kind: HubCommandKind,
) -> Result<HubCommandId, RegistryError> {
    by.must_manage_devices()?;
    let party = Party::of(by)?;
    by.run(database, async |tx| hubs::get(tx, hub).await).await?;
    let (id, now) = (ground.id(), ground.now());
    SystemScope::for_purpose("queue a command for a hub that the caller sees")
        .run(database, async |tx| {
            // Locked, so that those who ask at once are counted one after the other, and the hub does not move on meanwhile.
            let held = store::hub_moves::system_lock(tx, hub)
                .await?
                .filter(|held| party.has(held.customer, held.distributor))
                .ok_or(RegistryError::NotFound("hub"))?;
            if held.state != HubState::Active {
                return Err(RegistryError::Conflict("the hub is not active"));
            }
            let open = store::fleet::system_open_commands(tx, hub, now).await?;
            if open.contains(&kind) {
                return Err(RegistryError::Conflict("the hub was asked for that already"));
            }
            if i64::try_from(open.len()).unwrap_or(i64::MAX) >= MOST_OPEN {
                return Err(RegistryError::Conflict("the hub has enough to do for now"));
            }
            store::fleet::system_ask(tx, id, (hub, held), kind, by.user(), (now, now + LIVES)).await
        })
        .await?;
    Ok(id)
}

/// What a hub was asked, the newest first.
pub async fn commands<S: RegistryScope>(
    tx: &Tx<S>,
    ground: &Ground,
    hub: HubId,
) -> Result<Vec<Command>, RegistryError> {
    hubs::get(tx, hub).await?;
    store::fleet::commands(tx, hub, ground.now()).await
}
