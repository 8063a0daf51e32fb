//! The provider under test.

use super::Client;
use crate::Nobody;
use capwire_provider::{Binding, BindingId, Bound, Config, Provider, ProviderError};
use std::any::Any;
use std::sync::Arc;

/// A provider without any data.
pub struct Subject {
    provider: Arc<dyn Provider>,
    /// The values that each binding needs, such as the address of a server.
    values: Vec<(String, String)>,
    _kept: Box<dyn Any + Send + Sync>,
}

impl Subject {
    /// `values` are in the configuration of each binding. `kept` lives as long as the provider is
    /// used, e.g. its temporary directory.
    pub fn new(
        provider: impl Provider,
        values: impl IntoIterator<Item = (String, String)>,
        kept: impl Any + Send + Sync,
    ) -> Self {
        Self {
            provider: Arc::new(provider),
            values: values.into_iter().collect(),
            _kept: Box::new(kept),
        }
    }

    /// An actor with one binding.
    pub async fn client(&self) -> Client<'_> {
        self.client_of("MACTOR", "default").await
    }

    /// The actor `actor` with a binding called `name`.
    pub async fn client_of(&self, actor: &str, name: &str) -> Client<'_> {
        self.bind(actor, name, &[]).await.unwrap();
        self.unbound(actor, name)
    }

    /// An actor with one binding that has further values.
    pub async fn client_with(&self, values: &[(&str, &str)]) -> Client<'_> {
        self.bind("MACTOR", "default", values).await.unwrap();
        self.unbound("MACTOR", "default")
    }

    /// The actor `actor`, which was not bound.
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
        values: &[(&str, &str)],
    ) -> Result<Bound, ProviderError> {
        let common = self.values.iter().map(|(key, value)| (&**key, &**value));
        let binding = Binding {
            id: id(actor, name),
            config: Config::from_iter(common.chain(values.iter().copied())),
            actor: Arc::new(Nobody),
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
