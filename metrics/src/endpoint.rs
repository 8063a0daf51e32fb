//! A small HTTP server for whoever collects the numbers.

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

/// How many may be connected at once; others wait.
const CONNECTIONS: usize = 32;
/// How long a connection may be silent.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long the head of a request may be, in bytes.
const MAX_HEAD: usize = 16 << 10;
/// How long to let connections end when the system has no room for another one.
const RESPITE: Duration = Duration::from_millis(50);

/// Answers `GET /metrics` with the numbers of a host, and `GET /healthz` with `ok` for as long as
/// its process answers at all. Dropping it stops it too, without waiting.
///
/// Whoever can connect can read who runs here and how much; listen where only those can whom that
/// concerns.
#[derive(Debug)]
pub struct Endpoint {
    address: SocketAddr,
    running: oneshot::Sender<()>,
    accepting: JoinHandle<()>,
}

impl Endpoint {
    /// Listens at `address`, port 0 being any free one. Once this returns, clients can connect.
    ///
    /// # Errors
    /// If the system does not let it listen there, or the host does not count: see
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

    /// Where it listens, with the real port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes it and its connections.
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
