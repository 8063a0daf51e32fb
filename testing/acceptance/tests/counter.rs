//! The main job: a signed actor answers HTTP and counts in a durable store, on every engine.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use capwire_acceptance::{HTTP, RunningHost, STORE, Workshop, engines, guest};
use std::net::TcpStream;
use std::path::PathBuf;

#[test]
fn the_count_survives_restarts_and_engines() {
    let (workshop, manifest) = counter(&[HTTP, STORE]);
    let data = workshop.path().join("data");

    let host = RunningHost::start(&manifest, "wasmtime", &data);
    let url = host.url().to_owned();
    assert_eq!([count(&url), count(&url), count(&url)], [1, 2, 3]);
    stop(host);
    assert!(
        TcpStream::connect(url.trim_start_matches("http://")).is_err(),
        "still listening"
    );

    for (engine, expected) in engines().iter().zip(4..) {
        let host = RunningHost::start(&manifest, engine, &data);
        assert_eq!(count(host.url()), expected, "{engine}");
        stop(host);
    }
}

#[test]
fn the_answer_is_exactly_the_json_that_is_promised() {
    let (workshop, manifest) = counter(&[HTTP, STORE]);
    let host = RunningHost::start(&manifest, "wasmi", &workshop.path().join("data"));
    let mut answer = ureq::get(format!("{}/hits", host.url())).call().unwrap();
    assert_eq!(answer.headers()["content-type"], "application/json");
    assert_eq!(
        answer.body_mut().read_to_string().unwrap(),
        r#"{"counter":1}"#
    );
    stop(host);
}

#[test]
fn a_capability_that_is_not_claimed_cannot_be_bound() {
    let (workshop, manifest) = counter(&[HTTP]);
    let denied = std::process::Command::new(capwire_acceptance::capwire())
        .arg("run")
        .arg(&manifest)
        .arg("--data-dir")
        .arg(workshop.path().join("data"))
        .output()
        .unwrap();
    let errors = String::from_utf8(denied.stderr).unwrap();
    assert_eq!(denied.status.code(), Some(1), "{errors}");
    assert!(
        errors.contains(STORE) && errors.contains("counter"),
        "{errors}"
    );
    assert!(denied.stdout.is_empty(), "nothing may listen");
}

#[test]
fn a_call_without_the_claim_is_denied_and_reaches_no_provider() {
    let workshop = Workshop::new();
    let counter = guest("counter.wasm");
    let signed = workshop.sign(&counter, "counter", &[HTTP]);
    let manifest = workshop.manifest(&[&signed], &[(&signed, HTTP, "{ PORT: \"0\" }")]);
    let host = RunningHost::start(&manifest, "wasmi", &workshop.path().join("data"));
    let answer = ureq::get(format!("{}/hits", host.url())).call();
    assert!(
        matches!(answer, Err(ureq::Error::StatusCode(500))),
        "{answer:?}"
    );
    let (_, errors) = host.stop();
    assert!(
        errors.contains(STORE),
        "the denial names no capability: {errors}"
    );
}

fn counter(capabilities: &[&str]) -> (Workshop, PathBuf) {
    let workshop = Workshop::new();
    let manifest = workshop.counter(capabilities);
    (workshop, manifest)
}

fn count(url: &str) -> u64 {
    let answer = ureq::get(format!("{url}/hits"))
        .call()
        .unwrap()
        .body_mut()
        .read_to_string();
    let answer: serde_json::Value = serde_json::from_str(&answer.unwrap()).unwrap();
    answer["counter"].as_u64().unwrap()
}

fn stop(host: RunningHost) {
    let (status, errors) = host.stop();
    assert!(status.success(), "{status}: {errors}");
}
