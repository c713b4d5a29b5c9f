//! `vitalwire_soundness::vendor_telli`, with the fuzzer's bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vitalwire_soundness::vendor_telli(bytes));
