//! The provider, with a connection for each binding.

use crate::operations::Operations;
use crate::settings::{self, Settings};
use crate::store::Store;
use arc_swap::ArcSwap;
use bytes::Bytes;
use capwire_contracts::core::CapabilityDescriptor;
use capwire_contracts::keyvalue;
use capwire_provider::{
    Binding, BindingId, Bound, Call, Config, Key, Provider, ProviderError, async_trait,
};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// A provider of `wascc:keyvalue` on Redis for any number of actors. See the [crate's documentation](crate).
///
/// Each binding has its own connection. To bind an existing binding again replaces its configuration and its
/// connection.
///
/// ```
/// use capwire_keyvalue_redis::KeyValueRedis;
/// use capwire_provider::Config;
///
/// let config = Config::from_iter([("URL", "rediss://cache.example.com"), ("TIMEOUT", "500ms")]);
/// assert!(KeyValueRedis::check(&config).is_ok());
/// ```
#[derive(Default)]
pub struct KeyValueRedis {
    stores: ArcSwap<HashMap<BindingId, Arc<Store>>>,
}

impl KeyValueRedis {
    /// The configuration keys of a binding.
    pub const KEYS: &'static [&'static str] = settings::KEY_NAMES;

    /// The configuration keys of a binding, with their descriptions.
    pub const DESCRIBED: &'static [Key] = settings::KEYS;

    /// Returns a provider without bindings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Checks the configuration of a binding. Reads the file of certificates, but connects to nothing.
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

impl fmt::Debug for KeyValueRedis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyValueRedis")
            .field("bindings", &self.stores.load().len())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Provider for KeyValueRedis {
    fn descriptor(&self) -> CapabilityDescriptor {
        CapabilityDescriptor {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            revision: 1,
            long_description: env!("CARGO_PKG_DESCRIPTION").to_owned(),
            ..CapabilityDescriptor::new(
                keyvalue::CONTRACT,
                "Key-value store on Redis",
                keyvalue::OPERATIONS,
            )
        }
    }

    async fn bind(&self, binding: Binding) -> Result<Bound, ProviderError> {
        let settings = Settings::read(&binding.id, &binding.config)?;
        let store = Arc::new(Store::open(settings).await?);
        self.put(&binding.id, Some(&store));
        Ok(Bound::default())
    }

    /// Forgets the binding. Operations in progress are finished, and then the connection is closed.
    async fn unbind(&self, binding: &BindingId) -> Result<(), ProviderError> {
        self.put(binding, None);
        Ok(())
    }

    async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        let store = self.store(call.binding)?;
        Operations::new(&store, call).serve().await
    }
}
