//! Servers that are away, and connections that end.

use crate::contract::subject_at;
use capwire_contracts::messaging::ErrorClass;
use capwire_contracts_suite::messaging::{Client, Listener, Subject, class};
use capwire_nats_server::{Own, Proxy};
use capwire_provider::ProviderError;
use std::time::{Duration, Instant};

/// The longest time until the service is back. Without a slow machine, it takes less than half a second.
const BACK: Duration = Duration::from_secs(10);
/// The longest time of an operation, in which it must also end when the server is away.
const SLOW: Duration = Duration::from_secs(10);

/// Sends messages until one arrives.
async fn until_one_arrives(sender: &Client<'_>, name: &str, listener: &Listener) {
    while listener.count().await == 0 {
        let _ = sender.publish(name, "hello").await;
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_is_killed_and_started_again() {
    let mut server = Own::start("");
    let proxy = Proxy::start(&server).await;
    let subject = subject_at(&proxy.url(), &[("TIMEOUT", "200ms")]);
    let listener = subject.listener("MLISTENER", "work").await;
    let (sender, name) = (subject.sender().await, subject.name("work"));
    for _ in 0..2 {
        until_one_arrives(&sender, &name, &listener).await;
        server.kill();
        // An operation before the loss is known may still be sent.
        while sender.publish(&name, "lost").await.is_ok() {}
        let begun = Instant::now();
        let away = sender.publish(&name, "lost").await;
        assert_eq!(class(away), ErrorClass::Unavailable);
        let away = sender.request(&name, "lost", 60_000).await;
        assert_eq!(class(away), ErrorClass::Unavailable);
        assert!(begun.elapsed() < SLOW);
        // What has arrived before says nothing about the connection.
        listener.count().await;
        server.restart();
        proxy.lead_to(&server);
        let back = Instant::now();
        until_one_arrives(&sender, &name, &listener).await;
        let back = back.elapsed();
        eprintln!("back after {back:?}");
        assert!(back < BACK, "{back:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_not_there_is_an_error_without_its_name() {
    let mut server = Own::start("");
    let url = server.url();
    server.kill();
    let subject = subject_at(&url, &[]);
    let refused = subject.bind("MACTOR", "default", Listener::default(), &[]);
    let refused = refused.await.unwrap_err();
    assert!(matches!(refused, ProviderError::Unavailable { .. }));
    assert!(!refused.to_string().contains("127.0.0.1"), "{refused}");
    server.restart();
}

async fn bind_and_unbind(subject: &Subject) {
    for _ in 0..5 {
        // The second binding replaces the first one.
        for _ in 0..2 {
            let listener = subject.listener("MACTOR", "a,b,c.>").await;
            let client = subject.unbound("MACTOR", "default");
            let name = subject.name("a");
            client.publish(&name, "hello").await.unwrap();
            assert_eq!(listener.bodies(1).await, ["hello"]);
        }
        subject.unbind("MACTOR", "default").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bindings_leave_no_connections() {
    let server = Own::start("");
    let subject = subject_at(&server.url(), &[]);
    bind_and_unbind(&subject).await;
    let gone = || server.connections() == 0;
    capwire_scaffold::eventually("the connections are closed", gone);
    let _sender = subject.sender().await;
    assert_eq!(server.connections(), 1);
}
