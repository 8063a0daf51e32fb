//! To which trace requests belong, and what is told of them.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod common;

use bytes::Bytes;
use capwire_contracts::codec;
use capwire_contracts::http::Response;
use capwire_http_server::Timeouts;
use capwire_provider::{ActorCall, ActorError, ActorHandle, TraceContext, async_trait};
use common::{Site, read_all};
use std::io;
use std::sync::{Arc, Mutex, Once};
use tokio::io::AsyncWriteExt;
use tracing_subscriber::fmt::MakeWriter;

const ID: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// Installs a subscriber for all tests. `tracing` caches for all threads whether a subscriber
/// listens, so a test without one would affect the others.
static LISTENING: Once = Once::new();

/// Remembers the trace of each call, and answers.
#[derive(Default)]
struct Traced(Mutex<Vec<TraceContext>>);

#[async_trait]
impl ActorHandle for Traced {
    async fn call(&self, call: ActorCall<'_>) -> Result<Bytes, ActorError> {
        let trace = call.trace.unwrap();
        self.0.lock().unwrap().push(trace.clone());
        let mine = Response::new(418).with_header("traceparent", "mine");
        Ok(codec::encode(&mine).unwrap().into())
    }
}

/// The trace in which the actor is called, and the response's header.
async fn served(headers: &str) -> (TraceContext, TraceContext) {
    listen();
    let actor = Arc::new(Traced::default());
    let site = Site::new(actor.clone(), &[], Timeouts::default()).await;
    let mut stream = site.connect().await;
    let request =
        format!("GET /a?secret HTTP/1.1\r\nhost: a\r\n{headers}connection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let response = read_all(&mut stream).await.to_lowercase();
    let told: Vec<_> = response
        .lines()
        .filter_map(|line| line.strip_prefix("traceparent: "))
        .collect();
    let [told] = told[..] else {
        panic!("{response}");
    };
    let told = TraceContext::parse(told).unwrap();
    let called = actor.0.lock().unwrap().pop().unwrap();
    (called, told)
}

fn listen() {
    LISTENING.call_once(|| {
        let everything = tracing_subscriber::registry();
        tracing::subscriber::set_global_default(everything).unwrap();
    });
}

#[tokio::test]
async fn a_request_goes_on_with_its_clients_trace() {
    let headers = format!("TraceParent: {PARENT}\r\ntracestate: a=1\r\ntracestate: b=2\r\n");
    let (called, told) = served(&headers).await;
    assert_eq!(called.trace_id().to_string(), ID);
    assert_eq!(called.tracestate(), Some("a=1,b=2"));
    assert_eq!(told.traceparent(), called.traceparent());
    assert_ne!(called.span_id().to_string(), "b7ad6b7169203331");
}

#[tokio::test]
async fn a_request_without_a_trace_that_can_be_read_begins_one() {
    let twice = format!("traceparent: {PARENT}\r\ntraceparent: {PARENT}\r\n");
    let wrong = [
        String::new(),
        twice,
        format!("traceparent: {}\r\n", PARENT.to_uppercase()),
        format!("traceparent: {PARENT}-00\r\n"),
        format!("traceparent: {PARENT}, {PARENT}\r\n"),
        format!("traceparent: 00-{}-b7ad6b7169203331-01\r\n", "0".repeat(32)),
        format!("traceparent: \u{e9}{PARENT}\r\n"),
        "traceparent:\r\n".to_owned(),
    ];
    for headers in wrong {
        let headers = format!("{headers}tracestate: a=1\r\n");
        let (called, told) = served(&headers).await;
        assert_ne!(called.trace_id().to_string(), ID, "{headers}");
        assert_eq!(called.tracestate(), None, "{headers}");
        assert_eq!(told.trace_id(), called.trace_id(), "{headers}");
    }
}

#[tokio::test]
async fn a_state_that_cannot_be_read_is_left_out() {
    for state in ["A=1", "a=1,a=2", "a=\u{e9}"] {
        let (called, _) =
            served(&format!("traceparent: {PARENT}\r\ntracestate: {state}\r\n")).await;
        assert_eq!(called.trace_id().to_string(), ID, "{state}");
        assert_eq!(called.tracestate(), None, "{state}");
    }
}

#[tokio::test]
async fn a_request_is_a_span_that_says_how_it_was_answered() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    listen();
    let _watching = tracing::subscriber::set_default(subscriber);
    served(&format!("traceparent: {PARENT}\r\n")).await;
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let line = text.lines().find(|line| line.contains("answered"));
    let line = line.unwrap_or_else(|| panic!("{text}"));
    for part in [r#"method="GET""#, r#"path="/a""#, "status=418", ID] {
        assert!(line.contains(part), "{part}: {line}");
    }
    assert!(!text.contains("secret"), "{text}");
}

/// The lines of the access log for requests with this configuration.
async fn logged(config: &[(&str, &str)], requests: &[&str]) -> Vec<String> {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::INFO)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    listen();
    let _watching = tracing::subscriber::set_default(subscriber);
    let actor = Arc::new(Traced::default());
    let site = Site::new(actor, config, Timeouts::default()).await;
    for request in requests {
        site.send(format!("{request}\r\nconnection: close\r\n\r\n"))
            .await;
    }
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let lines = text.lines().filter(|line| line.contains("capwire::access"));
    lines.map(str::to_owned).collect()
}

#[tokio::test]
async fn the_access_log_has_a_line_for_each_request() {
    let request = "GET /a?secret HTTP/1.1\r\nhost: a";
    assert_eq!(logged(&[], &[request]).await, [""; 0]);
    assert_eq!(logged(&[("ACCESS_LOG", "off")], &[request]).await, [""; 0]);
    let proxied = format!(
        "HEAD /b HTTP/1.1\r\nhost: a\r\nx-forwarded-for: 192.0.2.7\r\ntraceparent: {PARENT}"
    );
    let trusted = ("TRUSTED_PROXIES", "127.0.0.1");
    let lines = logged(&[("ACCESS_LOG", "on"), trusted], &[request, &proxied]).await;
    let [first, second] = &lines[..] else {
        panic!("{lines:?}");
    };
    let first_parts = [
        " INFO ",
        "client=127.0.0.1",
        "method=GET",
        "path=/a ",
        "status=418",
        "bytes=0",
        "milliseconds=",
        "actor=\"MACTOR\"",
        "binding=\"default\"",
    ];
    for part in first_parts {
        assert!(first.contains(part), "{part}: {first}");
    }
    for part in ["client=192.0.2.7", "method=HEAD", "path=/b", ID] {
        assert!(second.contains(part), "{part}: {second}");
    }
    let lines = logged(&[("ACCESS_LOG", "query")], &[request]).await;
    assert!(lines[0].contains("path=/a?secret"), "{lines:?}");
}

#[tokio::test]
async fn a_client_cannot_write_its_own_line_to_the_access_log() {
    let long = format!("GET /{} HTTP/1.1\r\nhost: a", "a".repeat(5_000));
    let requests = [
        "GET /a%0Ab HTTP/1.1\r\nhost: a",
        "GET /\u{202e}b HTTP/1.1\r\nhost: a",
        "GET /\u{9b}2Jb HTTP/1.1\r\nhost: a",
        &long,
    ];
    let lines = logged(&[("ACCESS_LOG", "query")], &requests).await;
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert!(lines[0].contains("path=/a%0Ab "));
    assert!(lines[1].contains("path=/\\u{202e}b "), "{}", lines[1]);
    assert!(lines[2].contains("path=/\\u{9b}2Jb "), "{}", lines[2]);
    assert!(lines[3].contains("aaa…") && lines[3].len() < 2_000);
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
