//! Readings that were not sent but made: whatever can be kept keeps what it is.
#![no_main]

use libfuzzer_sys::arbitrary::Unstructured;
use vitalwire_fuzz::{keeps_what_it_is, making};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(Some(reading)) = making::reading(&mut Unstructured::new(bytes)) {
        keeps_what_it_is(&reading);
    }
});
