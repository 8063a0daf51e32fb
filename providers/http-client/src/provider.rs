//! The provider, with a client for each binding.

use crate::client::Client;
use crate::resolve::{Resolve, SystemResolver};
use crate::settings::{self, Settings};
use bytes::Bytes;
use capwire_contracts::core::CapabilityDescriptor;
use capwire_contracts::http::{self, OP_PERFORM_REQUEST, Request};
use capwire_provider::{
    Binding, BindingId, Bound, Call, Config, Key, Provider, ProviderError, async_trait,
};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

/// A provider of `wascc:http_client` for any number of actors. See the [crate's
/// documentation](crate).
///
/// To bind an existing binding again replaces its configuration and closes its idle connections.
#[derive(Default)]
pub struct HttpClient {
    /// The system's resolver if `None`.
    resolver: Option<Arc<dyn Resolve>>,
    clients: RwLock<HashMap<BindingId, Arc<Client>>>,
}

impl HttpClient {
    /// The configuration keys of a binding.
    pub const KEYS: &'static [&'static str] = settings::KEY_NAMES;

    /// The configuration keys of a binding, with their descriptions.
    pub const DESCRIBED: &'static [Key] = settings::KEYS;

    /// Returns a provider without bindings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Finds the addresses of hosts with `resolver` in place of the operating system's.
    #[must_use]
    pub fn with_resolver(self, resolver: impl Resolve) -> Self {
        let resolver: Arc<dyn Resolve> = Arc::new(resolver);
        Self {
            resolver: Some(resolver),
            ..self
        }
    }

    /// Checks the configuration of a binding. Reads the files of certificates, but connects to
    /// nothing.
    ///
    /// # Errors
    /// Returns [`ProviderError::Config`] if `bind` would.
    pub fn check(config: &Config) -> Result<(), ProviderError> {
        Settings::read(config).map(drop)
    }

    fn client(&self, binding: &BindingId) -> Result<Arc<Client>, ProviderError> {
        let clients = self.clients.read().unwrap_or_else(PoisonError::into_inner);
        clients.get(binding).cloned().ok_or(ProviderError::NotBound)
    }
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clients = self.clients.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("HttpClient")
            .field("bindings", &clients.len())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Provider for HttpClient {
    fn descriptor(&self) -> CapabilityDescriptor {
        let (id, operations) = (http::CLIENT_CONTRACT, http::CLIENT_OPERATIONS);
        CapabilityDescriptor {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            revision: 1,
            long_description: env!("CARGO_PKG_DESCRIPTION").to_owned(),
            ..CapabilityDescriptor::new(id, "HTTP client", operations)
        }
    }

    async fn bind(&self, binding: Binding) -> Result<Bound, ProviderError> {
        let settings = Settings::read(&binding.config)?;
        let resolver = self.resolver.clone();
        let resolver = resolver.unwrap_or_else(|| Arc::new(SystemResolver::default()));
        let client = Arc::new(Client::new(settings, resolver));
        let mut clients = self.clients.write().unwrap_or_else(PoisonError::into_inner);
        clients.insert(binding.id, client);
        Ok(Bound::default())
    }

    /// Forgets the binding. Requests in progress are answered.
    async fn unbind(&self, binding: &BindingId) -> Result<(), ProviderError> {
        let mut clients = self.clients.write().unwrap_or_else(PoisonError::into_inner);
        clients.remove(binding);
        Ok(())
    }

    async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        if call.operation != OP_PERFORM_REQUEST {
            return Err(call.unknown_operation());
        }
        let client = self.client(call.binding)?;
        let message: Request = call.message()?;
        let method = message.method.clone();
        let begin = Instant::now();
        let answer = client.perform(&call, message).await;
        log(&method, begin, &answer);
        call.reply(&answer?)
    }
}

/// Logs the end of a request. The URL is left out, because paths and queries may be secret.
fn log(
    method: &str,
    begin: Instant,
    answer: &Result<capwire_contracts::http::Response, crate::failure::Failure>,
) {
    let millis = begin.elapsed().as_millis();
    match answer {
        Ok(answer) => tracing::debug!(
            target: "capwire::http_client",
            method, status = answer.status_code, millis, "answered"
        ),
        Err(failure) => tracing::debug!(
            target: "capwire::http_client",
            method, millis, "failed: {failure}"
        ),
    }
}
