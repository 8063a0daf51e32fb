//! `capwire run`: bad input gets an error that names the file, the field and the remedy, and
//! nothing keeps running.

use crate::folder::{Folder, pair, says};
use crate::host::Host;
use crate::modules::{expired, forged, not_yet_valid, token_of, web, with_token};
use crate::run::{http, with_echo};
use nix::sys::signal::Signal;
use std::net::TcpListener;

/// Runs `manifest` in `folder`; returns the error.
fn refused(folder: &Folder, manifest: &str) -> String {
    folder.write("m.yaml", manifest);
    folder.fail("run m.yaml --engine wasmi", 1)
}

/// Runs a manifest with `module` as its only actor; the error must name the actor's line.
fn refused_module(folder: &Folder, module: &[u8], reasons: &[&str]) {
    folder.write("bad.wasm", module);
    let error = refused(folder, "actors:\n  - bad.wasm\n");
    says(&error, &["m.yaml:2:5", "bad.wasm"]);
    says(&error, reasons);
}

#[test]
fn an_unsigned_module() {
    refused_module(&Folder::new(), &web(""), &["not signed", "sign it"]);
}

#[test]
fn a_module_with_one_byte_flipped() {
    let folder = with_echo();
    let mut module = folder.read("echo.wasm");
    let index = module.len() / 8;
    module[index] ^= 0x10;
    refused_module(&folder, &module, &[]);
}

#[test]
fn a_module_with_forged_capabilities() {
    let folder = with_echo();
    let token = forged(&token_of(&folder.read("echo.wasm")), |claims| {
        claims["wascap"]["caps"] = serde_json::json!(["wascc:http_server", "wascc:keyvalue"]);
    });
    let module = with_token(&web("hello"), &token);
    refused_module(&folder, &module, &["not signed by its issuer"]);
}

#[test]
fn a_module_that_expired_or_is_not_yet_valid() {
    let folder = with_echo();
    let account = pair(&folder.path("account.nk"));
    refused_module(&folder, &expired(&web(""), &account), &["expired"]);
    let early = not_yet_valid(&web(""), &account);
    refused_module(&folder, &early, &["is not valid before"]);
}

#[test]
fn a_module_with_the_token_of_another_one() {
    let folder = with_echo();
    let module = with_token(&web("other"), &token_of(&folder.read("echo.wasm")));
    refused_module(&folder, &module, &["hash"]);
}

#[test]
fn a_module_with_two_tokens() {
    let folder = with_echo();
    let signed = folder.read("echo.wasm");
    let module = with_token(&signed, &token_of(&signed));
    refused_module(&folder, &module, &["two token sections"]);
}

#[test]
fn a_file_that_is_no_module() {
    refused_module(&Folder::new(), b"plain text", &["not a WebAssembly"]);
}

#[test]
fn a_module_that_is_no_guest() {
    let folder = Folder::new();
    let module = wat::parse_str(r#"(module (memory (export "memory") 1))"#).unwrap();
    let signed = folder.signed(&module, "bad", "");
    refused_module(&folder, &signed, &["__guest_call"]);
}

#[test]
fn a_module_with_an_unknown_import() {
    let folder = Folder::new();
    let module = wat::parse_str(
        r#"(module (import "env" "rocket" (func)) (memory (export "memory") 1)
            (func (export "__guest_call") (param i32 i32) (result i32) (i32.const 1)))"#,
    );
    let signed = folder.signed(&module.unwrap(), "bad", "");
    refused_module(&folder, &signed, &["env.rocket"]);
}

#[test]
fn a_guest_that_cannot_start() {
    let folder = Folder::new();
    let module = wat::parse_str(
        r#"(module (memory (export "memory") 1)
            (func (export "_start") unreachable)
            (func (export "__guest_call") (param i32 i32) (result i32) (i32.const 1)))"#,
    );
    let signed = folder.signed(&module.unwrap(), "bad", "");
    refused_module(&folder, &signed, &["cannot start", "start"]);
}

#[test]
fn a_port_in_use_and_a_port_that_is_none() {
    let folder = with_echo();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let binding = http("echo");
    for (port, reason) in [(port.as_str(), port.as_str()), ("65536", "PORT")] {
        let binding = binding.replace("PORT: 0", &format!("PORT: {port}"));
        let error = refused(
            &folder,
            &format!("actors: [echo.wasm]\nbindings:\n  - {binding}"),
        );
        says(&error, &["m.yaml:3:", "wascc:http_server", reason]);
    }
}

#[test]
fn a_value_that_the_provider_does_not_know() {
    let folder = with_echo();
    let binding = http("echo").replace("PORT", "PROT");
    let error = refused(
        &folder,
        &format!("actors: [echo.wasm]\nbindings:\n  - {binding}"),
    );
    says(&error, &["m.yaml:3:", "PROT", "PORT"]);
}

#[test]
fn an_unknown_actor_in_a_binding() {
    let folder = with_echo();
    let error = refused(
        &folder,
        &format!("actors: [echo.wasm]\nbindings:\n  - {}", http("ecko")),
    );
    says(&error, &["m.yaml:3:14", "`ecko`", "did you mean `echo`?"]);
}

#[test]
fn two_actors_of_one_name_are_told_apart_by_their_keys() {
    let folder = with_echo();
    folder.key("module", "other.nk");
    folder
        .succeed("sign echo.wasm -o other.wasm --issuer account.nk --subject other.nk --name echo");
    let error = refused(
        &folder,
        &format!(
            "actors: [echo.wasm, other.wasm]\nbindings:\n  - {}",
            http("echo")
        ),
    );
    let keys = ["echo.nk", "other.nk"].map(|file| folder.key_of(file).to_string());
    says(&error, &["2 actors are named `echo`", &keys[0], &keys[1]]);
}

#[test]
fn the_same_actor_twice() {
    let folder = with_echo();
    let error = refused(&folder, "actors:\n  - echo.wasm\n  - ./echo.wasm\n");
    says(&error, &["m.yaml:3:5", "same actor", "line 2"]);
}

#[test]
fn the_same_binding_twice() {
    let folder = with_echo();
    let key = folder.key_of("echo.nk").to_string();
    let error = refused(
        &folder,
        &format!(
            "actors: [echo.wasm]\nbindings:\n  - {}\n  - {}",
            http("echo"),
            http(&key)
        ),
    );
    says(&error, &["m.yaml:4:", "line 3"]);
}

#[test]
fn a_capability_that_is_not_claimed() {
    let folder = with_echo();
    let error = refused(
        &folder,
        "actors: [echo.wasm]
bindings:
  - actor: echo
    capability: wascc:keyvalue
",
    );
    says(
        &error,
        &[
            "m.yaml:4:17",
            "`echo`",
            "wascc:keyvalue",
            "--cap wascc:keyvalue",
        ],
    );
    assert!(!folder.path(".capwire").exists(), "nothing was started");
}

#[test]
fn an_unknown_contract() {
    let folder = with_echo();
    let binding = http("echo").replace("http_server", "htp_server");
    let error = refused(
        &folder,
        &format!("actors: [echo.wasm]\nbindings:\n  - {binding}"),
    );
    says(&error, &["m.yaml:3:", "did you mean `wascc:http_server`?"]);
}

#[test]
fn unknown_keys_and_wrong_types() {
    let folder = Folder::new();
    let error = refused(&folder, "actors: []\nbindngs: []\n");
    says(
        &error,
        &[
            "m.yaml:2:1: unknown key `bindngs`",
            "did you mean `bindings`?",
        ],
    );
    let error = refused(&folder, "actors: echo.wasm\n");
    says(&error, &["m.yaml:1:9: actors: expected a list"]);
    says(&refused(&folder, "actors: ["), &["m.yaml:1:"]);
    says(
        &refused(&folder, "labels: { hostcore.os: x }"),
        &["hostcore.os"],
    );
    folder.write("m.yaml", b"actors: [\xff]");
    says(&folder.fail("run m.yaml", 1), &["m.yaml"]);
}

#[test]
fn what_is_not_yet_supported_says_so() {
    let folder = Folder::new();
    let error = refused(&folder, "actors:\n  - registry.example.com/echo:0.2.0\n");
    says(&error, &["m.yaml:2:5", "registr", "not supported yet"]);
    let path = "registry.example.com/http:1";
    let error = refused(&folder, &format!("capabilities:\n  - path: {path}\n"));
    says(
        &error,
        &["m.yaml:2:11", path, "not supported yet", "download"],
    );
}

#[test]
fn a_provider_file_that_is_no_library_says_so() {
    let folder = Folder::new();
    folder.write("libhttp.so", "");
    let error = refused(&folder, "capabilities:\n  - path: ./libhttp.so\n");
    says(&error, &["m.yaml:2:11", "./libhttp.so", "archive"]);
}

#[test]
fn files_and_providers_that_are_not_there() {
    let folder = Folder::new();
    let error = refused(&folder, "actors: [none.wasm]\n");
    says(&error, &["m.yaml:1:10", "`none.wasm`", "working directory"]);
    let error = refused(&folder, "capabilities: [{ builtin: http-sever }]\n");
    says(&error, &["m.yaml:1:27", "did you mean `http-server`?"]);
    says(&folder.fail("run none.yaml", 2), &["none.yaml"]);
}

#[test]
fn a_provider_of_another_name_is_not_taken() {
    let folder = with_echo();
    let error = refused(
        &folder,
        &format!(
            "actors: [echo.wasm]
capabilities: [{{ builtin: http-server, binding_name: public }}]
bindings:
  - {}",
            http("echo")
        ),
    );
    says(
        &error,
        &["m.yaml:4:", "no provider named `default`", "public"],
    );
    let error = refused(
        &folder,
        "capabilities:\n  - builtin: http-server\n  - builtin: http-server\n",
    );
    says(&error, &["m.yaml:3:14", "binding_name"]);
}

#[test]
fn places_that_are_none() {
    let folder = with_echo();
    folder.write("m.yaml", "actors: [echo.wasm]\n");
    let run = "run m.yaml --engine wasmi";
    for address in ["9100", "localhost:9100", "127.0.0.1:99999"] {
        let error = folder.fail(&format!("{run} --metrics {address}"), 2);
        says(&error, &["--metrics", address, "such as 127.0.0.1:9100"]);
    }
    for socket in ["none/host.sock", "m.yaml", &"s".repeat(200)] {
        let error = folder.fail(&format!("{run} --control {socket}"), 1);
        says(
            &error,
            &[socket, "help: choose an unused path for `--control`"],
        );
    }
    let error = folder.fail(&format!("{run} --record none/uses.jsonl"), 1);
    says(&error, &["cannot write `none/uses.jsonl`"]);
    let error = folder.fail("sign echo.wasm -o none/out.wasm", 1);
    let (line, cause) = error.split_once("  because: ").unwrap();
    assert_eq!(line, "error: cannot write `none/out.wasm`\n");
    assert_eq!(cause, "No such file or directory (os error 2)");
}

#[test]
fn a_data_directory_that_is_a_file() {
    let folder = with_store();
    folder.write("data", "not a directory");
    let error = folder.fail("run m.yaml --engine wasmi --data-dir data", 1);
    says(&error, &["data directory", "data/keyvalue", "--data-dir"]);
    assert_eq!(folder.read("data"), b"not a directory");
}

#[test]
fn a_data_directory_in_use() {
    let folder = with_store();
    let mut first = Host::start(&folder, "run m.yaml --engine wasmi --data-dir data");
    first.address();
    let error = folder.fail("run m.yaml --engine wasmi --data-dir data", 1);
    says(&error, &["data/keyvalue/default", "--data-dir"]);
    says(&error, &["another process"]);
    assert_eq!(first.stop(Signal::SIGTERM).0.code(), Some(0));
    let mut second = Host::start(&folder, "run m.yaml --engine wasmi --data-dir data");
    second.address();
}

/// A folder with a manifest whose actor is bound to a store and a server.
fn with_store() -> Folder {
    let folder = Folder::new();
    folder.signed(
        &web("hello"),
        "echo",
        "--cap wascc:http_server --cap wascc:keyvalue",
    );
    folder.write(
        "m.yaml",
        format!(
            "actors: [echo.wasm]
bindings:
  - {}
  - {{ actor: echo, capability: wascc:keyvalue }}
",
            http("echo")
        ),
    );
    folder
}

#[test]
fn what_started_before_a_failure_is_stopped() {
    let folder = with_echo();
    folder.signed(&web("other"), "other", "--cap wascc:http_server");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (first, second) = (http("echo"), http("other"));
    let second = second.replace("PORT: 0", &format!("PORT: {port}"));
    let actors = "actors: [echo.wasm, other.wasm]";
    folder.write(
        "m.yaml",
        format!("{actors}\nbindings:\n  - {first}\n  - {second}\n"),
    );
    let ended = folder.run("run m.yaml --engine wasmi");
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""));
    let (log, error) = ended.stderr.split_once("error: ").unwrap();
    says(error, &["m.yaml:4:", "`other`", &port]);
    let echo = folder.key_of("echo.nk").to_string();
    let stopped = |line: &str| line.contains("actor stopped") && line.contains(&echo);
    assert!(log.lines().any(stopped), "{log}");
}
