//! The fields in which an actor learns of its client.

use super::common::{Answering, Site};
use capwire_contracts::http::Response;
use capwire_http_server::Timeouts;
use std::sync::{Arc, Mutex};

/// The fields about the client that the actor sees, in the order of their names.
async fn told(config: &[(&str, &str)], fields: &str) -> Vec<(String, String)> {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let writer = Arc::clone(&seen);
    let actor = Arc::new(Answering(
        move |request: capwire_contracts::http::Request| {
            let about =
                |(name, _): &(String, String)| name.contains("forwarded") || name == "x-real-ip";
            let fields = request.header.into_iter().filter(about);
            writer.lock().unwrap().extend(fields);
            Ok(Response::ok())
        },
    ));
    let site = Site::new(actor, config, Timeouts::default()).await;
    let request = format!("GET / HTTP/1.1\r\nhost: a.example\r\nconnection: close\r\n{fields}\r\n");
    site.send(request).await;
    let seen = seen.lock().unwrap();
    seen.clone()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(owned).collect()
}

const LIES: &str = "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Proto: https\r\n\
                    X-Forwarded-Host: evil.example\r\nForwarded: for=6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\n";

#[tokio::test]
async fn without_keys_an_actor_sees_what_it_always_saw() {
    let expected = pairs(&[
        ("forwarded", "for=6.6.6.6"),
        ("x-forwarded-for", "6.6.6.6"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "https"),
        ("x-real-ip", "6.6.6.6"),
    ]);
    assert_eq!(told(&[], LIES).await, expected);
    assert_eq!(told(&[], "").await, []);
}

#[tokio::test]
async fn a_client_cannot_say_who_it_is() {
    let expected = pairs(&[
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-host", "a.example"),
        ("x-forwarded-proto", "http"),
    ]);
    assert_eq!(told(&[("CLIENT_FIELDS", "true")], LIES).await, expected);
    let others = [("TRUSTED_PROXIES", "10.0.0.0/8, 127.0.0.2, ::1")];
    assert_eq!(told(&others, LIES).await, expected);
}

#[tokio::test]
async fn a_trusted_proxy_says_who_the_client_is() {
    let trusted = ("TRUSTED_PROXIES", "127.0.0.0/8");
    let fields = format!("{LIES}X-Forwarded-For: 203.0.113.7\r\n");
    let expected = pairs(&[
        ("x-forwarded-for", "203.0.113.7"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "https"),
    ]);
    assert_eq!(told(&[trusted], &fields).await, expected);
    let fields = format!("{LIES}Forwarded: for=\"[2001:db8::7]:443\";host=b.example\r\n");
    let expected = pairs(&[
        ("x-forwarded-for", "2001:db8::7"),
        ("x-forwarded-host", "b.example"),
        ("x-forwarded-proto", "http"),
    ]);
    assert_eq!(
        told(&[trusted, ("PROXY_FIELDS", "forwarded")], &fields).await,
        expected
    );
}
