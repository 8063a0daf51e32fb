//! Compiled code that outlives the process, in a folder of its user.

mod error;
mod folder;
mod key;
mod load;
mod name;
mod seal;

pub use error::CacheError;
pub use folder::{CachedCode, Pruned};
pub use key::CacheKey;

use folder::Folder;
use name::Name;
use seal::Sealed;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use wasmtime::{Engine, Module, Result};

/// A folder with the code of modules that were compiled before. An engine with a cache, from
/// [`WasmtimeBuilder::code_cache`](crate::WasmtimeBuilder::code_cache), loads a known module from it, many times faster
/// than compiling it.
///
/// Code from the folder runs in the host's process. So each file has a message authentication code under the key of
/// its user, which is checked over the very bytes that are loaded. A file that differs in a bit, that has another's
/// name, or that was written under another key is compiled again. A file belongs to one module, one version of the
/// engine, its options, and the features of the processor.
///
/// The folder is for its owner only. Processes may share it. When it exceeds [its limit](Self::with_max_bytes), the
/// files that were not used for longest are removed. If a file cannot be written, the engine goes on without, and the
/// log has one warning.
///
/// ```
/// use capwire_engine_wasmtime::{CacheKey, CodeCache, Wasmtime};
/// use capwire_wapc::Engine;
///
/// # let home = tempfile::tempdir()?;
/// # let home = home.path();
/// # let wasm = wat::parse_str(capwire_conformance::guests::ECHO)?;
/// let key = CacheKey::read_or_create(&home.join("cache.key"))?;
/// let cache = CodeCache::open(home.join("code"), key)?;
/// for _ in 0..2 {
///     // As if it were another process.
///     let engine = Wasmtime::builder().code_cache(cache.clone()).build()?;
///     engine.compile(&wasm)?;
/// }
/// assert_eq!((cache.uses().compiled, cache.uses().loaded), (1, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct CodeCache {
    folder: Folder,
    key: CacheKey,
    max_bytes: u64,
    shared: Arc<Shared>,
}

/// The state that the clones of a cache have in common.
#[derive(Default)]
struct Shared {
    loaded: AtomicU64,
    compiled: AtomicU64,
    has_warned: AtomicBool,
}

/// The number of modules that engines with a [`CodeCache`] asked it for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheUses {
    /// Modules whose code was there.
    pub loaded: u64,
    /// Modules that were compiled.
    pub compiled: u64,
}

/// The default of [`CodeCache::with_max_bytes`]: 512 MiB.
pub const DEFAULT_MAX_BYTES: u64 = 512 << 20;

impl CodeCache {
    /// Opens the cache in `folder`, which is created if it does not exist, for its owner only.
    ///
    /// # Errors
    /// If `folder` cannot be created or read, is no directory, or if another user owns it or may write into it.
    pub fn open(folder: impl Into<PathBuf>, key: CacheKey) -> Result<Self, CacheError> {
        Ok(Self {
            folder: Folder::open(folder.into())?,
            key,
            max_bytes: DEFAULT_MAX_BYTES,
            shared: Arc::default(),
        })
    }

    /// Limits the folder to `bytes` after each file that is written. A file that is longer is not kept. The default is
    /// [`DEFAULT_MAX_BYTES`].
    #[must_use]
    pub fn with_max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Returns the folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Returns how often this cache, with its clones, had what was asked for.
    #[must_use]
    pub fn uses(&self) -> CacheUses {
        CacheUses {
            loaded: self.shared.loaded.load(Ordering::Relaxed),
            compiled: self.shared.compiled.load(Ordering::Relaxed),
        }
    }

    /// Returns the files in the folder, the last used one first.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn list(&self) -> Result<Vec<CachedCode>, CacheError> {
        self.folder.list()
    }

    /// Checks whether a file can be loaded: it was written under this cache's key, for its name, and has not changed.
    ///
    /// # Errors
    /// [`CacheError::NotOurs`] if not, or the reason why the file cannot be read.
    pub fn verify(&self, code: &CachedCode) -> Result<(), CacheError> {
        self.read(&code.name).map(drop)
    }

    /// Removes the files that were not used for longest until the folder has at most `max_bytes`, and what
    /// interrupted processes left.
    ///
    /// # Errors
    /// If the folder cannot be read, or a file cannot be removed.
    pub fn prune(&self, max_bytes: u64) -> Result<Pruned, CacheError> {
        self.folder.prune(max_bytes, ABANDONED)
    }

    /// Returns a module that validates, from the folder or compiled and kept there.
    pub(crate) fn module(&self, engine: &Engine, wasm: &[u8]) -> Result<Module> {
        let name = Name::of(engine, wasm);
        let known = self.read(&name).ok();
        // wasmtime also refuses code that does not fit the engine, or its pool. Compiling says why.
        if let Some(module) = known.and_then(|code| load::load(engine, &code).ok()) {
            self.shared.loaded.fetch_add(1, Ordering::Relaxed);
            self.folder.touch(&name);
            return Ok(module);
        }
        let module = Module::new(engine, wasm)?;
        self.shared.compiled.fetch_add(1, Ordering::Relaxed);
        if let Err(error) = self.keep(&name, &module)
            && !self.shared.has_warned.swap(true, Ordering::Relaxed)
        {
            let reason: &dyn std::error::Error = &error;
            tracing::warn!(reason, "compiled code is not kept");
        }
        Ok(module)
    }

    fn read(&self, name: &Name) -> Result<Sealed, CacheError> {
        let bytes = self.folder.read(name)?;
        Sealed::check(&self.key, name, bytes).ok_or_else(|| CacheError::NotOurs {
            file: self.folder.file(name),
        })
    }

    fn keep(&self, name: &Name, module: &Module) -> Result<(), CacheError> {
        let code = module.serialize().map_err(|source| CacheError::Code {
            source: source.into(),
        })?;
        let sealed = Sealed::new(&self.key, name, &code);
        if sealed.as_bytes().len() as u64 > self.max_bytes {
            return Ok(());
        }
        self.folder.write(name, sealed.as_bytes())?;
        self.prune(self.max_bytes).map(drop)
    }
}

/// A file that was not finished for this long is no longer written.
const ABANDONED: Duration = Duration::from_secs(3600);

impl fmt::Debug for CodeCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CodeCache")
            .field("folder", &self.folder())
            .field("max_bytes", &self.max_bytes)
            .field("uses", &self.uses())
            .finish_non_exhaustive()
    }
}
