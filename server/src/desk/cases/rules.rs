//! What becomes of a case when somebody writes in it.

use super::{LONGEST_NOTE, LONGEST_TITLE};
use crate::ground::enums::{CaseSide, CaseState, CaseVisibility};
use crate::registry::RegistryError;

/// The state that a case gets by a note, or why there can be none. Whoever opened it says by writing that they are not done
/// with it; what is closed is opened again first.
pub(super) fn after_note(
    state: CaseState,
    opener: CaseSide,
    author: CaseSide,
    visibility: CaseVisibility,
) -> Result<CaseState, RegistryError> {
    match (state, visibility) {
        (CaseState::Closed, _) => Err(RegistryError::Conflict("the case is closed; open it again first")),
        (CaseState::Waiting | CaseState::Solved, CaseVisibility::Everybody) if author == opener => {
            Ok(CaseState::Open)
        }
        _ => Ok(state),
    }
}

/// What is written: something, and not too much of it. Line breaks are kept, other control characters are not.
pub(super) fn text(field: &'static str, typed: &str, longest: usize) -> Result<String, RegistryError> {
    let text: String = typed
        .trim()
        .replace("\r\n", "\n")
        .chars()
        .filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\t'))
        .collect();
    if text.is_empty() || text.chars().count() > longest {
        let why = format!("must have 1 to {longest} characters");
        return Err(RegistryError::Invalid { field, why });
    }
    Ok(text)
}

/// A note.
pub(super) fn note(typed: &str) -> Result<String, RegistryError> {
    text("text", typed, LONGEST_NOTE)
}

/// A title, in one line.
pub(super) fn title(typed: &str) -> Result<String, RegistryError> {
    text("title", &typed.replace(['\r', '\n', '\t'], " "), LONGEST_TITLE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use CaseSide::{Customer, Distributor};
    use CaseState::{Closed, Open, Solved, Waiting};
    use CaseVisibility::{Everybody, Internal};

    #[test]
    fn an_answer_of_who_opened_it_opens_it_again() {
        for (state, author, visibility, expected) in [
            (Open, Customer, Everybody, Some(Open)),
            (Open, Distributor, Everybody, Some(Open)),
            (Waiting, Customer, Everybody, Some(Open)),
            (Waiting, Distributor, Everybody, Some(Waiting)),
            (Solved, Customer, Everybody, Some(Open)),
            (Solved, Distributor, Everybody, Some(Solved)),
            (Waiting, Customer, Internal, Some(Waiting)),
            (Closed, Customer, Everybody, None),
            (Closed, Distributor, Internal, None),
        ] {
            let after = after_note(state, Customer, author, visibility).ok();
            assert_eq!(after, expected, "{state} {author} {visibility}");
        }
    }

    #[test]
    fn what_is_written_is_something_and_not_too_much() {
        assert_eq!(note(" a\r\n\tb\u{7} ").unwrap(), "a\n\tb");
        assert_eq!(title("a\nb").unwrap(), "a b");
        assert_eq!(note(&"ä".repeat(4_000)).unwrap().chars().count(), 4_000);
        assert!(note(&"ä".repeat(4_001)).is_err());
        assert!(note(" \n ").is_err());
        assert!(title(&"x".repeat(201)).is_err());
    }
}
