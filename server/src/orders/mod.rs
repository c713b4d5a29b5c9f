//! Orders of devices and hubs: a distributor wants them from the platform, serials are found, parcels go out, and what
//! arrives is in its stock; and returns, the way back. Each step is dated and says who made it. No prices: what became a
//! distributor's, and what went back, is what a statement will count (`hardware`).
//!
//! Main type: [`Orders`], which does what a caller may; what is read takes the open transaction of the caller's scope.
//! Called by the pages and the API. Whatever is written is written by the system, after the caller's own scope has proved
//! that it sees the order. Locks are taken in one order: the order or the return, then what the registry holds.

mod act;
mod allocate;
mod cancel;
mod hardware;
pub mod incoming;
mod list;
mod named;
mod note;
mod numbered;
mod order;
mod place;
mod promised;
mod receive;
pub mod returns;
mod rules;
mod settle;
mod ship;
mod store;
mod way;

use chrono::{DateTime, SubsecRound as _, Utc};

use crate::ground::Ground;
use crate::ground::enums::{CaseSide, UserRole};
use crate::identity::Caller;
use crate::registry::RegistryError;
use crate::tenancy::{Database, Denied, Right};

pub use crate::registry::page::Standing;
pub use allocate::{Allocated, Serials};
pub use hardware::{HardwareLine, Period, hardware_csv, hardware_lines};
pub use list::{
    Filter, Key, OrderFilter, OrderKey, get, items, lines, list, numbered, parcels, steps, tally, waiting,
};
pub use order::{Delivery, Item, Line, Order, Parcel, Step};
pub use place::{NewDelivery, NewOrder, Wanted};
pub use promised::{Promise, promised};
pub use receive::Arrived;
pub use settle::{Became, WriteOff};
pub use ship::{Carriage, NewParcel};
pub use way::{OrderMove, ReturnMove, Tally};

/// Lines of one order at most.
pub const MOST_LINES: usize = 50;
/// Devices or hubs of one line at most.
pub const MOST_OF_A_LINE: i32 = 10_000;
/// Orders of one distributor that are not over, at most.
pub const MOST_OPEN: i64 = 200;
/// Devices and hubs that one parcel takes, one list of serials names and one return sends back, at most.
pub const MOST_AT_ONCE: usize = 500;
/// The longest note.
pub const LONGEST_NOTE: usize = 2_000;

/// What orders work with.
#[derive(Debug, Clone, Copy)]
pub struct Orders<'a> {
    /// Time and ids.
    pub ground: &'a Ground,
    /// For scopes.
    pub database: &'a Database,
}

impl Orders<'_> {
    /// Now, as the database keeps it.
    fn now(&self) -> DateTime<Utc> {
        self.ground.now().trunc_subsecs(6)
    }
}

/// Whose people somebody is.
pub(crate) fn side(caller: &Caller) -> CaseSide {
    match caller.role() {
        UserRole::Admin | UserRole::Finance => CaseSide::Platform,
        UserRole::Distributor => CaseSide::Distributor,
        UserRole::Customer => CaseSide::Customer,
    }
}

/// Refuses who does not have the right.
fn must(by: &Caller, right: Right) -> Result<(), RegistryError> {
    by.check(right).map_err(|denied| {
        RegistryError::NotAllowed(match denied {
            Denied::OtherRole(_) | Denied::Confined => "it is for other people than you",
            Denied::Lacks(_) => "it takes the permission manage_orders",
        })
    })
}

fn invalid(field: &'static str, why: impl Into<String>) -> RegistryError {
    let why = why.into();
    RegistryError::Invalid { field, why }
}

/// Looks at something in the transaction of the caller's own scope, for those who may have orders at all.
macro_rules! seen {
    ($orders:expr, $by:expr, $tx:ident => $look:expr) => {
        match &$by.scope {
            crate::identity::CallerScope::Admin(scope) => {
                crate::tenancy::Scope::run(scope, $orders.database, async |$tx| $look.await).await
            }
            crate::identity::CallerScope::Finance(scope) => {
                crate::tenancy::Scope::run(scope, $orders.database, async |$tx| $look.await).await
            }
            crate::identity::CallerScope::Distributor(scope) => {
                crate::tenancy::Scope::run(scope, $orders.database, async |$tx| $look.await).await
            }
            crate::identity::CallerScope::Customer(_) => Err(crate::registry::RegistryError::NotAllowed(
                "it is for other people than you",
            )),
        }
    };
}
use seen;
