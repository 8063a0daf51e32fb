//! Versions of an actor change while clients ask it: nobody notices but by the answers.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use capwire_acceptance::{RunningHost, Workshop, rounds};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::thread;

const HTTP: &str = "wascc:http_server";
const STORE: &str = "wascc:keyvalue";
const CLIENTS: usize = 64;

#[test]
fn on_wasmtime_swaps_under_64_clients_lose_and_mix_up_nothing() {
    swaps_under_load("wasmtime");
}

#[test]
fn on_wasmi_swaps_under_64_clients_lose_and_mix_up_nothing() {
    swaps_under_load("wasmi");
}

#[test]
fn on_wasmtime_a_refused_swap_changes_nothing() {
    refusals("wasmtime");
}

#[test]
fn on_wasmi_a_refused_swap_changes_nothing() {
    refusals("wasmi");
}

/// The versions that may answer.
#[derive(Default)]
struct Progress {
    begun: AtomicI32,
    done: AtomicI32,
    over: AtomicBool,
}

fn swaps_under_load(engine: &str) {
    let running = Running::start(engine);
    let swaps = 4 * i32::try_from(rounds()).unwrap();
    let releases: Vec<PathBuf> = (1..=swaps)
        .map(|revision| running.release(revision))
        .collect();
    let progress = Progress::default();
    let requests: u64 = thread::scope(|scope| {
        let (url, progress) = (running.host.url(), &progress);
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| scope.spawn(move || keep_asking(url, client, progress)))
            .collect();
        for (revision, newer) in (1..=swaps).zip(&releases) {
            progress.begun.store(revision, Ordering::SeqCst);
            let report = running.swap(newer).unwrap();
            progress.done.store(revision, Ordering::SeqCst);
            assert_eq!(report["new_revision"], revision);
            assert_eq!(report["dropped"], 0, "{report}");
            for calls in [&report["old"], &report["new"]] {
                assert_eq!(
                    (&calls["failed"], &calls["abandoned"]),
                    (&0.into(), &0.into())
                );
            }
        }
        progress.over.store(true, Ordering::SeqCst);
        let clients = clients.into_iter().map(|client| client.join().unwrap());
        clients.sum()
    });
    let actor = &running.listing()["actors"][0];
    assert_eq!(actor["generation"], swaps + 1);
    assert_eq!(actor["calls"]["served"], requests, "{actor}");
    assert_eq!(actor["calls"]["failed"], 0, "{actor}");
    assert!(requests > u64::from(swaps.unsigned_abs()), "{requests}");
}

/// Asks until it is over; returns how often. Each answer must be the client's own, of a version
/// that may answer.
fn keep_asking(url: &str, client: usize, progress: &Progress) -> u64 {
    let agent = ureq::Agent::new_with_defaults();
    let mut count = 0;
    while !progress.over.load(Ordering::SeqCst) {
        let body = format!("<client {client} request {count}>");
        let oldest = progress.done.load(Ordering::SeqCst);
        let (version, answer) = ask(&agent, url, &body);
        let newest = progress.begun.load(Ordering::SeqCst);
        assert!(answer.contains(&body), "a response of somebody else's");
        assert!(
            (oldest..=newest).contains(&version),
            "version {version} answers, not {oldest} to {newest}"
        );
        count += 1;
    }
    count
}

/// The version that answers, and its answer.
fn ask(agent: &ureq::Agent, url: &str, body: &str) -> (i32, String) {
    let mut response = agent.post(url).send(body).unwrap();
    let version = response.headers()["version"].to_str().unwrap();
    let version = version.parse().unwrap();
    let answer = response.body_mut().read_to_vec().unwrap();
    (version, String::from_utf8_lossy(&answer).into_owned())
}

fn refusals(engine: &str) {
    let running = Running::start(engine);
    let release = |module: &Path, name: &str, capabilities: &[&str], revision| {
        let actor = running
            .workshop
            .release(module, name, capabilities, revision);
        actor.file
    };
    let agent = ureq::Agent::new_with_defaults();
    let refused = |file: &Path, why: &str| {
        let error = running.swap(file).unwrap_err();
        assert!(error.contains(why), "`{why}` is not said in: {error}");
        assert_eq!(ask(&agent, running.host.url(), "still there").0, 0);
    };
    let module = running.version(1);
    refused(&release(&module, "other", &[HTTP], 1), "another actor");
    refused(&release(&module, "echo", &[HTTP], 0), "revision");
    refused(&release(&module, "echo", &[HTTP, STORE], 1), STORE);
    refused(&module, "refused");
    let broken = running.workshop.path().join("broken.wasm");
    std::fs::write(&broken, wat::parse_str("(module)").unwrap()).unwrap();
    refused(&release(&broken, "echo", &[HTTP], 1), "compiled");
    assert_eq!(running.listing()["actors"][0]["generation"], 1);

    let newer = release(&module, "echo", &[HTTP], 1);
    running.swap(&newer).unwrap();
    assert_eq!(ask(&agent, running.host.url(), "at last").0, 1);
}

/// A host that runs the actor `echo`, at first its version 0.
struct Running {
    workshop: Workshop,
    host: RunningHost,
}

impl Running {
    fn start(engine: &str) -> Self {
        let workshop = Workshop::new();
        let first = workshop.path().join("version.wasm");
        std::fs::write(&first, guest(0)).unwrap();
        let actor = workshop.sign(&first, "echo", &[HTTP]);
        let manifest = workshop.manifest(&[&actor], &[(&actor, HTTP, "{ PORT: \"0\" }")]);
        let host = RunningHost::start(&manifest, engine, &workshop.path().join("data"));
        Self { workshop, host }
    }

    /// The unsigned module of a version.
    fn version(&self, version: i32) -> PathBuf {
        let file = self.workshop.path().join("version.wasm");
        std::fs::write(&file, guest(version)).unwrap();
        file
    }

    /// The signed module of a version, in a file of its own.
    fn release(&self, version: i32) -> PathBuf {
        let module = self.version(version);
        let actor = self.workshop.release(&module, "echo", &[HTTP], version);
        let file = self.workshop.path().join(format!("echo.{version}.wasm"));
        std::fs::rename(actor.file, &file).unwrap();
        file
    }

    /// Returns the report of `capwire swap`, or its error.
    fn swap(&self, file: &Path) -> Result<Value, String> {
        self.asked(&["swap", "--json", "echo", file.to_str().unwrap()])
    }

    fn listing(&self) -> Value {
        self.asked(&["ps", "--json"]).unwrap()
    }

    fn asked(&self, arguments: &[&str]) -> Result<Value, String> {
        let socket = self.host.control().to_str().unwrap();
        let ended = self
            .workshop
            .run(&[arguments, &["--host", socket]].concat());
        if ended.status.success() {
            Ok(serde_json::from_slice(&ended.stdout).unwrap())
        } else {
            Err(String::from_utf8(ended.stderr).unwrap())
        }
    }
}

/// A guest that answers a request with its version as a header, and with all of the request as
/// the body.
fn guest(version: i32) -> Vec<u8> {
    // The response in MessagePack, up to the length of its body.
    let start = [
        b"\x84\xaastatusCode\xcc\xc8\xa6status\xa2OK\xa6header\x81\xa7version".as_slice(),
        &[0xa0 + version.to_string().len() as u8],
        version.to_string().as_bytes(),
        b"\xa4body\xc6",
    ]
    .concat();
    let data: String = start.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let length = 16 + start.len();
    let body = length + 4;
    let store = |place: usize, shift: usize| {
        let byte = format!("(i32.shr_u (local.get $bytes) (i32.const {shift}))");
        format!("(i32.store8 (i32.const {}) {byte})", length + place)
    };
    let store = [(0, 24), (1, 16), (2, 8), (3, 0)].map(|(place, shift)| store(place, shift));
    let store = store.concat();
    wat::parse_str(format!(
        r#"(module
            (import "wapc" "__guest_request" (func $request (param i32 i32)))
            (import "wapc" "__guest_response" (func $response (param i32 i32)))
            (memory (export "memory") 2)
            (data (i32.const 16) "{data}")
            (func (export "__guest_call") (param $name i32) (param $bytes i32) (result i32)
                (call $request (i32.const 100000) (i32.const {body}))
                {store}
                (call $response
                    (i32.const 16)
                    (i32.add (i32.const {}) (local.get $bytes)))
                (i32.const 1)))"#,
        body - 16
    ))
    .unwrap()
}
