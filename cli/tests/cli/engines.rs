//! `--engine`: what is built in, and what must be insisted on.

use crate::folder::{Folder, says};
#[cfg(feature = "wasm3")]
use crate::{
    host::{Host, get},
    modules::web,
};
#[cfg(feature = "wasm3")]
use nix::sys::signal::Signal;

#[cfg(not(feature = "wasm3"))]
#[test]
fn an_engine_that_is_not_built_in_says_how_to_get_it() {
    let folder = Folder::new();
    folder.write("echo.wasm", crate::modules::echo());
    let error = folder.fail("call echo.wasm Any --engine wasm3", 1);
    says(
        &error,
        &[
            "has no engine `wasm3`",
            "cargo install capwire-cli --features wasm3",
        ],
    );
}

#[cfg(feature = "wasm3")]
#[test]
fn an_engine_that_is_not_safe_runs_nothing_unless_it_is_insisted_on() {
    let folder = with_web();
    for line in [
        "call web.wasm Any --engine wasm3",
        "run m.yaml --engine wasm3",
    ] {
        let error = folder.fail(line, 1);
        says(
            &error,
            &[
                "`wasm3` is not safe against hostile modules",
                "--allow-unsafe-engine",
            ],
        );
    }
}

#[cfg(feature = "wasm3")]
#[test]
fn wasm3_serves_those_who_insist() {
    let folder = with_web();
    let insisting = "run m.yaml --engine wasm3 --allow-unsafe-engine";
    let mut host = Host::start(&folder, insisting);
    says(&get(&host.address()), &["HTTP/1.1 200", "hello"]);
    let (status, rest) = host.stop(Signal::SIGTERM);
    assert_eq!(status.code(), Some(0), "{rest}");
}

#[cfg(feature = "wasm3")]
fn with_web() -> Folder {
    let folder = Folder::new();
    folder.signed(&web("hello"), "web", "--cap wascc:http_server");
    folder.write(
        "m.yaml",
        "actors: [web.wasm]
bindings:
  - { actor: web, capability: 'wascc:http_server', values: { PORT: 0 } }
",
    );
    folder
}

#[test]
fn to_insist_changes_nothing_for_an_engine_that_is_safe() {
    let folder = Folder::new();
    folder.write("hello.wasm", crate::modules::guest(b"hello"));
    for engine in ["wasmi", "wasmtime"] {
        let line = format!("call hello.wasm Any --engine {engine} --allow-unsafe-engine");
        assert_eq!(folder.succeed(&line), "hello\n");
    }
}
