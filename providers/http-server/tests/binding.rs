//! Servers begin with a binding and end with it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod common;
mod hand_over;
mod routes;
mod tls;

use capwire_contracts::http::Response;
use capwire_http_server::{HttpServer, Timeouts};
use capwire_provider::{Call, Provider, ProviderError};
use common::{Answering, Site, Waiting, bind_refused, binding, body, id, read_all, status};
use std::io::ErrorKind;
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

#[tokio::test]
async fn a_wrong_configuration_is_refused_by_key() {
    let wrong = [
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("PORT", "http"),
        ("PORT", ""),
        ("ADDRESS", "localhost"),
        ("ADDRESS", "127.0.0.1:80"),
        ("MAX_BODY", "1 MiB"),
        ("MAX_HEAD", "1023"),
        ("MAX_HEAD", "1048577"),
        ("MAX_FIELDS", "0"),
        ("MAX_FIELDS", "many"),
        ("port", "8080"),
    ];
    for (key, value) in wrong {
        let error = bind_refused(&[(key, value)]).await;
        let ProviderError::Config { key: named, .. } = error else {
            panic!("{key}={value}: {error:?}");
        };
        assert_eq!(named, key);
    }
}

#[tokio::test]
async fn a_port_in_use_is_an_error_that_says_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap();
    let error = bind_refused(&[("PORT", &address.port().to_string())]).await;
    assert!(
        matches!(error, ProviderError::Unavailable { .. }),
        "{error:?}"
    );
    let text = error.to_string();
    assert!(text.contains(&address.to_string()), "{text}");
    assert!(text.contains("in use") && text.contains("`PORT`"), "{text}");
}

#[tokio::test]
async fn an_address_of_another_machine_is_refused() {
    let error = bind_refused(&[("ADDRESS", "192.0.2.1"), ("PORT", "0")]).await;
    assert!(error.to_string().contains("`ADDRESS`"), "{error}");
}

#[tokio::test]
async fn a_failed_bind_leaves_the_binding_free() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let provider = HttpServer::new();
    let config = [("PORT", &*port)];
    provider
        .bind(binding("MONE", ok(), &config))
        .await
        .unwrap_err();
    drop(taken);
    provider.bind(binding("MONE", ok(), &config)).await.unwrap();
}

#[tokio::test]
async fn each_binding_has_its_server() {
    let provider = HttpServer::new();
    let mut addresses = Vec::new();
    for actor in ["MONE", "MTWO"] {
        let name = Arc::new(Answering(move |_| Ok(Response::text(actor))));
        let bound = provider
            .bind(binding(actor, name, &[("PORT", "0")]))
            .await
            .unwrap();
        addresses.push(bound.endpoints[0].replace("http://", ""));
    }
    provider.unbind(&id("MONE")).await.unwrap();
    assert!(refused(&addresses[0]).await);
    assert!(!refused(&addresses[1]).await);
}

#[tokio::test]
async fn a_binding_cannot_be_bound_twice() {
    let site = Site::answering(|_| Ok(Response::ok())).await;
    let again = binding("MACTOR", ok(), &[("PORT", "0")]);
    let error = site.provider.bind(again).await.unwrap_err();
    assert!(error.to_string().contains("unbind it first"), "{error}");
    assert_eq!(status(&site.get("/").await), "200");
}

#[tokio::test]
async fn an_unknown_binding_is_nothing_to_unbind() {
    HttpServer::new().unbind(&id("MNOBODY")).await.unwrap();
}

#[tokio::test]
async fn the_same_port_can_be_bound_again_at_once() {
    let site = Site::answering(|_| Ok(Response::text("old"))).await;
    let mut kept = site.connect().await;
    kept.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    assert_eq!(body(&site.get("/").await), "old");
    site.unbind().await;
    assert!(refused(&site.address).await);
    let port = site.address.split_once(':').unwrap().1;
    let new = Arc::new(Answering(|_| Ok(Response::text("new"))));
    let again = binding("MACTOR", new, &[("PORT", port)]);
    site.provider.bind(again).await.unwrap();
    assert_eq!(body(&site.get("/").await), "new");
}

#[tokio::test]
async fn unbinding_answers_what_is_under_way_and_closes_the_rest() {
    let (actor, mut asked) = Waiting::new();
    let site = Site::new(actor, &[], Timeouts::default()).await;
    let mut silent = site.connect().await;
    let mut running = site.connect().await;
    running
        .write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    let call = asked.recv().await.unwrap();
    let provider = site.provider.clone();
    let unbinding = tokio::spawn(async move { provider.unbind(&id("MACTOR")).await });
    assert_eq!(read_all(&mut silent).await, "");
    while !refused(&site.address).await {
        tokio::task::yield_now().await;
    }
    assert!(!unbinding.is_finished(), "it did not wait for the request");
    call.answer.send(Response::text("done")).unwrap();
    let response = read_all(&mut running).await;
    assert_eq!((status(&response), body(&response)), ("200", "done"));
    unbinding.await.unwrap().unwrap();
}

#[tokio::test]
async fn unbinding_does_not_wait_for_ever() {
    let (actor, mut asked) = Waiting::new();
    let site = Site::new(actor, &[], common::short_timeouts()).await;
    let mut running = site.connect().await;
    running
        .write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    let mut call = asked.recv().await.unwrap();
    site.unbind().await;
    call.answer.closed().await;
    assert_eq!(read_all(&mut running).await, "");
}

#[tokio::test]
async fn dropping_the_provider_ends_its_servers() {
    let site = Site::answering(|_| Ok(Response::ok())).await;
    let address = site.address.clone();
    drop(site);
    while !refused(&address).await {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn every_operation_of_an_actor_is_unknown() {
    let site = Site::answering(|_| Ok(Response::ok())).await;
    let id = id("MACTOR");
    let error = site
        .provider
        .call(Call::new(&id, "HandleRequest", &[0x80]))
        .await;
    assert!(matches!(error, Err(ProviderError::UnknownOperation { .. })));
}

fn ok() -> Arc<dyn capwire_provider::ActorHandle> {
    Arc::new(Answering(|_| Ok(Response::ok())))
}

async fn refused(address: &str) -> bool {
    match TcpStream::connect(address).await {
        Ok(_) => false,
        Err(error) => error.kind() == ErrorKind::ConnectionRefused,
    }
}
