//! The days of a customer's history that lie in its archive.

use askama::Template;

use crate::frame::Frame;
use crate::parts::{Pager, When};

/// `GET /organization/archive`.
#[derive(Debug, Clone, Template)]
#[template(path = "archive.html")]
pub struct ArchivePage {
    /// The frame.
    pub frame: Frame,
    /// The days, the newest first.
    pub rows: Vec<ArchivedDayRow>,
    /// What stands there instead while there is none: whether some will come.
    pub empty: String,
    /// The pager.
    pub pager: Pager,
}

/// A day in the archive.
#[derive(Debug, Clone)]
pub struct ArchivedDayRow {
    /// The UTC day on which the readings arrived, for example `Nov 14, 2026`.
    pub day: String,
    /// Where its two files are: `observations` and `raw-messages` below it.
    pub href: String,
    /// How many readings.
    pub readings: u64,
    /// How many messages they came in.
    pub messages: u64,
    /// How large it is as it lies there, for example `1.2 MB`.
    pub size: String,
    /// When it was read back, before it left the history.
    pub read_back: When,
}
