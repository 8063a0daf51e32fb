//! Capability providers in shared libraries.
//!
//! A library exports one table of C functions, which `include/capwire_provider.h` describes, so a provider can be written
//! in any language that has a C interface. The feature `export` exports a provider that is written in Rust, with
//! `export!`. The feature `load` loads libraries into a host, with `Plugin`.
//!
//! A library that is loaded is a part of its host: it can do whatever the host can. Load only libraries whose signature
//! was verified.

#![deny(unsafe_code)] // and not `forbid`: both sides of the interface call foreign functions

pub mod abi;
#[cfg(all(feature = "load", target_os = "linux"))]
mod error;
#[cfg(feature = "export")]
mod export;
#[cfg(all(feature = "load", target_os = "linux"))]
mod load;
#[cfg(all(feature = "process", target_os = "linux"))]
mod process;
#[cfg(any(feature = "export", feature = "load"))]
#[cfg_attr(
    not(all(feature = "export", feature = "load")),
    allow(dead_code, reason = "each side uses a part")
)]
mod status;

#[cfg(all(feature = "load", target_os = "linux"))]
pub use error::PluginError;
#[cfg(feature = "export")]
pub use export::{EachWith, Exported, each_with, table};
#[cfg(all(feature = "load", target_os = "linux"))]
pub use load::Plugin;

#[cfg(all(doctest, feature = "export"))]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(all(feature = "process", target_os = "linux"))]
pub use process::{IsolatedPlugin, ProcessError, serve};

#[doc(hidden)]
pub use capwire_provider::ProviderFactory;
