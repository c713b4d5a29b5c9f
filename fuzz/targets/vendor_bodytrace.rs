//! What BodyTrace's cloud sends.
#![no_main]

use vitalwire_fuzz::vendor::is_sound;
use vitalwire_server::ground::enums::Vendor;

libfuzzer_sys::fuzz_target!(|body: &[u8]| is_sound(Vendor::BodyTrace, body));
