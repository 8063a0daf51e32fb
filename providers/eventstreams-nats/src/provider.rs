//! The provider, with a connection for each binding.

use crate::group::Group;
use crate::keys::{JETSTREAM, KEY_NAMES, KEYS};
use crate::name;
use crate::operations::Operations;
use crate::source::GroupSource;
use crate::store::{OpenError, Store};
use crate::stream::StreamError;
use crate::values::Values;
use bytes::Bytes;
use capwire_contracts::core::CapabilityDescriptor;
use capwire_contracts::eventstreams;
use capwire_eventstreams::{Members, Source};
use capwire_nats_common::{Identifiers, logged};
use capwire_provider::{
    Binding, BindingId, Bound, Call, Config, Key, Provider, ProviderError, async_trait,
};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// A provider of `wascc:eventstreams` on NATS for any number of actors. See the [crate's documentation](crate).
///
/// Each binding has its own connection. To bind an existing binding again replaces its configuration and its
/// connection.
///
/// ```
/// use capwire_eventstreams_nats::EventStreamsNats;
/// use capwire_provider::Config;
///
/// let config = Config::from_iter([("URL", "tls://nats.example.com"), ("STREAMS", "orders")]);
/// assert!(EventStreamsNats::check(&config).is_ok());
/// ```
#[derive(Default)]
pub struct EventStreamsNats {
    members: Members<Operations>,
}

impl EventStreamsNats {
    /// The configuration keys of a binding.
    pub const KEYS: &'static [&'static str] = KEY_NAMES;

    /// The configuration keys of a binding, with their descriptions.
    pub const DESCRIBED: &'static [Key] = KEYS;

    /// The configuration keys whose values are names of files, or their texts.
    pub const FILE_KEYS: &'static [&'static str] = capwire_nats_common::FILE_KEYS;

    /// Returns a provider without bindings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
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
        Values::read(&nobody, config).map(drop)
    }
}

/// Returns the streams that the binding follows, with groups. `last` is the number of the last event.
async fn sources(
    id: &BindingId,
    store: &Arc<Store>,
    values: &Values,
    last: u64,
) -> Result<Vec<Arc<dyn Source>>, ProviderError> {
    let mut sources: Vec<Arc<dyn Source>> = Vec::new();
    for follows in &values.settings.follows {
        let group = Group {
            jetstream: values.jetstream.name.clone(),
            consumer: name::consumer(&values.settings.group, follows),
            follows: follows.clone(),
            ack_wait: values.ack_wait,
        };
        group.join(&store.context, values.start, last).await?;
        sources.push(Arc::new(GroupSource::new(
            id.clone(),
            Arc::clone(store),
            group,
        )));
    }
    Ok(sources)
}

/// Returns the error of a binding whose stream of JetStream cannot be used.
fn not_opened(name: &str, error: OpenError) -> ProviderError {
    match error {
        OpenError::Stream(StreamError::OtherPurpose(_)) => {
            ProviderError::config(JETSTREAM, error.to_string())
        }
        error => {
            let what = format!(
                "cannot use the stream `{name}` of JetStream: start the NATS server with JetStream (`nats-server -js`), or let the user \
                 create the stream"
            );
            ProviderError::unavailable(what, error)
        }
    }
}

impl fmt::Debug for EventStreamsNats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStreamsNats")
            .field("bindings", &self.members.len())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Provider for EventStreamsNats {
    fn descriptor(&self) -> CapabilityDescriptor {
        CapabilityDescriptor {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            revision: 1,
            long_description: env!("CARGO_PKG_DESCRIPTION").to_owned(),
            ..CapabilityDescriptor::new(
                eventstreams::CONTRACT,
                "Event streams on NATS",
                eventstreams::OPERATIONS,
            )
        }
    }

    async fn bind(&self, binding: Binding) -> Result<Bound, ProviderError> {
        let values = Values::read(&binding.id, &binding.config)?;
        let time = values.server.connect_timeout;
        let connecting = values.server.connect(logged(&binding.id));
        let nats = connecting.await.map_err(|error| {
            let what = "cannot use the NATS server: start it, or correct `URL` and the user of the binding";
            ProviderError::unavailable(what, error)
        })?;
        let store = Arc::new(Store::new(
            nats,
            values.jetstream.clone(),
            values.timeout,
            values.max_calls,
            Identifiers::new()?,
        ));
        let opened = store.open(time).await;
        let info = opened.map_err(|error| not_opened(&values.jetstream.name, error))?;
        let joining = sources(&binding.id, &store, &values, info.state.last_sequence);
        let sources = timeout(time, joining).await.map_err(|late| {
            let what = "cannot prepare the groups of the binding on the NATS server in time";
            ProviderError::unavailable(what, late)
        })??;
        let operations = Operations {
            store,
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
