//! Parts of a manifest that cannot start.

use crate::asking::listing;
use crate::folder::{Folder, says};
use crate::host::{Host, get, get_with};
use crate::modules::web;
use serde_json::json;
use std::net::TcpListener;

/// A guest that traps when it starts.
const STILLBORN: &str = r#"(module
    (memory (export "memory") 1)
    (func (export "_start") unreachable)
    (func (export "__guest_call") (param i32 i32) (result i32) i32.const 1))"#;

/// A folder whose manifest has the good actor `good`, `bad` and `worse`, which do not start, and `late`,
/// whose port is taken by the listener.
fn with_bad_parts() -> (Folder, TcpListener) {
    let folder = Folder::new();
    let caps = "--cap wascc:http_server --cap wascc:keyvalue";
    let stillborn = wat::parse_str(STILLBORN).unwrap();
    folder.signed(&web("good"), "good", caps);
    folder.signed(&web("late"), "late", caps);
    folder.signed(&stillborn, "bad", caps);
    folder.signed(&stillborn, "worse", caps);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let server = |actor: &str, port: u16| {
        format!(
            "  - {{ actor: {actor}, capability: 'wascc:http_server', values: {{ PORT: {port} }} }}\n"
        )
    };
    let bindings = [server("good", 0), server("late", port), server("bad", 0)].concat();
    folder.write(
        "m.yaml",
        format!("actors:\n  - good.wasm\n  - bad.wasm\n  - worse.wasm\n  - late.wasm\nbindings:\n{bindings}"),
    );
    (folder, taken)
}

#[test]
fn all_parts_that_cannot_start_are_named() {
    let (folder, taken) = with_bad_parts();
    let port = taken.local_addr().unwrap().port().to_string();
    let error = folder.run("run m.yaml --engine wasmi");
    assert_eq!((error.code, error.stdout.as_str()), (Some(1), ""));
    let named = [
        "m.yaml:3:",
        "`bad.wasm`",
        "m.yaml:4:",
        "`worse.wasm`",
        "m.yaml:8:",
        "`late`",
        &port,
    ];
    says(&error.stderr, &named);
    let errors = error
        .stderr
        .lines()
        .filter(|line| line.starts_with("error: "));
    assert_eq!(
        errors.count(),
        3,
        "the binding of `bad` is none of its own: {}",
        error.stderr
    );
}

#[test]
fn a_host_that_keeps_going_leaves_out_what_cannot_start() {
    let (folder, taken) = with_bad_parts();
    let options = "--engine wasmi --keep-going --metrics 127.0.0.1:0";
    let mut host = Host::start(&folder, &format!("run m.yaml {options}"));
    let metrics = host.line();
    let metrics = metrics.trim().strip_prefix("metrics http://").unwrap();
    let metrics = metrics.strip_suffix("/metrics").unwrap().to_owned();
    let ready = || get_with(&metrics, "/readyz", "accept: */*");
    says(&get(&host.address()), &["good"]);
    host.logged(&[
        "not started: m.yaml:3:",
        "not started: m.yaml:4:",
        "not started: m.yaml:8:",
    ]);
    says(
        &ready(),
        &[
            "503",
            "the actor `bad` is not running",
            "`late` is not bound",
        ],
    );
    let names = || -> Vec<String> {
        let listing = listing(&folder);
        let actors = listing["actors"].as_array().unwrap().iter();
        let mut names: Vec<_> = actors
            .map(|actor| actor["name"].as_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names(), ["good", "late"]);

    // What was in the way has gone.
    drop(taken);
    let caps = "--cap wascc:http_server --cap wascc:keyvalue";
    folder.signed(&web("bad"), "bad", caps);
    folder.signed(&web("worse"), "worse", caps);
    says(
        &folder.succeed("apply"),
        &[
            "+ actor bad",
            "+ actor worse",
            "+ binding late to wascc:http_server",
        ],
    );
    assert_eq!(names(), ["bad", "good", "late", "worse"]);
    says(&ready(), &["HTTP/1.1 200"]);
}

#[test]
fn an_actor_without_one_of_its_bindings_gets_no_server() {
    let folder = Folder::new();
    let caps = "--cap wascc:http_server --cap wascc:keyvalue";
    folder.signed(&web("half"), "half", caps);
    folder.signed(&web("whole"), "whole", caps);
    let store =
        "{ actor: half, capability: 'wascc:keyvalue', values: { URL: 'redis://127.0.0.1:1' } }";
    let server = |actor: &str| {
        format!("{{ actor: {actor}, capability: 'wascc:http_server', values: {{ PORT: 0 }} }}")
    };
    let bindings = format!("[{store}, {}, {}]", server("half"), server("whole"));
    let declared = "capabilities: [{ builtin: keyvalue-redis }]\n";
    folder.write(
        "m.yaml",
        format!("actors: [half.wasm, whole.wasm]\n{declared}bindings: {bindings}\n"),
    );
    let mut host = Host::start(&folder, "run m.yaml --engine wasmi --keep-going");
    says(&get(&host.address()), &["whole"]);
    host.logged(&["not started: m.yaml:3:", "cannot bind the actor `half`"]);
    let listing = listing(&folder);
    let actors = listing["actors"].as_array().unwrap().iter();
    let half = actors
        .clone()
        .find(|actor| actor["name"] == "half")
        .unwrap();
    assert_eq!(half["bindings"], json!([]));
}

#[test]
fn a_host_with_no_actor_left_ends_though_it_keeps_going() {
    let folder = Folder::new();
    let stillborn = wat::parse_str(STILLBORN).unwrap();
    folder.signed(&stillborn, "bad", "");
    folder.write("m.yaml", "actors: [bad.wasm]\n");
    says(
        &folder.run("run m.yaml --engine wasmi --keep-going").stderr,
        &["error: m.yaml:1:", "`bad.wasm` cannot start"],
    );
}
