//! Requests and responses as the contract describes them.

use crate::bound::{Bound, get, request};
use crate::server::{Server, ok};
use capwire_contracts::codec;
use capwire_contracts::http::OP_PERFORM_REQUEST;
use capwire_http_client::HttpClient;
use capwire_provider::{Call, Provider, ProviderError, TraceContext};

#[tokio::test]
async fn every_method_sends_its_body_as_it_is() {
    let server = Server::start(|asked| ok(asked.body().clone())).await;
    let client = Bound::to_loopback(&[]).await;
    let body: Vec<u8> = (0..=255).collect();
    for method in [
        "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND",
    ] {
        let sent = request(method, &server.url("/a?b=c")).with_body(body.clone());
        let response = client.send(&sent).await.unwrap();
        assert_eq!((response.status_code, &*response.status), (200, "OK"));
        assert_eq!(response.body, body, "{method}");
        let asked = server.asked().pop().unwrap();
        assert_eq!(asked.method().as_str(), method);
        assert_eq!(asked.uri().to_string(), "/a?b=c");
        assert_eq!(asked.headers()["host"], server.address.to_string());
    }
    let head = client
        .send(&request("HEAD", &server.url("/")))
        .await
        .unwrap();
    assert_eq!((head.status_code, head.body.len()), (200, 0));
}

#[tokio::test]
async fn the_query_of_the_message_is_appended_to_the_url() {
    let server = Server::start(|_| ok("")).await;
    let client = Bound::to_loopback(&[]).await;
    for (path, query, sent) in [
        ("/a", "b=c", "/a?b=c"),
        ("/a?b=c", "d=%20", "/a?b=c&d=%20"),
        ("", "b", "/?b"),
        ("/a#top", "", "/a"),
    ] {
        let mut request = get(&server.url(path));
        request.query_string = query.to_owned();
        client.send(&request).await.unwrap();
        assert_eq!(server.asked().pop().unwrap().uri().to_string(), sent);
    }
}

#[tokio::test]
async fn repeated_headers_of_a_response_are_joined_and_cookies_are_kept() {
    let server = Server::start(|_| {
        let mut answer = ok("{}");
        let headers = answer.headers_mut();
        for (name, value) in [
            ("vary", "accept"),
            ("vary", "cookie"),
            ("set-cookie", "a=1; Secure"),
            ("set-cookie", "b=2"),
            ("connection", "x-hop"),
            ("x-hop", "1"),
        ] {
            headers.append(name, value.parse().unwrap());
        }
        *answer.status_mut() = hyper::StatusCode::IM_A_TEAPOT;
        answer
    })
    .await;
    let client = Bound::to_loopback(&[]).await;
    let response = client.get(&server.url("/")).await.unwrap();
    assert_eq!(response.status_code, 418);
    assert_eq!(response.header("vary"), Some("accept, cookie"));
    let cookies: Vec<&str> = response.header_values("set-cookie").collect();
    assert_eq!(cookies, ["a=1; Secure", "b=2"]);
    assert_eq!(response.header("x-hop"), None);
    assert_eq!(response.header("content-length"), Some("2"));
}

#[tokio::test]
async fn headers_of_the_actor_are_sent_and_the_trace_is_continued() {
    let server = Server::start(|_| ok("")).await;
    let client = Bound::to_loopback(&[]).await;
    let trace = TraceContext::start();
    let sent = get(&server.url("/")).with_header("X-Own", "caf\u{e9}");
    let payload = codec::encode(&sent).unwrap();
    let call = Call::new(&client.id, OP_PERFORM_REQUEST, &payload).traced(&trace);
    client.call(call).await.unwrap();
    let asked = server.asked().pop().unwrap();
    assert_eq!(asked.headers()["x-own"].as_bytes(), "caf\u{e9}".as_bytes());
    let agent = asked.headers()["user-agent"].to_str().unwrap();
    assert!(agent.starts_with("capwire/"), "{agent}");
    let parent = asked.headers()["traceparent"].to_str().unwrap();
    let parent = TraceContext::parse(parent).unwrap();
    assert_eq!(parent.trace_id(), trace.trace_id());
    assert_ne!(parent.span_id(), trace.span_id());
}

#[tokio::test]
async fn connections_are_kept_for_one_binding_only() {
    let server = Server::start(|_| ok("")).await;
    let (one, other) = (Bound::to_loopback(&[]).await, Bound::to_loopback(&[]).await);
    for _ in 0..3 {
        one.get(&server.url("/")).await.unwrap();
    }
    assert_eq!(server.connections(), 1);
    other.get(&server.url("/")).await.unwrap();
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_binding_without_hosts_refuses_everything() {
    let server = Server::start(|_| ok("")).await;
    let client = Bound::new(HttpClient::new(), &[("ALLOW_PRIVATE", "127.0.0.1")]).await;
    let refused = client.get(&server.url("/")).await.unwrap_err();
    assert!(matches!(&refused, ProviderError::Refused(text) if text.contains("`ALLOW`")));
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn calls_outside_the_contract_are_refused() {
    let client = Bound::to_loopback(&[]).await;
    let call = |operation| client.call(Call::new(&client.id, operation, b"\x80"));
    let unknown = call("Get").await.unwrap_err();
    assert!(matches!(unknown, ProviderError::UnknownOperation { .. }));
    let malformed = call(OP_PERFORM_REQUEST).await.unwrap_err();
    assert!(matches!(malformed, ProviderError::BadMessage { .. }));
    client.provider.unbind(&client.id).await.unwrap();
    let unbound = client.get("http://127.0.0.1/").await.unwrap_err();
    assert!(matches!(unbound, ProviderError::NotBound));
}
