//! What came and went: every move of a device or a hub that somebody sees, newest first.

use chrono::{DateTime, Utc};
use uuid::Uuid;
use vitals::Kind;

use super::authors::{self, Doer};
use super::page::{Ask, Page};
use super::scope::RegistryScope;
use super::{RegistryError, store};
use crate::ground::enums::MoveReason;
use crate::ground::ids::{DeviceId, HubId};
use crate::tenancy::{Database, Tx};

/// Where the list goes on: when the move was written down, and its id.
pub type MovementKey = (DateTime<Utc>, Uuid);

/// Which moves are looked for.
#[derive(Debug, Clone, Default)]
pub struct MovementFilter {
    /// Part of the serial, without regard to case.
    pub q: Option<String>,
    /// Those of devices that measure this.
    pub kind: Option<Kind>,
}

/// What moved.
#[derive(Debug, Clone)]
pub enum Moved {
    /// A device, with what its model measures.
    Device(DeviceId, Vec<Kind>),
    /// A hub.
    Hub(HubId),
}

/// A device or a hub that came or went.
#[derive(Debug, Clone)]
pub struct Movement {
    /// Its id.
    pub id: Uuid,
    /// What moved.
    pub what: Moved,
    /// Its maker and model, or the hub's name.
    pub model: String,
    /// Its serial number.
    pub serial: String,
    /// What the move was.
    pub reason: MoveReason,
    /// When it counts from.
    pub at: DateTime<Utc>,
    /// When it was written down.
    pub written_at: DateTime<Utc>,
    /// Who had it before: a customer; none: it lay in stock, or nobody had it, or not for the caller to know.
    pub from: Option<String>,
    /// In whose stock it lay before, and since: a distributor, for the platform's people; none: the platform's own, or not
    /// for the caller to know.
    pub from_stock: Option<String>,
    /// The same of now.
    pub to_stock: Option<String>,
    /// Whether somebody had it before, as far as the caller sees.
    pub was_held: bool,
    /// Who has it since: a customer; none: it lies in stock.
    pub to: Option<String>,
    /// Who did it, as the caller may be told.
    pub who: Doer,
}

impl Movement {
    /// Who did it: their name, or whose people they are.
    pub fn who(&self) -> String {
        self.who.who(self.to.as_deref().or(self.from.as_deref()))
    }
}

/// Finds out whose people made these moves, also where the caller may not know their names.
pub async fn told(database: &Database, movements: &mut [Movement]) -> Result<(), RegistryError> {
    authors::told(database, movements.iter_mut().map(|moved| &mut moved.who)).await
}

/// The moves that the scope sees of things that it sees, newest first.
pub async fn list<S: RegistryScope>(
    tx: &Tx<S>,
    filter: &MovementFilter,
    ask: &Ask<MovementKey>,
) -> Result<Page<Movement, MovementKey>, RegistryError> {
    let rows = store::movements::list(tx, filter, ask).await?;
    Ok(Page::of(rows, ask, |row| (row.written_at, row.id)))
}
