//! A sheet of labels to be printed.

use askama::Template;

use crate::components::Label;
use crate::frame::Frame;
use crate::{Filter, Pager};

/// `GET /labels`.
#[derive(Debug, Clone, Template)]
#[template(path = "registry/labels.html")]
pub struct LabelsPage {
    /// The frame.
    pub frame: Frame,
    /// What is to be said on the screen, for example how the sheet is cut.
    pub lead: String,
    /// Why there are no labels, where nothing was filtered.
    pub nothing: String,
    /// Which labels may be looked for.
    pub filter: Filter,
    /// Where the sheets go on.
    pub pager: Pager,
    /// The labels, three in a line.
    pub labels: Vec<Label>,
}
