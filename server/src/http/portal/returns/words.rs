//! Returns in words.

use web_templates::{Tag, Tone};

use crate::ground::enums::{ReturnItemState, ReturnReason, ReturnState};

/// How far it is.
pub(in crate::http::portal) fn tag(state: ReturnState) -> Tag {
    match state {
        ReturnState::Asked => Tag::new("asked", Tone::Warn),
        ReturnState::Accepted => Tag::new("accepted", Tone::Info),
        ReturnState::Declined => Tag::new("declined", Tone::Quiet),
        ReturnState::Sent => Tag::new("on its way", Tone::Info),
        ReturnState::Received => Tag::new("received", Tone::Ok),
        ReturnState::Cancelled => Tag::new("cancelled", Tone::Quiet),
    }
}

/// What became of a device or a hub.
pub(super) fn item_tag(state: ReturnItemState) -> Tag {
    match state {
        ReturnItemState::Waiting => Tag::new("to go back", Tone::Info),
        ReturnItemState::Inventory => Tag::new("in the inventory", Tone::Ok),
        ReturnItemState::Retired => Tag::new("out of use", Tone::Quiet),
        ReturnItemState::Missing => Tag::new("did not arrive", Tone::Warn),
        ReturnItemState::Kept => Tag::new("kept", Tone::Quiet),
    }
}

/// Why it goes back.
pub(in crate::http::portal) fn reason(reason: ReturnReason) -> &'static str {
    match reason {
        ReturnReason::Faulty => "It does not work",
        ReturnReason::NotNeeded => "Nobody needs it",
        ReturnReason::WrongItem => "It is not what was ordered",
        ReturnReason::EndOfContract => "The contract is over",
    }
}
