//! What is said once after something was done with a hub.

use web_templates::Tone;

/// The sentence of a word.
pub(in crate::http::portal) fn sentence(word: &str) -> Option<(Tone, &'static str)> {
    Some(match word {
        "hub-added" => (
            Tone::Ok,
            "The hub is added. Make a claim code for it where it stands.",
        ),
        "hub-refused" => (Tone::Ok, "The key is refused. The hub needs another claim code."),
        "hub-activated" => (Tone::Ok, "The hub is active: its readings are taken from now on."),
        "hub-deactivated" => (
            Tone::Ok,
            "The hub is inactive: nothing that it sends is taken until it is activated again.",
        ),
        "hub-named" => (Tone::Ok, "The name is saved."),
        "hub-placed" => (
            Tone::Ok,
            "The hub is placed. Its new holder claims it with a code.",
        ),
        "hub-allocated" => (
            Tone::Ok,
            "The hub is allocated: it lies in the distributor's stock now.",
        ),
        "hub-recalled" => (Tone::Ok, "The hub is back in the platform's stock."),
        "hub-returned" => (
            Tone::Ok,
            "The hub is given back. Nothing that it signs is believed any more.",
        ),
        "hub-retired" => (Tone::Ok, "The hub is out of use for good."),
        "command-given" => (
            Tone::Info,
            "The command is on its way: the hub hears of it with its next request.",
        ),
        _ => return None,
    })
}
