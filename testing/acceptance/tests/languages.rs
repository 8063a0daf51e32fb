//! The counters of all languages are indistinguishable, on every engine.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use capwire::contracts::{codec, http};
use capwire_acceptance::{HTTP, RunningHost, STORE, Workshop, counters, engines};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

/// Method, target and body.
const REQUESTS: [(&str, &str, &str); 6] = [
    ("GET", "/hits", ""),
    ("GET", "/hits?x=1", ""),
    ("POST", "/hits", "a body\0with any bytes"),
    ("GET", "/a/b/%C3%A9", ""),
    ("GET", "/", ""),
    ("DELETE", "/hits", ""),
];

#[test]
fn counters_in_all_languages_answer_with_the_same_bytes_on_every_engine() {
    let mut expected = Vec::new();
    for (language, module) in counters() {
        for engine in engines() {
            let workshop = Workshop::new();
            let actor = workshop.sign(&module, "counter", &[HTTP, STORE]);
            let bindings = [(&actor, HTTP, "{ PORT: \"0\" }"), (&actor, STORE, "{}")];
            let manifest = workshop.manifest(&[&actor], &bindings);
            let data = workshop.path().join("data");
            let mut transcript = serve(&manifest, &engine, &data);
            transcript.extend(call(&workshop, &actor.file, &manifest, &engine));
            assert!(transcript.iter().any(|it| it.ends_with(r#"{"counter":4}"#)));
            if expected.is_empty() {
                expected.clone_from(&transcript);
            }
            assert_eq!(transcript, expected, "{language} on {engine}");
        }
    }
}

#[test]
fn counters_in_all_languages_continue_one_count() {
    let workshop = Workshop::new();
    let data = workshop.path().join("data");
    for ((language, module), expected) in counters().into_iter().zip(1..) {
        let actor = workshop.sign(&module, "counter", &[HTTP, STORE]);
        let bindings = [(&actor, HTTP, "{ PORT: \"0\" }"), (&actor, STORE, "{}")];
        let manifest = workshop.manifest(&[&actor], &bindings);
        let host = RunningHost::start(&manifest, "wasmi", &data);
        let answer = ask(&host, ("GET", "/hits", ""));
        assert!(
            answer.ends_with(&format!("{{\"counter\":{expected}}}")),
            "{language}: {answer}"
        );
        let (status, errors) = host.stop();
        assert!(status.success(), "{language}: {status}: {errors}");
    }
}

#[test]
fn counters_in_all_languages_fail_with_the_reason_of_the_host() {
    for (language, module) in counters() {
        let workshop = Workshop::new();
        let actor = workshop.sign(&module, "counter", &[HTTP]);
        let manifest = workshop.manifest(&[&actor], &[(&actor, HTTP, "{ PORT: \"0\" }")]);
        let host = RunningHost::start(&manifest, "wasmi", &workshop.path().join("data"));
        let answer = ask(&host, ("GET", "/hits", ""));
        assert!(answer.starts_with("HTTP/1.1 500"), "{language}: {answer}");
        let (_, errors) = host.stop();
        assert!(errors.contains(STORE), "{language}: {errors}");
    }
}

fn serve(manifest: &Path, engine: &str, data: &Path) -> Vec<String> {
    let host = RunningHost::start(manifest, engine, data);
    let answers = REQUESTS.map(|request| ask(&host, request)).to_vec();
    let (status, errors) = host.stop();
    assert!(status.success(), "{engine}: {status}: {errors}");
    answers
}

/// Returns the answer as it is sent, without the headers that are different each time.
fn ask(host: &RunningHost, (method, target, body): (&str, &str, &str)) -> String {
    let mut stream = TcpStream::connect(host.url().trim_start_matches("http://")).unwrap();
    let length = body.len();
    let head = format!("{method} {target} HTTP/1.1\r\nhost: counter\r\ncontent-length: {length}");
    write!(stream, "{head}\r\nconnection: close\r\n\r\n{body}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let lines = answer.split_inclusive("\r\n");
    let changing = |line: &&str| line.starts_with("date:") || line.starts_with("traceparent:");
    lines.filter(|line| !changing(line)).collect()
}

/// Returns the guest's answers to `capwire call`: a request, health requests with and without a
/// payload, a message without its members, and an unknown operation.
fn call(workshop: &Workshop, file: &Path, manifest: &Path, engine: &str) -> Vec<String> {
    let request = codec::encode(&http::Request::new("GET", "/x")).unwrap();
    let payload = workshop.path().join("request");
    let calls = [
        ("HandleRequest", request.as_slice()),
        ("HealthRequest", b"\x81\xabplaceholder\xc2"),
        ("HealthRequest", b""),
        ("HandleRequest", b"\x80"),
        ("Nonsense", b"\x80"),
    ];
    let answers = calls.map(|(operation, bytes)| {
        std::fs::write(&payload, bytes).unwrap();
        let mut arguments = vec!["call", file.to_str().unwrap(), operation, "--raw"];
        arguments.extend(["--payload", payload.to_str().unwrap()]);
        arguments.extend(["--manifest", manifest.to_str().unwrap(), "--engine", engine]);
        if engine == "wasm3" {
            arguments.push("--allow-unsafe-engine");
        }
        let ended = workshop.run(&arguments);
        format!(
            "{operation}: {} {}",
            ended.status,
            ended.stdout.escape_ascii()
        )
    });
    answers.to_vec()
}
