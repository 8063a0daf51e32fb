//! Fuzz targets: plain functions that take bytes. `cargo xtask fuzz NAME` runs one under a fuzzer.
//! The tests run all of them on the committed corpora, with any compiler.
//!
//! A target panics if an invariant does not hold. Refusing input is not a failure. Accepting
//! invalid input, or crashing on it, is one.
#![forbid(unsafe_code)]
#![expect(clippy::panic, reason = "a target's panic is its finding")]

mod archive;
mod conversation;
mod counter;
mod key;
mod manifest;
mod messages;
mod policy;
mod section;
mod token;
mod wasi;

/// A function that must not panic for any bytes.
pub type Target = fn(&[u8]);

/// All targets by name.
pub const TARGETS: [(&str, Target); 9] = [
    ("archive", archive::run),
    ("conversation", conversation::run),
    ("key", key::run),
    ("manifest", manifest::run),
    ("messages", messages::run),
    ("policy", policy::run),
    ("section", section::run),
    ("token", token::run),
    ("wasi", wasi::run),
];

/// Returns the target `name`.
#[must_use]
pub fn target(name: &str) -> Option<Target> {
    TARGETS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, target)| *target)
}
