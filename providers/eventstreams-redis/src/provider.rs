//! The provider, with a connection for each binding.

use crate::bells::Bells;
use crate::keys::{KEY_NAMES, KEYS};
use crate::operations::Operations;
use crate::source::StreamSource;
use crate::store::Store;
use crate::values::Values;
use bytes::Bytes;
use capwire_contracts::core::CapabilityDescriptor;
use capwire_contracts::eventstreams;
use capwire_eventstreams::{Members, Source};
use capwire_provider::{
    Binding, BindingId, Bound, Call, Config, Key, Provider, ProviderError, async_trait,
};
use capwire_redis_common::{Client, ROOTS};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A provider of `wascc:eventstreams` on Redis for any number of actors. See the [crate's documentation](crate).
///
/// Each binding has its own connection. To bind an existing binding again replaces its configuration and its
/// connection.
///
/// ```
/// use capwire_eventstreams_redis::EventStreamsRedis;
/// use capwire_provider::Config;
///
/// let config = Config::from_iter([("URL", "rediss://events.example.com"), ("STREAMS", "orders")]);
/// assert!(EventStreamsRedis::check(&config).is_ok());
/// ```
#[derive(Default)]
pub struct EventStreamsRedis {
    members: Members<Operations>,
    bells: Arc<Bells>,
}

impl EventStreamsRedis {
    /// The configuration keys of a binding.
    pub const KEYS: &'static [&'static str] = KEY_NAMES;

    /// The configuration keys of a binding, with their descriptions.
    pub const DESCRIBED: &'static [Key] = KEYS;

    /// The configuration keys whose values can be names of files.
    pub const FILE_KEYS: &'static [&'static str] = &[ROOTS];

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
        Values::read(&nobody, config).map(drop)
    }

    /// Returns the streams that the binding follows, with groups.
    async fn sources(
        &self,
        id: &BindingId,
        store: &Arc<Store>,
        values: &Values,
    ) -> Result<Vec<Arc<dyn Source>>, ProviderError> {
        let mut sources: Vec<Arc<dyn Source>> = Vec::new();
        for follows in &values.settings.follows {
            let stream = follows.to_string();
            let source = StreamSource {
                binding: id.clone(),
                store: Arc::clone(store),
                bell: self.bells.of(&store.key(&stream)),
                stream,
                group: values.settings.group.clone(),
                consumer: unique(id),
                start: values.start.clone(),
                ack_wait: values.ack_wait,
                poll: values.poll,
            };
            source.join(&source.start).await?;
            sources.push(Arc::new(source));
        }
        Ok(sources)
    }
}

/// Returns a name for a member of a group that no other one has, now or later.
fn unique(id: &BindingId) -> String {
    let random = getrandom::u64().unwrap_or_else(|_| u64::from(std::process::id()));
    format!("{}.{}.{random:016x}", id.actor, id.name)
}

impl fmt::Debug for EventStreamsRedis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStreamsRedis")
            .field("bindings", &self.members.len())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Provider for EventStreamsRedis {
    fn descriptor(&self) -> CapabilityDescriptor {
        CapabilityDescriptor {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            revision: 1,
            long_description: env!("CARGO_PKG_DESCRIPTION").to_owned(),
            ..CapabilityDescriptor::new(
                eventstreams::CONTRACT,
                "Event streams on Redis",
                eventstreams::OPERATIONS,
            )
        }
    }

    async fn bind(&self, binding: Binding) -> Result<Bound, ProviderError> {
        let values = Values::read(&binding.id, &binding.config)?;
        let store = Arc::new(Store {
            client: Client::open(values.server.clone()).await?,
            prefix: values.prefix.clone(),
            bound: values.bound,
        });
        let sources = self.sources(&binding.id, &store, &values).await?;
        let operations = Operations {
            store,
            bells: Arc::clone(&self.bells),
            max_event: values.settings.max_event,
        };
        self.members
            .bind(&binding, operations, values.settings, sources)
            .await;
        Ok(Bound::default())
    }

    /// Ends the binding after the events under way. Their handlers can write events.
    async fn unbind(&self, binding: &BindingId) -> Result<(), ProviderError> {
        self.members.unbind(binding).await;
        Ok(())
    }

    async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        let member = self.members.of(call.binding)?;
        member.operations().serve(call).await
    }

    async fn drain(&self, time: Duration) -> usize {
        self.members.drain(time).await
    }
}
