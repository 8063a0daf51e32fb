//! The broker as a provider.

use crate::broker::Broker;
use bytes::Bytes;
use capwire_contracts::core::CapabilityDescriptor;
use capwire_contracts::messaging::{self, OP_PUBLISH, OP_REQUEST};
use capwire_messaging::Settings;
use capwire_provider::{
    Binding, BindingId, Bound, Call, Config, HandOver, Key, Provider, ProviderError, async_trait,
};
use std::fmt;

/// A provider of `wascc:messaging` with a broker in memory. See the [crate's documentation](crate).
///
/// ```
/// use capwire_messaging_local::MessagingLocal;
/// use capwire_provider::Config;
///
/// let config = Config::from_iter([("SUBSCRIPTION", "orders.*, refunds.>"), ("MAX_QUEUE", "50")]);
/// assert!(MessagingLocal::check(&config).is_ok());
/// ```
#[derive(Default)]
pub struct MessagingLocal {
    broker: Broker,
}

const NAMES: [&str; capwire_messaging::KEYS.len()] = Key::names(capwire_messaging::KEYS);

impl MessagingLocal {
    /// The configuration keys of a binding.
    pub const KEYS: &'static [&'static str] = &NAMES;

    /// The configuration keys of a binding, with their descriptions.
    pub const DESCRIBED: &'static [Key] = capwire_messaging::KEYS;

    /// Returns a broker without bindings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Checks the configuration of a binding.
    ///
    /// # Errors
    /// Returns [`ProviderError::Config`] if `bind` would.
    pub fn check(config: &Config) -> Result<(), ProviderError> {
        settings("", config).map(drop)
    }
}

fn settings(actor: &str, config: &Config) -> Result<Settings, ProviderError> {
    config.only(MessagingLocal::KEYS)?;
    Settings::read(actor, config)
}

impl fmt::Debug for MessagingLocal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessagingLocal")
            .field("bindings", &self.broker.len())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Provider for MessagingLocal {
    fn descriptor(&self) -> CapabilityDescriptor {
        let name = "Messages in the host's process";
        CapabilityDescriptor {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            revision: 1,
            long_description: env!("CARGO_PKG_DESCRIPTION").to_owned(),
            ..CapabilityDescriptor::new(messaging::CONTRACT, name, messaging::OPERATIONS)
        }
    }

    /// Only one broker has the messages.
    fn hand_over(&self) -> HandOver {
        HandOver::Exclusive
    }

    async fn bind(&self, binding: Binding) -> Result<Bound, ProviderError> {
        let settings = settings(&binding.id.actor, &binding.config)?;
        self.broker.bind(binding, settings);
        Ok(Bound::default())
    }

    /// Ends the binding after it has handled the messages that it has.
    async fn unbind(&self, binding: &BindingId) -> Result<(), ProviderError> {
        self.broker.unbind(binding).await;
        Ok(())
    }

    async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        let settings = self.broker.settings(call.binding)?;
        match call.operation {
            OP_PUBLISH => {
                self.broker.publish(&call, &settings)?;
                call.reply(&())
            }
            OP_REQUEST => {
                let reply = self.broker.request(&call, &settings).await?;
                Ok(reply.into())
            }
            _ => Err(call.unknown_operation()),
        }
    }
}
