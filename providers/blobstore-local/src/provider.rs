//! The folders as a provider.

use crate::folder::Folder;
use crate::root::Root;
use crate::settings::{self, Place, Settings};
use crate::store::LocalStore;
use bytes::Bytes;
use capwire_blobstore_common::Service;
use capwire_contracts::blobstore;
use capwire_contracts::core::CapabilityDescriptor;
use capwire_provider::{
    Binding, BindingId, BlockingPool, Bound, Call, Config, HandOver, Key, Provider, ProviderError,
    async_trait,
};
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::task::spawn_blocking;

/// A provider of `wascc:blobstore` with blobs in the files of one folder. See the
/// [crate's documentation](crate).
///
/// ```
/// use capwire_blobstore_local::BlobstoreLocal;
/// use capwire_provider::Config;
///
/// let config = Config::from_iter([("MAX_BLOB", "64MiB"), ("MAX_BYTES", "1GiB")]);
/// assert!(BlobstoreLocal::check(&config).is_ok());
/// ```
#[derive(Debug)]
pub struct BlobstoreLocal {
    service: Service<LocalStore>,
    roots: Arc<Roots>,
    threads: Arc<BlockingPool>,
}

/// The open folders of stores. Bindings with one folder share it.
#[derive(Debug)]
struct Roots {
    folder: PathBuf,
    open: Mutex<HashMap<PathBuf, Weak<Root>>>,
}

impl BlobstoreLocal {
    /// The configuration keys of a binding.
    pub const KEYS: &'static [&'static str] = settings::KEY_NAMES;

    /// The configuration keys of a binding, with their descriptions.
    pub const DESCRIBED: &'static [Key] = settings::KEYS;

    /// The configuration keys whose values are names of files or folders.
    pub const FILE_KEYS: &'static [&'static str] = settings::FILE_KEYS;

    /// Returns a provider with its blobs in `folder`. Opens and creates nothing before the first
    /// binding.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            service: Service::default(),
            roots: Arc::new(Roots {
                folder: folder.into(),
                open: Mutex::default(),
            }),
            threads: Arc::default(),
        }
    }

    /// Checks the configuration of a binding.
    ///
    /// # Errors
    /// Returns [`ProviderError::Config`] if `bind` would.
    pub fn check(config: &Config) -> Result<(), ProviderError> {
        let nobody = BindingId {
            actor: String::new(),
            name: String::new(),
        };
        Settings::read(&nobody, config).map(drop)
    }
}

impl Roots {
    /// Opens the folder of a store. Blocks.
    fn open(&self, place: &Place) -> Result<Arc<Root>, ProviderError> {
        let path = match place {
            Place::Shared(path) => path.clone(),
            Place::Own(actor) => self.own(actor)?,
        };
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(root) = open.get(&path).and_then(Weak::upgrade) {
            return Ok(root);
        }
        let root = root(place, &path).map_err(|error| {
            let what = format!(
                "cannot open the folder of blobs `{}`: {error}",
                path.display()
            );
            ProviderError::unavailable(what, error)
        })?;
        let root = Arc::new(root);
        open.retain(|_, root| root.strong_count() > 0);
        open.insert(path, Arc::downgrade(&root));
        Ok(root)
    }

    fn own(&self, actor: &str) -> Result<PathBuf, ProviderError> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        match !actor.is_empty() && actor.chars().all(is_plain) {
            true => Ok(self.folder.join("actors").join(actor)),
            false => {
                let what = "the key of the actor cannot be the name of a folder".to_owned();
                Err(ProviderError::Unavailable { what, source: None })
            }
        }
    }
}

fn root(place: &Place, path: &Path) -> io::Result<Root> {
    Root::new(match place {
        Place::Own(_) => Folder::create(path)?,
        Place::Shared(_) => Folder::open(path)?,
    })
}

#[async_trait]
impl Provider for BlobstoreLocal {
    fn descriptor(&self) -> CapabilityDescriptor {
        CapabilityDescriptor {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            revision: 1,
            long_description: env!("CARGO_PKG_DESCRIPTION").to_owned(),
            ..CapabilityDescriptor::new(
                blobstore::CONTRACT,
                "Blobs in files",
                blobstore::OPERATIONS,
            )
        }
    }

    /// The provider owns its files.
    fn hand_over(&self) -> HandOver {
        HandOver::Exclusive
    }

    async fn bind(&self, binding: Binding) -> Result<Bound, ProviderError> {
        let roots = Arc::clone(&self.roots);
        let (id, config) = (binding.id.clone(), binding.config.clone());
        let opened = spawn_blocking(move || {
            let settings = Settings::read(&id, &config)?;
            let root = roots.open(&settings.place)?;
            Ok::<_, ProviderError>((settings, root))
        });
        let opened = opened.await;
        let (settings, root) =
            opened.map_err(|error| ProviderError::unavailable("the folder of blobs", error))??;
        let store = LocalStore {
            root,
            threads: Arc::clone(&self.threads),
            quota: settings.quota,
        };
        self.service.bind(binding, store, settings.limits).await;
        Ok(Bound::default())
    }

    async fn unbind(&self, binding: &BindingId) -> Result<(), ProviderError> {
        self.service.unbind(binding).await;
        Ok(())
    }

    async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        self.service.call(call).await
    }
}
