//! A port, and the bindings that share it.

use crate::keys;
use crate::routes::{Pattern, Table};
use crate::settings::Settings;
use crate::site::Site;
use crate::tls::Tls;
use capwire_provider::{BindingId, ProviderError};
use capwire_serving::{ClearText, Options, Server};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time;

/// A server, and the bindings on its port.
pub(crate) struct Port {
    server: Server,
    table: Table,
    drain: Duration,
    scheme: &'static str,
    /// The values of [`keys::OF_SERVER`], which all bindings share.
    of_server: Vec<Option<String>>,
    tenants: HashMap<BindingId, Tenant>,
}

/// A binding on a port.
struct Tenant {
    pattern: Pattern,
    /// `true` if the port is for this binding alone.
    is_alone: bool,
    /// Resolves when the last request of the binding has ended.
    ended: oneshot::Receiver<()>,
}

impl Port {
    /// Serves the connections of `listener` as `settings` say.
    pub(crate) async fn open(
        listener: Arc<TcpListener>,
        settings: &Settings,
        options: Options,
        reload: Duration,
    ) -> Result<Self, ProviderError> {
        let table = Table::default();
        let service = table.clone();
        let (scheme, server) = match settings.tls.clone() {
            Some(sources) => {
                let tls = Tls::start(sources, reload).await?;
                ("https", Server::start_on(listener, service, tls, options))
            }
            None => (
                "http",
                Server::start_on(listener, service, ClearText, options),
            ),
        };
        Ok(Self {
            server: server.map_err(|error| settings.not_listening(error))?,
            table,
            drain: options.drain,
            scheme,
            of_server: settings.of_server.clone(),
            tenants: HashMap::new(),
        })
    }

    /// Refuses a further binding with these settings, unless its requests are told apart from those of
    /// all others.
    pub(crate) fn check(&self, settings: &Settings) -> Result<(), ProviderError> {
        for tenant in self.tenants.values() {
            let routes = (!tenant.is_alone).then_some(&tenant.pattern);
            check_both((routes, &self.of_server), settings)?;
        }
        Ok(())
    }

    /// Adds a binding, and returns its endpoint.
    pub(crate) fn add(&mut self, settings: &Settings, site: Site) -> String {
        let (running, ended) = oneshot::channel();
        let site = Arc::new(site.running(running));
        let pattern = settings.routes.clone();
        let tenant = Tenant {
            is_alone: pattern.is_none(),
            pattern: pattern.unwrap_or_else(Pattern::everything),
            ended,
        };
        self.table.add(&tenant.pattern, &site);
        self.tenants.insert(site.binding().clone(), tenant);
        format!("{}://{}", self.scheme, self.server.address())
    }

    /// Returns the address on which it listens, with the actual port.
    pub(crate) fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Returns `true` if it has no binding but this one.
    pub(crate) fn is_last(&self, binding: &BindingId) -> bool {
        self.tenants.len() == 1 && self.tenants.contains_key(binding)
    }

    /// Removes a binding. The port stays open for the others.
    pub(crate) fn remove(&mut self, binding: &BindingId) -> Option<Leaving> {
        let tenant = self.tenants.remove(binding)?;
        self.table.remove(binding);
        Some(Leaving::Shared(tenant.ended, self.drain))
    }

    /// Closes the port with its last binding.
    pub(crate) fn close(self) -> Leaving {
        Leaving::Last(self.server)
    }

    /// Leaves further connections to the successor, and finishes the requests in progress within
    /// `time`. Returns the number of connections that were cut.
    pub(crate) async fn hand_over(self, time: Duration) -> usize {
        self.server.hand_over(time).await
    }
}

/// A binding that has left its port, with requests in progress.
pub(crate) enum Leaving {
    /// The port has other bindings. The binding has the drain time.
    Shared(oneshot::Receiver<()>, Duration),
    Last(Server),
}

impl Leaving {
    /// Waits for the requests, for the drain time at most.
    pub(crate) async fn ended(self) {
        match self {
            Self::Last(server) => server.stop().await,
            Self::Shared(ended, drain) => {
                if time::timeout(drain, ended).await.is_err() {
                    tracing::warn!("a binding ended with requests under way");
                }
            }
        }
    }
}

/// Refuses two bindings on one port, unless their requests are told apart and the server is the
/// same for both.
pub(crate) fn check_both(
    (routes, of_server): (Option<&Pattern>, &[Option<String>]),
    second: &Settings,
) -> Result<(), ProviderError> {
    let (Some(first), Some(routes)) = (routes, &second.routes) else {
        return Err(ProviderError::Refused(format!(
            "another binding listens on {}, and one of both would have the port for itself: set `PORT` to \
             another one (0 for any), or tell both apart by `HOST`, `PATH` or `METHODS`",
            second.listen
        )));
    };
    first.check_beside(routes)?;
    let values = of_server.iter().zip(&second.of_server);
    let mut keys = keys::OF_SERVER.iter().zip(values);
    match keys.find(|(_, (first, second))| first != second) {
        Some((key, _)) => {
            let reason = "must be the same for all bindings on this port";
            Err(ProviderError::config(*key, reason))
        }
        None => Ok(()),
    }
}
