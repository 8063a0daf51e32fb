//! Tests of the report of an actor's trap.

use crate::folder::{Folder, eventually, says};
use crate::host::{Host, get};
use capwire_conformance::guests::imports;
use nix::sys::signal::Signal;

const FUNCTIONS: &str = "  in shop::share\n  in shop::order\n  in __guest_call\n";

fn shop() -> Folder {
    let folder = Folder::new();
    let module = wat::parse_str(include_str!("../shop.wat")).unwrap();
    folder.signed(&module, "shop", "--cap wascc:http_server");
    let manifest = "actors: [shop.wasm]
bindings:
  - { actor: shop, capability: 'wascc:http_server', values: { PORT: 0 } }
";
    folder.write("m.yaml", manifest);
    folder
}

/// Returns the report of a failure in `operation`.
fn failure(folder: &Folder, operation: &str, functions: &str) -> String {
    let key = folder.key_of("shop.nk").to_string();
    format!(
        "shop ({}…) failed in `{operation}`: the guest divided by zero
{functions}  it said: the price of 3 apples for 0 friends
  the instance is not used again",
        &key[..12]
    )
}

#[test]
fn a_call_that_traps_is_told_in_the_same_words_by_every_engine() {
    let folder = shop();
    for (engine, functions) in [
        ("wasmtime", FUNCTIONS),
        ("wasmi", FUNCTIONS),
        ("wasmi --engine-option backtraces=off", ""),
        #[cfg(feature = "wasm3")]
        ("wasm3 --allow-unsafe-engine", FUNCTIONS),
    ] {
        let error = folder.fail(&format!("call shop.wasm Order --engine {engine}"), 1);
        let expected = failure(&folder, "Order", functions).replace('\n', "\n    ");
        let expected =
            format!("error: the actor `shop.wasm` did not answer `Order`\n  because: {expected}");
        assert_eq!(error, expected);
    }
}

#[test]
fn a_call_that_traps_is_told_once() {
    let ended = shop().run("call shop.wasm Order --engine wasmi");
    assert_eq!(
        ended.stderr.matches("divided by zero").count(),
        1,
        "{ended:?}"
    );
}

#[test]
fn http_clients_learn_of_a_failure_only_in_development() {
    for (engine, functions) in [("wasmtime", FUNCTIONS), ("wasmi", "")] {
        let folder = shop();
        for (dev, functions) in [("", functions), ("--dev", FUNCTIONS)] {
            let text = failure(&folder, "HandleRequest", functions);
            let body = match dev {
                "" => "Failed to handle request".to_owned(),
                _ => format!("the actor failed: {text}\n"),
            };
            let mut host = Host::start(&folder, &format!("run m.yaml --engine {engine} {dev}"));
            let answer = get(&host.address());
            says(&answer, &["HTTP/1.1 500 ", "content-type: text/plain"]);
            assert_eq!(answer.split_once("\r\n\r\n").unwrap().1, body);
            let log = host.logged(&[&text]);
            assert_eq!(log.matches("it said").count(), 1, "{log}");
            assert_eq!(log.contains("--dev"), !dev.is_empty(), "{log}");
            assert_eq!(host.stop(Signal::SIGTERM).0.code(), Some(0));
        }
    }
}

/// The actor's name comes first, and its key once and short, whatever the actor did.
#[test]
fn one_failing_request_is_one_log_entry_f6() {
    let folder = shop();
    let key = folder.key_of("shop.nk").to_string();
    let refuses = guest(r#"(call $__guest_error (i32.const 0) (i32.const 4)) (i32.const 0)"#);
    let spins = guest("(loop $again (br $again)) unreachable");
    for (module, text) in [
        (None, "the guest divided by zero"),
        (Some(refuses), "oops"),
        (Some(spins), "CPU budget exceeded"),
    ] {
        if let Some(module) = module {
            folder.signed(&module, "shop", "--cap wascc:http_server");
        }
        let mut host = Host::start(&folder, "run m.yaml --engine wasmi");
        says(&get(&host.address()), &["HTTP/1.1 500 "]);
        eventually("the failure is in the log", || host.errors().contains(text));
        let log = host.errors();
        assert_eq!(host.stop(Signal::SIGTERM).0.code(), Some(0));
        let entries: Vec<&str> = log.lines().filter(|line| line.contains(" WARN ")).collect();
        assert_eq!(entries.len(), 1, "{log}");
        says(entries[0], &["capwire::fault: shop (", text]);
        let entry = log.split_once(" WARN ").unwrap().1;
        assert_eq!(entry.matches(&key[..12]).count(), 1, "{log}");
        assert!(!entry.contains(&key), "{log}");
    }
}

/// The failure of an actor that never ends names the function in which the host stopped it.
#[test]
fn an_actor_that_spins_is_stopped_in_a_function_that_is_named_x9() {
    let folder = Folder::new();
    let module = r#"(module (memory (export "memory") 1)
        (func $"shop::count" (loop $again (br $again)))
        (func $__guest_call (export "__guest_call") (param i32 i32) (result i32)
            (call $"shop::count") (i32.const 1)))"#;
    folder.write("shop.wasm", wat::parse_str(module).unwrap());
    for engine in ["wasmtime", "wasmi"] {
        let error = folder.fail(&format!("call shop.wasm Order --engine {engine}"), 1);
        let place = "CPU budget exceeded\n      in shop::count\n      in __guest_call\n";
        says(&error, &[place]);
    }
}

/// The key of the exceeded limit is in the log, and in the answer to a developer.
#[test]
fn a_limit_is_named_by_run_as_by_call_f2() {
    let folder = shop();
    let grow = "(if (i32.eq (memory.grow (i32.const 3200)) (i32.const -1)) (then unreachable))";
    for (body, said, limit) in [
        ("(loop $again (br $again))", "CPU budget exceeded", "cpu"),
        ("(call $dive)", "call stack limit exceeded", "stack"),
        (
            grow,
            "it was refused more memory than its limit of 64 MiB",
            "memory",
        ),
    ] {
        let module = guest(&format!("{body} (i32.const 1)"));
        folder.signed(&module, "shop", "--cap wascc:http_server");
        let remedy = format!("correct the actor, or raise `{limit}` in its `limits`");
        let error = folder.fail("call shop.wasm HandleRequest --engine wasmi", 1);
        says(&error, &[said, &remedy]);
        assert_eq!(error.matches(&remedy).count(), 1, "{error}");
        let mut host = Host::start(&folder, "run m.yaml --engine wasmi --dev");
        says(&get(&host.address()), &[said, &remedy]);
        eventually("the limit is in the log", || {
            host.errors().contains(&remedy)
        });
        says(&host.errors(), &[said, &remedy]);
        assert_eq!(host.stop(Signal::SIGTERM).0.code(), Some(0));
    }
}

/// A module whose calls are `body`, which returns a number.
fn guest(body: &str) -> Vec<u8> {
    let imports = imports();
    wat::parse_str(format!(
        r#"(module {imports} (memory (export "memory") 1) (data (i32.const 0) "oops")
            (func $dive (call $dive) (call $dive))
            (func (export "__guest_call") (param i32 i32) (result i32) {body}))"#
    ))
    .unwrap()
}
