//! What was found.

use askama::Template;

use crate::frame::Frame;
use crate::icon::Icon;
use crate::parts::Tag;

/// `GET /search?q=`.
#[derive(Debug, Clone, Template)]
#[template(path = "search.html")]
pub struct SearchPage {
    /// The frame.
    pub frame: Frame,
    /// What was looked for.
    pub q: String,
    /// What can be looked for, for example `Serial, its last four digits, IMEI, MAC or customer`.
    pub hint: String,
    /// What was found, by sort; a group without hits is left out.
    pub groups: Vec<HitGroup>,
}

/// Hits of one sort.
#[derive(Debug, Clone)]
pub struct HitGroup {
    /// For example `Devices`.
    pub title: String,
    /// Their picture.
    pub icon: Icon,
    /// The hits, the best first.
    pub hits: Vec<Hit>,
    /// All of them, where these are not all.
    pub more: Option<String>,
}

/// Something that was found.
#[derive(Debug, Clone)]
pub struct Hit {
    /// Its page.
    pub href: String,
    /// Its picture, where it is another than the group's.
    pub icon: Option<Icon>,
    /// Its name, for example the model.
    pub title: String,
    /// Its serial or another figure; may be empty.
    pub code: String,
    /// Whose it is, or where; may be empty.
    pub detail: String,
    /// How it stands.
    pub state: Option<Tag>,
}

impl SearchPage {
    fn count(&self) -> u64 {
        self.groups.iter().map(|group| group.hits.len() as u64).sum()
    }
}
