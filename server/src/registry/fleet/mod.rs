//! The hubs at work: what they say of themselves, what they are asked to do, and which of them are missed.
//!
//! A hub speaks first, always: its heartbeat tells how it and its devices are, and the answer carries what it is asked to
//! do. What it says of a device counts only where its own customer holds that device; of others it learns nothing, not even
//! that they exist.

mod commands;
mod heartbeat;
mod logs;
mod offline;
mod report;
mod seen;

pub use commands::{Command, MOST_OPEN, ask, commands};
pub use heartbeat::{HeardDevice, Heartbeat, Orders, system_heartbeat};
pub use logs::{Log, LogText, log, logs};
pub use offline::{OFFLINE_AFTER, look_after_hubs, system_look_after_hubs};
pub use report::{LARGEST_LOG, Report, system_report};
pub use seen::{SeenDevice, devices_of};

/// Why a hub is not listened to.
#[derive(Debug, thiserror::Error)]
pub enum HubWordError {
    /// It is not active any more, or holds another key.
    #[error("the hub is not active")]
    NotActive,
    /// Nobody asked it for that, or too long ago.
    #[error("there is no such command")]
    UnknownCommand,
    /// What it says cannot be taken.
    #[error("{0}")]
    Invalid(&'static str),
    /// The database is away.
    #[error("the database could not be asked")]
    Database(#[from] sea_orm::DbErr),
}
