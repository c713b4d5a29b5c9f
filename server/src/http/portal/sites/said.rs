//! What is said once after something was done with a site or a care team.

use web_templates::Tone;

/// The sentence of a word.
pub(in crate::http::portal) fn sentence(word: &str) -> Option<(Tone, &'static str)> {
    Some(match word {
        "site-added" => (
            Tone::Ok,
            "The site is set up. Put devices there, and say who belongs to it.",
        ),
        "site-people" => (Tone::Ok, "Saved. It counts from their next click on."),
        "site-archived" => (
            Tone::Ok,
            "The site is archived. Nothing can be put there any more.",
        ),
        "site-restored" => (Tone::Ok, "The site is in use again."),
        "site-devices" => (Tone::Ok, "The devices stand there now."),
        "site-placed" => (Tone::Ok, "It is saved where it stands."),
        "team-added" => (Tone::Ok, "The care team is set up. Say who is in it."),
        "team-removed" => (
            Tone::Ok,
            "The care team is dissolved. Its people see no more by it.",
        ),
        _ => return None,
    })
}
