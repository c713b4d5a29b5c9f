//! The bedside hub's library: it claims itself once, signs every request and uploads readings until the platform has
//! said what became of each. Radio, drivers and the ledger on disk come on top of it.
//!
//! The way of a reading: [`Reading`] is frozen into an [`Item`], pushed into a [`Ledger`], sent by the [`Uplink`] over
//! the [`HubClient`], and leaves the ledger with the platform's [`Verdict`] and not before. Sending again is always safe:
//! the platform knows a reading by its content.
//!
//! Beside it a [`Pulse`] tells the platform every minute how the hub is, and does what it is asked.
//!
//! A hub's first day: [`Identity::load_or_create`], [`Client::claim`] with the code that a person typed in,
//! [`Registration::save`], then a [`HubClient`] and an [`Uplink`] that waits until somebody has confirmed the fingerprint.

mod claim;
mod client;
mod clock;
mod error;
mod file;
mod heartbeat;
mod hub_client;
mod identity;
mod ledger;
mod pulse;
mod random;
mod reading;
mod sign;
mod uplink;

#[cfg(test)]
mod tests;

pub use claim::{ClaimCode, Registration};
pub use client::{Client, PlatformUrl};
pub use clock::{Clock, HubClock, SystemClock};
pub use error::{CallError, ClaimError, CodeError, FileError, ItemError, LedgerError, SetupError, SignError};
pub use heartbeat::{Command, CommandKind, DeviceHealth, Heartbeat, LARGEST_LOG, Orders, Report};
pub use hub_client::{HubClient, HubDevice, HubState, Me};
pub use identity::Identity;
pub use ledger::{Entry, EntryId, Ledger, MemoryLedger, Verdict};
pub use pulse::{Bedside, Pulse, PulseWire};
pub use random::{Random, SystemRandom};
pub use reading::{Item, LARGEST_ITEM, Reading};
pub use sign::Signer;
pub use uplink::{LARGEST_BATCH_BYTES, LARGEST_BATCH_ITEMS, Phase, Status, Uplink, UplinkOptions, Wire};
