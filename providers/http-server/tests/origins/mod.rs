//! Requests of pages from other origins.

use super::common::{Answering, Site, body, status};
use capwire_contracts::http::{Request, Response};
use capwire_http_server::Timeouts;
use capwire_provider::ActorError;
use std::sync::Arc;

const RULES: &[(&str, &str)] = &[
    ("CORS_ORIGINS", "https://a.example, http://b.example:3000"),
    ("CORS_METHODS", "GET, PUT"),
    ("CORS_HEADERS", "content-type, x-token"),
    ("CORS_EXPOSE", "x-count"),
    ("CORS_CREDENTIALS", "true"),
    ("CORS_MAX_AGE", "10m"),
];

/// Starts an actor that has its own opinion of other origins, and fails at `/fail`.
async fn site(config: &[(&str, &str)]) -> Site {
    let actor = Answering(|request: Request| match &*request.path {
        "/fail" => Err(ActorError::Failed("secret".to_owned())),
        _ => Ok(Response::text(request.method)
            .with_header("access-control-allow-origin", "*")
            .with_header("access-control-allow-credentials", "true")
            .with_header("vary", "accept")),
    });
    Site::new(Arc::new(actor), config, Timeouts::default()).await
}

async fn ask(site: &Site, method: &str, path: &str, fields: &str) -> String {
    let end = "connection: close\r\n\r\n";
    let request = format!("{method} {path} HTTP/1.1\r\nhost: a\r\n{fields}{end}");
    site.send(request).await
}

/// The fields of CORS in a response, and `vary`, in their order.
fn fields(response: &str) -> Vec<&str> {
    let of_cors = |line: &&str| line.starts_with("access-control-") || line.starts_with("vary");
    let mut fields: Vec<&str> = response.lines().filter(of_cors).collect();
    fields.sort_unstable();
    fields
}

const PREFLIGHT: &str = "origin: https://a.example\r\naccess-control-request-method: PUT\r\n";

#[tokio::test]
async fn a_preflight_is_answered_without_the_actor() {
    let site = site(RULES).await;
    let response = ask(&site, "OPTIONS", "/fail", PREFLIGHT).await;
    assert_eq!((status(&response), body(&response)), ("204", ""));
    let expected = [
        "access-control-allow-credentials: true",
        "access-control-allow-headers: content-type, x-token",
        "access-control-allow-methods: GET, PUT",
        "access-control-allow-origin: https://a.example",
        "access-control-expose-headers: x-count",
        "access-control-max-age: 600",
        "vary: origin",
    ];
    assert_eq!(fields(&response), expected);
    let other = PREFLIGHT.replace("a.example", "c.example");
    let response = ask(&site, "OPTIONS", "/", &other).await;
    assert_eq!(
        (status(&response), fields(&response)),
        ("403", vec!["vary: origin"])
    );
}

#[tokio::test]
async fn other_requests_with_options_are_the_actors() {
    let site = site(RULES).await;
    for fields in [
        "",
        "origin: https://a.example\r\n",
        "access-control-request-method: PUT\r\n",
        "origin: https://a.example\r\naccess-control-request-method: a b\r\n",
    ] {
        let response = ask(&site, "OPTIONS", "/", fields).await;
        assert_eq!(body(&response), "OPTIONS", "{fields}");
    }
}

#[tokio::test]
async fn responses_are_for_the_pages_of_these_origins() {
    let site = site(RULES).await;
    for (path, code) in [("/", "200"), ("/fail", "500")] {
        let origin = "origin: http://b.example:3000\r\n";
        let response = ask(&site, "GET", path, origin).await;
        let mut expected = vec![
            "access-control-allow-credentials: true",
            "access-control-allow-origin: http://b.example:3000",
            "access-control-expose-headers: x-count",
            "vary: origin",
        ];
        if code == "200" {
            expected.insert(3, "vary: accept");
        }
        assert_eq!((status(&response), fields(&response)), (code, expected));
    }
}

#[tokio::test]
async fn other_origins_get_nothing() {
    let site = site(RULES).await;
    for origin in [
        "",
        "https://c.example",
        "https://a.example.evil.example",
        "https://evila.example",
        "https://x.a.example",
        "http://a.example",
        "https://a.example:8443",
        "https://a.example/",
        "https://a.example.",
        "https://A.example",
        "https://a.example, https://a.example",
        "https://a.example https://c.example",
        "http://b.example",
        "null",
        "*",
        "https://\u{430}.example",
        "https://a.example\r\norigin: https://a.example",
        "https://c.example\r\norigin: https://a.example",
    ] {
        let sent = format!("origin: {origin}\r\n");
        let response = ask(&site, "GET", "/", &sent).await;
        let expected = ["vary: accept", "vary: origin"];
        assert_eq!(
            (status(&response), &*fields(&response)),
            ("200", &expected[..]),
            "{origin}"
        );
    }
    let response = ask(&site, "GET", "/", "").await;
    assert_eq!(fields(&response), ["vary: accept", "vary: origin"]);
}

#[tokio::test]
async fn a_star_is_for_all_pages_without_credentials() {
    let site = site(&[("CORS_ORIGINS", "*"), ("CORS_HEADERS", "*")]).await;
    let response = ask(&site, "GET", "/", "origin: null\r\n").await;
    assert_eq!(
        fields(&response),
        ["access-control-allow-origin: *", "vary: accept"]
    );
    let response = ask(&site, "OPTIONS", "/", PREFLIGHT).await;
    let expected = [
        "access-control-allow-headers: *",
        "access-control-allow-methods: GET, HEAD, POST",
        "access-control-allow-origin: *",
    ];
    assert_eq!(fields(&response), expected);
}

#[tokio::test]
async fn without_rules_all_is_the_actors() {
    let site = site(&[]).await;
    let response = ask(&site, "OPTIONS", "/", PREFLIGHT).await;
    assert_eq!(body(&response), "OPTIONS");
    let expected = [
        "access-control-allow-credentials: true",
        "access-control-allow-origin: *",
        "vary: accept",
    ];
    assert_eq!(fields(&response), expected);
}
