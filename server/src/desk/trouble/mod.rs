//! Why did nothing arrive from a device or a hub? One answer in words, and what it rests on. Nothing of what was measured:
//! counts, reasons and times, and only those of whoever holds the thing now.

mod device;
mod hub;
mod rules;

use chrono::{DateTime, NaiveDate, Utc};

use crate::ground::enums::QuarantineReason;
use crate::registry::devices::Device;
use crate::registry::hubs::Hub;
use crate::registry::moves::HeldPeriod;

pub use device::of_device;
pub use hub::of_hub;
pub use rules::{Finding, Verdict};

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
    /// Readings a day in the last 30 days, the oldest first; days without any are left out.
    pub readings: Vec<(NaiveDate, i64)>,
    /// Who had it, the newest first.
    pub life: Vec<HeldPeriod>,
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
