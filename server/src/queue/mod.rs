//! Who does what next: named leases, wake-ups inside a process and between processes, and the port of the delivery
//! queue.
//!
//! Main types: [`Signals`], which intake calls after a commit and live pages subscribe to; [`Leases`]; the port
//! [`Queue`]. Nothing in here is the truth about work: that stands in `outbox` and `delivery`. Whatever is lost here is
//! found again by polling. Every room above may call it.

mod bridge;
mod lease;
mod signals;
mod store;
mod wake;

pub use lease::{Held, LeaseError, Leases};
pub use signals::{Published, Signals};
pub use wake::{LocalQueue, Queue, QueueError, Wake};
