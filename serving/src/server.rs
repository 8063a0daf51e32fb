//! A listening socket, and what its owner configures.

use crate::connections::Connections;
use crate::descriptors::most_connections;
use crate::handshake::{ClearText, Handshake};
use crate::peer::Peer;
use crate::{Request, Response};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// The default maximum number of connections of a server.
const CONNECTIONS: usize = 4_096;
/// The default maximum number of header fields of a request. It is also hyper's, which parses up to
/// this number without an allocation.
pub(crate) const FIELDS: usize = 100;

/// Answers requests.
pub trait Service: Send + Sync + 'static {
    /// Answers a request. `peer` provides memory for bodies. If the client disconnects, the future
    /// is dropped.
    fn answer(&self, request: Request, peer: &Peer) -> impl Future<Output = Response> + Send;
}

/// The limits of a server for its clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The maximum number of connections. The default is 4,096, or
    /// [`most_connections`](crate::most_connections) if that is less.
    pub connections: usize,
    /// The maximum memory for bodies of requests and responses over all connections, in bytes. The
    /// default is 16 MiB.
    pub memory: usize,
    /// The maximum size of a request's head, in bytes. The default is 64 KiB.
    pub max_head: usize,
    /// The maximum number of header fields of a request. The default is 100.
    pub max_fields: usize,
    /// The time for the head of a request, including the next one on an open connection. The
    /// default is 30 s.
    pub head: Duration,
    /// The time in which a client must read each 64 KiB of a response. The default is 30 s.
    pub send: Duration,
    /// The time for requests in progress when the server stops. The default is 10 s.
    pub drain: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connections: CONNECTIONS.min(most_connections()),
            memory: 16 << 20,
            max_head: 64 << 10,
            max_fields: FIELDS,
            head: Duration::from_secs(30),
            send: Duration::from_secs(30),
            drain: Duration::from_secs(10),
        }
    }
}

/// A running server. Dropping it also stops it, without waiting.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    running: Running,
    accepting: JoinHandle<()>,
}

/// A sender whose existence lets the other end continue.
pub(crate) type Running = oneshot::Sender<()>;
/// A receiver that resolves when the other end is dropped. Unlike a shared signal, it needs no
/// lock.
pub(crate) type Stop = oneshot::Receiver<()>;

impl Server {
    /// Listens on `listen` in clear text; port 0 selects any free port. Clients can connect when this
    /// function returns.
    ///
    /// # Errors
    /// Returns an error if the system refuses the address.
    pub async fn start(
        listen: SocketAddr,
        service: impl Service,
        options: Options,
    ) -> io::Result<Self> {
        Self::start_with(listen, service, ClearText, options).await
    }

    /// Listens like [`start`](Self::start), and performs `handshake` on each connection.
    ///
    /// # Errors
    /// Returns an error if the system refuses the address.
    pub async fn start_with(
        listen: SocketAddr,
        service: impl Service,
        handshake: impl Handshake,
        options: Options,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let (running, stop) = oneshot::channel();
        let connections = Connections::new(service, handshake, options);
        Ok(Self {
            address,
            running,
            accepting: tokio::spawn(connections.accept(listener, stop)),
        })
    }

    /// Returns the address on which it listens, with the actual port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Refuses further connections, waits for requests in progress, and closes the other
    /// connections.
    pub async fn stop(self) {
        drop(self.running);
        if let Err(error) = self.accepting.await {
            tracing::error!(address = %self.address, %error, "the server ended badly");
        }
    }
}
