//! One's own organization.

use askama::Template;

use crate::actions::Action;
use crate::components::{Contact, FactCard};
use crate::frame::Frame;
use crate::pages::registry::distributors::MemberRow;

/// `GET /organization`: what a distributor's or a customer's people see of their own organization.
#[derive(Debug, Clone, Template)]
#[template(path = "registry/own.html")]
pub struct OwnOrganisationPage {
    /// The frame.
    pub frame: Frame,
    /// What can be done.
    pub actions: Vec<Action>,
    /// Cards of facts: company, address, settings.
    pub cards: Vec<FactCard>,
    /// Whom the platform's people call.
    pub contacts: Vec<Contact>,
    /// Its people.
    pub users: Vec<MemberRow>,
    /// Where they are looked after; none where this person may not.
    pub users_href: Option<String>,
}
