//! An administrator's pages: everything that exists and what wants a person. Metadata only, never a measurement.

use askama::Template;
use vitals::Kind;

use crate::frame::Frame;
use crate::pages::hubs::{ClaimCode, HubRow};
use crate::parts::{Attention, Filter, Pager, Stat, Tag, When};

/// `GET /admin`.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/today.html")]
pub struct AdminPage {
    /// The frame.
    pub frame: Frame,
    /// The first line.
    pub attention: Attention,
    /// The tiles: readings a minute, p99 to the customer, failing endpoints, quarantine.
    pub stats: Vec<Stat>,
    /// What wants a person, the oldest first.
    pub wants: Vec<Want>,
    /// The customers and distributors with the most to look at.
    pub organisations: Vec<OrganisationRow>,
    /// The devices that were heard last, or are silent.
    pub devices: Vec<AdminDeviceRow>,
    /// The hubs, those that wait for somebody first.
    pub hubs: Vec<HubRow>,
    /// What was refused last.
    pub refusals: Vec<RefusalRow>,
}

/// One thing that wants a person.
#[derive(Debug, Clone)]
pub struct Want {
    /// Where, for example `endpoint`, `quarantine`, `hub`.
    pub place: String,
    /// What, for example `503 from every attempt`.
    pub text: String,
    /// Whose it is.
    pub who: String,
    /// Since when.
    pub since: When,
    /// Where it can be looked at.
    pub href: String,
    /// The text of that link, for example `Open`, `Review`.
    pub action: String,
}

/// `GET /admin/organisations?q=&kind=&after=`.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/organisations.html")]
pub struct AdminOrganisationsPage {
    /// The frame.
    pub frame: Frame,
    /// The filter.
    pub filter: Filter,
    /// The organizations of this page.
    pub rows: Vec<OrganisationRow>,
    /// What follows.
    pub pager: Pager,
}

/// A customer or a distributor in the list.
#[derive(Debug, Clone)]
pub struct OrganisationRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `customer` or `distributor`, with its type: `clinic`, `hospital`.
    pub kind: String,
    /// Through which distributor, where there is one.
    pub distributor: Option<String>,
    /// How many devices it holds.
    pub devices: u64,
    /// How many of these are silent.
    pub silent: u64,
    /// How many hubs it holds.
    pub hubs: u64,
    /// How its endpoint stands; none where it has none.
    pub endpoint: Option<Tag>,
    /// How it stands itself.
    pub state: Tag,
}

/// `GET /admin/devices?q=&kind=&state=&after=`.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/devices.html")]
pub struct AdminDevicesPage {
    /// The frame.
    pub frame: Frame,
    /// The filter.
    pub filter: Filter,
    /// The devices of this page.
    pub rows: Vec<AdminDeviceRow>,
    /// What follows.
    pub pager: Pager,
}

/// A device as an administrator sees it: no value.
#[derive(Debug, Clone)]
pub struct AdminDeviceRow {
    /// Its id.
    pub id: String,
    /// What it measures.
    pub kind: Kind,
    /// Its serial.
    pub serial: String,
    /// Maker and model.
    pub model: String,
    /// Who holds it; none while in stock.
    pub customer: Option<String>,
    /// How it stands.
    pub state: Tag,
    /// When it was last heard.
    pub last_seen: Option<When>,
}

/// `GET /admin/hubs?q=&state=&after=`, and the answer to `POST /hubs/{id}/claim-code` by an administrator.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/hubs.html")]
pub struct AdminHubsPage {
    /// The frame.
    pub frame: Frame,
    /// The filter.
    pub filter: Filter,
    /// A claim code that was just made.
    pub claim: Option<ClaimCode>,
    /// The hubs of this page.
    pub rows: Vec<HubRow>,
    /// What follows.
    pub pager: Pager,
}

/// `GET /admin/refusals?q=&reason=&after=`.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/refusals.html")]
pub struct AdminRefusalsPage {
    /// The frame.
    pub frame: Frame,
    /// The filter.
    pub filter: Filter,
    /// The refusals of this page, newest first.
    pub rows: Vec<RefusalRow>,
    /// What follows.
    pub pager: Pager,
}

/// `GET /admin/quarantine?q=&reason=&after=`.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/quarantine.html")]
pub struct AdminQuarantinePage {
    /// The frame.
    pub frame: Frame,
    /// The filter.
    pub filter: Filter,
    /// The items of this page, newest first.
    pub rows: Vec<QuarantineRow>,
    /// What follows.
    pub pager: Pager,
}

/// An item that was authenticated but not believed; never what it says.
#[derive(Debug, Clone)]
pub struct QuarantineRow {
    /// When it arrived.
    pub at: When,
    /// Why it is kept, for example `Unknown device`.
    pub reason: String,
    /// Which field or rule; may be empty.
    pub detail: String,
    /// The device's serial, as the item names it; none where it names none.
    pub device: Option<String>,
    /// The hub through which it came.
    pub hub: Option<String>,
    /// Whose it would be.
    pub customer: Option<String>,
    /// For example `214 B`.
    pub size: String,
}

/// Requests that were refused for one reason; never a value of one.
#[derive(Debug, Clone)]
pub struct RefusalRow {
    /// When the last one was.
    pub at: When,
    /// Who was refused, for example `hub HB-00412`.
    pub subject: String,
    /// Why, for example `signature does not match`.
    pub reason: String,
    /// How many.
    pub count: u64,
}
