//! The open connections of one server.

use crate::connection::Connection;
use crate::handshake::Handshake;
use crate::http::Serving;
use crate::refusal::Refusal;
use crate::registry::{Registry, Ticket};
use crate::server::{Leave, Options, Running, Service};
use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time;

/// The pause after a failed `accept`, in which open connections may end.
const RESPITE: Duration = Duration::from_millis(50);

/// The open connections of one server.
pub(crate) struct Connections<S, H> {
    server: Arc<Serving<S, H>>,
    drain: Duration,
    refusal: Refusal,
    tasks: JoinSet<()>,
    running: HashMap<Id, Running>,
}

impl<S: Service, H: Handshake> Connections<S, H> {
    pub(crate) fn new(service: S, handshake: H, options: Options) -> Self {
        Self {
            server: Arc::new(Serving::new(service, handshake, options)),
            drain: options.drain,
            refusal: Refusal::default(),
            tasks: JoinSet::new(),
            running: HashMap::new(),
        }
    }

    /// Serves the connections of `listener` until the server leaves, or is dropped. Returns the number
    /// of connections that were closed with requests in progress.
    pub(crate) async fn accept(
        mut self,
        listener: Arc<TcpListener>,
        mut leave: oneshot::Receiver<Leave>,
    ) -> usize {
        let leave = loop {
            tokio::select! {
                leave = &mut leave => break leave,
                Some(ended) = self.tasks.join_next_with_id() => self.forget(ended),
                accepted = listener.accept() => match accepted {
                    Ok((stream, address)) => self.admit(stream, address).await,
                    Err(error) => respite(&error).await,
                },
            }
        };
        drop(listener);
        let drain = self.drain;
        let dropped = |_| Leave {
            linger: Duration::ZERO,
            drain,
        };
        self.end(leave.unwrap_or_else(dropped)).await
    }

    async fn admit(&mut self, stream: TcpStream, address: SocketAddr) {
        let registry = Registry::of_process();
        let connection = registry.connection(address);
        match registry.admit(self.server.share, &connection).await {
            Some(ticket) => self.serve(stream, connection, ticket),
            None => self.refusal.refuse(stream),
        }
    }

    fn serve(&mut self, stream: TcpStream, connection: Arc<Connection>, ticket: Ticket) {
        let (running, stop) = oneshot::channel();
        let server = Arc::clone(&self.server);
        let task = self.tasks.spawn(async move {
            server.serve(stream, connection, stop).await;
            // Only now: its memory and its descriptor are free.
            drop(ticket);
        });
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

    async fn end(mut self, Leave { linger, drain }: Leave) -> usize {
        self.server.leave();
        let until = time::Instant::now() + drain;
        if !linger.is_zero() {
            let _ = time::timeout(linger, self.all_ended()).await;
        }
        self.running.clear();
        if time::timeout_at(until, self.all_ended()).await.is_ok() {
            return 0;
        }
        let connections = self.tasks.len();
        tracing::warn!(connections, "closed with requests under way");
        self.tasks.shutdown().await;
        connections
    }

    async fn all_ended(&mut self) {
        while self.tasks.join_next().await.is_some() {}
    }
}

/// Waits after a failed `accept`. If the process has no more descriptors, an idle connection gives
/// way.
async fn respite(error: &io::Error) {
    tracing::warn!(%error, "a connection cannot be accepted");
    Registry::of_process().make_room().await;
    time::sleep(RESPITE).await;
}
