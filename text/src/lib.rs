//! Escaping of text from outside before people see it.
//!
//! Guests, tokens, files and peers choose text that ends up in logs, terminals and error messages.
//! This crate is the only place that decides which of its characters may be shown as they are, see
//! [`is_deceptive`]. All others are escaped, never dropped or replaced, so that two different texts
//! do not look the same:
//!
//! | function | for |
//! |---|---|
//! | [`escaped`] | one line of any length |
//! | [`line()`] | one line with a maximum length |
//! | [`lines`] | several lines with a maximum length |
//! | [`json`] | JSON, which stays JSON with the same meaning |
//!
//! [`word`] selects names that can stand in a proposed command, and [`causes`] and [`chain`] show an error together with its causes.
//!
//! ```
//! assert_eq!(capwire_text::escaped("gone\x1b[2J\nnow"), r"gone\u{1b}[2J\nnow");
//! ```
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod deceptive;
mod errors;
mod escape;
mod plain;

pub use deceptive::is_deceptive;
pub use errors::{causes, chain};
pub use escape::{escaped, json, line, lines};
pub use plain::{is_plain, word};

/// The README's example is a test as well.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
