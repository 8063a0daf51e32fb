//! The errors of loading a library.

use std::error::Error;
use std::io;

/// The reason why a library is not loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PluginError {
    /// The bytes are not a shared library of this system.
    #[error("not a shared library in the format ELF: {0}")]
    NotElf(String),
    /// The library is for another architecture.
    #[error("the library is for {found}, and this host runs on {wanted}")]
    Architecture {
        /// The architecture of the library.
        found: String,
        /// The architecture of the host.
        wanted: &'static str,
    },
    /// The library has no note of a provider.
    #[error(
        "the library is not a capability provider of this host: it has no note with the version of the interface; \
         build it with `capwire_provider.h` or `capwire_plugin::export!`"
    )]
    NoNote,
    /// The library is for another version of the interface.
    #[error(
        "the library has version {found} of the interface, and this host has version {wanted}: build it with the same release as the host"
    )]
    Version {
        /// The version of the library.
        found: u32,
        /// The version of the host.
        wanted: u32,
    },
    /// The library needs others, which nobody has signed.
    #[error(
        "the library needs `{name}`: link it statically, since only the C library is loaded with a provider"
    )]
    Needs {
        /// The name of the other library.
        name: String,
    },
    /// The library says where to look for others.
    #[error(
        "the library has a search path for others (RPATH, RUNPATH, a filter or an auditor): link it without"
    )]
    SearchPath,
    /// The system does not load the library.
    #[error("the system cannot load the library")]
    Load(#[source] Box<dyn Error + Send + Sync>),
    /// The memory file for the library cannot be made.
    #[error("cannot copy the library into a sealed memory file")]
    Memory(#[source] io::Error),
    /// The library does not export its provider.
    #[error("the library does not export the object `{}`", crate::abi::SYMBOL)]
    NoSymbol,
    /// The exported object is wrong.
    #[error("the provider in the library is incomplete: {0}")]
    Incomplete(&'static str),
    /// The description is not what the host expects.
    #[error("the library now describes another provider than before")]
    Changed,
}
