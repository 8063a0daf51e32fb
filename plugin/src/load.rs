//! Loads libraries into this process.

mod elf;
mod instance;
mod library;
mod memory;
mod provider;
mod requests;

pub use provider::Plugin;
