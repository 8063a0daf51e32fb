//! Clients that send too much, too slowly, or go away.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod common;

use bytes::Bytes;
use capwire_contracts::codec;
use capwire_contracts::http::Response;
use capwire_http_server::{HttpServer, Timeouts};
use capwire_provider::{ActorCall, ActorError, ActorHandle, Provider, async_trait};
use common::{Answering, Site, Waiting, body, read_all, short_timeouts, status};
use std::sync::Arc;
use tokio::io::AsyncWriteExt;

#[tokio::test]
async fn a_body_up_to_the_limit_is_taken_and_a_longer_one_refused() {
    let site = site(&[("MAX_BODY", "8")], Timeouts::default()).await;
    assert_eq!(body(&site.send(post(b"12345678")).await), "12345678");
    let response = site.send(post(b"123456789")).await;
    assert_eq!(status(&response), "413");
    let chunked = "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n\
                   5\r\n12345\r\n5\r\n67890\r\n0\r\n\r\n";
    assert_eq!(status(&site.send(chunked).await), "413");
}

#[tokio::test]
async fn a_body_that_announces_too_much_is_refused_before_it_comes() {
    let site = site(&[], Timeouts::default()).await;
    let response = site
        .send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1000000000000\r\n\r\n")
        .await;
    assert_eq!(status(&response), "413");
}

#[tokio::test]
async fn endless_headers_are_refused() {
    let site = site(&[], Timeouts::default()).await;
    let long = "x".repeat(40_000);
    let head =
        format!("GET / HTTP/1.1\r\nhost: a\r\nx: {long}\r\ny: {long}\r\nconnection: close\r\n\r\n");
    assert_eq!(status(&site.send(head).await), "431");
    let many = format!(
        "GET / HTTP/1.1\r\nhost: a\r\n{}\r\n",
        "x: y\r\n".repeat(1000)
    );
    assert_eq!(status(&site.send(many).await), "431");
}

#[tokio::test]
async fn what_is_not_http_is_refused() {
    let site = site(&[], Timeouts::default()).await;
    assert_eq!(
        status(&site.send(b"\x16\x03\x01\x02\x00\x01\r\n\r\n").await),
        "400"
    );
    assert_eq!(
        status(&site.send("GET /\u{1f980} HTTP/9.9\r\n\r\n").await),
        "400"
    );
    assert_eq!(status(&site.get("/").await), "200");
}

#[tokio::test]
async fn clients_that_send_nothing_are_disconnected() {
    let site = site(&[], short_timeouts()).await;
    let mut silent = site.connect().await;
    assert_eq!(read_all(&mut silent).await, "");
    let mut kept = site.connect().await;
    kept.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    assert_eq!(status(&read_all(&mut kept).await), "200");
}

#[tokio::test]
async fn a_body_that_never_ends_is_given_up() {
    let timeouts = Timeouts {
        body: short_timeouts().body,
        ..Timeouts::default()
    };
    let site = site(&[], timeouts).await;
    let response = site
        .send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nabc")
        .await;
    assert_eq!(status(&response), "408");
}

#[tokio::test]
async fn a_client_that_goes_away_ends_its_call() {
    let (actor, mut asked) = Waiting::new();
    let site = Site::new(actor, &[], Timeouts::default()).await;
    let mut stream = site.connect().await;
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    let mut call = asked.recv().await.unwrap();
    drop(stream);
    call.answer.closed().await;
}

/// An actor whose messages have a limit, as the host enforces it.
struct Small;

const MESSAGE: usize = 2_000;

#[async_trait]
impl ActorHandle for Small {
    async fn call(&self, call: ActorCall<'_>) -> Result<Bytes, ActorError> {
        if call.payload.len() > MESSAGE {
            return Err(ActorError::TooLong { most: MESSAGE });
        }
        Ok(codec::encode(&Response::ok()).unwrap().into())
    }

    fn max_message(&self) -> usize {
        MESSAGE
    }
}

#[tokio::test]
async fn what_does_not_fit_into_a_message_is_too_long_and_no_failure_c8() {
    let site = Site::new(Arc::new(Small), &[], Timeouts::default()).await;
    assert_eq!(status(&site.send(post(&[b'x'; 1_500])).await), "200");
    for size in [MESSAGE, MESSAGE + 1, 5_000_000] {
        assert_eq!(
            status(&site.send(post(&vec![b'x'; size])).await),
            "413",
            "{size}"
        );
    }
    let chunked = format!(
        "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nbb8\r\n{}\r\n0\r\n\r\n",
        "x".repeat(3_000)
    );
    assert_eq!(status(&site.send(chunked).await), "413");
    let path = format!("/{}", "x".repeat(MESSAGE));
    assert_eq!(status(&site.get(&path).await), "431");
}

#[tokio::test]
async fn a_binding_whose_bodies_fit_into_no_message_is_refused_c8() {
    let bind = async |max_body: &str| {
        let config = [("PORT", "0"), ("MAX_BODY", max_body)];
        let binding = common::binding("MACTOR", Arc::new(Small), &config);
        HttpServer::new().bind(binding).await
    };
    let error = bind("1489").await.unwrap_err().to_string();
    assert!(
        error.contains("MAX_BODY") && error.contains("1488"),
        "{error}"
    );
    assert!(bind("1488").await.is_ok());
}

#[tokio::test]
async fn the_limits_of_heads_are_configurable_c9() {
    let head = |bytes: usize| format!("/{}", "x".repeat(bytes));
    let fields = |site: Site, fields: usize| async move {
        let fields = "x: y\r\n".repeat(fields);
        let request = format!("GET / HTTP/1.1\r\nhost: a\r\n{fields}connection: close\r\n\r\n");
        site.send(request).await
    };
    let usual = || site(&[], Timeouts::default());
    assert_eq!(status(&usual().await.get(&head(70_000)).await), "431");
    assert_eq!(status(&fields(usual().await, 108).await), "431");
    assert_eq!(status(&fields(usual().await, 98).await), "200");
    let config = [("MAX_HEAD", "2000"), ("MAX_FIELDS", "10")];
    let small = || site(&config, Timeouts::default());
    assert_eq!(status(&small().await.get(&head(2_000)).await), "431");
    assert_eq!(status(&small().await.get(&head(1_900)).await), "200");
    assert_eq!(status(&fields(small().await, 9).await), "431");
    assert_eq!(status(&fields(small().await, 8).await), "200");
    let large = site(
        &[("MAX_HEAD", "100000"), ("MAX_FIELDS", "200")],
        Timeouts::default(),
    )
    .await;
    assert_eq!(status(&fields(large, 150).await), "200");
}

async fn site(config: &[(&str, &str)], timeouts: Timeouts) -> Site {
    let echo = Answering(|request: capwire_contracts::http::Request| {
        Ok(Response::ok().with_body(request.body))
    });
    Site::new(Arc::new(echo), config, timeouts).await
}

fn post(body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}
