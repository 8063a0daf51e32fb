//! The provider, with a server for each binding.

use crate::failure::ErrorDetail;
use crate::keys;
use crate::listeners::Listeners;
use crate::port::{Leaving, Port, check_both};
use crate::settings::Settings;
use crate::site::Site;
use crate::timeouts::Timeouts;
use crate::tls::Tls;
use bytes::Bytes;
use capwire_contracts::core::CapabilityDescriptor;
use capwire_contracts::http;
use capwire_provider::{
    Binding, BindingId, Bound, Call, Config, Key, Provider, ProviderError, Resources, async_trait,
};
use capwire_serving::Options;
use futures_util::future::join_all;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::mem;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Mutex;

/// A provider of `wascc:http_server` for any number of actors. See the [crate's
/// documentation](crate).
///
/// To bind an existing binding again, unbind it first. If the provider is dropped, its servers stop
/// as if they were unbound, but nobody waits for them.
#[derive(Default)]
pub struct HttpServer {
    timeouts: Timeouts,
    detail: ErrorDetail,
    /// Only binding and unbinding take this lock, requests do not.
    bound: Mutex<Bindings>,
    /// For the successor of this provider.
    listeners: Arc<Listeners>,
    /// From the predecessor of this provider.
    inherited: OnceLock<Arc<Listeners>>,
}

/// The bindings of a provider, and their ports.
#[derive(Default)]
struct Bindings {
    addresses: HashMap<BindingId, SocketAddr>,
    ports: HashMap<SocketAddr, Port>,
}

impl Bindings {
    /// Removes a binding, and its port if that has no other one.
    fn remove(&mut self, binding: &BindingId) -> Option<Leaving> {
        let address = self.addresses.remove(binding)?;
        let Entry::Occupied(mut port) = self.ports.entry(address) else {
            return None;
        };
        match port.get().is_last(binding) {
            true => Some(port.remove().close()),
            false => port.get_mut().remove(binding),
        }
    }
}

impl HttpServer {
    /// Returns a provider without servers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The names of the configuration keys of a binding.
    pub const KEYS: &'static [&'static str] = keys::NAMES;

    /// The configuration keys of a binding, with their defaults and meanings.
    pub const DESCRIBED: &'static [Key] = keys::TABLE;

    /// The keys whose values are names of files with commas between them, or PEM themselves.
    pub const FILE_KEYS: &'static [&'static str] = keys::FILES;

    /// Returns the address on which a binding with this configuration would listen. Reads the files
    /// that it names, and opens no port. Messages to the actor have at most `max_message` bytes.
    ///
    /// # Errors
    /// Returns [`ProviderError::Config`] if `bind` would.
    pub fn check(config: &Config, max_message: usize) -> Result<SocketAddr, ProviderError> {
        let settings = Settings::read(config)?;
        settings.check_message(max_message)?;
        if let Some(sources) = &settings.tls {
            Tls::check(sources)?;
        }
        Ok(settings.listen)
    }

    /// Checks that bindings with these configurations can share an address.
    ///
    /// # Errors
    /// Returns [`ProviderError::Refused`] if one of them has none of the keys `HOST`, `PATH` and
    /// `METHODS`, or [`ProviderError::Config`] if a request could be for both, or if they configure
    /// their server differently.
    pub fn check_together(first: &Config, second: &Config) -> Result<(), ProviderError> {
        let first = Settings::read(first)?;
        check_both(
            (first.routes.as_ref(), &first.of_server),
            &Settings::read(second)?,
        )
    }

    /// Sets the timeouts of the servers.
    #[must_use]
    pub fn with_timeouts(timeouts: Timeouts) -> Self {
        Self {
            timeouts,
            ..Self::default()
        }
    }

    /// Sets whether the body of a 500 tells the client how the actor failed: the error, the names of
    /// functions and the recent output of the actor. **For development only**, since these may be
    /// secret. By default, the body says nothing.
    ///
    /// ```
    /// let server = capwire_http_server::HttpServer::new().show_failures(true);
    /// ```
    #[must_use]
    pub fn show_failures(mut self, show: bool) -> Self {
        self.detail = match show {
            true => ErrorDetail::Everything,
            false => ErrorDetail::Nothing,
        };
        self
    }
}

impl HttpServer {
    /// Returns the socket of the predecessor, or a new one.
    async fn listener(
        &self,
        binding: &BindingId,
        settings: &Settings,
    ) -> Result<Arc<TcpListener>, ProviderError> {
        let inherited = self.inherited.get();
        let listener = match inherited.and_then(|open| open.of(binding, settings)) {
            Some(listener) => listener,
            None => {
                let listener = TcpListener::bind(settings.listen).await;
                Arc::new(listener.map_err(|error| settings.not_listening(error))?)
            }
        };
        self.listeners.keep(binding, settings, &listener);
        Ok(listener)
    }

    fn options(&self, settings: &Settings) -> Options {
        let Timeouts {
            head, send, drain, ..
        } = self.timeouts;
        let defaults = Options::default();
        Options {
            connections: settings.max_connections.unwrap_or(defaults.connections),
            memory: settings.max_memory(defaults.memory),
            max_head: settings.max_head.unwrap_or(defaults.max_head),
            max_fields: settings.max_fields.unwrap_or(defaults.max_fields),
            head,
            send,
            drain,
        }
    }
}

#[async_trait]
impl Provider for HttpServer {
    fn descriptor(&self) -> CapabilityDescriptor {
        CapabilityDescriptor {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            revision: 1,
            long_description: env!("CARGO_PKG_DESCRIPTION").to_owned(),
            ..CapabilityDescriptor::new(http::CONTRACT, "HTTP server", http::OPERATIONS)
        }
    }

    async fn bind(&self, binding: Binding) -> Result<Bound, ProviderError> {
        let settings = Settings::read(&binding.config)?;
        settings.check_message(binding.actor.max_message())?;
        let mut bound = self.bound.lock().await;
        if bound.addresses.contains_key(&binding.id) {
            return Err(ProviderError::Refused(
                "the binding already has a server: unbind it first".to_owned(),
            ));
        }
        let site = Site::new(
            &binding.id,
            binding.actor,
            &settings,
            self.timeouts,
            self.detail,
        );
        let port = match bound.ports.entry(settings.listen) {
            Entry::Occupied(port) => {
                port.get().check(&settings)?;
                port.into_mut()
            }
            Entry::Vacant(_) => {
                let options = self.options(&settings);
                let listener = self.listener(&binding.id, &settings).await?;
                let reload = self.timeouts.reload;
                let port = Port::open(listener, &settings, options, reload).await?;
                bound
                    .ports
                    .entry(port.address())
                    .insert_entry(port)
                    .into_mut()
            }
        };
        let (endpoint, address) = (port.add(&settings, site), port.address());
        bound.addresses.insert(binding.id, address);
        Ok(Bound::listening(endpoint))
    }

    async fn unbind(&self, binding: &BindingId) -> Result<(), ProviderError> {
        let leaving = self.bound.lock().await.remove(binding);
        if let Some(leaving) = leaving {
            leaving.ended().await;
        }
        Ok(())
    }

    fn resources(&self) -> Option<Resources> {
        Some(Arc::clone(&self.listeners) as Resources)
    }

    /// Takes over the sockets of another `HttpServer`, so that no connection is refused.
    fn inherit(&self, resources: Resources) {
        if let Ok(listeners) = resources.downcast() {
            let _ = self.inherited.set(listeners);
        }
    }

    async fn drain(&self, time: Duration) -> usize {
        let Bindings { ports, .. } = mem::take(&mut *self.bound.lock().await);
        let ports = ports.into_values().map(|port| port.hand_over(time));
        join_all(ports).await.into_iter().sum()
    }

    /// Refuses all calls: this provider calls actors, and actors do not call it.
    async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        Err(call.unknown_operation())
    }
}
