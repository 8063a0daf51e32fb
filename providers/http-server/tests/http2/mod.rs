//! The same server for clients that speak HTTP/2 without an upgrade.

use super::common::{Answering, Site, Waiting, id, short_timeouts};
use bytes::Bytes;
use capwire_contracts::http::{Request as Seen, Response};
use capwire_http_server::Timeouts;
use capwire_provider::Provider;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2::{self, SendRequest};
use hyper::{Request, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::sync::{Arc, Mutex};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

type Client = SendRequest<Full<Bytes>>;

async fn connect(site: &Site) -> (Client, JoinHandle<hyper::Result<()>>) {
    let stream = TcpStream::connect(&site.address).await.unwrap();
    let builder = http2::Builder::new(TokioExecutor::new());
    let (client, connection) = builder.handshake(TokioIo::new(stream)).await.unwrap();
    (client, tokio::spawn(connection))
}

fn request(method: &str, target: &str, body: &'static [u8]) -> Request<Full<Bytes>> {
    let request = Request::builder().method(method).uri(target);
    request.body(Full::from(body)).unwrap()
}

async fn send(client: &mut Client, request: Request<Full<Bytes>>) -> (StatusCode, Bytes) {
    let response = client.send_request(request).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap();
    (status, body.to_bytes())
}

#[tokio::test]
async fn the_actor_sees_the_request_as_over_http1() {
    let seen = Arc::new(Mutex::new(None));
    let keep = Arc::clone(&seen);
    let site = Site::answering(move |request| {
        *keep.lock().unwrap() = Some(request);
        Ok(Response::new(418)
            .with_header("X-Own", "1")
            .with_body("short"))
    })
    .await;
    let mut request = request("POST", "http://a.example:80/p%20q?r", b"body");
    let headers = request.headers_mut();
    headers.append("cookie", "a=1".parse().unwrap());
    headers.append("cookie", "b=2".parse().unwrap());
    let (mut client, _connection) = connect(&site).await;
    let response = client.send_request(request).await.unwrap();
    assert_eq!(response.status(), 418);
    assert_eq!(response.headers()["x-own"], "1");
    let request: Seen = seen.lock().unwrap().take().unwrap();
    assert_eq!(request.method, "POST");
    assert_eq!((&*request.path, &*request.query_string), ("/p%20q", "r"));
    assert_eq!(request.header["host"], "a.example:80");
    assert_eq!(request.header["cookie"], "a=1; b=2");
    assert_eq!(request.body, b"body");
}

#[tokio::test]
async fn requests_of_one_connection_do_not_wait_for_one_another() {
    let (actor, mut asked) = Waiting::new();
    let site = Site::new(actor, &[], Timeouts::default()).await;
    let (client, _connection) = connect(&site).await;
    let (mut first, mut second) = (client.clone(), client);
    let first =
        tokio::spawn(async move { send(&mut first, request("GET", "http://a/1", b"")).await });
    let call = asked.recv().await.unwrap();
    let second = async { send(&mut second, request("GET", "http://a/2", b"")).await };
    let answer = async {
        let call = asked.recv().await.unwrap();
        call.answer.send(Response::text(call.request.path)).unwrap();
    };
    assert_eq!(tokio::join!(second, answer).0.1, "/2");
    call.answer.send(Response::text(call.request.path)).unwrap();
    assert_eq!(first.await.unwrap().1, "/1");
}

#[tokio::test]
async fn the_rules_of_http_hold_for_http2() {
    let site = Site::new(
        Arc::new(Answering(|_| Ok(Response::ok()))),
        &[("MAX_BODY", "8")],
        Timeouts::default(),
    )
    .await;
    let (mut client, _connection) = connect(&site).await;
    let mut contradiction = request("GET", "http://a.example/", b"");
    contradiction
        .headers_mut()
        .insert("host", "b.example".parse().unwrap());
    let mut same = request("GET", "http://a.example/", b"");
    same.headers_mut()
        .insert("host", "A.example".parse().unwrap());
    let cases = [
        (contradiction, 400),
        (same, 200),
        (request("GET", "http://me@a.example/", b""), 400),
        (request("CONNECT", "a.example:443", b""), 501),
        (request("POST", "http://a.example/", b"123456789"), 413),
        (request("POST", "http://a.example/", b"12345678"), 200),
    ];
    for (request, status) in cases {
        let shown = format!("{request:?}");
        assert_eq!(send(&mut client, request).await.0, status, "{shown}");
    }
}

#[tokio::test]
async fn a_client_of_http2_that_goes_away_ends_its_calls() {
    let (actor, mut asked) = Waiting::new();
    let site = Site::new(actor, &[], Timeouts::default()).await;
    let (mut client, connection) = connect(&site).await;
    let sent =
        tokio::spawn(async move { client.send_request(request("GET", "http://a/", b"")).await });
    let mut call = asked.recv().await.unwrap();
    sent.abort();
    connection.abort();
    call.answer.closed().await;
}

#[tokio::test]
async fn unbinding_ends_connections_over_http2() {
    let (actor, mut asked) = Waiting::new();
    let site = Site::new(actor, &[], short_timeouts()).await;
    let (mut client, connection) = connect(&site).await;
    let sent =
        tokio::spawn(async move { client.send_request(request("GET", "http://a/", b"")).await });
    let mut call = asked.recv().await.unwrap();
    site.provider.unbind(&id("MACTOR")).await.unwrap();
    call.answer.closed().await;
    assert!(sent.await.unwrap().is_err());
    let _ = connection.await.unwrap();
}
