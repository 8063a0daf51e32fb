//! An actor sends requests: to the hosts that its claims and its binding allow, and to no others.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use capwire_acceptance::{HTTP, RunningHost, Workshop, engines, guest};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Answers each request at a free port of 127.0.0.1 with its path as the status.
struct Site {
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
}

impl Site {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let site = Self {
            address: listener.local_addr().unwrap(),
            requests: Arc::default(),
        };
        let requests = site.requests.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                requests.fetch_add(1, Ordering::SeqCst);
                let _ = answer(stream.unwrap());
            }
        });
        site
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.extend(byte);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split_whitespace().nth(1).unwrap_or_default();
    let location = "location: http://localhost:1/\r\n";
    let status = path
        .trim_start_matches('/')
        .split('?')
        .next()
        .unwrap_or_default();
    write!(
        stream,
        "HTTP/1.1 {status} x\r\n{location}content-length: 0\r\nconnection: close\r\n\r\n"
    )
}

/// Asks the actor to check `urls`, and returns the statuses or the errors.
fn check(host: &RunningHost, urls: &Value) -> Vec<String> {
    let mut answer = ureq::post(host.url()).send(urls.to_string()).unwrap();
    let links = answer.body_mut().read_to_string().unwrap();
    let links: Value = serde_json::from_str(&links).unwrap();
    let links = links.as_array().unwrap().iter();
    let shown = links.map(|link| match link["status"].as_u64() {
        Some(status) => status.to_string(),
        None => link["error"].as_str().unwrap().to_owned(),
    });
    shown.collect()
}

#[test]
fn an_actor_reaches_the_hosts_of_its_claims_and_its_binding_only() {
    let (site, other) = (Site::start(), Site::start());
    let (at, near) = (site.address, other.address);
    let claim = format!("wascc:http_client[HEAD on {at},localhost:{}]", at.port());
    let workshop = Workshop::new();
    let actor = workshop.sign(&guest("links.wasm"), "links", &[HTTP, &claim]);
    let allow = format!("{{ ALLOW: '{at}', ALLOW_PRIVATE: 127.0.0.1, TIMEOUT: 5s }}");
    let bindings = [
        (&actor, HTTP, "{ PORT: \"0\" }"),
        (&actor, "wascc:http_client", &*allow),
    ];
    let manifest = workshop.manifest(&[&actor], &bindings);
    for (round, engine) in engines().iter().enumerate() {
        let host = RunningHost::start(&manifest, engine, &workshop.path().join("data"));
        let urls = json!([
            format!("http://{at}/204"),
            format!("http://{at}/404?q=1"),
            format!("http://{at}/302"),
            format!("http://{near}/200"),
            format!("http://localhost:{}/200", at.port()),
            "http://169.254.169.254/latest",
        ]);
        let links = check(&host, &urls);
        assert_eq!(links[..2], ["204", "404"], "{engine}");
        for (link, reason) in links[2..].iter().zip([
            "the redirect is not followed",
            "PERMISSION DENIED",
            "`ALLOW` of the binding does not name",
            "PERMISSION DENIED",
        ]) {
            assert!(link.contains(reason), "{engine}: {link}: {reason}");
        }
        assert_eq!((site.requests(), other.requests()), (3 * (round + 1), 0));
        let (status, errors) = host.stop();
        assert!(status.success(), "{status}: {errors}");
    }
}
