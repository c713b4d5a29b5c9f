//! Observations of others: refused, or a reading that keeps what it is.
#![no_main]

use vitals::fhir::from_observation;
use vitalwire_fuzz::keeps_what_it_is;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(observation) = serde_json::from_slice(bytes) else {
        return;
    };
    if let Ok(reading) = from_observation(&observation) {
        keeps_what_it_is(&reading);
    }
});
