//! Loads libraries into this process.

mod callbacks;
mod elf;
mod instance;
mod library;
mod memory;
mod plugin;
mod provider;
mod remote;
mod requests;

#[cfg(feature = "process")]
pub(crate) use crate::error::PluginError;
#[cfg(feature = "process")]
pub(crate) use elf::check;
pub use plugin::Plugin;
#[cfg(feature = "process")]
pub(crate) use provider::{Facts, RemoteProvider};
#[cfg(feature = "process")]
pub(crate) use remote::{Bind, Remote};
#[cfg(feature = "process")]
pub(crate) use requests::Requests;
