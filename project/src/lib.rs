//! Projects of capwire actors: creates them from templates, names the tools that a language needs, and
//! builds modules with them.
//!
//! The crate signs nothing and runs no actor; the `capwire` command does.
//!
//! ```
//! use capwire_project::{Language, tools};
//!
//! let names: Vec<_> = tools(Language::Rust).iter().map(|tool| tool.name()).collect();
//! assert_eq!(names, ["cargo", "wasm32-unknown-unknown"]);
//! ```
#![forbid(unsafe_code)]

mod carried;
mod compile;
mod create;
mod language;
mod name;
mod template;
mod tool;
mod zon;

pub use compile::{Build, CompileError, compile, test};
pub use create::{CreateError, create};
pub use language::{Language, UnknownLanguage};
pub use name::{Name, NameError};
pub use template::{Template, UnknownTemplate};
pub use tool::{Tool, tools};

/// The name of the file in a project's folder that says how it is built and signed.
pub const PROJECT_FILE: &str = "capwire.yaml";

/// Compiles and runs the README's example.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
