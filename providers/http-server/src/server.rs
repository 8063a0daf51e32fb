//! A listening socket and its connections.

use crate::site::Site;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{Id, JoinError, JoinHandle, JoinSet};
use tokio::time;

/// The largest head of a request, in bytes.
const MAX_HEAD: usize = 64 << 10;
/// The time that connections get to end when there is no room for another one.
const RESPITE: Duration = Duration::from_millis(50);

/// The times that a server waits for its clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// The time for the head of a request, including the next one on an open connection. The
    /// default is 30 s.
    pub head: Duration,
    /// The time for the whole body of a request. The default is 60 s.
    pub body: Duration,
    /// The time for requests in progress when the server stops. The default is 10 s.
    pub drain: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(30),
            body: Duration::from_secs(60),
            drain: Duration::from_secs(10),
        }
    }
}

/// A running server. Dropping it also stops it, without waiting.
pub(crate) struct Server {
    address: SocketAddr,
    running: Running,
    accepting: JoinHandle<()>,
}

/// A sender whose existence lets the other end continue.
type Running = oneshot::Sender<()>;
/// A receiver that resolves when the other end is dropped. Unlike a shared signal, it needs no
/// lock.
type Stop = oneshot::Receiver<()>;

impl Server {
    /// Listens on `listen`. Clients can connect when this function returns.
    pub(crate) async fn start(
        listen: SocketAddr,
        site: Site,
        timeouts: Timeouts,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let (running, stop) = oneshot::channel();
        let connections = Connections::new(site, timeouts);
        Ok(Self {
            address,
            running,
            accepting: tokio::spawn(connections.accept(listener, stop)),
        })
    }

    /// Returns the address on which it listens, with the real port.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Refuses further connections, waits for requests in progress, and closes the other
    /// connections.
    pub(crate) async fn stop(self) {
        drop(self.running);
        if let Err(error) = self.accepting.await {
            tracing::error!(address = %self.address, %error, "the server ended badly");
        }
    }
}

/// The open connections of one server.
struct Connections {
    site: Arc<Site>,
    http: http1::Builder,
    drain: Duration,
    tasks: JoinSet<()>,
    running: HashMap<Id, Running>,
}

impl Connections {
    fn new(site: Site, timeouts: Timeouts) -> Self {
        Self {
            site: Arc::new(site),
            http: http(timeouts),
            drain: timeouts.drain,
            tasks: JoinSet::new(),
            running: HashMap::new(),
        }
    }

    async fn accept(mut self, listener: TcpListener, mut stop: Stop) {
        loop {
            tokio::select! {
                _ = &mut stop => break,
                Some(ended) = self.tasks.join_next_with_id() => self.forget(ended),
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => self.serve(stream),
                    Err(error) => {
                        tracing::warn!(%error, "a connection cannot be accepted");
                        time::sleep(RESPITE).await;
                    }
                },
            }
        }
        drop(listener);
        self.end().await;
    }

    fn serve(&mut self, stream: TcpStream) {
        let (running, stop) = oneshot::channel();
        let connection = serve(self.http.clone(), stream, self.site.clone(), stop);
        let task = self.tasks.spawn(connection);
        self.running.insert(task.id(), running);
    }

    fn forget(&mut self, ended: Result<(Id, ()), JoinError>) {
        let id = match ended {
            Ok((id, ())) => id,
            Err(error) => {
                tracing::error!(%error, "a connection ended badly");
                error.id()
            }
        };
        self.running.remove(&id);
    }

    async fn end(mut self) {
        self.running.clear();
        let all_ended = async { while self.tasks.join_next().await.is_some() {} };
        if time::timeout(self.drain, all_ended).await.is_err() {
            let connections = self.tasks.len();
            tracing::warn!(connections, "closed with requests under way");
            self.tasks.shutdown().await;
        }
    }
}

fn http(timeouts: Timeouts) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(timeouts.head)
        .max_header_size(MAX_HEAD);
    builder
}

async fn serve(http: http1::Builder, stream: TcpStream, site: Arc<Site>, stop: Stop) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "answers may be delayed");
    }
    let service = service_fn(|request| site.answer(request));
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = stop => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}
