//! Clients that would fill the memory of the server.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod common;
mod hostile;

use capwire_contracts::http::Response;
use capwire_http_server::Timeouts;
use common::{Answering, Site, bind_refused, body, status};
use std::sync::Arc;
use tokio::io::AsyncWriteExt;

/// A server with an actor that answers with the request's body, or with `answer` bytes.
async fn site(answer: usize, config: &[(&str, &str)]) -> Site {
    let actor = Answering(move |request: capwire_contracts::http::Request| {
        let body = match request.body.is_empty() {
            true => vec![b'x'; answer],
            false => request.body,
        };
        Ok(Response::ok().with_body(body))
    });
    Site::new(Arc::new(actor), config, Timeouts::default()).await
}

fn post(body: &[u8]) -> Vec<u8> {
    let head = "POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length:";
    [format!("{head} {}\r\n\r\n", body.len()).as_bytes(), body].concat()
}

#[tokio::test]
async fn request_bodies_under_way_have_a_bound_x1() {
    let config = [("MAX_BODY", "60000"), ("MAX_MEMORY", "120000")];
    let site = site(0, &config).await;
    let mut attackers = Vec::new();
    for _ in 0..20 {
        let mut stream = site.connect().await;
        let request = post(&[b'y'; 60_000]);
        // Those for whom there is no memory are refused before they end.
        stream.write_all(&request[..request.len() - 1]).await.ok();
        attackers.push(stream);
    }
    let mut refused = 0;
    let response = loop {
        let response = site.send(post(&[b'z'; 50_000])).await;
        match status(&response) {
            "200" => break response,
            other => assert!(["503", ""].contains(&other), "{response}"),
        }
        refused += 1;
    };
    assert!(refused > 0, "there was memory for all");
    assert_eq!(body(&response).len(), 50_000);
}

#[tokio::test]
async fn responses_under_way_have_a_bound_c2() {
    let site = site(16 << 20, &[("MAX_MEMORY", "40000000")]).await;
    let mut attackers = Vec::new();
    for _ in 0..3 {
        let mut stream = site.connect().await;
        stream
            .write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            .await
            .unwrap();
        attackers.push(stream);
    }
    let mut response = site.get("/").await;
    while status(&response) != "200" {
        assert_eq!(status(&response), "503");
        response = site.get("/").await;
    }
    assert_eq!(body(&response).len(), 16 << 20);
}

#[tokio::test]
async fn a_server_with_places_for_nobody_is_refused_c1() {
    let error = bind_refused(&[("MAX_CONNECTIONS", "0")]).await.to_string();
    assert!(error.contains("MAX_CONNECTIONS"), "{error}");
}
