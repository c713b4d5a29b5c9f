//! Distributors.

use askama::Template;

use super::customers::CustomerRow;
use crate::actions::Action;
use crate::components::{Contact, FactCard, TimelineEntry};
use crate::frame::Frame;
use crate::parts::{Attention, Filter, Pager, Stat, Tag, When};

/// `GET /admin/distributors?q=&state=&after=`.
#[derive(Debug, Clone, Template)]
#[template(path = "registry/distributors.html")]
pub struct DistributorsPage {
    /// The frame.
    pub frame: Frame,
    /// The first line.
    pub attention: Attention,
    /// What can be done, for example adding one.
    pub actions: Vec<Action>,
    /// The filter: `q`, `state`.
    pub filter: Filter,
    /// Whether this person sees how many devices they hold.
    pub with_figures: bool,
    /// The distributors of this page.
    pub rows: Vec<DistributorRow>,
    /// What follows.
    pub pager: Pager,
}

/// A distributor in a list.
#[derive(Debug, Clone)]
pub struct DistributorRow {
    /// Its page.
    pub href: String,
    /// Its name.
    pub name: String,
    /// Where it sits, for example `Buffalo, NY`; may be empty.
    pub place: String,
    /// Whom to call, for example `Dana Whitfield`; may be empty.
    pub contact: String,
    /// How it stands.
    pub state: Tag,
    /// How many customers it has.
    pub customers: u64,
    /// How many devices it holds, its customers' among them.
    pub devices: u64,
    /// How many of these lie in its stock.
    pub in_stock: u64,
    /// How many of these want a person: silent, low battery, weak signal.
    pub attention: u64,
    /// How many hubs.
    pub hubs: u64,
}

/// `GET /admin/distributors/{id}`.
#[derive(Debug, Clone, Template)]
#[template(path = "registry/distributor.html")]
pub struct DistributorPage {
    /// The frame; its title is the distributor's name.
    pub frame: Frame,
    /// How it stands.
    pub state: Tag,
    /// What else stands below the name, for example `Buffalo, NY`, `since March 2, 2026`.
    pub notes: Vec<String>,
    /// What can be done.
    pub actions: Vec<Action>,
    /// The tiles: customers, devices, in stock, what wants a person.
    pub stats: Vec<Stat>,
    /// Cards of facts: company, address, settings.
    pub cards: Vec<FactCard>,
    /// Whom to call.
    pub contacts: Vec<Contact>,
    /// Where one is added, where this person may.
    pub contacts_add: Option<String>,
    /// Whether this person sees how many devices they hold.
    pub with_figures: bool,
    /// Whether this person sees its people.
    pub with_people: bool,
    /// Its customers.
    pub customers: Vec<CustomerRow>,
    /// Where all of them are shown.
    pub customers_href: String,
    /// Its people.
    pub users: Vec<MemberRow>,
    /// Where they are looked after; none where this person may not.
    pub users_href: Option<String>,
    /// What happened to it, newest first.
    pub history: Vec<TimelineEntry>,
}

/// A person of an organization, in short.
#[derive(Debug, Clone)]
pub struct MemberRow {
    /// Their name.
    pub name: String,
    /// One or two letters for them.
    pub initials: String,
    /// Their address.
    pub email: String,
    /// Their bundle or role, for example `Technician`.
    pub role: String,
    /// How their account stands.
    pub state: Tag,
    /// When they were here last.
    pub last_seen: Option<When>,
}
