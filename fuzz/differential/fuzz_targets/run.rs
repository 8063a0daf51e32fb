//! Feeds the fuzzer's bytes to the target.
#![no_main]
#![forbid(unsafe_code)]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| capwire_fuzz_differential::run(bytes));
