//! What is said once after something was done with a device.

use web_templates::text::grouped;
use web_templates::{Flash, Tone};

use super::moves::page_of;
use crate::ground::ids::DeviceId;
use crate::http::portal::local::with_query;
use crate::http::portal::said::SaidQuery;
use crate::http::portal::visitor::Visitor;
use crate::identity::CallerScope;
use crate::registry::devices::Device;

/// The word of a device that was adopted from a vendor's cloud.
const FROM_SOURCE: &str = "device-from-source";

/// The page of a device that was just adopted from a vendor's cloud, and says so: with how many messages that waited.
pub(in crate::http::portal) fn adopted_from_source(
    visitor: &Visitor,
    device: DeviceId,
    messages: i64,
) -> String {
    let count = messages.to_string();
    with_query(
        &page_of(visitor, device),
        &[("said", FROM_SOURCE), ("count", &count)],
    )
}

/// What is said there.
pub(super) fn from_source(visitor: &Visitor, said: &SaidQuery, device: &Device) -> Option<Flash> {
    let (waited, are, stay) = match said.counted(FROM_SOURCE)? {
        1 => ("message that waited".to_owned(), "is", "stays"),
        many => (
            format!("{} messages that waited", grouped(many.into())),
            "are",
            "stay",
        ),
    };
    let text = match (&device.customer_name, device.held_since) {
        (Some(name), Some(since)) => {
            let since = since.with_timezone(&visitor.zone()).format("%b %-d, %H:%M");
            let whose = match visitor.scope() {
                CallerScope::Customer(_) => "yours".to_owned(),
                _ => format!("with {name}"),
            };
            format!("The device is {whose} since {since}. Its {waited} {are} taken in.")
        }
        _ => format!("The device lies in the inventory. Its {waited} {stay} set aside: nobody held it then."),
    };
    let tone = Tone::Ok;
    Some(Flash { tone, text })
}

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
