//! Helpers for both directions: keys, a module that the parser of 2020 can read, and the time.

use capwire_wascap::{KeyKind, KeyPair, UnixSeconds};
use std::time::{SystemTime, UNIX_EPOCH};

/// The originals read the clock themselves, so these tests have to as well.
pub(crate) fn now() -> UnixSeconds {
    UnixSeconds(
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs(),
    )
}

pub(crate) fn pair(kind: KeyKind) -> KeyPair {
    KeyPair::generate(kind).unwrap()
}

pub(crate) fn text(pair: &KeyPair) -> String {
    pair.public().to_string()
}

/// The same key for the tools of 2020.
pub(crate) fn old(pair: &KeyPair) -> nkeys_2020::KeyPair {
    nkeys_2020::KeyPair::from_seed(&pair.seed()).unwrap()
}

/// The same key for the tools of today.
pub(crate) fn today(pair: &KeyPair) -> nkeys_today::KeyPair {
    nkeys_today::KeyPair::from_seed(&pair.seed()).unwrap()
}

/// A module without anything that came after the first version of WebAssembly.
pub(crate) fn wasm() -> Vec<u8> {
    let text = r#"(module (memory (export "memory") 1) (data (i32.const 0) "hello")
        (func (export "f") (param i32) (result i32) local.get 0 i32.const 42 i32.add))"#;
    wat::parse_str(text).unwrap()
}
