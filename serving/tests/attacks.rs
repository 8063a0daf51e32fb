//! Attacks by clients: they connect, and then send nothing, send half, or do not read.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

mod http2;

use capwire_serving::{Hold, Options, Peer, Request, Response, Server, Service};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

/// Answers with bodies of as many bytes as the path says. `/wait` waits for a permit.
struct Bodies(Arc<Semaphore>);

impl Service for Bodies {
    async fn answer(&self, request: Request, peer: &Peer) -> Response {
        let path = request.uri().path();
        if path == "/wait" {
            peer.received();
            drop(self.0.acquire().await.unwrap());
        }
        if let Some(bytes) = path.strip_prefix("/hold/") {
            let mut hold = Hold::default();
            if let Err(full) = peer.hold(&mut hold, bytes.parse().unwrap()).await {
                return full.response();
            }
            // The rest of its body does not come.
            drop(self.0.acquire().await.unwrap());
        }
        let bytes = path.trim_start_matches('/').parse().unwrap_or(2);
        match peer.body(vec![b'x'; bytes]).await {
            Ok(body) => Response::new(body.into()),
            Err(full) => full.response(),
        }
    }
}

struct Site {
    server: Server,
    waiting: Arc<Semaphore>,
}

impl Site {
    async fn new(options: Options) -> Self {
        let waiting = Arc::new(Semaphore::new(0));
        let service = Bodies(Arc::clone(&waiting));
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let server = Server::start(listen, service, options).await.unwrap();
        Self { server, waiting }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.server.address()).await.unwrap()
    }

    /// Sends a request on a new connection, and reads nothing.
    async fn send(&self, path: &str) -> TcpStream {
        let mut stream = self.connect().await;
        let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    }

    /// Returns the response to a request.
    async fn get(&self, path: &str) -> String {
        let mut stream = self.connect().await;
        let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        read(&mut stream).await
    }

    /// Returns as soon as a request is answered with 200.
    async fn until_answered(&self, path: &str) {
        while !self.get(path).await.starts_with("HTTP/1.1 200") {}
    }
}

async fn read(stream: &mut TcpStream) -> String {
    let mut response = Vec::new();
    // A reset is the end, too.
    stream.read_to_end(&mut response).await.ok();
    String::from_utf8_lossy(&response).into_owned()
}

fn options() -> Options {
    Options {
        connections: 4,
        memory: 1 << 20,
        drain: Duration::from_millis(10),
        ..Options::default()
    }
}

#[tokio::test]
async fn idle_connections_give_way_to_new_ones_c1() {
    let site = Site::new(options()).await;
    let mut idle = Vec::new();
    for number in 0..20 {
        let mut stream = site.connect().await;
        // Some send a part of a head.
        stream.write_all(&b"GET / HT"[..number % 8]).await.unwrap();
        idle.push(stream);
    }
    for _ in 0..8 {
        assert!(site.get("/").await.ends_with("\r\n\r\nxx"));
    }
    assert_eq!(read(&mut idle[0]).await, "", "the oldest is closed");
}

#[tokio::test]
async fn connections_at_work_do_not_give_way_c1() {
    let site = Site::new(options()).await;
    let mut working = Vec::new();
    for _ in 0..4 {
        working.push(site.send("/wait").await);
    }
    let mut refused = site.get("/").await;
    while refused.starts_with("HTTP/1.1 200") {
        // The last of the four was not read yet.
        working.push(site.send("/wait").await);
        refused = site.get("/").await;
    }
    assert!(refused.starts_with("HTTP/1.1 503"), "{refused}");
    assert!(refused.contains("\r\nretry-after: 1\r\n"), "{refused}");
    site.waiting.add_permits(working.len());
    let mut first = [0; 12];
    working[0].read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
}

#[tokio::test]
async fn a_client_that_does_not_read_is_disconnected_c2() {
    let site = Site::new(Options {
        send: Duration::from_millis(50),
        memory: 64 << 20,
        ..options()
    })
    .await;
    let large = 32 << 20;
    let mut slow = site.send(&format!("/{large}")).await;
    // With its memory, another client is answered.
    site.until_answered(&format!("/{}", 40 << 20)).await;
    let read = read(&mut slow).await.len();
    assert!(read < large, "{read}");
}

#[tokio::test]
async fn slow_readers_give_their_memory_to_others_c2() {
    let site = Site::new(Options {
        memory: 64 << 20,
        ..options()
    })
    .await;
    let large = format!("/{}", 32 << 20);
    let _slow = (site.send(&large).await, site.send(&large).await);
    site.until_answered(&large).await;
}

#[tokio::test]
async fn slow_senders_give_their_memory_to_others_x1() {
    let site = Site::new(options()).await;
    let mut slow = site.connect().await;
    let head = b"POST /hold/1048575 HTTP/1.1\r\nhost: a\r\ncontent-length: 1048575\r\n\r\n";
    slow.write_all(head).await.unwrap();
    site.until_answered("/1000000").await;
}

#[tokio::test]
async fn a_body_larger_than_all_memory_is_sent_alone_c2() {
    let site = Site::new(options()).await;
    let large = 4 << 20;
    let response = site.get(&format!("/{large}")).await;
    assert!(response.len() > large);
}

#[tokio::test]
async fn long_heads_without_an_end_have_a_bound_x1() {
    let site = Site::new(Options {
        connections: 40,
        ..options()
    })
    .await;
    let mut attackers = Vec::new();
    for _ in 0..30 {
        let mut stream = site.connect().await;
        let head = format!("GET / HTTP/1.1\r\nx: {}", "y".repeat(40_000));
        stream.write_all(head.as_bytes()).await.ok();
        attackers.push(stream);
    }
    // Each takes 64 KiB of the mebibyte, so some are disconnected.
    let mut ended = 0;
    while ended == 0 {
        for stream in &mut attackers {
            let mut byte = [0];
            let read = tokio::time::timeout(Duration::from_millis(1), stream.read(&mut byte));
            ended += usize::from(read.await.is_ok());
        }
    }
    site.until_answered("/").await;
}
