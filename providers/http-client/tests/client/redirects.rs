//! Redirects, which are bounded and checked again.

use crate::bound::{Bound, get, request};
use crate::server::{Answer, Asked, Server, ok};
use capwire_contracts::codec;
use capwire_contracts::http::OP_PERFORM_REQUEST;
use capwire_provider::{Call, CallAuthority};
use hyper::header::LOCATION;
use std::sync::Mutex;

/// Redirects to the header `x-location`, or from `/1` to `/2` and so on without an end.
pub(crate) fn redirecting(asked: &Asked) -> Answer {
    let mut answer = ok("here");
    let path = asked.uri().path();
    let number: Option<u32> = path.strip_prefix('/').and_then(|text| text.parse().ok());
    let location = match number {
        Some(number) => format!("/{}", number + 1).parse().ok(),
        None if path == "/go" => asked.headers().get("x-location").cloned(),
        None => None,
    };
    if let Some(location) = location {
        *answer.status_mut() = hyper::StatusCode::TEMPORARY_REDIRECT;
        answer.headers_mut().insert(LOCATION, location);
    }
    answer
}

#[tokio::test]
async fn redirects_are_followed_up_to_a_bound() {
    let server = Server::start(redirecting).await;
    let client = Bound::to_loopback(&[("REDIRECTS", "3")]).await;
    let error = client.refused(&server.url("/1")).await;
    assert!(error.contains("`REDIRECTS`"), "{error}");
    assert_eq!(server.asked().len(), 4);
    let go = get(&server.url("/go")).with_header("x-location", "/there");
    assert_eq!(client.send(&go).await.unwrap().body, b"here");
}

#[tokio::test]
async fn a_binding_without_redirects_returns_them_to_the_actor() {
    let server = Server::start(redirecting).await;
    let client = Bound::to_loopback(&[("REDIRECTS", "0")]).await;
    let response = client.get(&server.url("/1")).await.unwrap();
    assert_eq!(response.status_code, 307);
    assert_eq!(response.header("location"), Some("/2"));
}

#[tokio::test]
async fn another_origin_gets_the_body_and_no_credentials() {
    let (one, other) = (
        Server::start(redirecting).await,
        Server::start(redirecting).await,
    );
    let client = Bound::to_loopback(&[]).await;
    let sent = request("POST", &one.url("/go"))
        .with_header("x-location", other.url("/there"))
        .with_header("authorization", "Bearer secret")
        .with_header("cookie", "a=secret")
        .with_header("x-api-key", "secret")
        .with_header("content-type", "text/plain")
        .with_body("body");
    client.send(&sent).await.unwrap();
    let asked = other.asked().pop().unwrap();
    assert_eq!(asked.body(), "body");
    assert_eq!(asked.headers()["content-type"], "text/plain");
    let text = format!("{:?}", asked.headers());
    assert!(!text.contains("secret"), "{text}");
}

/// Allows one use, and remembers the questions.
struct Only(&'static str, String, Mutex<usize>);

impl CallAuthority for Only {
    fn may_use(&self, operation: &str, resource: &str) -> bool {
        *self.2.lock().unwrap() += 1;
        operation == self.0 && resource == self.1
    }
}

#[tokio::test]
async fn a_redirect_needs_the_callers_authority() {
    let (one, other) = (
        Server::start(redirecting).await,
        Server::start(redirecting).await,
    );
    let client = Bound::to_loopback(&[]).await;
    let only = Only("GET", other.address.to_string(), Mutex::default());
    for (method, followed) in [("GET", true), ("PUT", false)] {
        let sent = request(method, &one.url("/go")).with_header("x-location", other.url("/there"));
        let payload = codec::encode(&sent).unwrap();
        let call = Call::new(&client.id, OP_PERFORM_REQUEST, &payload).authorized(&only);
        let answer = client.call(call).await;
        assert_eq!(answer.is_ok(), followed, "{method}: {answer:?}");
    }
    assert_eq!((other.asked().len(), *only.2.lock().unwrap()), (1, 2));
}
