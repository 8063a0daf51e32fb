//! Feeds the fuzzer's bytes to the target that `CAPWIRE_FUZZ_TARGET` names.
#![no_main]
#![forbid(unsafe_code)]

use capwire_fuzz::{Target, target};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = std::env::var("CAPWIRE_FUZZ_TARGET").unwrap_or_default();
    target(&name).unwrap_or_else(|| std::process::abort())
});

fuzz_target!(|bytes: &[u8]| TARGET(bytes));
