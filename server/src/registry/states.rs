//! Who changed the state of a device or a hub, and when. A change that comes with a period of assignment is told by the
//! period; this keeps the others: activated, deactivated, confirmed, put into stock, or inactive from the first moment on.

use chrono::{DateTime, Utc};

use super::RegistryScope;
use crate::ground::enums::{CaseSide, ThingState};
use crate::ground::ids::UserId;

/// One change, as the caller may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// When.
    pub at: DateTime<Utc>,
    /// What it was.
    pub was: ThingState,
    /// What it became.
    pub became: ThingState,
    /// The name of who changed it, where the caller may know them.
    pub by: Option<String>,
    /// Whose people they are.
    pub side: CaseSide,
}

impl Change {
    /// By whom, as they may be called: where the name is not to be known, whose people they are.
    pub fn who(&self) -> String {
        let side = match self.side {
            CaseSide::Platform => "the platform",
            CaseSide::Distributor => "the distributor",
            CaseSide::Customer => "the customer",
        };
        self.by.clone().unwrap_or_else(|| side.to_owned())
    }
}

/// Who changes a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Author {
    pub(super) user: UserId,
    pub(super) side: CaseSide,
}

impl Author {
    /// The person behind a scope.
    pub(super) fn of<S: RegistryScope>(by: &S) -> Self {
        Self {
            user: by.user(),
            side: match (by.customer(), by.distributor()) {
                (Some(_), _) => CaseSide::Customer,
                (None, Some(_)) => CaseSide::Distributor,
                (None, None) => CaseSide::Platform,
            },
        }
    }
}
