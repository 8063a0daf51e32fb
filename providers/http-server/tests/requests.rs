//! Tests of the request that the actor gets, and of the response that the client gets.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod clients;
mod common;
mod compress;
mod http2;
mod origins;

use capwire_contracts::http::{Request, Response};
use capwire_http_server::Timeouts;
use capwire_provider::ActorError;
use common::{Raw, Site, body, status};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::task::JoinSet;

#[tokio::test]
async fn the_actor_sees_the_request_as_it_was_sent() {
    let request = seen(
        b"PURGE /a%2Fb/%C3%A9;x?q=a%20b&r=?/ HTTP/1.1\r\nHost: here\r\nX-Thing: One\r\n\
          x-thing: two\r\nX-Latin: caf\xe9\r\nContent-Length: 5\r\nConnection: close\r\n\r\n\
          \x00\xff\r\n!",
    )
    .await;
    assert_eq!(request.method, "PURGE");
    assert_eq!(request.path, "/a%2Fb/%C3%A9;x");
    assert_eq!(request.query_string, "q=a%20b&r=?/");
    assert_eq!(request.header["x-thing"], "One, two");
    assert_eq!(request.header["x-latin"], "caf\u{fffd}");
    assert_eq!(request.header["host"], "here");
    assert_eq!(request.body, b"\x00\xff\r\n!");
}

#[tokio::test]
async fn a_chunked_body_arrives_whole() {
    let request = seen(
        b"POST / HTTP/1.1\r\nhost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n\
          3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
    )
    .await;
    assert_eq!(request.body, b"abcde");
}

#[tokio::test]
async fn a_body_that_comes_slowly_is_waited_for() {
    let site = Site::answering(|request| Ok(Response::ok().with_body(request.body))).await;
    let mut stream = site.connect().await;
    stream.set_nodelay(true).unwrap();
    let head = b"POST / HTTP/1.1\r\nhost: a\r\nConnection: close\r\nContent-Length: 6\r\n\r\n";
    stream.write_all(head).await.unwrap();
    for byte in b"slowly" {
        tokio::task::yield_now().await;
        stream.write_all(&[*byte]).await.unwrap();
        stream.flush().await.unwrap();
    }
    assert_eq!(body(&common::read_all(&mut stream).await), "slowly");
}

#[tokio::test]
async fn the_client_gets_status_headers_and_body() {
    let site = Site::answering(|_| {
        Ok(Response::new(418)
            .with_header("X-Own", "1")
            .with_header("content-length", "3")
            .with_body("short and stout"))
    })
    .await;
    let response = site.get("/").await;
    assert!(
        response.starts_with("HTTP/1.1 418 I'm a teapot\r\n"),
        "{response}"
    );
    assert!(response.contains("\r\nx-own: 1\r\n"), "{response}");
    assert!(
        response.contains("\r\ncontent-length: 15\r\n"),
        "{response}"
    );
    assert_eq!(body(&response), "short and stout");
}

#[tokio::test]
async fn two_cookies_of_one_response_are_two_fields_c7() {
    let site = Site::answering(|_| {
        Ok(Response::ok()
            .with_header(
                "Set-Cookie",
                "a=1, 2; Expires=Wed, 09 Jun 2027 10:18:14 GMT",
            )
            .with_header("Set-Cookie", "b=2")
            .with_header("set-cookie", "a=3"))
    })
    .await;
    let response = site.get("/").await;
    let lines = response.lines();
    let cookies: Vec<&str> = lines
        .filter_map(|line| line.strip_prefix("set-cookie: "))
        .collect();
    let first = "a=1, 2; Expires=Wed, 09 Jun 2027 10:18:14 GMT";
    assert_eq!(cookies, [first, "b=2", "a=3"], "{response}");
}

#[tokio::test]
async fn responses_without_a_body_have_none() {
    let site = Site::answering(|request| {
        let code = request.path[1..].parse().unwrap();
        Ok(Response::new(code).with_body("body"))
    })
    .await;
    for path in ["/204", "/304"] {
        let response = site.get(path).await;
        assert_eq!(status(&response), &path[1..]);
        assert_eq!(body(&response), "");
    }
    let head = site
        .send("HEAD /200 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        .await;
    assert!(head.contains("content-length: 4"), "{head}");
    assert_eq!(body(&head), "");
}

#[tokio::test]
async fn a_connection_serves_several_requests() {
    let site = Site::answering(|request| Ok(Response::text(request.path))).await;
    let responses = site
        .send("GET /1 HTTP/1.1\r\nhost: a\r\n\r\nGET /2 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        .await;
    assert_eq!(responses.matches("HTTP/1.1 200 OK").count(), 2);
    assert!(responses.find("/1") < responses.find("/2"));
}

#[tokio::test]
async fn failures_of_the_actor_have_a_status_and_tell_nothing() {
    let site = Site::answering(|request| {
        Err(match &*request.path {
            "/busy" => ActorError::Busy {
                retry_after: Duration::from_millis(1500),
            },
            "/unavailable" => ActorError::Unavailable {
                retry_after: Duration::from_millis(200),
            },
            "/timeout" => ActorError::Timeout,
            "/stopped" => ActorError::Stopped,
            _ => ActorError::Failed("secret".to_owned()),
        })
    })
    .await;
    let busy = site.get("/busy").await;
    assert_eq!(status(&busy), "503");
    assert!(busy.contains("\r\nretry-after: 2\r\n"), "{busy}");
    let unavailable = site.get("/unavailable").await;
    assert_eq!(status(&unavailable), "503");
    assert!(
        unavailable.contains("\r\nretry-after: 1\r\n"),
        "{unavailable}"
    );
    assert_eq!(status(&site.get("/timeout").await), "504");
    assert_eq!(status(&site.get("/stopped").await), "503");
    let failed = site.get("/failed").await;
    assert_eq!(status(&failed), "500");
    assert_eq!(body(&failed), "Failed to handle request");
}

#[tokio::test]
async fn in_development_the_500_tells_how_the_actor_failed() {
    let site = Site::telling(|request| match &*request.path {
        "/trap" => Err(ActorError::Failed("<b>in count".to_owned())),
        "/stopped" => Err(ActorError::Stopped),
        _ => Ok(Response::text("well")),
    })
    .await;
    let failed = site.get("/trap").await;
    assert_eq!(status(&failed), "500");
    assert_eq!(body(&failed), "the actor failed: <b>in count\n");
    assert!(failed.contains("\r\ncontent-type: text/plain; charset=utf-8\r\n"));
    assert!(failed.contains("\r\nx-content-type-options: nosniff\r\n"));
    assert_eq!(body(&site.get("/stopped").await), "Not running");
    assert_eq!(body(&site.get("/").await), "well");
}

#[tokio::test]
async fn answers_that_are_no_responses_are_500() {
    for answer in [
        &b""[..],
        b"\xc0",
        b"nonsense",
        b"\x84\xaastatusCode\xcc\xc8",
    ] {
        let site = Site::new(Arc::new(Raw(answer)), &[], Timeouts::default()).await;
        let response = site.get("/").await;
        assert_eq!(status(&response), "500", "{answer:?}");
        assert_eq!(body(&response), "Failed to handle request");
    }
    let bad = [
        Response {
            status_code: 70_000,
            ..Response::default()
        },
        Response {
            status_code: 101,
            ..Response::default()
        },
        Response::ok().with_header("x-a", "1\r\nx-b: 2"),
        Response::ok().with_header("", "1"),
    ];
    for answer in bad {
        let site = Site::answering(move |_| Ok(answer.clone())).await;
        assert_eq!(status(&site.get("/").await), "500");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_clients_get_their_own_answers() {
    const CLIENTS: usize = 64;
    const EACH: usize = 10;
    let site = Site::answering(|request| Ok(Response::ok().with_body(request.body))).await;
    let site = Arc::new(site);
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let site = site.clone();
        clients.spawn(async move {
            for turn in 0..EACH {
                let text = format!("client {client}, turn {turn}");
                let length = text.len();
                let request = format!(
                    "POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{text}"
                );
                assert_eq!(body(&site.send(request).await), text);
            }
        });
    }
    assert_eq!(clients.join_all().await.len(), CLIENTS);
}

#[tokio::test]
async fn a_request_needs_one_valid_host_c4() {
    let site = Site::answering(|_| Ok(Response::ok())).await;
    let wrong = [
        "",
        "host: a\r\nhost: a\r\n",
        "host: a\r\nhost: b\r\n",
        "host: a b/c?d\r\n",
    ];
    for hosts in wrong {
        let response = site.send(format!("GET / HTTP/1.1\r\n{hosts}\r\n")).await;
        assert_eq!(status(&response), "400", "{hosts:?}: {response}");
        assert!(body(&response).contains("Host"), "{response}");
    }
    let old = site.send("GET / HTTP/1.0\r\n\r\n").await;
    assert_eq!(&old[..12], "HTTP/1.0 200");
}

#[tokio::test]
async fn the_host_of_an_absolute_target_wins_c5() {
    let request = seen(
        b"GET http://x.example:80/p?q HTTP/1.1\r\nhost: y.example\r\nconnection: close\r\n\r\n",
    );
    let request = request.await;
    assert_eq!(request.header["host"], "x.example:80");
    assert_eq!((&*request.path, &*request.query_string), ("/p", "q"));
}

#[tokio::test]
async fn tunnels_and_unknown_codings_are_not_implemented_c6() {
    let site = Site::answering(|_| Ok(Response::ok())).await;
    for request in [
        "CONNECT x:443 HTTP/1.1\r\nhost: x:443\r\n\r\n",
        "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    ] {
        let response = site.send(request).await;
        assert_eq!(status(&response), "501", "{request}: {response}");
    }
}

async fn seen(request: &[u8]) -> Request {
    let seen = Arc::new(Mutex::new(None));
    let keep = seen.clone();
    let site = Site::answering(move |request| {
        *keep.lock().unwrap() = Some(request);
        Ok(Response::ok())
    })
    .await;
    assert_eq!(status(&site.send(request).await), "200");
    seen.lock().unwrap().take().unwrap()
}
