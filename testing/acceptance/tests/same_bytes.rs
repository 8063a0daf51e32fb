//! One signed file answers with the same bytes on every engine. `cargo xtask static` adds other machines.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use capwire::contracts::{codec, http};
use capwire_acceptance::{HTTP, Place, STORE, Workshop};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

/// Method, target and body.
const REQUESTS: [(&str, &str, &str); 5] = [
    ("GET", "/hits", ""),
    ("GET", "/hits", ""),
    ("POST", "/hits?x=1", "a body"),
    ("GET", "/a/b/%C3%A9", ""),
    ("GET", "/", ""),
];

#[test]
fn one_signed_counter_answers_with_the_same_bytes_on_every_engine() {
    let workshop = Workshop::new();
    let manifest = workshop.counter(&[HTTP, STORE]);
    let mut first: Option<(Place, Vec<String>)> = None;
    for (number, place) in Place::all().into_iter().enumerate() {
        let data = workshop.path().join(format!("data{number}"));
        let served = serve(&place, &manifest, &data);
        let called = call(&place, &workshop, &manifest, &data);
        let transcript = [served, called].concat();
        match &first {
            None => first = Some((place, transcript)),
            Some((other, expected)) => assert_eq!(&transcript, expected, "{place:?}, {other:?}"),
        }
    }
}

/// Returns the server's answer as it is sent.
fn serve(place: &Place, manifest: &Path, data: &Path) -> Vec<String> {
    let host = place.serve(manifest, data);
    let address = host.url().trim_start_matches("http://");
    let answers: Vec<String> = REQUESTS
        .into_iter()
        .map(|request| ask(address, request))
        .collect();
    let counted = |answer: &&String| answer.starts_with("HTTP/1.1 200 OK\r\n");
    assert_eq!(answers.iter().filter(counted).count(), REQUESTS.len());
    let (status, errors) = host.stop();
    assert!(status.success(), "{place:?}: {status}: {errors}");
    answers
}

/// Without the headers that are different each time.
fn ask(address: &str, (method, target, body): (&str, &str, &str)) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    let head = format!("{method} {target} HTTP/1.1\r\nhost: counter\r\ncontent-length: {length}");
    write!(stream, "{head}\r\nconnection: close\r\n\r\n{body}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let lines = answer.split_inclusive("\r\n");
    let changing = |line: &&str| line.starts_with("date:") || line.starts_with("traceparent:");
    lines.filter(|line| !changing(line)).collect()
}

/// Returns the guest's answers to a request, a health request and an unknown operation.
fn call(place: &Place, workshop: &Workshop, manifest: &Path, data: &Path) -> Vec<String> {
    let request = codec::encode(&http::Request::new("GET", "/hits")).unwrap();
    let payload = workshop.path().join("request");
    std::fs::write(&payload, request).unwrap();
    let file = workshop.path().join("counter.signed.wasm");
    let [file, payload, manifest, data] =
        [&file, &payload, manifest, data].map(|path: &Path| path.to_str().unwrap());
    let operations = ["HandleRequest", "HealthRequest", "Nonsense"];
    let outputs = operations.map(|operation| {
        let given = ["--payload", payload, "--manifest", manifest, "--data-dir"];
        let call = [&[file, operation, "--raw"], &given[..], &[data]].concat();
        let ended = place.call(&call);
        let [answer, errors] =
            [ended.stdout, ended.stderr].map(|bytes| bytes.escape_ascii().to_string());
        format!("{operation}: {} {answer} {errors}", ended.status)
    });
    assert!(
        outputs
            .iter()
            .any(|output| output.contains(r#"{\"counter\":4}"#)),
        "{outputs:?}"
    );
    outputs.to_vec()
}
