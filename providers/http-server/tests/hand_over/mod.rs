//! A provider takes over the sockets of another one.

use super::common::{Answering, Site, Waiting, binding, body, id, read_all, status};
use capwire_contracts::http::Response;
use capwire_http_server::{HttpServer, Timeouts};
use capwire_provider::{ActorHandle, Provider, ProviderError};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const LONG: Duration = Duration::from_secs(600);
const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";

fn saying(text: &'static str) -> Arc<dyn ActorHandle> {
    Arc::new(Answering(move |_| Ok(Response::text(text))))
}

/// Binds a successor of `old` in the same way, and returns it with its address.
async fn successor(old: &Site, port: &str) -> (HttpServer, String) {
    let new = HttpServer::new();
    new.inherit(old.provider.resources().unwrap());
    let bound = new.bind(binding("MACTOR", saying("new"), &[("PORT", port)]));
    let endpoint = bound.await.unwrap().endpoints.remove(0);
    (new, endpoint.replace("http://", ""))
}

/// Reads one response on a connection that may stay open.
async fn read_one(stream: &mut TcpStream) -> String {
    let mut response = Vec::new();
    while !response.ends_with(b"old") {
        response.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(response).unwrap()
}

/// Returns a server on a port that the system chose, and one on that port by its number.
async fn by_any_and_by_fixed_port() -> [(Site, String); 2] {
    let fixed = Site::new(saying("old"), &[], Timeouts::default()).await;
    let port = fixed.address.split_once(':').unwrap().1.to_owned();
    fixed.unbind().await;
    let config = [("PORT", port.as_str())];
    let fixed = Site::new(saying("old"), &config, Timeouts::default()).await;
    let any = Site::new(saying("old"), &[], Timeouts::default()).await;
    [(any, "0".to_owned()), (fixed, port)]
}

#[tokio::test]
async fn a_successor_serves_the_same_socket_and_no_connection_is_refused() {
    for (old, port) in by_any_and_by_fixed_port().await {
        let (new, address) = successor(&old, &port).await;
        assert_eq!(address, old.address);
        let provider = Arc::clone(&old.provider);
        let draining = tokio::spawn(async move { provider.drain(LONG).await });
        while !draining.is_finished() {
            let answer = old.get("/").await;
            assert!(["old", "new"].contains(&body(&answer)), "{answer}");
        }
        assert_eq!(draining.await.unwrap(), 0);
        old.unbind().await;
        assert_eq!(body(&old.get("/").await), "new");
        new.unbind(&id("MACTOR")).await.unwrap();
        assert!(super::refused(&address).await);
    }
}

#[tokio::test]
async fn an_idle_connection_gets_one_more_answer_which_closes_it() {
    let old = Site::answering(|_| Ok(Response::text("old"))).await;
    let mut idle = old.connect().await;
    idle.write_all(REQUEST).await.unwrap();
    assert!(!read_one(&mut idle).await.contains("close"));
    let (_new, _) = successor(&old, "0").await;
    let provider = Arc::clone(&old.provider);
    let draining = tokio::spawn(async move { provider.drain(LONG).await });
    // On this one thread, the server has learnt by then that it drains.
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    idle.write_all(REQUEST).await.unwrap();
    let last = read_all(&mut idle).await;
    assert_eq!((status(&last), body(&last)), ("200", "old"));
    assert!(last.contains("connection: close"), "{last}");
    assert_eq!(draining.await.unwrap(), 0);
}

#[tokio::test]
async fn requests_beyond_the_drain_time_are_cut_and_counted() {
    let (actor, mut asked) = Waiting::new();
    let old = Site::new(actor, &[], Timeouts::default()).await;
    let mut running = old.connect().await;
    running.write_all(REQUEST).await.unwrap();
    let mut call = asked.recv().await.unwrap();
    let (_new, address) = successor(&old, "0").await;
    let cut = old.provider.drain(Duration::ZERO).await;
    assert_eq!(cut, 1);
    call.answer.closed().await;
    assert!(!super::refused(&address).await);
}

#[tokio::test]
async fn two_bindings_cannot_take_over_one_socket() {
    let [_, (old, port)] = by_any_and_by_fixed_port().await;
    let (new, _) = successor(&old, &port).await;
    let second = new.bind(binding("MOTHER", saying("other"), &[("PORT", &port)]));
    let refused = second.await.unwrap_err();
    assert!(matches!(refused, ProviderError::Refused(_)), "{refused:?}");
}
