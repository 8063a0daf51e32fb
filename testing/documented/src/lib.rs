//! Finds the commands that documents show, and says who runs each.
//!
//! What a document shows goes stale unless it is run. [`pages`] finds the commands, [`runner`] says who runs each of them as it is
//! written, and whoever does takes the commands from here: so none can be forgotten on the way.
#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod page;
mod runner;

pub use page::{Command, Form, Page, page, pages, plain};
pub use runner::{ELSEWHERE, Runner, runner};
