//! The support desk as pages and API use it.

use super::State;
use crate::desk::Desk;

impl State {
    /// Opens cases and writes in them.
    pub(super) fn desk(&self) -> Desk<'_> {
        Desk {
            ground: self.ground(),
            database: self.database(),
            post: self.identity().post(),
            rate: self.desk_rate(),
            public_url: &self.site().public_url,
        }
    }
}
