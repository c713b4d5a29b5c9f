//! A customer's hubs.

use askama::Template;

use crate::frame::Frame;
use crate::parts::{Attention, Stat, Tag, When};

/// `GET /hubs`, and the answer to `POST /hubs/{id}/claim-code`, which shows the code.
#[derive(Debug, Clone, Template)]
#[template(path = "hubs.html")]
pub struct HubsPage {
    /// The frame.
    pub frame: Frame,
    /// The first line.
    pub attention: Attention,
    /// The tiles; may be empty.
    pub stats: Vec<Stat>,
    /// A claim code that was just made.
    pub claim: Option<ClaimCode>,
    /// The hubs, those that wait for somebody first.
    pub rows: Vec<HubRow>,
}

/// One hub in a list, a customer's or an administrator's.
#[derive(Debug, Clone)]
pub struct HubRow {
    /// Its id.
    pub id: String,
    /// Its name, for example `Ward 3 East`.
    pub name: String,
    /// Its serial.
    pub serial: String,
    /// Whose it is; only shown to administrators.
    pub customer: String,
    /// For example `active`, `waits for its claim`, `confirm fingerprint`.
    pub state: Tag,
    /// When it was last heard.
    pub last_seen: Option<When>,
    /// How many devices send through it.
    pub devices: u64,
    /// Its key's fingerprint, in groups for reading aloud, for example `4f:2a:91:c0:…`.
    pub fingerprint: Option<String>,
    /// Whether the fingerprint waits for a person to confirm it.
    pub awaiting: bool,
    /// Whether this person may make it a new claim code.
    pub can_claim: bool,
}

/// A code with which a hub claims itself, shown once.
#[derive(Debug, Clone)]
pub struct ClaimCode {
    /// The hub's name.
    pub hub: String,
    /// The code, for example `K7QF-93XM-TD`.
    pub code: String,
    /// Until when it lives.
    pub expires: When,
}
