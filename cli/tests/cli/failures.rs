//! Tests of the report of an actor's trap.

use crate::folder::{Folder, says};
use crate::host::{Host, get};
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
    let key = folder.key_of("shop.nk");
    format!(
        "shop ({key}) failed in `{operation}`: the guest divided by zero
{functions}  it said: the price of 3 apples for 0 friends
  the instance is not used again"
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
            let log = host.errors();
            says(&log, &[&text]);
            assert_eq!(log.matches("it said").count(), 1, "{log}");
            assert_eq!(log.contains("--dev"), !dev.is_empty(), "{log}");
            assert_eq!(host.stop(Signal::SIGTERM).0.code(), Some(0));
        }
    }
}
