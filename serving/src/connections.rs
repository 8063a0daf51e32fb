//! The open connections of one server.

use crate::connection::{Activity, Connection};
use crate::memory::Memory;
use crate::peer::Peer;
use crate::refusal::Refusal;
use crate::registry::{Registry, Share, Ticket};
use crate::rules;
use crate::server::{FIELDS, Options, Running, Service, Stop};
use crate::stream::Stream;
use crate::{Request, Response};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time;

/// The pause after a failed `accept`, in which open connections may end.
const RESPITE: Duration = Duration::from_millis(50);
/// The size of the buffers of a connection in addition to its head, in bytes.
const BUFFER: usize = 16 << 10;

/// The open connections of one server.
pub(crate) struct Connections<S> {
    server: Arc<Serving<S>>,
    drain: Duration,
    refusal: Refusal,
    tasks: JoinSet<()>,
    running: HashMap<Id, Running>,
}

/// The parts that all connections of a server share.
struct Serving<S> {
    service: S,
    http: http1::Builder,
    share: Share,
    memory: Memory,
    options: Options,
}

impl<S: Service> Connections<S> {
    pub(crate) fn new(service: S, options: Options) -> Self {
        let server = Serving {
            service,
            http: http(&options),
            share: Registry::of_process().add_server(options.connections),
            memory: Memory::new(options.memory),
            options,
        };
        Self {
            server: Arc::new(server),
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

fn http(options: &Options) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(options.head)
        .max_header_size(options.max_head)
        .max_buf_size(options.max_head.saturating_add(BUFFER));
    if options.max_fields != FIELDS {
        builder.max_headers(options.max_fields);
    }
    builder
}

impl<S: Service> Serving<S> {
    async fn serve(&self, stream: TcpStream, connection: Arc<Connection>, stop: Stop) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "answers may be delayed");
        }
        let Options { send, max_head, .. } = self.options;
        let memory = self.memory.clone();
        let stream = Stream::new(stream, Arc::clone(&connection), memory, send, max_head);
        let peer = Peer {
            connection: Arc::clone(&connection),
            share: self.share,
            memory: self.memory.clone(),
        };
        let service = service_fn(async |request| {
            peer.connection.begin(Activity::Receiving);
            let response = self.answer(request, &peer).await;
            peer.connection.begin(Activity::Sending);
            Ok::<_, Infallible>(response)
        });
        let mut http = pin!(self.http.serve_connection(TokioIo::new(stream), service));
        let ended = tokio::select! {
            ended = http.as_mut() => ended,
            () = connection.must_leave() => {
                tracing::debug!("a connection gave way to others");
                return;
            }
            _ = stop => {
                http.as_mut().graceful_shutdown();
                http.await
            }
        };
        if let Err(error) = ended {
            self.log(&error);
        }
    }

    async fn answer(&self, mut request: Request, peer: &Peer) -> Response {
        match rules::apply(&mut request) {
            Ok(()) => self.service.answer(request, peer).await,
            Err(violation) => {
                let status = violation.status.as_u16();
                tracing::debug!(status, reason = violation.text, "a request was refused");
                violation.response()
            }
        }
    }

    /// Logs the end of a connection with an error. Any client can cause these at will.
    fn log(&self, error: &hyper::Error) {
        let Options {
            max_head,
            max_fields,
            ..
        } = self.options;
        if error.is_parse_too_large() {
            let reason = "its head has too many bytes or fields";
            tracing::debug!(%error, max_head, max_fields, reason, "a request was refused");
        } else {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}
