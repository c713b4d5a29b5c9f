//! A hub's batch: its items are parts of it, in order, and where it is what an honest hub sends, all of them.

use crate::reading::{cuff, keeps_what_it_is};
use serde_json::value::RawValue;
use vitalwire_server::intake::fuzzing::batch;

#[derive(serde::Deserialize)]
struct Honest<'a> {
    #[serde(borrow)]
    readings: Vec<&'a RawValue>,
}

/// Panics unless what comes of these bytes is sound.
pub(crate) fn is_sound(body: &[u8]) {
    let items = batch(body);
    if let Ok(honest) = serde_json::from_slice::<Honest<'_>>(body) {
        let sent: Vec<&[u8]> = honest.readings.iter().map(|item| item.get().as_bytes()).collect();
        assert_eq!(items.as_deref(), Some(&sent[..]));
    }
    let mut end = body.as_ptr();
    for item in items.unwrap_or_default() {
        assert!(
            !item.is_empty() && item.as_ptr() >= end && item.as_ptr_range().end <= body.as_ptr_range().end
        );
        end = item.as_ptr_range().end;
        if let Ok(decoded) = vitals::decode(item)
            && let Ok(reading) = decoded.into_reading(cuff())
        {
            keeps_what_it_is(&reading);
        }
    }
}
