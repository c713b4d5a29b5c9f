//! Vendors' clouds that push readings: the list, and the page of one with what to enter at the vendor, the devices that wait
//! and those that it speaks for.

use askama::Template;

use crate::actions::Action;
use crate::components::{FactCard, Link};
use crate::forms::Form;
use crate::frame::Frame;
use crate::parts::{Attention, Filter, Pager, Stat, Tag, When};

/// `GET /sources?q=&vendor=&holder=&after=`.
#[derive(Debug, Clone, Template)]
#[template(path = "registry/sources.html")]
pub struct SourcesPage {
    /// The frame.
    pub frame: Frame,
    /// The first line.
    pub attention: Attention,
    /// What can be done, for example adding one.
    pub actions: Vec<Action>,
    /// The filter: `q`, `vendor`, and for an administrator `holder`.
    pub filter: Filter,
    /// Whether it has a column whose account each is: not on a customer's own page.
    pub with_holder: bool,
    /// The sources of this page.
    pub rows: Vec<SourceRow>,
    /// What follows.
    pub pager: Pager,
}

/// A source in the list.
#[derive(Debug, Clone)]
pub struct SourceRow {
    /// Its page.
    pub href: String,
    /// What people call it.
    pub name: String,
    /// Whose cloud it is, in words.
    pub vendor: String,
    /// Whose account it is: a customer's, or in words the platform's.
    pub holder: Link,
    /// For example `active`, `silent for 2 days`, `never heard`, `inactive`.
    pub state: Tag,
    /// When it was last heard.
    pub last_heard: Option<When>,
    /// How many devices it speaks for.
    pub devices: u64,
    /// How many devices wait to be adopted, in figures; empty where none does.
    pub waiting: String,
}

/// `GET /sources/{id}`.
#[derive(Debug, Clone, Template)]
#[template(path = "registry/source.html")]
pub struct SourcePage {
    /// The frame; its title is the source's name.
    pub frame: Frame,
    /// Whose cloud it is, in words.
    pub vendor: String,
    /// How it stands.
    pub state: Tag,
    /// Whose account it is; none on a customer's own page.
    pub holder: Option<Link>,
    /// What a person should know first, a sentence each.
    pub warnings: Vec<String>,
    /// A secret that was just made: shown this once.
    pub secret: Option<SourceSecret>,
    /// The tiles: devices, what waits, when it was last heard, since when the secret is the one.
    pub stats: Vec<Stat>,
    /// Whether the holders of its devices have a column.
    pub with_holder: bool,
    /// The devices that it spoke of and does not speak for, those that were heard last first.
    pub waiting: Vec<WaitingDeviceRow>,
    /// The devices that it speaks for.
    pub devices: Vec<SourceDeviceRow>,
    /// What has to be entered at the vendor.
    pub cards: Vec<FactCard>,
    /// What can be done with it, each with its sentence.
    pub moves: Vec<Action>,
}

/// What has to be entered at the vendor while the secret can be seen.
#[derive(Debug, Clone)]
pub struct SourceSecret {
    /// What the vendor calls the secret, for example `password`.
    pub called: String,
    /// What is to be copied, each with its name: the address, the user's or the header's name, the secret.
    pub enter: Vec<(String, String)>,
}

/// A device that a source spoke of and that is not its own.
#[derive(Debug, Clone)]
pub struct WaitingDeviceRow {
    /// What the vendor calls it.
    pub named: String,
    /// How many of its messages wait.
    pub messages: u64,
    /// When the first of them arrived.
    pub first: When,
    /// And the last.
    pub last: When,
    /// Where it is adopted; none where this person may not.
    pub adopt: Option<String>,
}

/// A device that a source speaks for.
#[derive(Debug, Clone)]
pub struct SourceDeviceRow {
    /// Its page.
    pub href: String,
    /// Maker and model.
    pub model: String,
    /// Its serial.
    pub serial: String,
    /// What the vendor calls it.
    pub named: String,
    /// Who holds it; none while it lies in stock.
    pub holder: Option<Link>,
    /// How it stands.
    pub state: Tag,
    /// When it was last heard.
    pub last_heard: Option<When>,
    /// Takes it away from the source.
    pub take_away: Form,
}
