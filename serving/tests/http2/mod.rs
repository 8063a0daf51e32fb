//! Attacks by clients that speak HTTP/2, in frames.

use super::{Site, options, read};
use capwire_serving::Options;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;

const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
/// The status 200, compressed.
const STATUS_200: u8 = 0x88;
const WHOLE: u8 = END_STREAM | END_HEADERS;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// The compressed head of a GET request with a path of at most 127 bytes.
fn get(path: &str) -> Vec<u8> {
    let mut head = vec![0x82, 0x86, 0x01, 1, b'a', 0x04];
    head.push(u8::try_from(path.len()).unwrap());
    head.extend(path.as_bytes());
    head
}

/// A connection with these settings, in pairs of an identifier and a value.
async fn connect(site: &Site, settings: &[(u16, u32)]) -> TcpStream {
    let pairs = settings.iter().flat_map(|(id, value)| {
        let (id, value) = (id.to_be_bytes(), value.to_be_bytes());
        id.into_iter().chain(value)
    });
    let pairs: Vec<u8> = pairs.collect();
    let mut stream = site.connect().await;
    stream.set_nodelay(true).unwrap();
    let begin = [PREFACE, &frame(SETTINGS, 0, 0, &pairs)].concat();
    stream.write_all(&begin).await.unwrap();
    stream
}

/// Reads frames until one of `kind` comes, and returns its payload. `None` is the end.
async fn next(stream: &mut TcpStream, kind: u8) -> Option<Vec<u8>> {
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await.ok()?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        stream.read_exact(&mut payload).await.ok()?;
        if head[3] == kind {
            return Some(payload);
        }
    }
}

/// Sends `frames` again and again until the server closes the connection.
async fn flood(mut stream: TcpStream, mut frames: impl FnMut(u32) -> Vec<u8>) {
    for number in 0.. {
        if stream.write_all(&frames(number)).await.is_err() {
            return;
        }
        // The server must be able to tell why it closes the connection.
        let mut received = [0; 4096];
        if let Ok(0) | Err(_) = stream.try_read(&mut received).or_else(would_block) {
            return;
        }
        tokio::task::yield_now().await;
    }
}

fn would_block(error: std::io::Error) -> std::io::Result<usize> {
    match error.kind() {
        std::io::ErrorKind::WouldBlock => Ok(1),
        _ => Err(error),
    }
}

#[tokio::test]
async fn a_request_over_http2_is_answered() {
    let site = Site::new(options()).await;
    let mut stream = connect(&site, &[]).await;
    let requests = [
        frame(HEADERS, WHOLE, 1, &get("/5")),
        frame(HEADERS, WHOLE, 3, &get("/3")),
    ];
    stream.write_all(&requests.concat()).await.unwrap();
    let mut lengths = [0, 0];
    for length in &mut lengths {
        *length = next(&mut stream, DATA).await.unwrap().len();
    }
    lengths.sort_unstable();
    assert_eq!(lengths, [3, 5]);
}

#[tokio::test]
async fn clients_that_cancel_without_end_are_disconnected() {
    let site = Site::new(options()).await;
    let cancel = |id| frame(RST_STREAM, 0, id, &8_u32.to_be_bytes());
    let stream = connect(&site, &[]).await;
    flood(stream, |number| {
        let id = 1 + 2 * number;
        [frame(HEADERS, WHOLE, id, &get("/wait")), cancel(id)].concat()
    })
    .await;
    // Others wait until the service works on the request.
    let mut stream = connect(&site, &[]).await;
    for number in 0.. {
        let id = 1 + 2 * number;
        let open = frame(HEADERS, WHOLE, id, &get("/wait"));
        let ping = frame(PING, 0, 0, &[0; 8]);
        let sent = stream.write_all(&[open, ping].concat()).await;
        let is_open = sent.is_ok() && next(&mut stream, PING).await.is_some();
        if !is_open || stream.write_all(&cancel(id)).await.is_err() {
            break;
        }
    }
    site.until_answered("/").await;
}

#[tokio::test]
async fn heads_without_an_end_are_refused() {
    let site = Site::new(options()).await;
    let mut stream = connect(&site, &[]).await;
    let begin = frame(HEADERS, END_STREAM, 1, &get("/"));
    stream.write_all(&begin).await.unwrap();
    // A literal field without indexing: `x` with 100 bytes.
    let field = [&[0, 1, b'x', 100][..], &[b'y'; 100]].concat();
    flood(stream, |_| frame(CONTINUATION, 0, 1, &field)).await;
    let empty = connect(&site, &[]).await;
    flood(empty, |number| match number {
        0 => frame(HEADERS, END_STREAM, 1, &get("/")),
        _ => frame(CONTINUATION, 0, 1, &[]),
    })
    .await;
    site.until_answered("/").await;
}

#[tokio::test]
async fn long_heads_and_many_fields_are_refused() {
    let small = Options {
        max_head: 2_000,
        max_fields: 10,
        ..options()
    };
    let site = Site::new(small).await;
    let many = |fields: usize, length: u8| {
        let field = [&[0, 1, b'x', length][..], &vec![b'y'; usize::from(length)]].concat();
        [get("/"), field.repeat(fields)].concat()
    };
    for (head, is_answered) in [
        (many(9, 1), true),
        (many(11, 1), false),
        (many(30, 100), false),
    ] {
        let mut stream = connect(&site, &[]).await;
        let request = frame(HEADERS, WHOLE, 1, &head);
        stream.write_all(&request).await.unwrap();
        let answer = next(&mut stream, HEADERS).await.unwrap();
        assert_eq!(answer[0] == STATUS_200, is_answered, "{answer:?}");
    }
}

#[tokio::test]
async fn clients_that_open_no_window_are_disconnected_c2() {
    let site = Site::new(Options {
        send: Duration::from_millis(50),
        ..options()
    })
    .await;
    let mut stream = connect(&site, &[(4, 0)]).await;
    let request = frame(HEADERS, WHOLE, 1, &get("/100000"));
    stream.write_all(&request).await.unwrap();
    let received = read(&mut stream).await;
    assert!(received.len() < 100_000);
}

#[tokio::test]
async fn clients_that_open_no_window_give_their_memory_to_others_c2() {
    let site = Site::new(options()).await;
    let mut slow = connect(&site, &[(4, 0)]).await;
    let request = frame(HEADERS, WHOLE, 1, &get("/1000000"));
    slow.write_all(&request).await.unwrap();
    next(&mut slow, HEADERS).await.unwrap();
    // Small requests on the same connection do not make it less slow.
    let small = async {
        for number in 1.. {
            let request = frame(HEADERS, WHOLE, 1 + 2 * number, &get("/0"));
            if slow.write_all(&request).await.is_err() || next(&mut slow, HEADERS).await.is_none() {
                return;
            }
        }
    };
    tokio::join!(small, site.until_answered("/1000000"));
}

#[tokio::test]
async fn idle_clients_are_told_to_leave() {
    let site = Site::new(Options {
        head: Duration::from_millis(50),
        ..options()
    })
    .await;
    let mut idle = connect(&site, &[]).await;
    assert!(next(&mut idle, GOAWAY).await.is_some());
    let mut half = site.connect().await;
    half.write_all(&PREFACE[..20]).await.unwrap();
    assert_eq!(read(&mut half).await, "");
}

#[tokio::test]
async fn idle_connections_over_http2_give_way_to_new_ones_c1() {
    let site = Site::new(options()).await;
    let mut idle = Vec::new();
    for _ in 0..20 {
        idle.push(connect(&site, &[]).await);
    }
    for _ in 0..8 {
        site.until_answered("/").await;
    }
    read(&mut idle[0]).await;
}

#[tokio::test]
async fn clients_that_send_frames_and_read_nothing_are_disconnected() {
    let site = Site::new(Options {
        send: Duration::from_millis(50),
        ..options()
    })
    .await;
    let mut stream = connect(&site, &[]).await;
    let pings = frame(PING, 0, 0, &[0; 8]).repeat(1_000);
    while stream.write_all(&pings).await.is_ok() {}
}

#[tokio::test]
async fn a_server_that_stops_finishes_requests_over_http2() {
    let site = Site::new(Options {
        drain: Duration::from_secs(60),
        ..options()
    })
    .await;
    let mut stream = connect(&site, &[]).await;
    let mut silent = connect(&site, &[]).await;
    let request = frame(HEADERS, WHOLE, 1, &get("/wait"));
    stream.write_all(&request).await.unwrap();
    // The server has read the request when it answers the ping behind it.
    let ping = frame(PING, 0, 0, &[7; 8]);
    stream.write_all(&ping).await.unwrap();
    next(&mut stream, PING).await.unwrap();
    let Site { server, waiting } = site;
    let stopping = tokio::spawn(server.stop());
    next(&mut stream, GOAWAY).await.unwrap();
    waiting.add_permits(1);
    assert_eq!(next(&mut stream, DATA).await.unwrap(), b"xx");
    drop(stream);
    // A client that does not acknowledge the end is not waited for.
    read(&mut silent).await;
    stopping.await.unwrap();
}
