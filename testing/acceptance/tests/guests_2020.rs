//! Actors built from the crates of 2020 run unchanged, in both dialects of that year.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use capwire_acceptance::{Actor, RunningHost, Workshop, guest};
use serde_json::{Value, json};

const HTTP: &str = "wascc:http_server";
const STORE: &str = "wascc:keyvalue";
const LOGGING: &str = "wascc:logging";
const EXTRAS: &str = "wascc:extras";
const PORT: &str = "{ PORT: \"0\" }";

const ENGINES: [&str; 2] = ["wasmtime", "wasmi"];

/// Runs a guest that claims these capabilities and is bound to all of them but extras.
fn run(file: &str, capabilities: &[&str], engine: &str) -> (Workshop, RunningHost) {
    let workshop = Workshop::new();
    let actor = workshop.sign(&guest(file), "old", capabilities);
    let values = |capability| if capability == HTTP { PORT } else { "{}" };
    let bound = capabilities.iter().filter(|name| **name != EXTRAS);
    let bindings: Vec<(&Actor, &str, &str)> =
        bound.map(|name| (&actor, *name, values(*name))).collect();
    let manifest = workshop.manifest(&[&actor], &bindings);
    let host = RunningHost::start(&manifest, engine, &workshop.path().join("data"));
    (workshop, host)
}

fn post(host: &RunningHost, target: &str, body: &[u8]) -> Value {
    let answer = ureq::post(format!("{}{target}", host.url())).send(body);
    let text = answer.unwrap().body_mut().read_to_string().unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Two requests to a guest that claims everything.
fn counts_logs_and_generates(file: &str, engine: &str) -> String {
    let (_workshop, host) = run(file, &[HTTP, STORE, LOGGING, EXTRAS], engine);
    for round in 0..2 {
        let answer = post(&host, "/foo/bar?a=1", &[0, 127, 128, 255]);
        assert_eq!(answer["counter"], round + 1, "{engine}");
        assert_eq!(answer["sequence"], round, "{engine}");
        assert_eq!(answer["body"], json!([0, 127, 128, 255]), "{engine}");
        assert_eq!(answer["guid"].as_str().unwrap().len(), 36, "{engine}");
        assert!((10..12).contains(&answer["random"].as_u64().unwrap()));
    }
    let (status, errors) = host.stop();
    assert!(status.success(), "{errors}");
    let logged = |line: &&str| line.contains("INFO actor: POST /foo/bar") && line.contains("old");
    assert_eq!(errors.lines().filter(logged).count(), 2, "{errors}");
    errors
}

#[test]
fn the_library_of_2020_counts_logs_and_generates() {
    for engine in ENGINES {
        counts_logs_and_generates("counter_2020.wasm", engine);
    }
}

#[test]
fn the_positional_dialect_is_spoken_both_ways() {
    for engine in ENGINES {
        let errors = counts_logs_and_generates("positional_2020.wasm", engine);
        let refusals = errors.matches("Failed to de-serialize").count();
        assert_eq!(refusals, 1, "its dialect is not remembered: {errors}");
    }
}

#[test]
fn answers_in_the_positional_dialect_are_read_whole() {
    let (_workshop, host) = run("positional_2020.wasm", &[HTTP, STORE, EXTRAS], "wasmi");
    let mut answer = ureq::get(format!("{}/other", host.url())).call().unwrap();
    assert_eq!(answer.headers()["x-old"], "1");
    let text = answer.body_mut().read_to_string().unwrap();
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&answer["queries"], &answer["body"]),
        (&json!(1), &json!([]))
    );
}

#[test]
fn logging_that_is_not_granted_fails_no_request() {
    let (_workshop, host) = run("counter_2020.wasm", &[HTTP, STORE, EXTRAS], "wasmi");
    assert_eq!(post(&host, "/", b"")["counter"], 1);
}

#[test]
fn counters_above_127_are_read_in_both_dialects_g3() {
    for file in ["counter_2020.wasm", "positional_2020.wasm"] {
        let (_workshop, host) = run(file, &[HTTP, STORE, EXTRAS], "wasmi");
        for count in 1..=130 {
            assert_eq!(post(&host, "/big", b"")["counter"], count, "{file}");
        }
    }
}
