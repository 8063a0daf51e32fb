//! The provider, with a store for each binding.

use crate::bucket::Bucket;
use crate::clock::{Clock, SystemClock};
use crate::operations::Operations;
use crate::settings::{self, Settings};
use crate::store::Store;
use arc_swap::ArcSwap;
use async_nats::{Client, jetstream};
use bytes::Bytes;
use capwire_contracts::core::CapabilityDescriptor;
use capwire_contracts::keyvalue;
use capwire_nats_common::{Identifiers, Server, logged};
use capwire_provider::{
    Binding, BindingId, Bound, Call, Config, Key, Provider, ProviderError, async_trait,
};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use tokio::time::timeout;

/// A provider of `wascc:keyvalue` on NATS for any number of actors. See the [crate's documentation](crate).
///
/// Each binding has its own connection. To bind an existing binding again replaces its configuration and its
/// connection.
///
/// ```
/// use capwire_keyvalue_nats::KeyValueNats;
/// use capwire_provider::Config;
///
/// let config = Config::from_iter([("URL", "nats://nats.example.com"), ("BUCKET", "sessions")]);
/// assert!(KeyValueNats::check(&config).is_ok());
/// ```
pub struct KeyValueNats {
    stores: ArcSwap<HashMap<BindingId, Arc<Store>>>,
    clock: Arc<dyn Clock>,
}

impl Default for KeyValueNats {
    fn default() -> Self {
        Self::with_clock(SystemClock)
    }
}

impl KeyValueNats {
    /// The configuration keys of a binding.
    pub const KEYS: &'static [&'static str] = settings::KEY_NAMES;

    /// The configuration keys of a binding, with their descriptions.
    pub const DESCRIBED: &'static [Key] = settings::KEYS;

    /// The configuration keys whose values are names of files, or their texts.
    pub const FILE_KEYS: &'static [&'static str] = capwire_nats_common::FILE_KEYS;

    /// Returns a provider without bindings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns a provider without bindings whose values expire by this clock.
    #[must_use]
    pub fn with_clock(clock: impl Clock) -> Self {
        Self {
            stores: ArcSwap::default(),
            clock: Arc::new(clock),
        }
    }

    /// Checks the configuration of a binding. Reads the files that it names, but connects to nothing.
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

    fn store(&self, binding: &BindingId) -> Result<Arc<Store>, ProviderError> {
        let stores = self.stores.load();
        stores.get(binding).cloned().ok_or(ProviderError::NotBound)
    }

    /// Adds the store of a binding, or removes it if it is `None`.
    fn put(&self, id: &BindingId, store: Option<&Arc<Store>>) {
        self.stores.rcu(|stores| {
            let mut stores = HashMap::clone(stores);
            match store {
                Some(store) => stores.insert(id.clone(), store.clone()),
                None => stores.remove(id),
            };
            stores
        });
    }
}

impl fmt::Debug for KeyValueNats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyValueNats")
            .field("bindings", &self.stores.load().len())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Provider for KeyValueNats {
    fn descriptor(&self) -> CapabilityDescriptor {
        CapabilityDescriptor {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            revision: 1,
            long_description: env!("CARGO_PKG_DESCRIPTION").to_owned(),
            ..CapabilityDescriptor::new(
                keyvalue::CONTRACT,
                "Key-value store on NATS",
                keyvalue::OPERATIONS,
            )
        }
    }

    async fn bind(&self, binding: Binding) -> Result<Bound, ProviderError> {
        let (server, settings) = Settings::read(&binding.id, &binding.config)?;
        let identifiers = Identifiers::new()?;
        let nats = server.connect(logged(&binding.id)).await.map_err(|error| {
            let what = "cannot use the NATS server: start it, or correct `URL` and the user of the binding";
            ProviderError::unavailable(what, error)
        })?;
        let bucket = bucket(&nats, &server, &settings).await?;
        let clock = Arc::clone(&self.clock);
        let store = Store::new(nats, bucket, settings, clock, identifiers);
        self.put(&binding.id, Some(&Arc::new(store)));
        Ok(Bound::default())
    }

    /// Forgets the binding. Operations in progress are finished, and then the connection is closed.
    async fn unbind(&self, binding: &BindingId) -> Result<(), ProviderError> {
        self.put(binding, None);
        Ok(())
    }

    async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        let store = self.store(call.binding)?;
        Operations::serve(&store, call).await
    }
}

async fn bucket(
    nats: &Client,
    server: &Server,
    settings: &Settings,
) -> Result<Bucket, ProviderError> {
    let context = jetstream::new(nats.clone());
    let opened = timeout(server.connect_timeout, Bucket::open(&context, settings)).await;
    let what = || {
        format!(
            "cannot use the bucket `{}`: start the NATS server with JetStream (`nats-server -js`), or let the user create it",
            settings.bucket
        )
    };
    match opened {
        Ok(opened) => opened.map_err(|error| ProviderError::unavailable(what(), error)),
        Err(late) => Err(ProviderError::unavailable(what(), late)),
    }
}
