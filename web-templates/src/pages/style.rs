//! Every part in all its states, to be looked at.

use askama::Template;

use crate::actions::Action;
use crate::components::{Comment, Contact, FactCard, Label, Progress, Step, Tab, TimelineEntry};
use crate::forms::Form;
use crate::frame::{Flash, Frame};
use crate::icon::Icon;
use crate::parts::{Battery, Filter, Pager, Signal, Stat, Tag};

/// `GET /style`, in development only: `web_templates::samples::style()` fills it.
#[derive(Debug, Clone, Template)]
#[template(path = "style.html")]
pub struct StylePage {
    /// The frame.
    pub frame: Frame,
    /// Buttons of each weight.
    pub buttons: Vec<Action>,
    /// Actions with their sentences.
    pub moves: Vec<Action>,
    /// Tags of each tone.
    pub tags: Vec<Tag>,
    /// Batteries, full to low.
    pub batteries: Vec<Battery>,
    /// Signals, none to full.
    pub signals: Vec<Signal>,
    /// Tiles of each sort.
    pub stats: Vec<Stat>,
    /// What is said once, of each tone.
    pub flashes: Vec<Flash>,
    /// Tabs.
    pub tabs: Vec<Tab>,
    /// A filter.
    pub filter: Filter,
    /// What stands below a list.
    pub pager: Pager,
    /// A card of facts of each sort.
    pub cards: Vec<FactCard>,
    /// Contacts.
    pub contacts: Vec<Contact>,
    /// A history.
    pub history: Vec<TimelineEntry>,
    /// Ways of an order.
    pub ways: Vec<Vec<Step>>,
    /// Bars.
    pub bars: Vec<Progress>,
    /// Notes.
    pub notes: Vec<Comment>,
    /// The form for another note.
    pub note_form: Form,
    /// A form with every sort of field.
    pub form: Form,
    /// The same, refused.
    pub refused: Form,
    /// Labels.
    pub labels: Vec<Label>,
}

impl StylePage {
    fn icons() -> &'static [Icon] {
        Icon::ALL
    }
}
