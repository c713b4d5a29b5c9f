//! Hubs of every role: the list, and the page of one with its heartbeats, its devices and its commands.

use askama::Template;
use vitals::Kind;

use crate::actions::Action;
use crate::components::{FactCard, Link, Svg, TimelineEntry};
use crate::forms::Form;
use crate::frame::Frame;
use crate::parts::{Attention, Battery, Filter, Pager, Signal, Stat, Tag, When};

/// `GET /admin/hubs?q=&state=&after=`, `GET /hubs` of a distributor or a customer.
#[derive(Debug, Clone, Template)]
#[template(path = "registry/hubs.html")]
pub struct HeldHubsPage {
    /// The frame.
    pub frame: Frame,
    /// The first line.
    pub attention: Attention,
    /// What can be done, for example adding one.
    pub actions: Vec<Action>,
    /// The tiles; may be empty.
    pub stats: Vec<Stat>,
    /// The filter: `q`, `state`.
    pub filter: Filter,
    /// Whether the holder has a column: not on a customer's own page.
    pub with_holder: bool,
    /// The hubs of this page, those that want a person first.
    pub rows: Vec<HeldHubRow>,
    /// What follows.
    pub pager: Pager,
}

/// A hub in a list.
#[derive(Debug, Clone)]
pub struct HeldHubRow {
    /// Its page.
    pub href: String,
    /// Its name, for example `Ward 3 East`.
    pub name: String,
    /// Its serial.
    pub serial: String,
    /// Who holds it; none while it is in the platform's stock.
    pub holder: Option<Link>,
    /// For example `online`, `offline for 3 h`, `confirm its fingerprint`, `waits for its claim`.
    pub state: Tag,
    /// When it was last heard.
    pub last_seen: Option<When>,
    /// How many devices send through it.
    pub devices: u64,
    /// How many readings wait in it, as its last heartbeat said.
    pub queue: Option<u64>,
    /// Its program's version, for example `1.4.2`.
    pub version: Option<String>,
}

/// `GET /hubs/{id}`, `GET /admin/hubs/{id}`, and the answer to the making of a claim code.
#[derive(Debug, Clone, Template)]
#[template(path = "registry/hub.html")]
pub struct HeldHubPage {
    /// The frame; its title is the hub's name.
    pub frame: Frame,
    /// Its serial.
    pub serial: String,
    /// How it stands.
    pub state: Tag,
    /// Who holds it; none on its customer's own page.
    pub holder: Option<Link>,
    /// What a person should know first, a sentence each.
    pub warnings: Vec<String>,
    /// Buttons at the top.
    pub actions: Vec<Action>,
    /// A claim code that was just made: shown this once.
    pub claim: Option<HubClaim>,
    /// A fingerprint that waits for a person.
    pub fingerprint: Option<FingerprintCheck>,
    /// The tiles: devices, waiting readings, uptime, version.
    pub stats: Vec<Stat>,
    /// Cards of facts: identity, heartbeat.
    pub cards: Vec<FactCard>,
    /// What can be done with it, each with its sentence.
    pub moves: Vec<Action>,
    /// The devices that send through it.
    pub devices: Vec<BoundDeviceRow>,
    /// The commands that can be given: ping, rescan, update the list, send its logs. Empty where this person may not.
    pub commands: Vec<Action>,
    /// The last commands with what became of them, newest first.
    pub sent: Vec<CommandRow>,
    /// Its life, newest first.
    pub life: Vec<TimelineEntry>,
}

/// A claim code with its drawing.
#[derive(Debug, Clone)]
pub struct HubClaim {
    /// The code, for example `K7QF-93XM-TD`.
    pub code: String,
    /// The same as a QR code.
    pub qr: Option<Svg>,
    /// Until when it lives.
    pub expires: When,
}

/// A key that a hub has left and nobody has confirmed.
#[derive(Debug, Clone)]
pub struct FingerprintCheck {
    /// In groups for reading aloud, for example `4f:2a:91:c0:…`.
    pub fingerprint: String,
    /// When the hub left it.
    pub claimed: When,
    /// Confirms it; none where this person may not. Its hidden values hold the fingerprint.
    pub confirm: Option<Form>,
    /// Refuses it, so that the hub needs another claim code.
    pub refuse: Option<Form>,
}

/// A device behind a hub.
#[derive(Debug, Clone)]
pub struct BoundDeviceRow {
    /// Its page; none where this person may not open it.
    pub href: Option<String>,
    /// What it measures.
    pub kind: Kind,
    /// Maker and model.
    pub model: String,
    /// Its serial.
    pub serial: String,
    /// When the hub heard it last.
    pub last_seen: Option<When>,
    /// Its battery, where it tells.
    pub battery: Option<Battery>,
    /// Its signal at the hub, where it tells.
    pub signal: Option<Signal>,
    /// How it stands.
    pub state: Tag,
}

/// A command that was given to a hub.
#[derive(Debug, Clone)]
pub struct CommandRow {
    /// Which, for example `Ping`.
    pub command: String,
    /// Who gave it.
    pub who: String,
    /// When.
    pub at: When,
    /// What became of it, for example `answered in 1.2 s`, `waits for the hub`.
    pub outcome: Tag,
    /// What the hub said to it; may be empty.
    pub answer: String,
    /// A file that it sent, for example its logs.
    pub file: Option<Link>,
}

impl HeldHubPage {
    /// The fingerprint in groups of two bytes, as one reads it aloud.
    fn groups(&self) -> Vec<String> {
        let Some(check) = &self.fingerprint else {
            return Vec::new();
        };
        let digits: Vec<&str> = check.fingerprint.split(':').collect();
        digits.chunks(2).map(|pair| pair.join(":")).collect()
    }
}
