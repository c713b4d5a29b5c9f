//! A customer's sites and care teams.

use askama::Template;

use crate::actions::Action;
use crate::components::FactCard;
use crate::forms::Form;
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

/// `GET /sites/{id}` and `GET /care-teams/{id}`.
#[derive(Debug, Clone, Template)]
#[template(path = "site.html")]
pub struct SitePage {
    /// The frame; its title is the site's or the team's name.
    pub frame: Frame,
    /// A sentence below the title; may be empty.
    pub lead: String,
    /// The buttons at the top.
    pub actions: Vec<Action>,
    /// Who belongs there.
    pub people: Vec<SitePerson>,
    /// What stands there instead while nobody does.
    pub nobody: String,
    /// What is changed here.
    pub forms: Vec<Form>,
    /// What is known of it.
    pub cards: Vec<FactCard>,
    /// What else can be done.
    pub moves: Vec<Action>,
}

/// Somebody at a site or in a team.
#[derive(Debug, Clone)]
pub struct SitePerson {
    /// Their page; empty for who may not open it.
    pub href: String,
    /// Their name.
    pub name: String,
    /// How they are there, for example `through Heart failure`.
    pub note: String,
}
