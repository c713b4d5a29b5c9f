//! What becomes of organisations.

use crate::text::text_enum;

text_enum! {
    /// Something that was done to a distributor or a customer.
    pub enum OrganisationEventKind {
        /// It was added.
        Added = "added",
        /// It has another name.
        Renamed = "renamed",
        /// It was put on hold.
        Suspended = "suspended",
        /// It was closed.
        Closed = "closed",
        /// It is served again.
        Resumed = "resumed",
        /// A customer went into another portfolio.
        Moved = "moved",
    }
}
