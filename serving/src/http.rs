//! HTTP on one connection.

use crate::connection::{Connection, FAREWELL};
use crate::handshake::{Handshake, Opened};
use crate::memory::{Full, Hold, Memory};
use crate::peer::Peer;
use crate::protocol::{Protocol, detect};
use crate::registry::{Registry, Share};
use crate::rules::{self, Violation};
use crate::server::{FIELDS, Options, Service, Stop};
use crate::stream::{SMALL_HEAD, Stream};
use crate::{Request, Response};
use bytes::BytesMut;
use hyper::body::Body;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time;

/// The size of the buffers of a connection in addition to its head, in bytes.
const BUFFER: usize = 16 << 10;
/// The maximum number of requests in progress on one HTTP/2 connection.
const STREAMS: u32 = 100;
/// The bytes of bodies that an HTTP/2 client may send before the service has read them.
const WINDOW: u32 = 256 << 10;
/// The maximum number of HTTP/2 requests that the client cancelled before the server saw them.
const PENDING_RESETS: usize = 20;
/// The maximum number of HTTP/2 streams that the server has reset and still remembers.
const OWN_RESETS: usize = 200;

/// The parts that all connections of a server share.
pub(crate) struct Serving<S, H> {
    service: S,
    handshake: H,
    http1: http1::Builder,
    http2: http2::Builder<TokioExecutor>,
    pub(crate) share: Share,
    memory: Memory,
    options: Options,
    /// True when answers ask clients to close their connections.
    leaving: AtomicBool,
}

/// A connection whose protocol is known, with the bytes that showed it.
type Known<I> = (I, Protocol, BytesMut);

impl<S: Service, H: Handshake> Serving<S, H> {
    pub(crate) fn new(service: S, handshake: H, options: Options) -> Self {
        Self {
            service,
            handshake,
            http1: http1(&options),
            http2: http2(&options),
            share: Registry::of_process().add_server(options.connections),
            memory: Memory::new(options.memory),
            options,
            leaving: AtomicBool::new(false),
        }
    }

    /// Asks the clients of HTTP/1 to close their connections after the next answer.
    pub(crate) fn leave(&self) {
        self.leaving.store(true, Ordering::Relaxed);
    }

    /// Serves a connection until it ends, or has to.
    pub(crate) async fn serve(
        self: Arc<Self>,
        stream: TcpStream,
        connection: Arc<Connection>,
        stop: Stop,
    ) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "answers may be delayed");
        }
        let must_leave = Arc::clone(&connection);
        tokio::select! {
            () = self.run(stream, connection, stop) => {}
            () = must_leave.must_leave() => tracing::debug!("a connection gave way to others"),
        }
    }

    async fn run(self: Arc<Self>, stream: TcpStream, connection: Arc<Connection>, mut stop: Stop) {
        let opened = time::timeout(self.options.head, self.open(stream));
        let opened = tokio::select! {
            opened = opened => opened,
            _ = &mut stop => return,
        };
        let known = match opened {
            Ok(Ok(known)) => known,
            Ok(Err(error)) => return tracing::debug!(%error, "a connection did not begin"),
            Err(_) => return tracing::debug!("a connection did not begin in time"),
        };
        let protocol = known.1;
        let Options { send, max_head, .. } = self.options;
        let memory = self.memory.clone();
        let stream = Stream::new(known, Arc::clone(&connection), memory, send, max_head);
        let ended = match protocol {
            Protocol::Http1 => self.run_http1(stream, &connection, stop).await,
            Protocol::Http2 => self.run_http2(stream, &connection, stop).await,
        };
        if let Err(error) = ended {
            self.log(&error);
        }
    }

    async fn open(&self, stream: TcpStream) -> io::Result<Known<H::Stream>> {
        let Opened {
            mut stream,
            protocol,
        } = self.handshake.perform(stream).await?;
        let (protocol, first) = match protocol {
            Some(protocol) => (protocol, BytesMut::new()),
            None => detect(&mut stream).await?,
        };
        Ok((stream, protocol, first))
    }

    async fn run_http1<I>(
        &self,
        stream: Stream<I>,
        connection: &Arc<Connection>,
        stop: Stop,
    ) -> hyper::Result<()>
    where
        I: AsyncRead + AsyncWrite + Unpin,
    {
        let service =
            service_fn(|request| self.answer(request, self.peer(connection, Protocol::Http1)));
        let http = self.http1.serve_connection(TokioIo::new(stream), service);
        let mut http = pin!(http);
        tokio::select! {
            ended = http.as_mut() => ended,
            _ = stop => {
                http.as_mut().graceful_shutdown();
                http.await
            }
        }
    }

    /// Also ends connections whose clients make no progress: the times that a client has for a head
    /// and for reading are those of HTTP/1.
    async fn run_http2<I>(
        self: &Arc<Self>,
        stream: Stream<I>,
        connection: &Arc<Connection>,
        stop: Stop,
    ) -> hyper::Result<()>
    where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (server, same) = (Arc::clone(self), Arc::clone(connection));
        let service = service_fn(move |request| {
            let (server, peer) = (Arc::clone(&server), server.peer(&same, Protocol::Http2));
            async move { server.answer(request, peer).await }
        });
        let http = self.http2.serve_connection(TokioIo::new(stream), service);
        let mut http = pin!(http);
        let Options { head, send, .. } = self.options;
        tokio::select! {
            ended = http.as_mut() => return ended,
            () = connection.idle_for(head) => {}
            () = connection.unread_for(send) => return Ok(()),
            _ = stop => {}
        }
        http.as_mut().graceful_shutdown();
        tokio::select! {
            ended = http => ended,
            () = connection.idle_for(FAREWELL) => Ok(()),
            () = connection.unread_for(send) => Ok(()),
        }
    }

    fn peer(&self, connection: &Arc<Connection>, protocol: Protocol) -> Peer {
        let memory = self.memory.clone();
        Peer::new(Arc::clone(connection), protocol, self.share, memory)
    }

    /// Answers a request. Few futures inside one another keep the whole one small, which is moved for
    /// each request.
    async fn answer(&self, mut request: Request, peer: Peer) -> Result<Response, Infallible> {
        if request.body().is_end_stream() {
            peer.received();
        }
        let mut hold = Hold::default();
        let response = match rules::apply(&mut request, self.options.max_fields) {
            Err(violation) => refused(violation),
            Ok(()) => match hold_head(&request, &peer, &mut hold).await {
                Err(full) => full.response(),
                Ok(()) => self.service.answer(request, &peer).await,
            },
        };
        let closes = self.leaving.load(Ordering::Relaxed);
        Ok(peer.answered(response, closes))
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

fn refused(violation: Violation) -> Response {
    let status = violation.status.as_u16();
    tracing::debug!(status, reason = violation.text, "a request was refused");
    violation.response()
}

/// Takes memory for a long head. HTTP/1 has it from its stream.
async fn hold_head(request: &Request, peer: &Peer, hold: &mut Hold) -> Result<(), Full> {
    if peer.protocol() == Protocol::Http1 {
        return Ok(());
    }
    match size(request) {
        size if size > SMALL_HEAD => peer.hold(hold, size).await,
        _ => Ok(()),
    }
}

/// Returns the approximate size of a head in memory, in bytes.
fn size(request: &Request) -> usize {
    let field = |(name, value): (&hyper::header::HeaderName, &hyper::header::HeaderValue)| {
        name.as_str().len().saturating_add(value.len())
    };
    let fields: usize = request.headers().iter().map(field).sum();
    let target = request.uri().path_and_query();
    fields.saturating_add(target.map_or(0, |target| target.as_str().len()))
}

fn http1(options: &Options) -> http1::Builder {
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

fn http2(options: &Options) -> http2::Builder<TokioExecutor> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_pending_accept_reset_streams(PENDING_RESETS)
        .max_local_error_reset_streams(OWN_RESETS)
        .max_header_list_size(u32::try_from(options.max_head).unwrap_or(u32::MAX))
        .initial_connection_window_size(WINDOW)
        .initial_stream_window_size(WINDOW)
        .keep_alive_interval(options.head)
        .keep_alive_timeout(options.send);
    builder
}
