//! What the hub says of itself and its devices, and what the platform asks of it.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The longest piece of a log that the platform takes, bytes.
pub const LARGEST_LOG: usize = 256 * 1024;

/// How the hub is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Heartbeat {
    /// Its program's version.
    pub version: String,
    /// How long the program has been running, seconds.
    pub uptime_seconds: u64,
    /// How many readings wait in the ledger.
    pub queued: u64,
    /// Its devices.
    pub devices: Vec<DeviceHealth>,
}

/// How a device is, as far as the hub knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceHealth {
    /// Its maker.
    pub maker: String,
    /// Its serial.
    pub serial: String,
    /// Charge, 0 to 100 %.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub battery_percent: Option<u8>,
    /// Strength of its signal at the hub, dBm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signal_dbm: Option<i16>,
    /// When the hub last heard it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen_at: Option<DateTime<Utc>>,
}

/// What the platform asks of the hub.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Orders {
    /// What to do, oldest first. A command is told again until the hub has said what came of it.
    #[serde(default)]
    pub commands: Vec<Command>,
    /// In how many seconds to come again.
    pub next_seconds: u64,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Command {
    /// Names it in the report.
    pub id: Uuid,
    /// What it is.
    pub kind: CommandKind,
}

/// What the hub can be asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommandKind {
    /// Say that it is there.
    Ping,
    /// Look for its devices anew.
    Rescan,
    /// Ask again which devices it serves.
    UpdateList,
    /// Send what it wrote down of its own work.
    SendLogs,
    /// Something that this version does not know.
    #[serde(other)]
    Other,
}

/// What came of a command. Its `Debug` hides the log.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<String>,
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report")
            .field("outcome", &self.outcome)
            .field("detail", &self.detail)
            .finish_non_exhaustive()
    }
}

impl Report {
    /// The hub did it; in its own words.
    pub fn done(detail: impl Into<String>) -> Self {
        Self {
            outcome: "done",
            detail: Some(detail.into()).filter(|text| !text.is_empty()),
            log: None,
        }
    }

    /// The hub could not.
    pub fn failed(why: impl Into<String>) -> Self {
        Self {
            outcome: "failed",
            ..Self::done(why)
        }
    }

    /// The hub's log, its newest part where it is too long.
    pub fn log(text: &str) -> Self {
        let mut from = text.len().saturating_sub(LARGEST_LOG);
        while !text.is_char_boundary(from) {
            from += 1;
        }
        Self {
            log: Some(text[from..].to_owned()),
            ..Self::done("")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_log_the_newest_part_is_sent() {
        let text = format!("{}end", "é".repeat(LARGEST_LOG));
        let log = Report::log(&text).log.unwrap();
        assert!(log.len() <= LARGEST_LOG && log.len() > LARGEST_LOG - 4);
        assert!(log.ends_with("éend"));
        assert_eq!(Report::log("short").log.unwrap(), "short");
    }

    #[test]
    fn a_command_of_the_future_is_one_that_is_not_known() {
        let orders: Orders = serde_json::from_str(
            r#"{"commands":[{"id":"01a1fed0-0000-7000-8000-000000000001","kind":"dance"}],"next_seconds":60}"#,
        )
        .unwrap();
        assert_eq!(orders.commands[0].kind, CommandKind::Other);
    }
}
