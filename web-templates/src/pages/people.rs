//! People: the lists of those who sign in and those who are invited, one's own account, and the doors for who is not
//! signed in.

use askama::Template;

use crate::actions::Action;
use crate::components::{FactCard, Link};
use crate::forms::Form;
use crate::frame::{Flash, Frame, Theme};
use crate::parts::{Filter, Pager, Tag, When};

/// A page for somebody who is not signed in: an invitation, a forgotten password, a link that is over.
#[derive(Debug, Clone, Template)]
#[template(path = "people/door.html")]
pub struct DoorPage {
    /// What it is about, for example `Choose your password`.
    pub title: String,
    /// Paragraphs below it.
    pub words: Vec<String>,
    /// What was just done.
    pub flashes: Vec<Flash>,
    /// What is to be filled; none where there is nothing more to do here.
    pub form: Option<Form>,
    /// Where else one can go.
    pub ways: Vec<Link>,
    /// Light or dark.
    pub theme: Theme,
}

impl DoorPage {
    /// A page of words.
    pub fn new(title: impl Into<String>, words: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            words: vec![words.into()],
            flashes: Vec::new(),
            form: None,
            ways: Vec::new(),
            theme: Theme::Auto,
        }
    }

    /// With something to fill.
    #[must_use]
    pub fn form(mut self, form: Form) -> Self {
        self.form = Some(form);
        self
    }

    /// With another way to go.
    #[must_use]
    pub fn way(mut self, text: impl Into<String>, href: impl Into<String>) -> Self {
        self.ways.push(Link::to(text, href));
        self
    }
}

/// `GET /users?q=&role=&state=&after=`.
#[derive(Debug, Clone, Template)]
#[template(path = "people/users.html")]
pub struct UsersPage {
    /// The frame.
    pub frame: Frame,
    /// What can be done, for example inviting somebody.
    pub actions: Vec<Action>,
    /// The filter.
    pub filter: Filter,
    /// The people of this page.
    pub rows: Vec<PersonRow>,
    /// What follows.
    pub pager: Pager,
    /// Who is invited and has not come yet.
    pub invitations: Vec<InvitationRow>,
}

/// A person in the list.
#[derive(Debug, Clone)]
pub struct PersonRow {
    /// Their page.
    pub href: String,
    /// Their name.
    pub name: String,
    /// The address that signs in.
    pub email: String,
    /// Where they belong; empty where everybody in the list belongs to the same.
    pub organisation: String,
    /// What they are, for example `Clinician`.
    pub role: String,
    /// What they see, where it is not the whole: `sees Ward 4 alone`; else empty.
    pub sees: String,
    /// How the account stands.
    pub state: Tag,
    /// Who added them from outside of their organisation; empty where nobody did.
    pub made_by: String,
    /// When they last signed in.
    pub last_sign_in: Option<When>,
}

/// Somebody who is invited.
#[derive(Debug, Clone)]
pub struct InvitationRow {
    /// Their name.
    pub name: String,
    /// The address.
    pub email: String,
    /// Where to; empty where that goes without saying.
    pub organisation: String,
    /// What they will be.
    pub role: String,
    /// How it stands, for example `sent` or `over`.
    pub state: Tag,
    /// When it was sent.
    pub sent: When,
    /// When its link ends, or ended.
    pub ends: When,
    /// What can be done: send it again, take it back.
    pub actions: Vec<Action>,
}

/// `GET /users/{id}`.
#[derive(Debug, Clone, Template)]
#[template(path = "people/user.html")]
pub struct UserPage {
    /// The frame; its title is the person's name.
    pub frame: Frame,
    /// The address that signs in.
    pub email: String,
    /// How the account stands.
    pub state: Tag,
    /// What is known of it.
    pub cards: Vec<FactCard>,
    /// What they may do, to be changed; none where this person may not change it.
    pub permissions: Option<Form>,
    /// Why it cannot be changed here; empty where it can.
    pub fixed: String,
    /// What they see of their organization, to be changed; none where that is not asked here.
    pub sees: Option<Form>,
    /// Disabling, enabling.
    pub moves: Vec<Action>,
}

/// `GET /account`.
#[derive(Debug, Clone, Template)]
#[template(path = "people/account.html")]
pub struct AccountPage {
    /// The frame.
    pub frame: Frame,
    /// Who it is.
    pub cards: Vec<FactCard>,
    /// Zone, units, look.
    pub preferences: Form,
    /// The present password and a new one.
    pub password: Form,
}
