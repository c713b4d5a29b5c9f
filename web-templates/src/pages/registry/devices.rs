//! Devices without what they measured: the list, and the page of one with its life.

use askama::Template;
use vitals::Kind;

use crate::actions::Action;
use crate::components::{Comment, FactCard, Link, TimelineEntry};
use crate::forms::Form;
use crate::frame::Frame;
use crate::icon::Icon;
use crate::parts::{Attention, Battery, Filter, Pager, Signal, Stat, Tag, When};

/// `GET /admin/devices?q=&kind=&state=&attention=&after=`, `GET /devices` of a distributor.
#[derive(Debug, Clone, Template)]
#[template(path = "registry/devices.html")]
pub struct HeldDevicesPage {
    /// The frame.
    pub frame: Frame,
    /// The first line.
    pub attention: Attention,
    /// What can be done: add, adopt, import, print labels.
    pub actions: Vec<Action>,
    /// The tiles; may be empty.
    pub stats: Vec<Stat>,
    /// The filter: `q`, `kind`, `state`, `attention`.
    pub filter: Filter,
    /// The devices of this page.
    pub rows: Vec<HeldDeviceRow>,
    /// What follows.
    pub pager: Pager,
}

/// A device in a list, without a value.
#[derive(Debug, Clone)]
pub struct HeldDeviceRow {
    /// Its page; none where this person may not open it.
    pub href: Option<String>,
    /// What it measures first.
    pub kind: Kind,
    /// Maker and model, for example `Omron HEM-7142T1`.
    pub model: String,
    /// Its serial.
    pub serial: String,
    /// Who holds it, for example a customer; none while it is in the platform's stock.
    pub holder: Option<Link>,
    /// How it stands, for example `active`, `silent for 3 days`, `in stock`.
    pub state: Tag,
    /// When it was last heard.
    pub last_seen: Option<When>,
    /// Its battery, where it tells.
    pub battery: Option<Battery>,
    /// Its signal, where it tells.
    pub signal: Option<Signal>,
    /// How it sends, for example [`Icon::Bluetooth`], [`Icon::Cellular`], [`Icon::Cloud`], [`Icon::Direct`].
    pub via_icon: Icon,
    /// Through what, for example `Ward 3 East` or `cellular`.
    pub via: String,
}

/// `GET /admin/devices/{id}`, `GET /devices/{id}` of a distributor, `GET /devices/{id}/about` of a customer.
#[derive(Debug, Clone, Template)]
#[template(path = "registry/device.html")]
pub struct HeldDevicePage {
    /// The frame; its title is the serial or the model.
    pub frame: Frame,
    /// What it measures.
    pub kinds: Vec<Kind>,
    /// Maker and model.
    pub model: String,
    /// Its serial.
    pub serial: String,
    /// How it stands.
    pub state: Tag,
    /// Who holds it; none while it is in the platform's stock.
    pub holder: Option<Link>,
    /// What a person should know first, a sentence each, for example `It has been silent for 3 days.`
    pub warnings: Vec<String>,
    /// Its token, right after it was made: shown this once.
    pub token_once: Option<String>,
    /// What most people come for, as buttons at the top: its readings, its label.
    pub actions: Vec<Action>,
    /// The tiles: last seen, battery, signal, readings taken.
    pub stats: Vec<Stat>,
    /// Cards of facts: identity, sending, token.
    pub cards: Vec<FactCard>,
    /// What can be done with it, each with its sentence: activate, place, return, replace, retire …
    pub moves: Vec<Action>,
    /// Its life, newest first: who held it and when.
    pub life: Vec<TimelineEntry>,
    /// What people wrote about it, oldest first; the section is left out where there is neither a note nor a form.
    pub notes: Vec<Comment>,
    /// The form for another note, where this person may write one.
    pub note_form: Option<Form>,
}
