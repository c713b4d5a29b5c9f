//! Why something is kept in quarantine, in words.

use crate::ground::enums::QuarantineReason;

/// Why an item is kept, as people say it.
pub(super) fn why(reason: QuarantineReason) -> &'static str {
    match reason {
        QuarantineReason::UnknownDevice => "the device is not known here",
        QuarantineReason::WrongOwner => "the device is somebody else's",
        QuarantineReason::NoOwner => "nobody, or somebody else, held the device when it measured",
        QuarantineReason::InactiveDevice => "the device was inactive",
        QuarantineReason::Undecodable => "the message could not be read",
        QuarantineReason::Implausible => "the values cannot be",
        QuarantineReason::ClockSuspectMoved => "its time cannot be true, and the device has moved",
        QuarantineReason::Unpaired => "the device has no patient",
        QuarantineReason::NoValue => "the device says that it measured nothing",
        QuarantineReason::UnknownType => "the platform does not know this type of message",
    }
}
