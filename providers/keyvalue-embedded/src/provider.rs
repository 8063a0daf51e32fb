//! The store as a provider.

use crate::operations::Operations;
use crate::schema::KeyValue;
use crate::spaces::{self, Spaces};
use bytes::Bytes;
use capwire_contracts::core::CapabilityDescriptor;
use capwire_contracts::keyvalue;
use capwire_embedded_common::{Clock, OpenError, Store, SystemClock};
use capwire_provider::{
    Binding, BindingId, Bound, Call, Config, HandOver, Provider, ProviderError, ProviderFactory,
    async_trait,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::task::spawn_blocking;

/// A key-value provider over one durable file. See the [crate's documentation](crate).
pub struct KeyValueEmbedded {
    store: Store<KeyValue>,
    spaces: Spaces,
}

impl KeyValueEmbedded {
    /// The configuration keys of a binding.
    pub const KEYS: &'static [&'static str] = spaces::KEYS;

    /// Checks the configuration of a binding. Opens nothing.
    ///
    /// # Errors
    /// Returns [`ProviderError::Config`] if `bind` would.
    pub fn check(config: &Config) -> Result<(), ProviderError> {
        let nobody = BindingId {
            actor: String::new(),
            name: String::new(),
        };
        spaces::space(&nobody, config).map(drop)
    }

    /// Opens the store in `directory`. A missing directory is created, readable only by its owner.
    /// No other process can open the store until this value is dropped.
    ///
    /// Blocks while the disk works. It reads and checks the whole file, so a large one takes longer.
    ///
    /// # Errors
    /// Returns [`OpenError`] if the directory is in use or unreadable, or contains something else.
    pub fn open(directory: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::open_with_clock(directory, SystemClock)
    }

    /// Opens the store like [`open`](Self::open), with a clock that decides on expiry.
    ///
    /// # Errors
    /// Returns the same errors as [`open`](Self::open).
    pub fn open_with_clock(
        directory: impl AsRef<Path>,
        clock: impl Clock,
    ) -> Result<Self, OpenError> {
        Ok(Self {
            store: Store::open(directory.as_ref(), Arc::new(clock))?,
            spaces: Spaces::default(),
        })
    }
}

/// Opens the store in a directory, each time that a host needs it: at first, for a swap, and after a
/// failure.
///
/// ```
/// use capwire_keyvalue_embedded::StoreFactory;
///
/// let factory = StoreFactory::new("data/keyvalue");
/// ```
#[derive(Clone, Debug)]
pub struct StoreFactory {
    directory: PathBuf,
}

impl StoreFactory {
    /// Returns the factory of the store in `directory`. Opens nothing.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
        }
    }
}

#[async_trait]
impl ProviderFactory for StoreFactory {
    fn descriptor(&self) -> CapabilityDescriptor {
        descriptor()
    }

    fn hand_over(&self) -> HandOver {
        HandOver::Exclusive
    }

    async fn open(&self) -> Result<Arc<dyn Provider>, ProviderError> {
        let directory = self.directory.clone();
        let opened = spawn_blocking(move || KeyValueEmbedded::open(directory));
        match opened.await {
            Ok(Ok(store)) => Ok(Arc::new(store)),
            Ok(Err(error)) => Err(ProviderError::unavailable("the store", error)),
            Err(error) => Err(ProviderError::unavailable("the store", error)),
        }
    }
}

fn descriptor() -> CapabilityDescriptor {
    CapabilityDescriptor {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        revision: 1,
        long_description: env!("CARGO_PKG_DESCRIPTION").to_owned(),
        ..CapabilityDescriptor::new(
            keyvalue::CONTRACT,
            "Embedded key-value store",
            keyvalue::OPERATIONS,
        )
    }
}

#[async_trait]
impl Provider for KeyValueEmbedded {
    fn descriptor(&self) -> CapabilityDescriptor {
        descriptor()
    }

    /// The store owns its file.
    fn hand_over(&self) -> HandOver {
        HandOver::Exclusive
    }

    async fn bind(&self, binding: Binding) -> Result<Bound, ProviderError> {
        self.spaces.bind(&binding)?;
        Ok(Bound::default())
    }

    async fn unbind(&self, binding: &BindingId) -> Result<(), ProviderError> {
        self.spaces.unbind(binding);
        Ok(())
    }

    async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        let space = self.spaces.of(call.binding)?;
        Operations::new(&self.store, space).serve(call).await
    }
}
