//! The actor on the blobs of the fake host.

use super::{ACTOR, MOST};
use capwire_actor::prelude::*;
use capwire_actor::testing::FakeHost;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// An image of `length` bytes.
fn png(length: usize) -> Vec<u8> {
    let rest = (PNG.len()..length).map(|at| (at % 251) as u8);
    PNG.iter().copied().chain(rest).collect()
}

fn send(host: &FakeHost, request: http::Request) -> http::Response {
    host.http(&ACTOR, request).unwrap()
}

fn put(host: &FakeHost, path: &str, image: &[u8]) -> u32 {
    let request = http::Request::new("PUT", path).with_body(image);
    send(host, request).status_code
}

fn get(host: &FakeHost, path: &str) -> http::Response {
    send(host, http::Request::new("GET", path))
}

/// Returns the status, the header `Content-Range` and the body for a range.
fn part(host: &FakeHost, range: &str) -> (u32, Option<String>, Vec<u8>) {
    let request = http::Request::new("GET", "/cat.png").with_header("range", range);
    let response = send(host, request);
    let told = response.header("content-range").map(str::to_owned);
    (response.status_code, told, response.body)
}

#[test]
fn an_image_comes_back_with_its_type() {
    let host = FakeHost::new();
    assert_eq!(get(&host, "/cat.png").status_code, 404);
    for (path, image, kind) in [
        ("/cat.png", &*png(1_500_000), "image/png"),
        ("/2026/dog", b"\xff\xd8\xff\xe0 and a dog", "image/jpeg"),
        ("/a%20b", b"GIF89a and more", "image/gif"),
        ("/%C3%BC", b"RIFF\x04\0\0\0WEBP", "image/webp"),
    ] {
        assert_eq!(put(&host, path, image), 201);
        let response = get(&host, path);
        assert_eq!(response.status_code, 200);
        assert_eq!(response.header("content-type"), Some(kind));
        assert!(response.body == image, "{path}");
    }
    let list = String::from_utf8(get(&host, "/").body).unwrap();
    assert_eq!(
        list,
        r#"[{"bytes":14,"name":"2026/dog"},{"bytes":15,"name":"a b"},{"bytes":1500000,"name":"cat.png"},{"bytes":12,"name":"ü"}]"#
    );
    let removed = send(&host, http::Request::new("DELETE", "/cat.png"));
    assert_eq!(removed.status_code, 204);
    assert_eq!(get(&host, "/cat.png").status_code, 404);
}

#[test]
fn the_list_is_empty_at_first() {
    assert_eq!(get(&FakeHost::new(), "/").body, b"[]");
}

#[test]
fn content_that_is_no_image_is_refused() {
    let host = FakeHost::new();
    assert_eq!(put(&host, "/page", b"<script>alert(1)</script>"), 415);
    assert_eq!(put(&host, "/page", b""), 415);
    for (told, status) in [("image/jpeg", 415), ("image/png", 201), ("text/plain", 201)] {
        let request = http::Request::new("POST", "/cat").with_header("content-type", told);
        let response = send(&host, request.with_body(PNG));
        assert_eq!(response.status_code, status, "{told}");
    }
    assert_eq!(put(&host, "/large", &png(MOST as usize + 1)), 413);
    assert_eq!(put(&host, "/large", &png(MOST as usize)), 201);
    assert_eq!(get(&host, "/page").status_code, 404);
}

#[test]
fn names_and_methods_that_are_wrong_are_refused() {
    let host = FakeHost::new();
    for (path, status) in [
        ("/", 400),
        ("/..", 404),
        ("/a/%2e%2e/b", 404),
        ("/a/..%2fb", 400),
        ("/a//b", 400),
        ("/%4", 400),
        ("/%ff", 400),
        ("/a%00", 400),
    ] {
        assert_eq!(put(&host, path, PNG), status, "{path}");
    }
    let removed = send(&host, http::Request::new("DELETE", "/"));
    assert_eq!(removed.status_code, 400);
    let patched = send(&host, http::Request::new("PATCH", "/cat.png"));
    assert_eq!(patched.status_code, 405);
}

#[test]
fn a_range_is_a_part_of_the_image() {
    let host = FakeHost::new();
    let image = png(1_500_000);
    put(&host, "/cat.png", &image);
    for (range, start, end) in [
        ("bytes=0-7", 0, 8),
        ("bytes=4-99", 4, 100),
        ("bytes=1000-1400000", 1_000, 1_400_001),
        ("bytes=1499999-", 1_499_999, 1_500_000),
        ("bytes=-5", 1_499_995, 1_500_000),
    ] {
        let (status, told, body) = part(&host, range);
        let expected = format!("bytes {start}-{}/1500000", end - 1);
        assert_eq!((status, told), (206, Some(expected)), "{range}");
        assert!(body == image[start..end], "{range}");
    }
    let (status, told, _) = part(&host, "bytes=1500000-");
    assert_eq!((status, told.as_deref()), (416, Some("bytes */1500000")));
    let (status, told, body) = part(&host, "bytes=0-1,3-4");
    assert!((status, told) == (200, None) && body == image);
}

#[test]
fn a_range_of_an_image_that_was_replaced_is_the_whole_image() {
    let host = FakeHost::new();
    put(&host, "/cat.png", &png(100));
    let tag = get(&host, "/cat.png").header("etag").unwrap().to_owned();
    let resumed = || {
        let request = http::Request::new("GET", "/cat.png").with_header("range", "bytes=50-");
        send(&host, request.with_header("if-range", &*tag)).status_code
    };
    assert_eq!(resumed(), 206);
    put(&host, "/cat.png", &png(200));
    assert_eq!(resumed(), 200);
}

#[test]
fn a_store_that_refuses_has_a_status() {
    for (class, status) in [
        ("full", 503),
        ("unavailable", 503),
        ("quota", 507),
        ("read-only", 403),
    ] {
        let host =
            FakeHost::new().refuse("wascc:blobstore", "StartUpload", &format!("{class}: no"));
        assert_eq!(put(&host, "/cat.png", PNG), status, "{class}");
    }
    let host = FakeHost::new().refuse("wascc:blobstore", "ReadRange", "it broke");
    assert!(
        host.http(&ACTOR, http::Request::new("GET", "/cat.png"))
            .is_err()
    );
}
