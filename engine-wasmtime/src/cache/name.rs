//! The name of a module's code: a hash of all that it depends on.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use std::hash::{Hash, Hasher};
use wasmtime::Engine;

/// The name of a file in the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name([u8; 32]);

/// Names the form of a file. Increment it when the form changes.
const FORM: &[u8] = b"capwire compiled code 1\n";

impl Name {
    /// Returns the name of the code that `engine` compiles `wasm` to.
    pub(crate) fn of(engine: &Engine, wasm: &[u8]) -> Self {
        let mut hash = Sha256::new();
        hash.update(FORM);
        hash.update(Sha256::digest(wasm));
        // The target with its processor's features, all options, and wasmtime's version.
        let mut all = Digested(hash);
        engine.precompile_compatibility_hash().hash(&mut all);
        Self(all.0.finalize().into())
    }

    /// Reads the name of a file.
    pub(crate) fn parse(file: &str) -> Option<Self> {
        let bytes = HEXLOWER.decode(file.as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn to_text(&self) -> String {
        HEXLOWER.encode(&self.0)
    }
}

/// A cryptographic hash in place of the 64 bits of a `Hasher`.
struct Digested(Sha256);

impl Hasher for Digested {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// No `Hash` asks for it.
    fn finish(&self) -> u64 {
        0
    }
}
