//! The provider under test.

use super::{Client, Listener};
use capwire_provider::{Binding, BindingId, Bound, Config, Provider, ProviderError};
use std::any::Any;
use std::sync::Arc;

/// A provider without bindings.
pub struct Subject {
    provider: Arc<dyn Provider>,
    /// The values that each binding needs, such as the address of a server.
    values: Vec<(String, String)>,
    /// The beginning of all subjects of the test, which shares its broker with other tests.
    prefix: String,
    _kept: Box<dyn Any + Send + Sync>,
}

impl Subject {
    /// `values` are in the configuration of each binding. `prefix` is the beginning of all subjects
    /// of the test. `kept` lives as long as the provider is used.
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

    /// The subject `name` of this test.
    pub fn name(&self, name: &str) -> String {
        format!("{}.{name}", self.prefix)
    }

    /// An actor that only sends.
    pub async fn sender(&self) -> Client<'_> {
        self.bind("MSENDER", "default", Listener::default(), &[])
            .await
            .unwrap();
        self.unbound("MSENDER", "default")
    }

    /// The actor `actor`, which subscribes to a list of subjects of this test.
    pub async fn listener(&self, actor: &str, subjects: &str) -> Listener {
        self.listener_with(actor, subjects, &[]).await
    }

    /// The same, with further values.
    pub async fn listener_with(
        &self,
        actor: &str,
        subjects: &str,
        values: &[(&str, &str)],
    ) -> Listener {
        let listener = Listener::default();
        self.listen(actor, "default", &listener, subjects, values)
            .await;
        listener
    }

    /// Lets `listener` subscribe by a binding called `name`.
    pub async fn listen(
        &self,
        actor: &str,
        name: &str,
        listener: &Listener,
        subjects: &str,
        values: &[(&str, &str)],
    ) {
        let subjects: Vec<_> = subjects.split(',').map(|it| self.name(it)).collect();
        let subjects = subjects.join(",");
        let subscription = [("SUBSCRIPTION", &*subjects)];
        let values = [&subscription, values].concat();
        let bound = self.bind(actor, name, listener.clone(), &values).await;
        bound.unwrap();
    }

    /// The actor `actor`, which was not bound by this call.
    pub fn unbound(&self, actor: &str, name: &str) -> Client<'_> {
        Client::new(&*self.provider, id(actor, name))
    }

    /// Binds an actor.
    ///
    /// # Errors
    /// The provider's.
    pub async fn bind(
        &self,
        actor: &str,
        name: &str,
        listener: Listener,
        values: &[(&str, &str)],
    ) -> Result<Bound, ProviderError> {
        let common = self.values.iter().map(|(key, value)| (&**key, &**value));
        let binding = Binding {
            id: id(actor, name),
            config: Config::from_iter(common.chain(values.iter().copied())),
            actor: Arc::new(listener),
        };
        self.provider.bind(binding).await
    }

    /// Ends a binding.
    pub async fn unbind(&self, actor: &str, name: &str) {
        self.provider.unbind(&id(actor, name)).await.unwrap();
    }
}

fn id(actor: &str, name: &str) -> BindingId {
    BindingId {
        actor: actor.to_owned(),
        name: name.to_owned(),
    }
}
