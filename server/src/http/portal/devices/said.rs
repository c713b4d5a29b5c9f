//! What is said once after something was done with a device.

use web_templates::Tone;

/// The sentence of a word.
pub(in crate::http::portal) fn sentence(word: &str) -> Option<(Tone, &'static str)> {
    Some(match word {
        "device-added" => (Tone::Ok, "The device is added."),
        "device-adopted" => (
            Tone::Ok,
            "The device is yours. What it measures from now on arrives here.",
        ),
        "device-activated" => (
            Tone::Ok,
            "The device is active: its readings are taken from now on.",
        ),
        "device-deactivated" => (
            Tone::Ok,
            "The device is inactive: nothing that it sends is taken until it is activated again.",
        ),
        "device-reference" => (Tone::Ok, "The reference is saved."),
        "device-numbers" => (Tone::Ok, "Its numbers are saved."),
        "device-allocated" => (
            Tone::Ok,
            "The device is allocated: it lies in the distributor's stock now.",
        ),
        "device-recalled" => (Tone::Ok, "The device is back in the platform's stock."),
        "device-placed" => (
            Tone::Ok,
            "The device is placed. What it measures from now on is its new holder's.",
        ),
        "device-placed-without-token" => (
            Tone::Warn,
            "The device is placed, and sends nothing yet: it has no token. The customer's own people issue it on the \
             device's page and put it into the device.",
        ),
        "device-returned" => (
            Tone::Ok,
            "The device is given back. Nothing that it sends is taken any more.",
        ),
        "device-restocked" => (Tone::Ok, "The device is in stock again and can be placed."),
        "device-replaced" => (
            Tone::Ok,
            "This device took the other one's place and goes on with its line of readings.",
        ),
        "device-retired" => (
            Tone::Ok,
            "The device is out of use for good. Its readings stay where they are.",
        ),
        "token-revoked" => (
            Tone::Ok,
            "The token is revoked: nothing is taken with it any more.",
        ),
        _ => return None,
    })
}
