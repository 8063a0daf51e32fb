//! Servers on loopback that remember their connections and requests.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

pub(crate) type Asked = Request<Bytes>;
pub(crate) type Answer = Response<Full<Bytes>>;
type Answering = Arc<dyn Fn(&Asked) -> Answer + Send + Sync>;

/// A server, and its record.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    connections: Arc<AtomicUsize>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// The protocol that a server speaks.
pub(crate) enum Speaks {
    Http1,
    Http2,
    Tls(TlsAcceptor),
}

impl Server {
    /// Starts a server of HTTP/1.1 on a free port of 127.0.0.1.
    pub(crate) async fn start(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::on(listener, Speaks::Http1, answer)
    }

    pub(crate) fn on(
        listener: TcpListener,
        speaks: Speaks,
        answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let server = Self {
            address: listener.local_addr().unwrap(),
            connections: Arc::default(),
            asked: Arc::default(),
        };
        let (connections, asked) = (server.connections.clone(), server.asked.clone());
        let (answer, speaks): (Answering, _) = (Arc::new(answer), Arc::new(speaks));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                let (answer, asked, speaks) = (answer.clone(), asked.clone(), speaks.clone());
                tokio::spawn(async move {
                    match &*speaks {
                        Speaks::Http1 => serve(stream, false, asked, answer).await,
                        Speaks::Http2 => serve(stream, true, asked, answer).await,
                        Speaks::Tls(acceptor) => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                let is_h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                                serve(stream, is_h2, asked, answer).await;
                            }
                        }
                    }
                });
            }
        });
        server
    }

    pub(crate) fn url(&self, rest: &str) -> String {
        format!("http://{}{rest}", self.address)
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    is_http2: bool,
    asked: Arc<Mutex<Vec<Asked>>>,
    answer: Answering,
) {
    let service = service_fn(move |request: Request<Incoming>| {
        let (asked, answer) = (asked.clone(), answer.clone());
        async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            let request = Request::from_parts(head, body);
            asked.lock().unwrap().push(request.clone());
            Ok::<_, Infallible>(answer(&request))
        }
    });
    let stream = TokioIo::new(stream);
    if is_http2 {
        let server = http2::Builder::new(TokioExecutor::new());
        let _ = server.serve_connection(stream, service).await;
    } else {
        let _ = http1::Builder::new()
            .serve_connection(stream, service)
            .await;
    }
}

/// Returns an answer with the status 200.
pub(crate) fn ok(body: impl Into<Bytes>) -> Answer {
    Response::new(Full::new(body.into()))
}
