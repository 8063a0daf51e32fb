//! Limits in a manifest, as actors meet them.

use crate::asking::listing;
use crate::folder::{Folder, eventually, says};
use crate::host::{Host, get};
use crate::modules::web;
use crate::run::http;
use crate::waiting::{failing_at_the_signal, signalling};
use capwire_conformance::guests::imports;
use nix::sys::signal::Signal;
use std::thread;

const ENGINES: &[&str] = match cfg!(feature = "wasm3") {
    true => &["wasmtime", "wasmi", "wasm3 --allow-unsafe-engine"],
    false => &["wasmtime", "wasmi"],
};

/// A guest with `fields` whose calls are `body`.
fn guest(fields: &str, body: &str) -> Vec<u8> {
    wat::parse_str(format!(
        r#"(module
            {}
            {fields}
            (func (export "__guest_call") (param i32 i32) (result i32)
                {body}
                (i32.const 1)))"#,
        imports()
    ))
    .unwrap()
}

/// Answers with nothing.
const ANSWER: &str = "(call $__guest_response (i32.const 0) (i32.const 0))";

const MEMORY: &str = r#"(memory (export "memory") 1)"#;

fn spinning() -> Vec<u8> {
    guest(MEMORY, "(loop $again (br $again))")
}

/// A guest whose every call is so many functions deep.
fn deep(functions: u32) -> Vec<u8> {
    let dive = "(func $dive (param i32)
        (if (local.get 0) (then (call $dive (i32.sub (local.get 0) (i32.const 1))))))";
    guest(
        &format!("{MEMORY} {dive}"),
        &format!("(call $dive (i32.const {functions})) {ANSWER}"),
    )
}

/// Calls `module`, which a manifest gives `limits`; returns what it fails with, if it does.
fn called(folder: &Folder, module: &[u8], limits: &str, engine: &str) -> Option<String> {
    folder.signed(module, "guest", "");
    let manifest = format!("actors: [{{ path: guest.wasm, limits: {{ {limits} }} }}]\n");
    folder.write("m.yaml", manifest);
    let ended = folder.run(&format!(
        "call guest.wasm Any --manifest m.yaml --payload m.yaml --engine {engine}"
    ));
    match ended.code {
        Some(0) => None,
        Some(1) => Some(ended.stderr),
        _ => panic!("{ended:?}"),
    }
}

#[test]
fn each_limit_of_a_guest_is_kept_and_the_default_is_another_one() {
    let folder = Folder::new();
    let table = |elements| guest(&format!("{MEMORY} (table {elements} funcref)"), ANSWER);
    let memory = |pages| guest(&format!(r#"(memory (export "memory") {pages})"#), ANSWER);
    let answering = guest(
        MEMORY,
        "(call $__guest_response (i32.const 0) (i32.const 1025))",
    );
    for (module, limits, said) in [
        (
            memory(3),
            "memory: 128KiB",
            "initial memory of 192KiB exceeds the limit of 128KiB",
        ),
        (
            table(11),
            "table_elements: 10",
            "11 elements, more than the limit of 10",
        ),
        (deep(2_000), "stack: 16KiB", "call stack limit exceeded"),
        (answering, "message: 1KiB", "the response has 1025 bytes"),
    ] {
        let (key, _) = limits.split_once(':').unwrap();
        for engine in ENGINES {
            let error = called(&folder, &module, limits, engine);
            says(&error.unwrap_or_default(), &[said, &format!("`{key}")]);
            assert_eq!(called(&folder, &module, "", engine), None, "{limits}");
        }
    }
}

#[test]
fn a_limit_error_of_call_names_the_key_of_the_manifest() {
    let folder = Folder::new();
    folder.write(
        "large.wasm",
        guest(r#"(memory (export "memory") 1025)"#, ""),
    );
    for engine in ENGINES {
        let error = folder.fail(&format!("call large.wasm Any --engine {engine}"), 1);
        says(&error, &["more than 1024 pages of memory, of 64 KiB each"]);
        says(&error, &["raise `memory` in its `limits` in a manifest"]);
    }
    folder.write("quiet.wasm", guest(MEMORY, ""));
    folder.write("large.bin", vec![0; 4 * 1024 * 1024 + 1]);
    let error = folder.fail("call quiet.wasm Any --payload large.bin", 1);
    says(&error, &["the request has 4194305 bytes", "`message`"]);
}

#[test]
fn a_guest_that_spins_is_stopped_by_whichever_of_its_times_ends_first() {
    let folder = Folder::new();
    let starts = guest(
        &format!(r#"{MEMORY} (func (export "_start") (loop $again (br $again)))"#),
        "",
    );
    for engine in ENGINES {
        for (module, limits, said) in [
            (spinning(), "cpu: 50ms, deadline: 1h", "CPU budget exceeded"),
            (spinning(), "cpu: 1h, deadline: 50ms", "in time"),
            (
                starts.clone(),
                "cpu: 50ms, start_deadline: 1h",
                "CPU budget exceeded",
            ),
            (
                starts.clone(),
                "cpu: 1h, start_deadline: 50ms",
                "within 50ms",
            ),
        ] {
            let error = called(&folder, &module, limits, engine);
            says(&error.unwrap_or_default(), &[said]);
        }
    }
}

#[test]
fn an_actors_own_limits_come_before_those_of_the_manifest() {
    let folder = Folder::new();
    for name in ["quick", "slow"] {
        folder.signed(&spinning(), name, "--cap wascc:http_server");
    }
    folder.write(
        "m.yaml",
        format!(
            "limits: {{ cpu: 50ms, deadline: '${{CAPWIRE_TEST_DEADLINE:1h}}' }}
actors:
  - quick.wasm
  - {{ path: slow.wasm, limits: {{ cpu: 1h, deadline: 100ms }} }}
bindings: [{}, {}]
",
            http("quick"),
            http("slow")
        ),
    );
    for engine in ENGINES {
        let mut host = Host::start(&folder, &format!("run m.yaml --dev --engine {engine}"));
        let (quick, slow) = (get(&host.address()), get(&host.address()));
        says(&quick, &["HTTP/1.1 500", "quick", "CPU budget exceeded"]);
        says(&slow, &["HTTP/1.1 504"]);
        assert_eq!(host.stop(Signal::SIGTERM).0.code(), Some(0));
    }
}

#[test]
fn a_module_that_begins_with_more_than_it_may_have_is_refused_at_its_line() {
    let folder = Folder::new();
    let large = guest(r#"(memory (export "memory") 17)"#, "");
    folder.signed(&large, "large", "");
    let tables = guest(&format!("{MEMORY} (table 7 funcref) (table 4 funcref)"), "");
    folder.signed(&tables, "tables", "");
    folder.write(
        "m.yaml",
        "limits: { memory: 1MiB }
actors:
  - large.wasm
  - { path: tables.wasm, limits: { table_elements: 10 } }
",
    );
    let error = folder.fail("check m.yaml", 1);
    assert_eq!(
        error,
        "error: m.yaml:3:5: the actor `large.wasm` cannot start within its limits
  because: its initial memory of 1088KiB exceeds the limit of 1MiB
help: set `memory` to at least `1088KiB` in its `limits`
error: m.yaml:4:13: the actor `tables.wasm` cannot start within its limits
  because: its tables begin with 11 elements, more than the limit of 10
help: set `table_elements` to at least `11` in its `limits`"
    );
    assert_eq!(folder.fail("run m.yaml --engine wasmi", 1), error);
}

#[test]
fn a_start_that_needs_more_than_it_may_have_is_refused_at_its_line() {
    let folder = Folder::new();
    let spins = r#"(func (export "_start") (loop $again (br $again)))"#;
    folder.signed(&guest(&format!("{MEMORY} {spins}"), ""), "spins", "");
    folder.write("m.yaml", "limits: { cpu: 20ms }\nactors: [spins.wasm]\n");
    for engine in ENGINES {
        let error = folder.fail(&format!("run m.yaml --engine {engine}"), 1);
        says(
            &error,
            &[
                "m.yaml:2:10: the actor `spins.wasm` cannot start",
                "CPU budget exceeded",
                "`cpu` in its `limits` in a manifest",
            ],
        );
    }
}

#[test]
fn calls_beyond_the_queue_are_told_to_come_back() {
    let both = "--cap wascc:http_server --cap wascc:keyvalue";
    let folder = Folder::new();
    folder.signed(&failing_at_the_signal(), "busy", both);
    folder.signed(&signalling(), "other", both);
    // The signal of one actor reaches the other.
    let store = |actor| {
        format!("{{ actor: {actor}, capability: 'wascc:keyvalue', values: {{ SPACE: shared }} }}")
    };
    let (busy, other) = (store("busy"), store("other"));
    folder.write(
        "m.yaml",
        format!(
            "actors: [{{ path: busy.wasm, limits: {{ instances: 1, queue: 0, cpu: 2s }} }}, other.wasm]
bindings: [{}, {busy}, {}, {other}]
",
            http("busy"),
            http("other")
        ),
    );
    let mut host = Host::start(&folder, "run m.yaml --engine wasmi");
    let (busy, other) = (host.address(), host.address());
    let waiting = {
        let busy = busy.clone();
        thread::spawn(move || get(&busy))
    };
    eventually("the call has begun", || {
        let listing = listing(&folder);
        let actors = listing["actors"].as_array().unwrap().iter();
        actors
            .into_iter()
            .any(|actor| actor["instances"]["busy"] == 1)
    });
    says(&get(&busy), &["HTTP/1.1 503", "retry-after: "]);
    says(&get(&other), &["HTTP/1.1 200", "signalled"]);
    says(&waiting.join().unwrap(), &["HTTP/1.1 500"]);
}

#[test]
fn a_fresh_instance_for_each_call_remembers_nothing() {
    let count = r#"(global $calls (mut i32) (i32.const 0))
        (memory (export "memory") 1)"#;
    // The second call of an instance traps.
    let body = "(if (global.get $calls) (then unreachable))
        (global.set $calls (i32.const 1))
        (call $__guest_response (i32.const 0) (i32.const 1))";
    let folder = Folder::new();
    folder.signed(&guest(count, body), "once", "--cap wascc:http_server");
    for (calls, last) in [(1, "not an HTTP response"), (2, "unreachable")] {
        let limits = format!("{{ instances: 1, calls_per_instance: {calls} }}");
        let manifest = format!("actors: [{{ path: once.wasm, limits: {limits} }}]");
        folder.write(
            "m.yaml",
            format!("{manifest}\nbindings: [{}]\n", http("once")),
        );
        let mut host = Host::start(&folder, "run m.yaml --dev --engine wasmi");
        let address = host.address();
        get(&address);
        says(&get(&address), &[last]);
    }
}

#[test]
fn a_swap_keeps_the_limits() {
    let folder = Folder::new();
    let cap = "--cap wascc:http_server";
    let large = guest(r#"(memory (export "memory") 5)"#, "");
    folder.signed(&large, "echo", &format!("{cap} --rev 1"));
    std::fs::rename(folder.path("echo.wasm"), folder.path("large.wasm")).unwrap();
    folder.signed(&spinning(), "echo", &format!("{cap} --rev 1"));
    std::fs::rename(folder.path("echo.wasm"), folder.path("spins.wasm")).unwrap();
    folder.signed(&web("first"), "echo", cap);
    let limits = "limits: { memory: 256KiB, cpu: 50ms, deadline: 1h }";
    let manifest = format!(
        "{limits}\nactors: [echo.wasm]\nbindings: [{}]\n",
        http("echo")
    );
    folder.write("m.yaml", manifest);
    let mut host = Host::start(&folder, "run m.yaml --dev --engine wasmi");
    let address = host.address();
    says(
        &folder.fail("swap echo large.wasm", 1),
        &["not swapped", "more than 4 pages of memory"],
    );
    says(&get(&address), &["first"]);
    folder.succeed("swap echo spins.wasm");
    says(&get(&address), &["HTTP/1.1 500", "CPU budget exceeded"]);
}

#[test]
fn check_refuses_what_run_refuses_and_a_slip_gets_the_right_word() {
    let folder = Folder::new();
    folder.signed(&web("hello"), "echo", "");
    let manifest =
        "actors: [{ path: echo.wasm, limits: { memroy: 1MiB, stack: 1KiB, cpu: 1us } }]\n";
    folder.write("m.yaml", manifest);
    let error = folder.fail("check m.yaml", 1);
    says(
        &error,
        &[
            "m.yaml:1:39: unknown key `memroy`",
            "did you mean `memory`?",
            "m.yaml:1:60: actors[0].limits.stack: expected 16KiB to 8MiB, not `1KiB`",
            "m.yaml:1:71: the limit `cpu` must not be shorter than a slice",
        ],
    );
    assert_eq!(folder.fail("run m.yaml", 1), error);
}
