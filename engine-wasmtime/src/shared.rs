//! Modules in use, so that those with the same code share it.

use crate::module::{WasmtimeModule, rewritten};
use crate::runtime::Runtimes;
use capwire_wapc::CompileError;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// The modules of an engine by the hash of their rewritten bytes.
#[derive(Default)]
pub(crate) struct Modules(Mutex<HashMap<[u8; 32], Arc<Place>>>);

/// A module, while somebody uses it. Whoever compiles it holds the lock, and others wait for the result.
#[derive(Default)]
struct Place(Mutex<Weak<WasmtimeModule>>);

impl Modules {
    pub(crate) fn compile(
        &self,
        wasm: &[u8],
        runtimes: &Arc<Runtimes>,
    ) -> Result<Arc<WasmtimeModule>, CompileError> {
        let wasm = rewritten(wasm, runtimes)?;
        let place = self.place(Sha256::digest(&wasm).into());
        let mut module = locked(&place.0);
        if let Some(module) = module.upgrade() {
            return Ok(module);
        }
        let compiled = WasmtimeModule::compile(wasm.into_owned(), Arc::clone(runtimes))?;
        let compiled = Arc::new(compiled);
        *module = Arc::downgrade(&compiled);
        Ok(compiled)
    }

    /// Returns the place of this hash, and forgets those of modules that are in use no more.
    fn place(&self, hash: [u8; 32]) -> Arc<Place> {
        let mut places = locked(&self.0);
        places.retain(|_, place| Arc::strong_count(place) > 1 || place.is_used());
        Arc::clone(places.entry(hash).or_default())
    }
}

impl Place {
    fn is_used(&self) -> bool {
        locked(&self.0).strong_count() > 0
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
