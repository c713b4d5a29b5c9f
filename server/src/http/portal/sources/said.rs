//! What is said once after something was done with a source.

use web_templates::Tone;

/// The sentence of a word.
pub(in crate::http::portal) fn sentence(word: &str) -> Option<(Tone, &'static str)> {
    Some(match word {
        "source-named" => (Tone::Ok, "The name is saved."),
        "source-activated" => (
            Tone::Ok,
            "The vendor's cloud is active: what it sends is taken from now on.",
        ),
        "source-deactivated" => (
            Tone::Ok,
            "The vendor's cloud is inactive: nothing that it sends is taken until it is activated again.",
        ),
        "source-former-ended" => (
            Tone::Ok,
            "The former secret is ended: nothing is taken with it any more.",
        ),
        "source-given" => (
            Tone::Ok,
            "It speaks for the device from now on. What waits of that name is taken in within seconds.",
        ),
        "source-taken-away" => (
            Tone::Ok,
            "It speaks for the device no more. What it says of it from now on waits here.",
        ),
        "source-nothing-waits" => (Tone::Info, "Nothing waits of a device of that name any more."),
        _ => return None,
    })
}
