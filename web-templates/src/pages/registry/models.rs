//! Device models.

use askama::Template;
use vitals::Kind;

use crate::actions::Action;
use crate::frame::Frame;
use crate::icon::Icon;
use crate::parts::{Filter, Pager, Tag};

/// `GET /admin/models?q=&kind=&after=`.
#[derive(Debug, Clone, Template)]
#[template(path = "registry/models.html")]
pub struct ModelsPage {
    /// The frame.
    pub frame: Frame,
    /// What can be done, for example adding one.
    pub actions: Vec<Action>,
    /// The filter: `q`, `kind`.
    pub filter: Filter,
    /// The models of this page.
    pub rows: Vec<ModelRow>,
    /// What follows.
    pub pager: Pager,
}

/// A model in the list.
#[derive(Debug, Clone)]
pub struct ModelRow {
    /// Where it is changed; none where this person may not.
    pub href: Option<String>,
    /// Who makes it.
    pub maker: String,
    /// Its name.
    pub name: String,
    /// What it measures.
    pub kinds: Vec<Kind>,
    /// How it sends, as a picture.
    pub via_icon: Icon,
    /// How it sends, for example `cellular`.
    pub via: String,
    /// What else it reports, for example `battery, signal`; may be empty.
    pub reports: String,
    /// How many devices of it there are.
    pub devices: u64,
    /// How it stands, for example `in use`.
    pub state: Tag,
}

impl ModelRow {
    fn icon(&self) -> Icon {
        self.kinds.first().copied().map_or(Icon::Models, Icon::of)
    }
}
