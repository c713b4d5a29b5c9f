//! What is said once after something was done with an order or a return.

use web_templates::Tone;

/// The sentence of a word.
pub(in crate::http::portal) fn sentence(word: &str) -> Option<(Tone, &'static str)> {
    Some(match word {
        "order-placed" => (Tone::Ok, "It is ordered. You see here how far it is."),
        "order-allocated" => (Tone::Ok, "Serials are found, and reserved for this order."),
        "order-released" => (Tone::Ok, "The serials are free again."),
        "order-shipped" => (Tone::Ok, "The parcel is on its way."),
        "order-received" => (Tone::Ok, "What arrived is in your stock, ready to be placed."),
        "order-written-off" => (Tone::Ok, "It is not waited for any more."),
        "order-waived" => (Tone::Ok, "The rest will not come."),
        "order-cancelled" => (
            Tone::Ok,
            "The order is cancelled. What was found for it is free again.",
        ),
        "order-noted" => (Tone::Ok, "It is written down. Both sides read it."),
        "return-asked" => (Tone::Ok, "The platform is asked. Send nothing before it accepts."),
        "return-accepted" => (
            Tone::Ok,
            "The return is accepted. Its distributor may send it now.",
        ),
        "return-declined" => (Tone::Ok, "The return is declined."),
        "return-cancelled" => (Tone::Ok, "The return is cancelled. It all stays in your stock."),
        "return-sent" => (Tone::Ok, "The return is on its way."),
        "return-received" => (Tone::Ok, "The return is received."),
        _ => return None,
    })
}
