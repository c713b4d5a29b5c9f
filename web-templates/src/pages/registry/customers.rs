//! Customers, of the platform or of one distributor.

use askama::Template;

use super::devices::HeldDeviceRow;
use super::distributors::MemberRow;
use super::hubs::HeldHubRow;
use crate::actions::Action;
use crate::components::{Contact, FactCard, Link, TimelineEntry};
use crate::frame::Frame;
use crate::parts::{Attention, Filter, Pager, Stat, Tag};

/// `GET /admin/customers?q=&distributor=&state=&after=`, `GET /customers` of a distributor.
#[derive(Debug, Clone, Template)]
#[template(path = "registry/customers.html")]
pub struct CustomersPage {
    /// The frame.
    pub frame: Frame,
    /// The first line.
    pub attention: Attention,
    /// What can be done, for example adding one.
    pub actions: Vec<Action>,
    /// The filter: `q`, `state`, for the platform's people `distributor`.
    pub filter: Filter,
    /// Whether the distributor has a column: not on a distributor's own page.
    pub with_distributor: bool,
    /// Whether this person sees how many devices they hold.
    pub with_figures: bool,
    /// Whether this person sees how their servers fare.
    pub with_endpoint: bool,
    /// The customers of this page.
    pub rows: Vec<CustomerRow>,
    /// What follows.
    pub pager: Pager,
}

/// A customer in a list.
#[derive(Debug, Clone)]
pub struct CustomerRow {
    /// Its page.
    pub href: String,
    /// Its name.
    pub name: String,
    /// Where it sits, for example `Rochester, NY`; may be empty.
    pub place: String,
    /// Through which distributor; none where it is the platform's own.
    pub distributor: Option<Link>,
    /// How it stands.
    pub state: Tag,
    /// How many devices it holds.
    pub devices: u64,
    /// How many of these want a person: silent, low battery, weak signal.
    pub attention: u64,
    /// How many hubs it holds.
    pub hubs: u64,
    /// How its endpoint stands; none where it has none.
    pub endpoint: Option<Tag>,
}

/// `GET /admin/customers/{id}`, `GET /customers/{id}` of a distributor.
#[derive(Debug, Clone, Template)]
#[template(path = "registry/customer.html")]
pub struct CustomerPage {
    /// The frame; its title is the customer's name.
    pub frame: Frame,
    /// How it stands.
    pub state: Tag,
    /// Through which distributor; none where it is the platform's own, or on the distributor's own page.
    pub distributor: Option<Link>,
    /// What else stands below the name, for example `Rochester, NY`.
    pub notes: Vec<String>,
    /// What can be done.
    pub actions: Vec<Action>,
    /// The tiles: devices, hubs, silent, readings of today as a count.
    pub stats: Vec<Stat>,
    /// Cards of facts: company, address, settings, and its endpoint's health.
    pub cards: Vec<FactCard>,
    /// Whom to call.
    pub contacts: Vec<Contact>,
    /// Where one is added, where this person may.
    pub contacts_add: Option<String>,
    /// Whether this person sees its devices and hubs.
    pub with_devices: bool,
    /// Whether this person sees its people.
    pub with_people: bool,
    /// Its devices, those that want a person first.
    pub devices: Vec<HeldDeviceRow>,
    /// Where all of them are shown.
    pub devices_href: String,
    /// Its hubs, those that want a person first.
    pub hubs: Vec<HeldHubRow>,
    /// Where all of them are shown.
    pub hubs_href: String,
    /// Whether this person may place devices with it.
    pub may_place: bool,
    /// Its people.
    pub users: Vec<MemberRow>,
    /// Where they are looked after; none where this person may not.
    pub users_href: Option<String>,
    /// What happened to it, newest first.
    pub history: Vec<TimelineEntry>,
}
