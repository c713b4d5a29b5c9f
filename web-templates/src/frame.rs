//! What stands around every page of the portal: who is signed in, where one can go, what was just done.

use crate::icon::Icon;
use crate::parts::{Tone, When};

/// The frame of a page for somebody who is signed in.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The page's name, for the browser's tab and the heading, for example `Devices`.
    pub title: String,
    /// The organization's name.
    pub organisation: String,
    /// What it is, for example `Clinic · Eastern`.
    pub organisation_note: String,
    /// One or two letters for it.
    pub initials: String,
    /// The signed-in person's name.
    pub user: String,
    /// One or two letters for them.
    pub user_initials: String,
    /// The main menu, in order.
    pub nav: Vec<NavItem>,
    /// The way from the start to this page, without the page itself.
    pub crumbs: Vec<Crumb>,
    /// The search at the top; none where there is nothing to search.
    pub search: Option<Search>,
    /// The session's token: every form carries it as `csrf`.
    pub csrf: String,
    /// The key, in Base64, with which the browser seals what this person typed while a form is sent.
    pub typed_key: String,
    /// What was just done, said once.
    pub flashes: Vec<Flash>,
    /// The look this person chose, where the server knows; the browser's own memory goes before it.
    pub theme: Theme,
    /// When the page was made, and the zone of its times: a printed page says both.
    pub made: When,
    /// The zone's name, for example `America/New_York`.
    pub time_zone: String,
    /// Whether this page is kept up to date while it is open: shows the live dot.
    pub live: bool,
    /// The line at the menu's foot, for example `All systems working`.
    pub status: Option<Status>,
}

/// One entry of the main menu.
#[derive(Debug, Clone)]
pub struct NavItem {
    /// Its name.
    pub label: String,
    /// Its picture.
    pub icon: Icon,
    /// Where it leads; empty for the heading of the entries that follow.
    pub href: String,
    /// Whether it is where one is.
    pub active: bool,
    /// How many there are, already written out, for example `31,204`.
    pub count: Option<String>,
    /// Whether the count wants a person.
    pub hot: bool,
}

impl NavItem {
    /// An entry without a count; `active` says whether it is where one is.
    pub fn new(label: impl Into<String>, icon: Icon, href: impl Into<String>, active: bool) -> Self {
        Self {
            label: label.into(),
            icon,
            href: href.into(),
            active,
            count: None,
            hot: false,
        }
    }

    /// The heading of the entries that follow.
    pub fn heading(label: impl Into<String>) -> Self {
        Self::new(label, Icon::Menu, "", false)
    }

    /// With how many there are.
    #[must_use]
    pub fn count(mut self, count: u64) -> Self {
        self.count = Some(crate::text::grouped(count));
        self
    }

    /// With how many want a person; nothing where none does.
    #[must_use]
    pub fn hot(mut self, count: u64) -> Self {
        self.hot = count > 0;
        if self.hot { self.count(count) } else { self }
    }
}

/// One step on the way to a page.
#[derive(Debug, Clone)]
pub struct Crumb {
    /// Its name.
    pub label: String,
    /// Where it leads; none for a step that is no page, such as a date.
    pub href: Option<String>,
}

/// The search at the top of every page: a GET form with the one field `q`.
#[derive(Debug, Clone)]
pub struct Search {
    /// The page that answers.
    pub action: String,
    /// What can be looked for, for example `Serial, IMEI, MAC or customer …`.
    pub placeholder: String,
}

impl Crumb {
    /// A step that is a page.
    pub fn to(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            href: Some(href.into()),
        }
    }
}

impl Search {
    /// The search over all that one sees: `GET /search?q=`.
    pub fn everywhere(placeholder: impl Into<String>) -> Self {
        Self {
            action: "/search".to_owned(),
            placeholder: placeholder.into(),
        }
    }
}

/// Something that was just done, said once at the top of the next page.
#[derive(Debug, Clone)]
pub struct Flash {
    /// Whether it went well.
    pub tone: Tone,
    /// What to say, a whole sentence.
    pub text: String,
}

/// The line at the menu's foot.
#[derive(Debug, Clone)]
pub struct Status {
    /// [`Tone::Ok`] or [`Tone::Warn`].
    pub tone: Tone,
    /// What it says.
    pub text: String,
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the person's system asks for.
    #[default]
    Auto,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// Its name in `data-theme` and in the browser's memory.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}
