//! The provider, with a server for each binding.

use crate::failure::ErrorDetail;
use crate::keys::{self, Key};
use crate::settings::Settings;
use crate::site::Site;
use crate::timeouts::Timeouts;
use crate::tls::Tls;
use bytes::Bytes;
use capwire_contracts::core::CapabilityDescriptor;
use capwire_contracts::http;
use capwire_provider::{
    Binding, BindingId, Bound, Call, Config, HandOver, Provider, ProviderError, async_trait,
};
use capwire_serving::{Options, Server};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::SocketAddr;
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
    servers: Mutex<HashMap<BindingId, Server>>,
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
    pub const KEY_TABLE: &'static [Key] = keys::TABLE;

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
        let mut servers = self.servers.lock().await;
        let Entry::Vacant(place) = servers.entry(binding.id) else {
            return Err(ProviderError::Refused(
                "the binding already has a server: unbind it first".to_owned(),
            ));
        };
        let site = Site::new(
            place.key(),
            binding.actor,
            settings.max_body,
            self.timeouts,
            self.detail,
        );
        let options = self.options(&settings);
        let (scheme, server) = match settings.tls.clone() {
            Some(sources) => {
                let tls = Tls::start(sources, self.timeouts.reload).await?;
                let server = Server::start_with(settings.listen, site, tls, options);
                ("https", server.await)
            }
            None => ("http", Server::start(settings.listen, site, options).await),
        };
        let server = server.map_err(|error| settings.not_listening(error))?;
        let endpoint = format!("{scheme}://{}", server.address());
        place.insert(server);
        Ok(Bound::listening(endpoint))
    }

    async fn unbind(&self, binding: &BindingId) -> Result<(), ProviderError> {
        let server = self.servers.lock().await.remove(binding);
        if let Some(server) = server {
            server.stop().await;
        }
        Ok(())
    }

    /// A server owns its port.
    fn hand_over(&self) -> HandOver {
        HandOver::Exclusive
    }

    /// Refuses all calls: this provider calls actors, and actors do not call it.
    async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        Err(call.unknown_operation())
    }
}
