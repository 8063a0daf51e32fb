//! The HTTP client against the fake host.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]
#![forbid(unsafe_code)]

use capwire_actor::http::RequestBuilder;
use capwire_actor::prelude::*;
use capwire_actor::testing::FakeHost;
use std::collections::BTreeMap;

/// Returns the request that arrives, and the name of its binding.
fn sent(builder: impl FnOnce() -> RequestBuilder) -> (http::Request, String) {
    let host = FakeHost::new().on_request(|_| http::Response::ok());
    host.run(|| builder().send()).unwrap();
    (host.requests().remove(0), host.calls().remove(0).binding)
}

#[test]
fn each_method_is_sent_with_the_whole_url() {
    let url = "https://example.com/a?b";
    for (builder, method) in [
        (http::get as fn(&str) -> RequestBuilder, "GET"),
        (http::head, "HEAD"),
        (http::post, "POST"),
        (http::put, "PUT"),
        (http::patch, "PATCH"),
        (http::delete, "DELETE"),
    ] {
        let (request, binding) = sent(|| builder(url));
        assert_eq!((&*request.method, &*request.path), (method, url));
        assert_eq!((&*request.query_string, &*binding), ("", "default"));
    }
    let (request, binding) = sent(|| http::request("PROPFIND", url).named("files"));
    assert_eq!((&*request.method, &*binding), ("PROPFIND", "files"));
}

#[test]
fn queries_are_encoded_before_a_fragment() {
    let path = |url: &str| {
        sent(|| http::get(url).query("q", "\u{e9}&/").query("r", ""))
            .0
            .path
    };
    assert_eq!(path("http://a.com"), "http://a.com?q=%C3%A9%26%2F&r=");
    assert_eq!(path("http://a.com/?"), "http://a.com/?q=%C3%A9%26%2F&r=");
    assert_eq!(
        path("http://a.com/?b#c"),
        "http://a.com/?b&q=%C3%A9%26%2F&r=#c"
    );
}

#[test]
fn bodies_have_their_type() {
    let (json, _) = sent(|| {
        http::post("http://a.com/")
            .json(&json!({ "a": 1 }))
            .bearer("t")
    });
    assert_eq!(json.body, br#"{"a":1}"#);
    assert_eq!(json.header("Content-Type"), Some("application/json"));
    assert_eq!(json.header("authorization"), Some("Bearer t"));
    let (form, _) = sent(|| http::post("http://a.com/").form(&[("a", "1 2"), ("b", "&")]));
    assert_eq!(form.body, b"a=1%202&b=%26");
    let bytes: Vec<u8> = (0..=255).collect();
    let (binary, _) = sent(|| http::put("http://a.com/").body(bytes.clone()));
    assert_eq!(binary.body, bytes);
}

#[test]
fn a_body_that_is_no_json_is_not_sent() {
    let host = FakeHost::new();
    let wrong = BTreeMap::from([((1, 2), 3)]);
    let error = host.run(|| http::post("http://a.com/").json(&wrong).send());
    let error = Error::from(error.unwrap_err()).to_string();
    assert!(error.contains("as JSON"), "{error}");
    assert!(host.calls().is_empty());
}

#[test]
fn responses_are_read_as_json_or_by_their_status() {
    let host = FakeHost::new().on_request(|request| match &*request.path {
        "http://a.com/json" => http::Response::json(&[1, 2]).unwrap(),
        _ => http::Response::text("{").with_status(503),
    });
    let get = |url: &str| host.run(|| http::get(url).send()).unwrap();
    let numbers: Vec<u8> = get("http://a.com/json")
        .success()
        .unwrap()
        .read_json()
        .unwrap();
    assert_eq!(numbers, [1, 2]);
    let failed = get("http://a.com/");
    let error = failed.read_json::<Vec<u8>>().unwrap_err().to_string();
    assert!(error.contains("response's body"), "{error}");
    let error = failed.success().unwrap_err().to_string();
    assert!(error.ends_with("503 Service Unavailable"), "{error}");
}

#[test]
fn a_refused_request_is_an_error() {
    let host = FakeHost::new().refuse("wascc:http_client", "PerformRequest", "not allowed");
    let error = host.run(|| http::get("http://a.com/").send()).unwrap_err();
    assert!(error.to_string().contains("not allowed"), "{error}");
}
