//! `--engine`: what is built in, and what must be insisted on.

use crate::folder::{Folder, says};
#[cfg(feature = "wasm3")]
use crate::{
    host::{Host, get},
    modules::web,
};
use capwire_conformance::guests::guest;
#[cfg(feature = "wasm3")]
use nix::sys::signal::Signal;

#[cfg(not(feature = "wasm3"))]
#[test]
fn an_engine_that_is_not_built_in_says_how_to_get_it() {
    let folder = Folder::new();
    folder.write("echo.wasm", crate::modules::echo());
    let error = folder.fail("call echo.wasm Any --engine wasm3", 2);
    says(
        &error,
        &[
            "has no engine `wasm3`",
            "cargo install --locked --path cli --features wasm3",
        ],
    );
}

#[cfg(feature = "wasm3")]
#[test]
fn an_unsafe_engine_needs_allow_unsafe_engine() {
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
fn wasm3_runs_with_allow_unsafe_engine() {
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
fn allow_unsafe_engine_changes_nothing_for_a_safe_engine() {
    let folder = Folder::new();
    folder.write("hello.wasm", crate::modules::guest(b"hello"));
    for engine in ["wasmi", "wasmtime"] {
        let line = format!("call hello.wasm Any --engine {engine} --allow-unsafe-engine");
        assert_eq!(folder.succeed(&line), "hello\n");
    }
}

#[cfg(feature = "winch")]
#[test]
fn each_option_of_an_engine_runs_the_same_actor() {
    let folder = Folder::new();
    folder.write("hello.wasm", crate::modules::guest(b"hello"));
    for options in [
        "wasmtime --engine-option compiler=cranelift",
        "wasmtime --engine-option compiler=winch",
        "wasmtime --engine-option compiler=pulley --engine-option copy-on-write=off",
        "wasmtime --engine-option pooling=10",
        "wasmi --engine-option translation=lazy --engine-option backtraces=off",
    ] {
        let line = format!("call hello.wasm Any --engine {options}");
        assert_eq!(folder.succeed(&line), "hello\n", "{options}");
    }
}

#[test]
fn an_option_that_an_engine_has_not_is_refused_with_what_it_has() {
    let folder = Folder::new();
    folder.write("hello.wasm", crate::modules::guest(b"hello"));
    for (options, said) in [
        (
            "wasmtime --engine-option compilr=winch",
            "did you mean `compiler`?",
        ),
        (
            "wasmtime --engine-option compiler=crane-lift",
            "did you mean `cranelift`?",
        ),
        (
            "wasmtime --engine-option pooling=many",
            "`pooling` must be a number",
        ),
        (
            "wasmtime --engine-option pooling",
            "--engine-option pooling=VALUE",
        ),
        (
            "wasmi --engine-option compiler=winch",
            "it has translation, backtraces",
        ),
        (
            "wasmi --engine-option translation=late",
            "must be one of eager, lazy",
        ),
        (
            "wasmi --engine-option backtraces=on --engine-option backtraces=off",
            "`backtraces` is given twice",
        ),
    ] {
        let error = folder.fail(&format!("call hello.wasm Any --engine {options}"), 2);
        says(&error, &[said]);
    }
}

/// A guest with nested loops, for which Cranelift's time grows with the square of their number.
fn loops(depth: usize) -> Vec<u8> {
    let (open, close) = ("(loop ".repeat(depth), ")".repeat(depth));
    let respond = "(call $__guest_response (i32.const 0) (i32.const 0)) (i32.const 1)";
    wat::parse_str(guest(&format!("{open}{close} {respond}"), "")).unwrap()
}

#[test]
fn a_module_that_one_engine_refuses_is_pointed_to_other_engines_and_found_by_check() {
    let folder = Folder::new();
    folder.signed(&loops(40), "deep", "");
    folder.write("m.yaml", "actors:\n  - deep.wasm\n");
    let another = "help: another engine may take it: see `--engine`";
    for line in [
        "call deep.wasm Any",
        "run m.yaml",
        "check m.yaml --engine wasmtime",
    ] {
        says(&folder.fail(line, 1), &["40 nested loops", another]);
    }
    for engine in ["", "--engine wasmi"] {
        folder.succeed(&format!("check m.yaml {engine}"));
    }
    folder.succeed("call deep.wasm Any --engine wasmi");

    let large = wat::parse_str(format!("(module {})", "(func)".repeat(50_001)));
    folder.signed(&large.unwrap(), "deep", "");
    for line in ["check m.yaml", "run m.yaml", "call deep.wasm Any"] {
        let error = folder.fail(line, 1);
        says(&error, &["50001 functions"]);
        assert!(!error.contains("another engine"), "{error}");
    }
}

#[cfg(feature = "wasm3")]
#[test]
fn check_compiles_with_an_unsafe_engine_only_if_it_is_allowed() {
    let folder = with_web();
    let error = folder.fail("check m.yaml --engine wasm3", 1);
    says(&error, &["not safe", "--allow-unsafe-engine"]);
    folder.succeed("check m.yaml --engine wasm3 --allow-unsafe-engine");
    folder.fail("check m.yaml --allow-unsafe-engine", 2);
}

#[cfg(target_os = "linux")]
#[test]
fn an_engine_that_lacks_address_space_says_to_try_another() {
    let folder = Folder::new();
    folder.write("hello.wasm", crate::modules::guest(b"hello"));
    let little = |rest: &str| {
        let call = "ulimit -v 3000000 && exec capwire call hello.wasm Any";
        folder.shell(&format!("{call} {rest}"))
    };
    let failed = little("--engine wasmtime");
    assert_eq!(failed.code, Some(1), "{failed:?}");
    says(
        &failed.stderr,
        &["`wasmtime` could not provide an instance", "--engine wasmi"],
    );
    assert_eq!(little("--engine wasmi").stdout, "hello\n");
}

#[test]
fn a_host_without_room_for_a_pool_runs_without_it_and_says_so() {
    let folder = Folder::new();
    folder.write("hello.wasm", crate::modules::guest(b"hello"));
    let ended = folder.run("call hello.wasm Any --engine-option pooling=4294967295");
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(0), "hello\n"),
        "{ended:?}"
    );
    says(
        &ended.stderr,
        &["instances are not pooled", "4294967295 instances"],
    );
}
