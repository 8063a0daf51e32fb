//! Loads compiled code.

#![allow(unsafe_code, reason = "code is run as it is, see the proof below")]

use super::seal::Sealed;
use wasmtime::{Engine, Module, Result};

/// Returns the module with this code. wasmtime checks that it fits the engine.
pub(super) fn load(engine: &Engine, sealed: &Sealed) -> Result<Module> {
    // SAFETY: the bytes must be what `Module::serialize` returned. Only `CodeCache::keep` seals bytes, and it has them
    // from there. `Sealed::check` authenticates them in memory, under a key that only this user can read, and they are
    // not read again from the file. Whoever has the key already acts as this user.
    unsafe { Module::deserialize(engine, sealed.code()) }
}
