//! The provider under test.

use super::Client;
use crate::listener::{self, Delivered};
use capwire_contracts::eventstreams::{Event, OP_DELIVER_EVENT};
use capwire_provider::{Binding, BindingId, Bound, Config, Provider, ProviderError};
use std::any::Any;
use std::sync::Arc;

/// An actor that records the events that it gets.
pub type Listener = listener::Listener<Event>;

impl Delivered for Event {
    const OPERATION: &'static str = OP_DELIVER_EVENT;
}

impl Listener {
    /// The values `number` of the next events.
    pub async fn numbers(&self, count: usize) -> Vec<usize> {
        let mut numbers = Vec::new();
        for _ in 0..count {
            numbers.push(number(&self.next().await));
        }
        numbers
    }
}

/// The value `number` of an event.
#[must_use]
pub fn number(event: &Event) -> usize {
    event.values["number"].parse().unwrap()
}

/// A provider without bindings.
pub struct Subject {
    provider: Arc<dyn Provider>,
    /// The values that each binding needs, such as the address of a server.
    values: Vec<(String, String)>,
    /// The beginning of all streams of the test, which shares its server with other tests.
    prefix: String,
    _kept: Box<dyn Any + Send + Sync>,
}

impl Subject {
    /// `values` are in the configuration of each binding. `prefix` is the beginning of all streams of the
    /// test. `kept` lives as long as the provider is used.
    pub fn new(
        provider: impl Provider,
        values: impl IntoIterator<Item = (String, String)>,
        prefix: &str,
        kept: impl Any + Send + Sync,
    ) -> Self {
        Self {
            provider: Arc::new(provider),
            values: values.into_iter().collect(),
            prefix: prefix.to_owned(),
            _kept: Box::new(kept),
        }
    }

    /// The stream `name` of this test.
    pub fn name(&self, name: &str) -> String {
        format!("{}-{name}", self.prefix)
    }

    /// An actor that only writes and reads.
    pub async fn writer(&self) -> Client<'_> {
        self.writer_with(&[]).await
    }

    /// The same, with further values.
    pub async fn writer_with(&self, values: &[(&str, &str)]) -> Client<'_> {
        let writer = Listener::default();
        self.bind("MWRITER", "default", writer, values)
            .await
            .unwrap();
        self.unbound("MWRITER", "default")
    }

    /// The actor `actor`, which follows the stream `name` of this test.
    pub async fn listener(&self, actor: &str, name: &str) -> Listener {
        self.listener_with(actor, name, &[]).await
    }

    /// The same, with further values.
    pub async fn listener_with(
        &self,
        actor: &str,
        name: &str,
        values: &[(&str, &str)],
    ) -> Listener {
        let listener = Listener::default();
        self.listen(actor, &listener, &self.name(name), values)
            .await;
        listener
    }

    /// Lets `listener` follow streams.
    pub async fn listen(
        &self,
        actor: &str,
        listener: &Listener,
        streams: &str,
        values: &[(&str, &str)],
    ) {
        let streams = [("STREAMS", streams), ("BACKOFF", "1ms")];
        let values = [&streams, values].concat();
        let bound = self.bind(actor, "default", listener.clone(), &values).await;
        bound.unwrap();
    }

    /// Binds an actor.
    ///
    /// # Errors
    /// The provider's.
    pub async fn bind(
        &self,
        actor: &str,
        name: &str,
        handler: Listener,
        values: &[(&str, &str)],
    ) -> Result<Bound, ProviderError> {
        let common = self.values.iter().map(|(key, value)| (&**key, &**value));
        let config = Config::from_iter(common.chain(values.iter().copied()));
        let binding = Binding {
            id: id(actor, name),
            config,
            actor: Arc::new(handler),
        };
        self.provider.bind(binding).await
    }

    /// Ends a binding.
    pub async fn unbind(&self, actor: &str, name: &str) {
        self.provider.unbind(&id(actor, name)).await.unwrap();
    }

    /// The calls of a binding, which may not exist.
    pub fn unbound(&self, actor: &str, name: &str) -> Client<'_> {
        Client::new(&*self.provider, id(actor, name))
    }
}

fn id(actor: &str, name: &str) -> BindingId {
    BindingId {
        actor: actor.to_owned(),
        name: name.to_owned(),
    }
}
