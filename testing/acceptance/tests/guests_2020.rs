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

#[test]
fn the_library_of_2020_counts_logs_and_generates() {
    for engine in ENGINES {
        let capabilities = [HTTP, STORE, LOGGING, EXTRAS];
        let (_workshop, host) = run("counter_2020.wasm", &capabilities, engine);
        for round in 0..2 {
            let answer = post(&host, "/foo/bar?a=1", &[0, 200]);
            assert_eq!(answer["counter"], round + 1, "{engine}");
            assert_eq!(answer["sequence"], round, "{engine}");
            assert_eq!(answer["body"], json!([0, 200]), "{engine}");
            assert_eq!(answer["guid"].as_str().unwrap().len(), 36, "{engine}");
            assert!((10..12).contains(&answer["random"].as_u64().unwrap()));
        }
        let (status, errors) = host.stop();
        assert!(status.success(), "{errors}");
        let lines: Vec<&str> = errors
            .lines()
            .filter(|line| line.contains("POST /foo/bar"))
            .collect();
        assert_eq!(lines.len(), 2, "{engine}: {errors}");
        assert!(lines[0].contains("INFO"), "{}", lines[0]);
        assert!(lines[0].contains("old"), "{}", lines[0]);
    }
}

#[test]
fn logging_that_is_not_granted_fails_no_request() {
    let (_workshop, host) = run("counter_2020.wasm", &[HTTP, STORE, EXTRAS], "wasmi");
    assert_eq!(post(&host, "/", b"")["counter"], 1);
}

#[test]
fn the_positional_dialect_is_spoken_both_ways() {
    for engine in ENGINES {
        let (_workshop, host) = run("positional_2020.wasm", &[HTTP, STORE], engine);
        for round in 1..=3 {
            let answer = post(&host, "/foo/bar?a=1", &[0, 127, 128, 255]);
            let expected =
                json!({ "counter": round, "queries": round, "body": [0, 127, 128, 255] });
            assert_eq!(answer, expected, "{engine}");
        }
        let answer = ureq::get(format!("{}/other", host.url())).call().unwrap();
        assert_eq!(answer.headers()["x-old"], "1");
        let (status, errors) = host.stop();
        assert!(status.success(), "{errors}");
        let refusals = errors.matches("Failed to de-serialize").count();
        assert_eq!(
            refusals, 1,
            "{engine}: asked in its own dialect from then on: {errors}"
        );
    }
}
