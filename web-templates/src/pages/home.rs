//! A customer's first page.

use askama::Template;
use vitals::Kind;

use crate::actions::Action;
use crate::frame::Frame;
use crate::pages::registry::devices::HeldDeviceRow;
use crate::pages::registry::hubs::HeldHubRow;
use crate::parts::{Attention, Stat, Value, When};

/// `GET /home`: a customer's first page.
#[derive(Debug, Clone, Template)]
#[template(path = "home.html")]
pub struct HomePage {
    /// The frame; `live` only where the page is kept up to date.
    pub frame: Frame,
    /// The first line.
    pub attention: Attention,
    /// What can be done, for example adopting a device.
    pub actions: Vec<Action>,
    /// The tiles: readings today, devices heard, silent, delivered.
    pub stats: Vec<Stat>,
    /// The devices that want a person.
    pub wants: Vec<HeldDeviceRow>,
    /// The last readings, newest first; none where this person may not see values.
    pub readings: Option<Vec<RecentReading>>,
    /// The hubs, those that want a person first.
    pub hubs: Vec<HeldHubRow>,
    /// Whether the person sees some of the organization's sites alone, so that there may be hubs elsewhere.
    pub in_part: bool,
    /// Whether anything was ever placed here: otherwise the page says how to begin.
    pub has_devices: bool,
}

/// A reading in short.
#[derive(Debug, Clone)]
pub struct RecentReading {
    /// The device's page.
    pub href: String,
    /// What was measured.
    pub kind: Kind,
    /// With what, for example `bed 3` or the serial.
    pub device: String,
    /// The main value.
    pub value: Value,
    /// Whether it lies outside its range.
    pub out: bool,
    /// When it was measured.
    pub at: When,
}
