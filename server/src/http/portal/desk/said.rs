//! What is said once after something was done with a case.

use web_templates::Tone;

/// The sentence of a word.
pub(in crate::http::portal) fn sentence(word: &str) -> Option<(Tone, &'static str)> {
    Some(match word {
        "case-opened" => (
            Tone::Ok,
            "The case is open. You get a mail when somebody writes in it.",
        ),
        "case-written" => (Tone::Ok, "It is written down. Those concerned get a mail."),
        "case-noted" => (
            Tone::Ok,
            "It is noted, for the platform and the distributor alone.",
        ),
        "case-assigned" => (Tone::Ok, "It is said who looks after the case."),
        "case-changed" => (Tone::Ok, "The case stands differently now."),
        "case-reopened" => (Tone::Ok, "The case is open again."),
        _ => return None,
    })
}
