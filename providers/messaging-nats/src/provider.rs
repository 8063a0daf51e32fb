//! The client of the server as a provider.

use crate::client::{Client, Values};
use crate::keys;
use crate::stream::StreamSettings;
use arc_swap::ArcSwap;
use bytes::Bytes;
use capwire_contracts::core::CapabilityDescriptor;
use capwire_contracts::messaging::{self, OP_PUBLISH, OP_REQUEST};
use capwire_messaging::Settings;
use capwire_nats_common::Server;
use capwire_provider::{
    Binding, BindingId, Bound, Call, Config, Key, Provider, ProviderError, async_trait,
};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// A provider of `wascc:messaging` on a NATS server. See the [crate's documentation](crate).
///
/// ```
/// use capwire_messaging_nats::MessagingNats;
/// use capwire_provider::Config;
///
/// let config = Config::from_iter([("URL", "nats://localhost"), ("SUBSCRIPTION", "orders.*")]);
/// assert!(MessagingNats::check(&config).is_ok());
/// ```
#[derive(Default)]
pub struct MessagingNats {
    bindings: ArcSwap<HashMap<BindingId, Arc<Client>>>,
}

impl MessagingNats {
    /// The configuration keys of a binding.
    pub const KEYS: &'static [&'static str] = keys::KEY_NAMES;

    /// The configuration keys of a binding, with their descriptions.
    pub const DESCRIBED: &'static [Key] = keys::KEYS;

    /// The configuration keys whose values are names of files, or their texts.
    pub const FILE_KEYS: &'static [&'static str] = capwire_nats_common::FILE_KEYS;

    /// Returns a provider without connections.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Checks the configuration of a binding. Reads the files that it names, and connects to nothing.
    ///
    /// # Errors
    /// Returns [`ProviderError::Config`] if `bind` would.
    pub fn check(config: &Config) -> Result<(), ProviderError> {
        read("", config).map(drop)
    }

    fn client(&self, binding: &BindingId) -> Option<Arc<Client>> {
        self.bindings.load().get(binding).cloned()
    }

    /// Adds a binding, or removes it if it is `None`.
    fn put(&self, id: &BindingId, client: Option<&Arc<Client>>) {
        self.bindings.rcu(|bindings| {
            let mut bindings = HashMap::clone(bindings);
            match client {
                Some(client) => bindings.insert(id.clone(), client.clone()),
                None => bindings.remove(id),
            };
            bindings
        });
    }

    /// Ends a binding. Until it has ended, its handlers can send.
    async fn end(&self, id: &BindingId) {
        if let Some(client) = self.client(id) {
            client.end().await;
            self.put(id, None);
        }
    }
}

fn read(actor: &str, config: &Config) -> Result<Values, ProviderError> {
    config.only(keys::KEY_NAMES)?;
    let common = Settings::read(actor, config)?;
    Ok(Values {
        server: Server::read(config)?,
        stream: StreamSettings::read(config, &common)?,
        common,
    })
}

impl fmt::Debug for MessagingNats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessagingNats")
            .field("bindings", &self.bindings.load().len())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Provider for MessagingNats {
    fn descriptor(&self) -> CapabilityDescriptor {
        CapabilityDescriptor {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            revision: 1,
            long_description: env!("CARGO_PKG_DESCRIPTION").to_owned(),
            ..CapabilityDescriptor::new(
                messaging::CONTRACT,
                "Messages on NATS",
                messaging::OPERATIONS,
            )
        }
    }

    async fn bind(&self, binding: Binding) -> Result<Bound, ProviderError> {
        let id = binding.id.clone();
        let values = read(&id.actor, &binding.config)?;
        let client = Client::open(binding, values, self.end(&id)).await?;
        self.put(&id, Some(&Arc::new(client)));
        Ok(Bound::default())
    }

    /// Ends the binding after it has handled the messages that have arrived.
    async fn unbind(&self, binding: &BindingId) -> Result<(), ProviderError> {
        self.end(binding).await;
        Ok(())
    }

    async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        let client = self.client(call.binding).ok_or(ProviderError::NotBound)?;
        match call.operation {
            OP_PUBLISH => {
                client.publish(&call).await?;
                call.reply(&())
            }
            OP_REQUEST => client.request(&call).await,
            _ => Err(call.unknown_operation()),
        }
    }
}
