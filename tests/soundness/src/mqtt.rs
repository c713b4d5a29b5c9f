//! What is published for a device: the first line is the serial of its topic, the rest the message. What is kept of it holds
//! no token and says what the message said.

use serde_json::value::RawValue;
use vitalwire_server::intake::fuzzing::published;

const MOST: usize = 16 * 1024;

#[derive(serde::Deserialize)]
struct Kept<'a> {
    #[serde(borrow)]
    token: Option<&'a RawValue>,
}

/// Panics unless what comes of these bytes is sound.
pub(crate) fn is_sound(bytes: &[u8]) {
    let at = bytes
        .iter()
        .position(|byte| *byte == b'\n')
        .unwrap_or(bytes.len());
    let (Ok(serial), payload) = (
        std::str::from_utf8(&bytes[..at]),
        bytes.get(at + 1..).unwrap_or_default(),
    ) else {
        return;
    };
    let (token, kept) = match published(serial, payload, MOST) {
        Ok(opened) => opened,
        Err(reason) => return assert!(!reason.is_empty()),
    };
    assert!(!token.is_empty() && payload.len() <= MOST && kept.len() <= payload.len() + 4);
    let sorted: Kept<'_> = serde_json::from_slice(&kept).expect("what is kept is an object");
    assert!(sorted.token.is_none(), "a token is kept");
    match (vitals::decode(payload), vitals::decode(&kept)) {
        (Ok(sent), Ok(kept)) => {
            assert_eq!(sent, kept);
            assert_eq!(sent.device(), serial, "a message of another topic");
        }
        (sent, kept) => assert_eq!(
            sent.map(drop).map_err(|e| e.code()),
            kept.map(drop).map_err(|e| e.code())
        ),
    }
}
