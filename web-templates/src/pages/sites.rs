//! A customer's sites and care teams.

use askama::Template;

use crate::actions::Action;
use crate::frame::Frame;

/// `GET /sites`.
#[derive(Debug, Clone, Template)]
#[template(path = "sites.html")]
pub struct SitesPage {
    /// The frame.
    pub frame: Frame,
    /// What can be done, for example adding one.
    pub actions: Vec<Action>,
    /// The sites.
    pub sites: Vec<SiteRow>,
    /// The care teams.
    pub teams: Vec<TeamRow>,
}

/// A site.
#[derive(Debug, Clone)]
pub struct SiteRow {
    /// Its page, or the form that changes it.
    pub href: String,
    /// Its name, for example `Ward 3`.
    pub name: String,
    /// Where it is; may be empty.
    pub place: String,
    /// How many devices are there.
    pub devices: u64,
    /// How many of these want a person.
    pub attention: u64,
    /// How many hubs are there.
    pub hubs: u64,
    /// How many people see it.
    pub people: u64,
}

/// A care team.
#[derive(Debug, Clone)]
pub struct TeamRow {
    /// Its page, or the form that changes it.
    pub href: String,
    /// Its name, for example `Heart failure`.
    pub name: String,
    /// Its sites, for example `Ward 3, Ambulatory`; may be empty.
    pub sites: String,
    /// Its people, for example `Rosa Keller, Theo Lindqvist`; may be empty.
    pub people: String,
    /// How many devices it looks after.
    pub devices: u64,
}
