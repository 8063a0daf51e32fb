//! A server with an actor that the test plays, and clients that write what they like.
#![allow(dead_code, reason = "each test file uses a part")]

use bytes::Bytes;
use capwire_contracts::codec;
use capwire_contracts::http::{OP_HANDLE_REQUEST, Request, Response};
use capwire_http_server::{HttpServer, Timeouts};
use capwire_provider::{
    ActorCall, ActorError, ActorHandle, Binding, BindingId, Config, Provider, ProviderError,
    async_trait,
};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};

/// A provider with one bound server.
pub(crate) struct Site {
    pub(crate) provider: Arc<HttpServer>,
    pub(crate) address: String,
}

impl Site {
    /// An actor that answers at once.
    pub(crate) async fn answering(
        answer: impl Fn(Request) -> Result<Response, ActorError> + Send + Sync + 'static,
    ) -> Self {
        Self::new(Arc::new(Answering(answer)), &[], Timeouts::default()).await
    }

    /// Starts a server like [`answering`](Self::answering) that shows failures to clients.
    pub(crate) async fn telling(
        answer: impl Fn(Request) -> Result<Response, ActorError> + Send + Sync + 'static,
    ) -> Self {
        let provider = HttpServer::new().show_failures(true);
        Self::of(provider, Arc::new(Answering(answer)), &[]).await
    }

    pub(crate) async fn new(
        actor: Arc<dyn ActorHandle>,
        config: &[(&str, &str)],
        timeouts: Timeouts,
    ) -> Self {
        Self::of(HttpServer::with_timeouts(timeouts), actor, config).await
    }

    async fn of(
        provider: HttpServer,
        actor: Arc<dyn ActorHandle>,
        config: &[(&str, &str)],
    ) -> Self {
        let provider = Arc::new(provider);
        let config = [&[("PORT", "0")], config].concat();
        let binding = binding("MACTOR", actor, &config);
        let bound = provider.bind(binding).await.unwrap();
        let address = bound.endpoints[0].strip_prefix("http://").unwrap();
        Self {
            address: address.to_owned(),
            provider,
        }
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.address).await.unwrap()
    }

    /// Sends bytes on a new connection and returns all that comes until it is closed.
    pub(crate) async fn send(&self, request: impl AsRef<[u8]>) -> String {
        let mut stream = self.connect().await;
        stream.write_all(request.as_ref()).await.unwrap();
        read_all(&mut stream).await
    }

    pub(crate) async fn get(&self, path: &str) -> String {
        self.send(format!(
            "GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
        ))
        .await
    }

    pub(crate) async fn unbind(&self) {
        self.provider.unbind(&id("MACTOR")).await.unwrap();
    }
}

pub(crate) async fn read_all(stream: &mut TcpStream) -> String {
    let mut response = Vec::new();
    let _ = stream.read_to_end(&mut response).await;
    String::from_utf8_lossy(&response).into_owned()
}

pub(crate) async fn bind_refused(config: &[(&str, &str)]) -> ProviderError {
    let actor = Arc::new(Answering(|_| Ok(Response::ok())));
    let binding = binding("MACTOR", actor, config);
    HttpServer::new().bind(binding).await.unwrap_err()
}

pub(crate) fn binding(
    actor: &str,
    handle: Arc<dyn ActorHandle>,
    config: &[(&str, &str)],
) -> Binding {
    Binding {
        id: id(actor),
        config: Config::from_iter(config.iter().copied()),
        actor: handle,
    }
}

pub(crate) fn id(actor: &str) -> BindingId {
    BindingId {
        actor: actor.to_owned(),
        name: "default".to_owned(),
    }
}

pub(crate) fn short_timeouts() -> Timeouts {
    Timeouts {
        head: Duration::from_millis(500),
        body: Duration::from_millis(20),
        send: Duration::from_millis(200),
        drain: Duration::from_millis(20),
        reload: Duration::from_millis(10),
    }
}

pub(crate) fn status(response: &str) -> &str {
    response.get(9..12).unwrap_or(response)
}

pub(crate) fn body(response: &str) -> &str {
    response.split_once("\r\n\r\n").unwrap().1
}

/// Answers at once.
pub(crate) struct Answering<F>(pub(crate) F);

#[async_trait]
impl<F> ActorHandle for Answering<F>
where
    F: Fn(Request) -> Result<Response, ActorError> + Send + Sync + 'static,
{
    async fn call(&self, call: ActorCall<'_>) -> Result<Bytes, ActorError> {
        assert_eq!(call.operation, OP_HANDLE_REQUEST);
        let response = (self.0)(codec::decode(&call.payload).unwrap())?;
        Ok(codec::encode(&response).unwrap().into())
    }
}

/// Answers with the same bytes, whatever they are.
pub(crate) struct Raw(pub(crate) &'static [u8]);

#[async_trait]
impl ActorHandle for Raw {
    async fn call(&self, _: ActorCall<'_>) -> Result<Bytes, ActorError> {
        Ok(Bytes::from_static(self.0))
    }
}

/// Hands each call to the test, which answers when it likes.
pub(crate) struct Waiting(mpsc::UnboundedSender<Asked>);

/// A call under way. Its `answer` is closed when nobody waits any more.
pub(crate) struct Asked {
    pub(crate) request: Request,
    pub(crate) answer: oneshot::Sender<Response>,
}

impl Waiting {
    pub(crate) fn new() -> (Arc<Self>, mpsc::UnboundedReceiver<Asked>) {
        let (sender, asked) = mpsc::unbounded_channel();
        (Arc::new(Self(sender)), asked)
    }
}

#[async_trait]
impl ActorHandle for Waiting {
    async fn call(&self, call: ActorCall<'_>) -> Result<Bytes, ActorError> {
        let (answer, answered) = oneshot::channel();
        let request = codec::decode(&call.payload).unwrap();
        self.0.send(Asked { request, answer }).ok().unwrap();
        let response = answered.await.map_err(|_| ActorError::Stopped)?;
        Ok(codec::encode(&response).unwrap().into())
    }
}
