//! Returns: a distributor asks to send devices and hubs of its stock back, the platform accepts or declines, and what
//! arrives is in the inventory again, or out of use for good. From the acceptance on they are promised to the return and
//! nothing else is done with them.

mod answer;
mod ask;
mod list;
mod receive;
mod send;

use chrono::{DateTime, Utc};
use vitals::Kind;

use crate::ground::enums::{ReturnItemState, ReturnReason, ReturnState};
use crate::ground::ids::{DistributorId, ReturnId, ReturnItemId, UserId};
use crate::orders::named::Called;
use crate::registry::errands::Thing;

pub use ask::{NewReturn, check};
pub use list::{ReturnFilter, ReturnKey, get, items, list, numbered, steps, waiting};
pub use receive::CameBack;

/// A return as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Return {
    /// Its id.
    pub id: ReturnId,
    /// What people call it: `R-2026-0007`.
    pub number: String,
    /// Whose it is.
    pub distributor: DistributorId,
    /// That distributor's name.
    pub distributor_name: String,
    /// Why.
    pub reason: ReturnReason,
    /// How far it is.
    pub state: ReturnState,
    /// How many devices and hubs.
    pub items: i32,
    /// Who carries it.
    pub carrier: Option<String>,
    /// The carrier's number for it.
    pub tracking: Option<String>,
    /// Who asked.
    pub asked_by: UserId,
    /// Their name.
    pub asker_name: String,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// When something last happened to it.
    pub updated_at: DateTime<Utc>,
    /// When it was over.
    pub ended_at: Option<DateTime<Utc>>,
}

/// A device or a hub that is sent back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnItem {
    /// Its id.
    pub id: ReturnItemId,
    /// What it is.
    pub thing: Thing,
    /// Its serial number.
    pub serial: String,
    /// Maker and model as they were called then.
    pub model: String,
    /// What it measures; nothing of a hub.
    pub kinds: Vec<Kind>,
    /// What became of it.
    pub state: ReturnItemState,
    /// When it came back.
    pub received_at: Option<DateTime<Utc>>,
}

impl Called for ReturnItem {
    fn serial(&self) -> &str {
        &self.serial
    }

    fn model(&self) -> &str {
        &self.model
    }
}

impl ReturnItem {
    fn serial(&self) -> &str {
        &self.serial
    }

    fn ids(items: &[Self]) -> Vec<ReturnItemId> {
        items.iter().map(|item| item.id).collect()
    }

    fn things(items: &[Self]) -> Vec<Thing> {
        items.iter().map(|item| item.thing).collect()
    }
}
