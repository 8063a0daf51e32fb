//! Requests that break the rules of HTTP/1, each with an allowed twin that differs as little as
//! possible.

use super::common::{Site, status};
use capwire_contracts::http::{Request, Response};
use capwire_http_server::Timeouts;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The expected status, the hostile request, and its allowed twin.
type Case = (&'static str, &'static str, &'static str);

/// A usual request, for cases that are wrong as a whole.
const USUAL: &str = "GET / HTTP/1.1\r\nHost: a\r\n";

/// The request line and the field `Host`. The test adds `Connection: close` and the end of the head.
const HEADS: &[Case] = &[
    ("400", "GET / HTTP/1.1\r\n", USUAL),
    ("400", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n", USUAL),
    ("400", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n", USUAL),
    (
        "400",
        "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n",
        "GET / HTTP/1.0\r\n",
    ),
    ("400", "GET / HTTP/1.1\r\nHost: a b/c?d\r\n", USUAL),
    (
        "400",
        "GET / HTTP/1.1\r\nHost: a/b\r\n",
        "GET /b HTTP/1.1\r\nHost: a\r\n",
    ),
    ("400", "GET / HTTP/1.1\r\nHost: me@a\r\n", USUAL),
    ("400", "GET / HTTP/1.1\r\nHost: a, b\r\n", USUAL),
    (
        "400",
        "GET / HTTP/1.1\r\nHost: a:65536\r\n",
        "GET / HTTP/1.1\r\nHost: a:65535\r\n",
    ),
    (
        "400",
        "GET / HTTP/1.1\r\nHost: a:80:80\r\n",
        "GET / HTTP/1.1\r\nHost: a:80\r\n",
    ),
    (
        "400",
        "GET / HTTP/1.1\r\nHost: [::1\r\n",
        "GET / HTTP/1.1\r\nHost: [::1]\r\n",
    ),
    (
        "400",
        "GET / HTTP/1.1\r\nHost: ::1\r\n",
        "GET / HTTP/1.1\r\nHost: [::1]:1\r\n",
    ),
    (
        "400",
        "GET / HTTP/1.1\r\nHost: caf\u{e9}\r\n",
        "GET / HTTP/1.1\r\nHost: cafe\r\n",
    ),
    (
        "400",
        "GET http://a/ HTTP/1.1\r\n",
        "GET http://a/ HTTP/1.1\r\nHost: a\r\n",
    ),
    (
        "400",
        "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n",
        "GET https://a/ HTTP/1.1\r\nHost: a\r\n",
    ),
    (
        "400",
        "GET http://me@a/ HTTP/1.1\r\nHost: a\r\n",
        "GET http://a/ HTTP/1.1\r\nHost: a\r\n",
    ),
    ("400", "GET a:80 HTTP/1.1\r\nHost: a\r\n", USUAL),
    (
        "400",
        "GET a HTTP/1.1\r\nHost: a\r\n",
        "GET /a HTTP/1.1\r\nHost: a\r\n",
    ),
    (
        "400",
        "GET * HTTP/1.1\r\nHost: a\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\n",
    ),
    (
        "400",
        "GET /a b HTTP/1.1\r\nHost: a\r\n",
        "GET /a%20b HTTP/1.1\r\nHost: a\r\n",
    ),
    (
        "400",
        "GET /\0 HTTP/1.1\r\nHost: a\r\n",
        "GET /%00 HTTP/1.1\r\nHost: a\r\n",
    ),
    ("400", "GET\t/ HTTP/1.1\r\nHost: a\r\n", USUAL),
    (
        "400",
        "GE T / HTTP/1.1\r\nHost: a\r\n",
        "GE-T / HTTP/1.1\r\nHost: a\r\n",
    ),
    (
        "400",
        "G(T / HTTP/1.1\r\nHost: a\r\n",
        "G-T / HTTP/1.1\r\nHost: a\r\n",
    ),
    ("400", "GET /\r\nHost: a\r\n", USUAL),
    (
        "400",
        "GET / HTTP/1.2\r\nHost: a\r\n",
        "GET / HTTP/1.0\r\nHost: a\r\n",
    ),
    ("400", "GET / HTTP/2.0\r\nHost: a\r\n", USUAL),
    ("400", "GET / http/1.1\r\nHost: a\r\n", USUAL),
    ("400", "GET / HTTP/1.1 \r\nHost: a\r\n", USUAL),
    (
        "501",
        "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n",
        "GET / HTTP/1.1\r\nHost: a:443\r\n",
    ),
    ("400", "GET / HTTP/1.1\r\n Host: a\r\n", USUAL),
];

/// Further fields after a usual beginning.
const FIELDS: &[Case] = &[
    ("400", "X : y", "X: y"),
    ("400", "X\0: y", "X: y"),
    ("400", "X: y\0z", "X: yz"),
    ("400", "X: y\rz", "X: y\tz"),
    ("400", "X: y\r\n folded", "X: y folded"),
    ("400", "X: y\r\n\tfolded", "X: y\tfolded"),
    ("400", ": y", "X: y"),
    ("400", "X y", "X: y"),
    ("400", "X(: y", "X_: y"),
    ("400", "caf\u{e9}: y", "X: caf\u{e9}"),
    ("417", "Expect: 200-ok", "X-Expect: 200-ok"),
    ("417", "Expect: 100-continue, 200-ok", "X: y"),
];

/// The framing and the body of a POST, whose body is `abc` in the twin.
const BODIES: &[Case] = &[
    (
        "501",
        "Transfer-Encoding: gzip, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        CHUNKED,
    ),
    (
        "501",
        "Transfer-Encoding: chunked, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        CHUNKED,
    ),
    (
        "501",
        "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        CHUNKED,
    ),
    (
        "501",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        CHUNKED,
    ),
    ("400", "Transfer-Encoding: gzip\r\n\r\nabc", LENGTH),
    (
        "400",
        "Transfer-Encoding: chunked, gzip\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        CHUNKED,
    ),
    (
        "400",
        "Transfer-Encoding: xchunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        CHUNKED,
    ),
    (
        "400",
        "Transfer-Encoding: \"chunked\"\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        CHUNKED,
    ),
    (
        "400",
        "Transfer-Encoding: chunked;q=1\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        CHUNKED,
    ),
    (
        "400",
        "Transfer-Encoding:\u{b}chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        CHUNKED,
    ),
    (
        "400",
        "Transfer-Encoding : chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        CHUNKED,
    ),
    (
        "400",
        "Transfer-Encoding:\r\n chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        CHUNKED,
    ),
    ("400", "Content-Length: -3\r\n\r\nabc", LENGTH),
    ("400", "Content-Length: +3\r\n\r\nabc", LENGTH),
    ("400", "Content-Length: 0x3\r\n\r\nabc", LENGTH),
    ("400", "Content-Length: 3 3\r\n\r\nabc", LENGTH),
    ("400", "Content-Length: 3, 4\r\n\r\nabc", LENGTH),
    ("400", "Content-Length:\r\n\r\nabc", LENGTH),
    (
        "400",
        "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        LENGTH,
    ),
    (
        "400",
        "Content-Length: 99999999999999999999\r\n\r\nabc",
        LENGTH,
    ),
    ("413", "Content-Length: 2000000\r\n\r\n", LENGTH),
    (
        "400",
        "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
        CHUNKED,
    ),
    (
        "400",
        "Transfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n0\r\n\r\n",
        CHUNKED,
    ),
    (
        "400",
        "Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n",
        CHUNKED,
    ),
    (
        "400",
        "Transfer-Encoding: chunked\r\n\r\n3\nabc\n0\n\n",
        CHUNKED,
    ),
    (
        "400",
        "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
        CHUNKED,
    ),
    (
        "400",
        "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\nabc\r\n0\r\n\r\n",
        CHUNKED,
    ),
];

const LENGTH: &str = "Content-Length: 3\r\n\r\nabc";
const CHUNKED: &str = "Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\n\r\n";

/// A server that counts the requests that its actor sees.
async fn counting() -> (Site, Arc<AtomicUsize>) {
    let seen = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&seen);
    let actor = super::common::Answering(move |request: Request| {
        count.fetch_add(1, Ordering::SeqCst);
        Ok(Response::ok().with_body(request.body))
    });
    let site = Site::new(Arc::new(actor), &[], Timeouts::default()).await;
    (site, seen)
}

#[tokio::test]
async fn hostile_requests_are_refused_and_their_twins_are_answered() {
    let (site, seen) = counting().await;
    let head = |text: &str| format!("{text}Connection: close\r\n\r\n");
    let field = |text: &str| head(&format!("{USUAL}{text}\r\n"));
    let body = |text: &str| format!("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{text}");
    let heads = HEADS
        .iter()
        .map(|case| (case.0, head(case.1), head(case.2)));
    let fields = FIELDS
        .iter()
        .map(|case| (case.0, field(case.1), field(case.2)));
    let bodies = BODIES
        .iter()
        .map(|case| (case.0, body(case.1), body(case.2)));
    let cases: Vec<_> = heads.chain(fields).chain(bodies).collect();
    assert!(cases.len() >= 60, "{}", cases.len());
    for (expected, hostile, twin) in cases {
        let before = seen.load(Ordering::SeqCst);
        let refused = site.send(&hostile).await;
        assert_eq!(status(&refused), expected, "{hostile:?}: {refused}");
        assert_eq!(
            refused.matches("HTTP/1.").count(),
            1,
            "{hostile:?}: {refused}"
        );
        assert_eq!(seen.load(Ordering::SeqCst), before, "{hostile:?}");
        let answered = site.send(&twin).await;
        assert_eq!(&answered[8..12], " 200", "{twin:?}: {answered}");
        assert_eq!(
            answered.ends_with("abc"),
            twin.starts_with("POST"),
            "{answered}"
        );
    }
}

#[tokio::test]
async fn two_framings_of_one_request_end_the_connection() {
    let (site, seen) = counting().await;
    let hidden = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n";
    let (length, chunked) = ("Content-Length: 5", "Transfer-Encoding: chunked");
    for fields in [[length, chunked], [chunked, length]] {
        let head = format!(
            "POST / HTTP/1.1\r\nHost: a\r\n{}\r\n\r\n",
            fields.join("\r\n")
        );
        let answers = site.send(format!("{head}0\r\n\r\n{hidden}")).await;
        assert_eq!(answers.matches("HTTP/1.1 200").count(), 1, "{answers}");
    }
    assert_eq!(seen.load(Ordering::SeqCst), 2);
    // The twin: without two framings, both requests are answered.
    let both = format!("POST / HTTP/1.1\r\nHost: a\r\n{chunked}\r\n\r\n0\r\n\r\n{hidden}");
    let end = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let answers = site.send(format!("{both}{end}")).await;
    assert_eq!(answers.matches("HTTP/1.1 200").count(), 3, "{answers}");
}
