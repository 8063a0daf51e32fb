//! A small HTTP server for collectors of metrics.

use crate::answer;
use crate::ready::{Expectation, Expected, Readiness};
use capwire_host::Host;
use capwire_serving::{Options, Peer, Request, Response, Server, Service};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

/// The limits for collectors. Idle connections give way to new ones.
fn options() -> Options {
    Options {
        connections: 32,
        memory: 8 << 20,
        max_head: 16 << 10,
        drain: Duration::from_secs(1),
        ..Options::default()
    }
}

/// An HTTP server that tells collectors and orchestrators of a host:
///
/// - `GET /metrics`: the metrics;
/// - `GET /livez` and `GET /healthz`: 200 as long as the process answers;
/// - `GET /readyz`: 200 if all [`Expected`] actors and bindings are up, no provider is broken, and no
///   actor says that it is sick; otherwise 503, with a line for each fault. An actor without a
///   handler for `HealthRequest` is not sick. Actors are asked once in a second at most.
///
/// Dropping it also stops it, without waiting.
///
/// It has at most 32 connections, and 8 MiB of memory for responses that are being read. Clients
/// that are idle or do not read give way to others.
///
/// Anyone who can connect can read the names and the load of actors, so listen on an address that
/// only authorized clients can reach.
#[derive(Debug)]
pub struct Endpoint(Server);

impl Endpoint {
    /// Listens on `address`; port 0 selects any free port. Clients can connect when this function
    /// returns.
    ///
    /// # Errors
    /// Returns an error if the system refuses the address, or if the host does not count calls: see
    /// [`HostOptions::metrics`](capwire_host::HostOptions::metrics).
    pub async fn listen(address: SocketAddr, host: Host) -> io::Result<Self> {
        Self::listen_expecting(address, host, Expected::default()).await
    }

    /// Listens like [`listen`](Self::listen). The host is ready when all that `expectation` names at that
    /// time is up.
    ///
    /// # Errors
    /// Returns the same errors as [`listen`](Self::listen).
    pub async fn listen_expecting(
        address: SocketAddr,
        host: Host,
        expectation: impl Into<Expectation>,
    ) -> io::Result<Self> {
        if host.metrics().is_none() {
            return Err(io::Error::other(
                "the host counts nothing: set its option `metrics`",
            ));
        }
        let readiness = Readiness::new(expectation.into());
        let pages = Pages { host, readiness };
        let server = Server::start(address, pages, options()).await?;
        Ok(Self(server))
    }

    /// Returns the endpoint's address, with the actual port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.0.address()
    }

    /// Closes the endpoint and its connections.
    pub async fn stop(self) {
        self.0.stop().await;
    }
}

struct Pages {
    host: Host,
    readiness: Readiness,
}

impl Service for Pages {
    async fn answer(&self, request: Request, peer: &Peer) -> Response {
        let (asked, _) = request.into_parts();
        let (method, path) = (&asked.method, asked.uri.path());
        let answer = answer::to(method, path, &self.host, &self.readiness).await;
        let (head, body) = answer.into_parts();
        match peer.body(body.into()).await {
            Ok(body) => Response::from_parts(head, body.into()),
            Err(full) => full.response(),
        }
    }
}
