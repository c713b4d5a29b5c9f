//! Why did nothing arrive from a device or a hub? One answer in words, and what it rests on. Nothing of what was measured:
//! counts, reasons and times, and only those of whoever holds the thing now; a distributor those of its own time.

mod days;
mod device;
mod hub;
mod reasons;
mod rules;
mod seen;

use chrono::{DateTime, NaiveDate, Utc};

use crate::ground::enums::QuarantineReason;
use crate::ground::ids::HubId;
use crate::registry::devices::Device;
use crate::registry::hubs::Hub;
use crate::registry::life::Life;
use crate::registry::vitality::Beat;

pub use days::Day;
pub use device::of_device;
pub use hub::of_hub;
pub use rules::{Finding, Leads, Mark, Verdict};

/// What is known of why nothing arrived.
#[derive(Debug, Clone)]
pub struct Trouble {
    /// The device, where one was asked about.
    pub device: Option<Device>,
    /// The hub, or the one through which the device was last heard, where the caller sees it.
    pub hub: Option<Hub>,
    /// The answer.
    pub verdict: Verdict,
    /// What of it was refused in the last 30 days, by day and reason, the newest first.
    pub refusals: Vec<RefusedDay>,
    /// What of it waits in quarantine, by reason.
    pub quarantined: Vec<Quarantined>,
    /// How many of the last week's readings arrived more than an hour after they were measured.
    pub late: i64,
    /// The last of those, and of those whose time cannot be true, the newest first.
    pub late_ones: Vec<Late>,
    /// The last 30 days, every one of them, the oldest first; today is the last.
    pub days: Vec<Day>,
    /// The last heartbeats of the hub that was asked about, the newest first.
    pub beats: Vec<Beat>,
    /// Who had it, and who changed its state.
    pub life: Life,
}

/// A reading that came late, without its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Late {
    /// When it arrived.
    pub received_at: DateTime<Utc>,
    /// When it was measured; none: that cannot be true.
    pub measured_at: Option<DateTime<Utc>>,
    /// How it came.
    pub way: Way,
}

/// How a reading came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// The device sent it by itself.
    Itself,
    /// Through a hub that the caller sees, and its name.
    Hub(HubId, String),
    /// Through a hub that the caller does not see.
    OtherHub,
}

/// What was refused on one day for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedDay {
    /// The day, in UTC.
    pub day: NaiveDate,
    /// Why, as a stable word.
    pub reason: String,
    /// How often.
    pub count: i64,
    /// The last time.
    pub last_at: DateTime<Utc>,
}

/// What waits in quarantine for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// Why.
    pub reason: QuarantineReason,
    /// How many items.
    pub count: i64,
    /// When the last one arrived.
    pub last_at: DateTime<Utc>,
}
