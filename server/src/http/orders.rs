//! Orders as pages and API use them.

use super::State;
use crate::orders::Orders;

impl State {
    /// Orders and sends back for a caller.
    pub(super) fn orders(&self) -> Orders<'_> {
        Orders {
            ground: self.ground(),
            database: self.database(),
        }
    }
}
