//! A small HTTP server for collectors of metrics.

use crate::answer;
use capwire_host::Host;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time;

/// The maximum number of connections; further clients wait.
const CONNECTIONS: usize = 32;
/// The time that a connection may be silent.
const PATIENCE: Duration = Duration::from_secs(30);
/// The maximum size of a request's head in bytes.
const MAX_HEAD: usize = 16 << 10;
/// The pause after a failed `accept`, in which open connections may end.
const RESPITE: Duration = Duration::from_millis(50);

/// An HTTP server that answers `GET /metrics` with the metrics of a host, and `GET /healthz` with
/// `ok`. Dropping it also stops it, without waiting.
///
/// Anyone who can connect can read the names and the load of actors, so listen on an address that
/// only authorized clients can reach.
#[derive(Debug)]
pub struct Endpoint {
    address: SocketAddr,
    running: oneshot::Sender<()>,
    accepting: JoinHandle<()>,
}

impl Endpoint {
    /// Listens on `address`; port 0 selects any free port. Clients can connect when this function
    /// returns.
    ///
    /// # Errors
    /// Returns an error if the system refuses the address, or if the host does not count calls: see
    /// [`HostOptions::metrics`](capwire_host::HostOptions::metrics).
    pub async fn listen(address: SocketAddr, host: Host) -> io::Result<Self> {
        if host.metrics().is_none() {
            return Err(io::Error::other(
                "the host counts nothing: set its option `metrics`",
            ));
        }
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let (running, stop) = oneshot::channel();
        Ok(Self {
            address,
            running,
            accepting: tokio::spawn(accept(listener, host, stop)),
        })
    }

    /// Returns the endpoint's address, with the actual port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes the endpoint and its connections.
    pub async fn stop(self) {
        drop(self.running);
        if let Err(error) = self.accepting.await {
            tracing::error!(%error, "the endpoint for metrics ended badly");
        }
    }
}

async fn accept(listener: TcpListener, host: Host, mut stop: oneshot::Receiver<()>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = &mut stop => return,
            Some(_) = connections.join_next() => {}
            next = next(&listener, &places) => if let Some((stream, place)) = next {
                connections.spawn(serve(stream, place, host.clone()));
            },
        }
    }
}

async fn next(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => Some((stream, place)),
        Err(error) => {
            tracing::warn!(%error, "a connection for metrics cannot be accepted");
            time::sleep(RESPITE).await;
            None
        }
    }
}

async fn serve(stream: TcpStream, _place: OwnedSemaphorePermit, host: Host) {
    let service = service_fn(|request| {
        let answer = answer::to(&request, &host);
        async { Ok::<_, Infallible>(answer) }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_header_size(MAX_HEAD);
    if let Err(error) = http.serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!(%error, "a connection for metrics ended early");
    }
}
