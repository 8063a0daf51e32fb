//! Compressed responses.

use super::common::{Answering, Site};
use capwire_contracts::http::{Request, Response};
use capwire_http_server::Timeouts;
use flate2::read::GzDecoder;
use std::io::Read;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const GZIP: &str = "accept-encoding: gzip\r\n";

/// An answer of the server.
struct Answer {
    head: String,
    body: Vec<u8>,
}

impl Answer {
    /// The values of a field.
    fn values(&self, name: &str) -> Vec<&str> {
        let begin = format!("{name}: ");
        let lines = self.head.lines();
        lines
            .filter_map(|line| line.strip_prefix(&*begin))
            .collect()
    }

    fn is_compressed(&self) -> bool {
        self.values("content-encoding") == ["gzip"]
    }

    /// The body as the actor sent it.
    fn plain(&self) -> Vec<u8> {
        let mut plain = Vec::new();
        GzDecoder::new(&*self.body).read_to_end(&mut plain).unwrap();
        plain
    }
}

/// Starts an actor that answers with this response.
async fn site(config: &[(&str, &str)], response: Response) -> Site {
    let actor = Answering(move |_: Request| Ok(response.clone()));
    Site::new(Arc::new(actor), config, Timeouts::default()).await
}

async fn ask(site: &Site, method: &str, fields: &str) -> Answer {
    let request = format!("{method} / HTTP/1.1\r\nhost: a\r\n{fields}connection: close\r\n\r\n");
    let mut stream = site.connect().await;
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    let end = bytes
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap();
    let body = bytes.split_off(end + 4);
    Answer {
        head: String::from_utf8(bytes).unwrap(),
        body,
    }
}

/// A response of a type that compresses well.
fn page(length: usize) -> Response {
    Response::ok()
        .with_header("content-type", "Text/HTML; charset=utf-8")
        .with_body("word ".repeat(length / 5))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_take_gzip_get_the_same_body_shorter() {
    // On the thread of the request, and on another one.
    for length in [1_025, 1_000_000] {
        let response = page(length);
        let site = site(&[("COMPRESS", "gzip")], response.clone()).await;
        let answer = ask(&site, "GET", GZIP).await;
        assert!(answer.is_compressed(), "{}", answer.head);
        assert_eq!(answer.values("vary"), ["accept-encoding"]);
        assert_eq!(
            answer.values("content-length"),
            [answer.body.len().to_string()]
        );
        assert!(answer.body.len() < length / 10);
        assert_eq!(answer.plain(), response.body);
        // The head is the same without the body.
        let head = ask(&site, "HEAD", GZIP).await;
        let of_body = ["content-encoding", "content-length", "vary"];
        for name in of_body {
            assert_eq!(head.values(name), answer.values(name), "{name}");
        }
        assert!(head.body.is_empty());
        let plain = ask(&site, "GET", "accept-encoding: br, gzip;q=0\r\n").await;
        assert!(!plain.is_compressed());
        assert_eq!(plain.values("vary"), ["accept-encoding"]);
        assert_eq!(plain.body, response.body);
    }
}

#[tokio::test]
async fn nothing_is_compressed_unless_the_binding_says_so() {
    for config in [&[][..], &[("COMPRESS", "off")]] {
        let site = site(config, page(5_000)).await;
        let answer = ask(&site, "GET", GZIP).await;
        assert!(!answer.is_compressed());
        assert!(answer.values("vary").is_empty());
    }
}

#[tokio::test]
async fn responses_that_must_not_change_are_left_alone() {
    let json = Response::ok()
        .with_header("content-type", "application/problem+json")
        .with_body("1,".repeat(1_000));
    let with = |name: &str, value: &str| page(5_000).with_header(name, value);
    let of = |kind: &str| {
        Response::ok()
            .with_header("content-type", kind)
            .with_body(vec![b'a'; 5_000])
    };
    let mut partial = page(5_000);
    partial.status_code = 206;
    let mut state = 1_u32;
    let noise = [(); 5_000].map(|()| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    });
    let noise = Response::ok()
        .with_header("content-type", "text/plain")
        .with_body(noise);
    for (response, is_compressed, varies) in [
        (json, true, true),
        (of("text/css"), true, true),
        (of("image/svg+xml"), true, true),
        (with("cache-control", "no-cache"), true, true),
        (with("content-language", "en"), true, true),
        (with("cache-control", "public, No-Transform"), false, false),
        (with("content-encoding", "br"), false, false),
        (with("content-digest", "sha-256=:AA==:"), false, false),
        (with("content-range", "bytes 0-4999/6000"), false, false),
        (partial, false, false),
        (of("image/png"), false, false),
        (of("application/zip"), false, false),
        (of("texture/html"), false, false),
        (Response::ok().with_body(vec![b'a'; 5_000]), false, false),
        (page(1_020), false, false),
        // It would become longer.
        (noise, false, true),
    ] {
        let name = format!("{} {:?}", response.status_code, response.header);
        let body = response.body.clone();
        let site = site(&[("COMPRESS", "gzip")], response).await;
        let answer = ask(&site, "GET", GZIP).await;
        assert_eq!(answer.is_compressed(), is_compressed, "{name}");
        assert_eq!(!answer.values("vary").is_empty(), varies, "{name}");
        match is_compressed {
            true => assert_eq!(answer.plain(), body, "{name}"),
            false => assert_eq!(answer.body, body, "{name}"),
        }
    }
}

#[tokio::test]
async fn fields_of_the_response_match_what_is_sent() {
    let response = page(5_000)
        .with_header("etag", "\"5\"")
        .with_header("vary", "Cookie")
        .with_header("accept-ranges", "bytes");
    let site = site(&[("COMPRESS", "gzip"), ("COMPRESS_MIN", "1")], response).await;
    let answer = ask(&site, "GET", GZIP).await;
    assert_eq!(answer.values("etag"), ["W/\"5\""]);
    assert_eq!(answer.values("vary"), ["Cookie", "accept-encoding"]);
    assert!(answer.values("accept-ranges").is_empty());
    let plain = ask(&site, "GET", "").await;
    assert_eq!(plain.values("etag"), ["\"5\""]);
    assert_eq!(plain.values("vary"), ["Cookie", "accept-encoding"]);
    assert_eq!(plain.values("accept-ranges"), ["bytes"]);
}

#[tokio::test]
async fn a_response_that_varies_already_is_not_told_again() {
    for vary in ["*", "accept-Encoding", "cookie , Accept-Encoding"] {
        let response = page(5_000)
            .with_header("vary", vary)
            .with_header("etag", "W/\"5\"");
        let site = site(&[("COMPRESS", "gzip")], response).await;
        let answer = ask(&site, "GET", GZIP).await;
        assert!(answer.is_compressed());
        assert_eq!(answer.values("vary"), [vary]);
        assert_eq!(answer.values("etag"), ["W/\"5\""]);
    }
}

#[tokio::test]
async fn a_response_that_was_not_modified_varies_as_the_whole_one() {
    let site = site(
        &[("COMPRESS", "gzip")],
        Response::new(304).with_header("etag", "\"5\""),
    )
    .await;
    let answer = ask(&site, "GET", GZIP).await;
    assert_eq!(answer.values("vary"), ["accept-encoding"]);
    assert_eq!(answer.values("etag"), ["W/\"5\""]);
    assert!(!answer.is_compressed());
    let plain = ask(&site, "GET", "").await;
    assert_eq!(plain.values("etag"), ["\"5\""]);
}

#[tokio::test]
async fn a_response_whose_body_is_left_out_is_not_called_compressed() {
    for (status, is_compressed) in [(200, true), (201, true), (204, false), (205, false)] {
        let response = page(5_000).with_status(status);
        let site = site(&[("COMPRESS", "gzip")], response).await;
        let answer = ask(&site, "GET", GZIP).await;
        assert_eq!(answer.is_compressed(), is_compressed, "{status}");
        assert_eq!(!answer.body.is_empty(), is_compressed, "{status}");
    }
}
