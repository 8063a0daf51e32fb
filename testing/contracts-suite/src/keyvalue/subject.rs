//! The provider under test, and the time it lives in.

use super::Client;
use crate::Nobody;
use capwire_provider::{Binding, BindingId, Bound, Config, Provider, ProviderError};
use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

/// A provider without any data, and how to let time pass for it.
pub struct Subject {
    provider: Arc<dyn Provider>,
    pass: Box<dyn Fn(Duration) + Send + Sync>,
    _kept: Box<dyn Any + Send + Sync>,
}

impl Subject {
    /// `pass` must move the provider's clock, not wait. `kept` lives as long as the provider is
    /// used, e.g. its temporary directory.
    pub fn new(
        provider: impl Provider,
        pass: impl Fn(Duration) + Send + Sync + 'static,
        kept: impl Any + Send + Sync,
    ) -> Self {
        Self {
            provider: Arc::new(provider),
            pass: Box::new(pass),
            _kept: Box::new(kept),
        }
    }

    /// Lets `seconds` pass for the provider.
    pub fn pass(&self, seconds: u64) {
        (self.pass)(Duration::from_secs(seconds));
    }

    /// An actor with one binding and no configuration.
    pub async fn client(&self) -> Client<'_> {
        self.client_of("MACTOR", "default").await
    }

    /// The actor `actor` with a binding called `name`.
    pub async fn client_of(&self, actor: &str, name: &str) -> Client<'_> {
        self.bind(actor, name, Config::default()).await.unwrap();
        self.unbound(actor, name)
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
        config: Config,
    ) -> Result<Bound, ProviderError> {
        let binding = Binding {
            id: id(actor, name),
            config,
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
