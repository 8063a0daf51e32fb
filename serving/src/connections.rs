//! The open connections of one server.

use crate::connection::Connection;
use crate::handshake::Handshake;
use crate::http::Serving;
use crate::refusal::Refusal;
use crate::registry::{Registry, Ticket};
use crate::server::{Options, Running, Service, Stop};
use std::collections::HashMap;
use std::io;
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

    pub(crate) async fn accept(mut self, listener: TcpListener, mut stop: Stop) {
        loop {
            tokio::select! {
                _ = &mut stop => break,
                Some(ended) = self.tasks.join_next_with_id() => self.forget(ended),
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => self.admit(stream).await,
                    Err(error) => respite(&error).await,
                },
            }
        }
        drop(listener);
        self.end().await;
    }

    async fn admit(&mut self, stream: TcpStream) {
        let registry = Registry::of_process();
        let connection = registry.connection();
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

/// Waits after a failed `accept`. If the process has no more descriptors, an idle connection gives
/// way.
async fn respite(error: &io::Error) {
    tracing::warn!(%error, "a connection cannot be accepted");
    Registry::of_process().make_room().await;
    time::sleep(RESPITE).await;
}
