//! What becomes of a case when somebody writes in it.

use super::{LONGEST_NOTE, LONGEST_TITLE};
use crate::ground::enums::{CaseSide, CaseState, CaseVisibility};
use crate::ground::hides;
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

/// What is written: something, and not too much of it. Line breaks are kept; other control characters, and those that turn
/// the direction of what follows them, are not.
pub(super) fn text(field: &'static str, typed: &str, longest: usize) -> Result<String, RegistryError> {
    let text: String = typed
        .trim()
        .replace("\r\n", "\n")
        .replace(['\u{2028}', '\u{2029}'], "\n")
        .chars()
        .filter(|letter| !(letter.is_control() || turns(*letter)) || matches!(letter, '\n' | '\t'))
        .collect();
    if text.is_empty() || text.chars().count() > longest {
        let why = format!("must have 1 to {longest} characters");
        return Err(RegistryError::Invalid { field, why });
    }
    Ok(text)
}

/// Embeds, overrides or isolates a direction of text.
fn turns(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A note.
pub(super) fn note(typed: &str) -> Result<String, RegistryError> {
    text("text", typed, LONGEST_NOTE)
}

/// A title, in one line, of what is seen: it stands in lists and in the subjects of letters, as names do.
pub(super) fn title(typed: &str) -> Result<String, RegistryError> {
    if hides(typed.trim()) {
        let why = "must hold no character that is not seen or that turns the text around; type it anew";
        return Err(RegistryError::Invalid {
            field: "title",
            why: why.to_owned(),
        });
    }
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

    #[test]
    fn nothing_that_is_written_turns_or_hides_what_stands_beside_it() {
        for hidden in ["a\u{202e}b", "a\u{200b}b", "a\u{2028}b", "a\u{2066}b"] {
            assert!(title(hidden).is_err(), "{hidden:?}");
        }
        for seen in ["Zoë: 98 % – «ok» מכשיר", "می\u{200c}روم"] {
            assert_eq!(title(seen).unwrap(), seen);
        }
        assert_eq!(note("a\u{202e}b\u{2067}c\u{2069}\u{2028}d").unwrap(), "abc\nd");
        assert_eq!(
            note("می\u{200c}روم\u{a0}👩\u{200d}⚕").unwrap(),
            "می\u{200c}روم\u{a0}👩\u{200d}⚕"
        );
        assert!(note("\u{202e}\u{2069}").is_err());
    }
}
