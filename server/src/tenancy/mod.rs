//! Who may touch what: database roles, the scopes that carry them, and the session that enforces them.
//!
//! Main type: a scope ([`CustomerScope`], [`DistributorScope`], [`AdminScope`],
//! [`FinanceScope`], [`SystemScope`]). A store function takes
//! the [`Tx`] of one, so it cannot be called without a caller of that type; row-level security stands behind it and
//! returns nothing foreign even where a filter was forgotten. Every room above may call this one.

mod bundle;
mod database;
mod deadline;
mod permission;
mod reach;
mod right;
pub(crate) mod rows;
mod scope;

pub use bundle::{BUNDLES, Bundle};
pub use database::{Database, DatabaseError, Pools, has_ended};
pub use deadline::in_good_time;
pub use permission::{Permission, PermissionSet};
pub use reach::{MOST_SITES, Reach};
pub use right::{Denied, Grant, Right};
pub use scope::{Actor, AdminScope, CustomerScope, DistributorScope, FinanceScope, Scope, SystemScope, Tx};
