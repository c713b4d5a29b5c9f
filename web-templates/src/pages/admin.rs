//! An administrator's pages: everything that exists and what wants a person. Metadata only, never a measurement.

use askama::Template;

use crate::components::Link;
use crate::forms::Form;
use crate::frame::Frame;
use crate::pages::registry::customers::CustomerRow;
use crate::pages::registry::devices::HeldDeviceRow;
use crate::pages::registry::hubs::HeldHubRow;
use crate::parts::{Attention, Filter, Pager, Stat, When};

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
    /// The customers with the most to look at.
    pub customers: Vec<CustomerRow>,
    /// The devices that were heard last, or are silent.
    pub devices: Vec<HeldDeviceRow>,
    /// The hubs, those that wait for somebody first.
    pub hubs: Vec<HeldHubRow>,
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
    /// Dismisses those that are ticked, where they wait.
    pub dismiss: Option<Form>,
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
    /// The hub or the vendor's cloud through which it came.
    pub via: Option<Link>,
    /// Whose it would be.
    pub customer: Option<String>,
    /// For example `214 B`.
    pub size: String,
    /// What names it where it can be dismissed.
    pub id: Option<String>,
    /// Who dismissed it and when, and why.
    pub dismissed: Option<Dismissal>,
}

/// That somebody dismissed an item.
#[derive(Debug, Clone)]
pub struct Dismissal {
    /// When.
    pub at: When,
    /// Who.
    pub by: String,
    /// Why.
    pub why: String,
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
