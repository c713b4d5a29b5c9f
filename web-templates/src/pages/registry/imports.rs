//! Many devices at once: a file is looked at, then taken whole or not at all.

use askama::Template;

use crate::actions::Action;
use crate::components::{Progress, Step};
use crate::forms::Form;
use crate::frame::Frame;
use crate::parts::{Stat, Tag, When};

/// `GET /admin/devices/import`: the form for the file, what it has to hold, and the last imports.
#[derive(Debug, Clone, Template)]
#[template(path = "registry/import.html")]
pub struct ImportPage {
    /// The frame.
    pub frame: Frame,
    /// The form with the file.
    pub form: Form,
    /// The columns that a file may have.
    pub columns: Vec<ImportColumn>,
    /// The head line of such a file with an example line, for copying.
    pub example: String,
    /// The last imports, newest first.
    pub earlier: Vec<ImportRow>,
}

/// A column of the file.
#[derive(Debug, Clone)]
pub struct ImportColumn {
    /// Its name in the first line.
    pub name: String,
    /// Whether a file has to have it.
    pub required: bool,
    /// What it holds.
    pub about: String,
}

/// An earlier import.
#[derive(Debug, Clone)]
pub struct ImportRow {
    /// Its page.
    pub href: String,
    /// The file's name.
    pub file: String,
    /// Who brought it.
    pub who: String,
    /// When.
    pub at: When,
    /// How many lines it has.
    pub lines: u64,
    /// What became of it.
    pub state: Tag,
}

/// `GET /admin/devices/import/{id}`: preview, progress and result are one page.
#[derive(Debug, Clone, Template)]
#[template(path = "registry/import_run.html")]
pub struct ImportRunPage {
    /// The frame; its title is the file's name.
    pub frame: Frame,
    /// How far it is: checked, imported, done.
    pub steps: Vec<Step>,
    /// What is to be said first, for example `Nothing is imported yet.`
    pub lead: String,
    /// Whether the first line wants a person.
    pub warn: bool,
    /// The tiles: lines, ready, with an error, already known.
    pub stats: Vec<Stat>,
    /// How far the import is, while it runs.
    pub progress: Option<Progress>,
    /// Where the page asks how far it is, while it runs: the answer is this page again.
    pub poll: Option<String>,
    /// The lines that cannot be taken, the first ones.
    pub errors: Vec<LineError>,
    /// How many there are in all.
    pub error_count: u64,
    /// The first lines as they would be taken.
    pub sample: Vec<ImportLine>,
    /// What these lines are, for example `The first lines, as they would be taken`.
    pub sample_title: String,
    /// What can be done: import them all, take another file, print the labels.
    pub actions: Vec<Action>,
}

/// A line that cannot be taken.
#[derive(Debug, Clone)]
pub struct LineError {
    /// Its number in the file; the head line is 1.
    pub line: u64,
    /// In which column; may be empty.
    pub column: String,
    /// What stands there; never a token.
    pub value: String,
    /// What is wrong with it.
    pub error: String,
}

/// A line as it would be taken.
#[derive(Debug, Clone)]
pub struct ImportLine {
    /// Its number in the file.
    pub line: u64,
    /// The serial.
    pub serial: String,
    /// Maker and model.
    pub model: String,
    /// For whom; may be empty.
    pub holder: String,
    /// What would happen, for example `new`, `moves from stock`.
    pub effect: Tag,
}

impl ImportRunPage {
    /// How many errors are not shown.
    fn hidden_errors(&self) -> u64 {
        self.error_count.saturating_sub(self.errors.len() as u64)
    }
}
