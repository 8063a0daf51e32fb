//! Many clients at once: every response belongs to its request.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use capwire_acceptance::{RunningHost, Workshop, guest, requests};
use std::thread;

const HTTP: &str = "wascc:http_server";
const CLIENTS: usize = 64;

#[test]
fn on_wasmtime_every_response_belongs_to_its_request() {
    echoes("wasmtime");
}

#[test]
fn on_wasmi_every_response_belongs_to_its_request() {
    echoes("wasmi");
}

fn echoes(engine: &str) {
    let workshop = Workshop::new();
    let actor = workshop.sign(&guest("echo.wasm"), "echo", &[HTTP]);
    let manifest = workshop.manifest(&[&actor], &[(&actor, HTTP, "{ PORT: \"0\" }")]);
    let host = RunningHost::start(&manifest, engine, &workshop.path().join("data"));
    let each = requests().div_ceil(CLIENTS);
    let answered: usize = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                scope.spawn({
                    let url = host.url();
                    move || ask(url, client, each)
                })
            })
            .collect();
        clients
            .into_iter()
            .map(|client| client.join().unwrap())
            .sum()
    });
    assert_eq!(answered, each * CLIENTS);
    let (status, errors) = host.stop();
    assert!(status.success(), "{status}: {errors}");
}

/// Asks `count` times over one connection; returns how many answers were the client's own.
fn ask(url: &str, client: usize, count: usize) -> usize {
    let agent = ureq::Agent::new_with_defaults();
    let own = |request: &usize| {
        let body = format!(
            "client {client} request {request} {}",
            "x".repeat(request % 512)
        );
        let answer = agent
            .post(url)
            .send(&body)
            .unwrap()
            .body_mut()
            .read_to_string()
            .unwrap();
        assert_eq!(answer, body, "a response of somebody else's");
        answer == body
    };
    (0..count).filter(own).count()
}
