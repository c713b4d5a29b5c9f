//! A sheet of labels to be printed.

use askama::Template;

use crate::components::Label;
use crate::frame::Frame;

/// `GET /admin/devices/labels`, `GET /devices/labels`.
#[derive(Debug, Clone, Template)]
#[template(path = "registry/labels.html")]
pub struct LabelsPage {
    /// The frame.
    pub frame: Frame,
    /// What is to be said on the screen, for example how the sheet is cut.
    pub lead: String,
    /// The labels, three in a line.
    pub labels: Vec<Label>,
}
