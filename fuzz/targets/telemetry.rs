//! What a device sends: any bytes are refused or are a reading that keeps what it is.
#![no_main]

use vitalwire_fuzz::{cuff, keeps_what_it_is};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(decoded) = vitals::decode(bytes) else {
        return;
    };
    assert!(decoded.device_key(&"Acme".parse().expect("a maker")).is_ok());
    if let Ok(reading) = decoded.into_reading(cuff()) {
        keeps_what_it_is(&reading);
    }
});
