//! Finds the commands that documents show, and says who runs each.
//!
//! A command in a document goes stale unless a test runs it. [`pages`] finds the commands, and
//! [`runner`] names the test that runs each command as it is written. The tests take their commands
//! from here, so that none is forgotten.
#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod page;
mod runner;

pub use page::{Command, Form, Page, page, pages, plain};
pub use runner::{ELSEWHERE, FOR_PROJECTS, Runner, runner};
