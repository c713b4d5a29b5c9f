//! The texts of orders and returns.

use crate::text::text_enum;

text_enum! {
    /// What goes between the platform and a distributor: what a device or a hub is promised to, and what is numbered.
    pub enum Errand {
        /// An order of the distributor's.
        Order = "order",
        /// What it sends back.
        Return = "return",
    }

    /// How far an order is: as far as its slowest part.
    pub enum OrderState {
        /// It waits for serials.
        Ordered = "ordered",
        /// Every device and hub is found and waits to be sent.
        Allocated = "allocated",
        /// On its way.
        Shipped = "shipped",
        /// It arrived, but not all of it.
        Received = "received",
        /// All that will come is in the distributor's stock.
        InStock = "in_stock",
        /// It came to nothing.
        Cancelled = "cancelled",
    }

    /// How far a device or a hub of an order is.
    pub enum OrderItemState {
        /// It is found and reserved.
        Allocated = "allocated",
        /// On its way.
        Shipped = "shipped",
        /// It was not in its parcel.
        Missing = "missing",
        /// In the distributor's stock.
        Received = "received",
        /// It never arrived, and none will come in its place.
        Lost = "lost",
        /// It never arrived, and another one comes in its place.
        Replaced = "replaced",
    }

    /// What happened to an order or a return.
    pub enum OrderStepKind {
        /// A distributor ordered.
        Ordered = "ordered",
        /// Serials were found.
        Allocated = "allocated",
        /// Serials were given up again.
        Released = "released",
        /// A parcel went out.
        Shipped = "shipped",
        /// Something arrived, and is in stock since.
        Received = "received",
        /// Something did not arrive.
        Missing = "missing",
        /// What did not arrive is not waited for any more.
        WrittenOff = "written_off",
        /// The rest will not come.
        Waived = "waived",
        /// All of it is in stock.
        InStock = "in_stock",
        /// It came to nothing.
        Cancelled = "cancelled",
        /// Somebody wrote.
        Note = "note",
        /// A distributor asked to send something back.
        Asked = "asked",
        /// It may be sent back.
        Accepted = "accepted",
        /// It may not.
        Declined = "declined",
        /// It is on its way back.
        Sent = "sent",
        /// It came back.
        Returned = "returned",
    }

    /// Why something is sent back.
    pub enum ReturnReason {
        /// It does not work.
        Faulty = "faulty",
        /// It works and nobody needs it.
        NotNeeded = "not_needed",
        /// It is not what was ordered.
        WrongItem = "wrong_item",
        /// The contract under which it was had is over.
        EndOfContract = "end_of_contract",
    }

    /// How far a return is.
    pub enum ReturnState {
        /// It waits for the platform's word.
        Asked = "asked",
        /// It may be sent.
        Accepted = "accepted",
        /// It may not.
        Declined = "declined",
        /// On its way.
        Sent = "sent",
        /// It came back.
        Received = "received",
        /// The distributor thought better of it.
        Cancelled = "cancelled",
    }

    /// What became of a device or a hub of a return.
    pub enum ReturnItemState {
        /// Nothing yet.
        Waiting = "waiting",
        /// It is in the platform's inventory.
        Inventory = "inventory",
        /// It is out of use for good.
        Retired = "retired",
        /// It did not come, and is in the distributor's stock still.
        Missing = "missing",
        /// The return came to nothing.
        Kept = "kept",
    }
}
