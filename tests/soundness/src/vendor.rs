//! The adapters of vendors' clouds: one target each, one set of rules.

use vitalwire_server::ground::enums::Vendor;
use vitalwire_server::intake::fuzzing::message;

use crate::reading::keeps_what_it_is;

/// The most elements of one message.
const MOST: usize = 1_000;

/// Panics unless what the adapter makes of these bytes is sound.
pub(crate) fn is_sound(vendor: Vendor, body: &[u8]) {
    let read = message(vendor, body);
    assert_eq!(
        read,
        message(vendor, body),
        "the same bytes are the same readings"
    );
    let elements = read.unwrap_or_default();
    assert!(elements.len() <= MOST);
    for element in elements {
        assert!(body.as_ptr_range().contains(&element.bytes.as_ptr()) && element.bytes.len() <= body.len());
        match &element.readings {
            Ok(readings) => {
                assert!(element.device.is_some(), "a reading of nobody");
                readings.iter().for_each(keeps_what_it_is);
                // Alone it says what it says among others; of a list, though, bytes that nobody reads may be no text.
                if std::str::from_utf8(element.bytes).is_ok() {
                    assert_eq!(message(vendor, element.bytes).as_deref(), Some(&[element][..]));
                }
            }
            Err(flaw) => assert!(!flaw.is_empty() && flaw.len() < 300, "{flaw}"),
        }
    }
}
