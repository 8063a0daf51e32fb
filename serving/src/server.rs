//! A listening socket, and what its owner configures.

use crate::connections::Connections;
use crate::descriptors::most_connections;
use crate::handshake::{ClearText, Handshake};
use crate::peer::Peer;
use crate::{Request, Response};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
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
    /// The time for requests in progress when the server stops. The default is 8 s.
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
            drain: Duration::from_secs(8),
        }
    }
}

/// The longest time for which a server that hands over waits for the next request on an idle
/// connection.
const LINGER: Duration = Duration::from_secs(1);

/// A running server. Dropping it also stops it, without waiting.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    drain: Duration,
    leaving: oneshot::Sender<Leave>,
    accepting: JoinHandle<usize>,
}

/// The times of a server that ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leave {
    /// The time in which idle connections may send one more request.
    pub(crate) linger: Duration,
    /// The time for requests in progress.
    pub(crate) drain: Duration,
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
        let listener = Arc::new(TcpListener::bind(listen).await?);
        Self::start_on(listener, service, ClearText, options)
    }

    /// Serves the connections of `listener`, and performs `handshake` on each. Several servers may
    /// share a listener: each connection gets to one of them. The socket is closed with its last
    /// server.
    ///
    /// # Errors
    /// Returns an error if the system cannot tell the address of the socket.
    pub fn start_on(
        listener: Arc<TcpListener>,
        service: impl Service,
        handshake: impl Handshake,
        options: Options,
    ) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (leaving, leave) = oneshot::channel();
        let connections = Connections::new(service, handshake, options);
        Ok(Self {
            address,
            drain: options.drain,
            leaving,
            accepting: tokio::spawn(connections.accept(listener, leave)),
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
        let (linger, drain) = (Duration::ZERO, self.drain);
        self.leave(Leave { linger, drain }).await;
    }

    /// Leaves further connections to the other servers of the listener. Connections that are idle
    /// get an answer to one more request, for a second at most, because their clients may be sending
    /// it; the answer asks them to close the connection. Then the server waits for requests in
    /// progress, for `drain` in all. Returns the number of connections that it closed before an
    /// answer was complete.
    pub async fn hand_over(self, drain: Duration) -> usize {
        let linger = LINGER.min(drain / 2);
        self.leave(Leave { linger, drain }).await
    }

    async fn leave(self, leave: Leave) -> usize {
        let _ = self.leaving.send(leave);
        match self.accepting.await {
            Ok(cut) => cut,
            Err(error) => {
                tracing::error!(address = %self.address, %error, "the server ended badly");
                0
            }
        }
    }
}
