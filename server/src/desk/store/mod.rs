//! What the desk asks the database. No statement is ever built from input.

pub(super) mod cases;
pub(super) mod notes;
pub(super) mod people;
pub(super) mod trouble;

use crate::ground::enums::{CaseNoteKind, CaseState, CaseVisibility};
use crate::tenancy::rows::{all, get, id, maybe_id, one, run};

/// A line to write.
#[derive(Debug)]
pub(super) struct Line {
    kind: CaseNoteKind,
    visibility: CaseVisibility,
    text: Option<String>,
    state: Option<CaseState>,
    assignee_name: Option<String>,
}

impl Line {
    /// Somebody wrote.
    pub(super) fn note(text: String, visibility: CaseVisibility) -> Self {
        Self {
            kind: CaseNoteKind::Note,
            visibility,
            text: Some(text),
            state: None,
            assignee_name: None,
        }
    }

    /// It stands differently.
    pub(super) fn state(state: CaseState) -> Self {
        Self {
            kind: CaseNoteKind::State,
            visibility: CaseVisibility::Everybody,
            text: None,
            state: Some(state),
            assignee_name: None,
        }
    }

    /// Somebody else looks after it, or nobody.
    pub(super) fn assignee(name: Option<String>) -> Self {
        Self {
            kind: CaseNoteKind::Assignee,
            visibility: CaseVisibility::Everybody,
            text: None,
            state: None,
            assignee_name: name,
        }
    }
}
