//! The provider under test.

use super::{Client, Receiver};
use capwire_provider::{Binding, BindingId, Bound, Config, Provider, ProviderError};
use std::any::Any;
use std::sync::Arc;

/// A provider without blobs.
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
        self.client_with("MACTOR", "default", &[]).await
    }

    /// An actor with one binding and the container `images`.
    pub async fn images(&self) -> Client<'_> {
        self.images_with(&[]).await
    }

    /// An actor with the container `images` and one binding, which has further values.
    pub async fn images_with(&self, values: &[(&str, &str)]) -> Client<'_> {
        let client = self.client_with("MACTOR", "default", values).await;
        client.create("images").await.unwrap();
        client
    }

    /// The actor `actor` with a binding called `name`, which has further values.
    pub async fn client_with(
        &self,
        actor: &str,
        name: &str,
        values: &[(&str, &str)],
    ) -> Client<'_> {
        let receiver = Receiver::default();
        let bound = self.bind(actor, name, &receiver, values).await;
        bound.unwrap();
        self.unbound(actor, name, receiver)
    }

    /// The actor `actor`, which was not bound by this call.
    pub fn unbound(&self, actor: &str, name: &str, receiver: Receiver) -> Client<'_> {
        Client::new(&*self.provider, id(actor, name), receiver)
    }

    /// Binds an actor.
    ///
    /// # Errors
    /// The provider's.
    pub async fn bind(
        &self,
        actor: &str,
        name: &str,
        receiver: &Receiver,
        values: &[(&str, &str)],
    ) -> Result<Bound, ProviderError> {
        let common = self.values.iter().map(|(key, value)| (&**key, &**value));
        let binding = Binding {
            id: id(actor, name),
            config: Config::from_iter(common.chain(values.iter().copied())),
            actor: Arc::new(receiver.clone()),
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
