//! `capwire run`: what works.

use crate::folder::{Folder, eventually, says};
use crate::host::{Host, get};
use crate::modules::web;
use nix::sys::signal::Signal;
use std::net::TcpStream;

const ECHO: &str = "actors: [echo.wasm]
bindings:
  - actor: echo
    capability: wascc:http_server
    values: { PORT: 0 }
";

#[test]
fn wasmtime_serves_until_sigterm() {
    serves("", Signal::SIGTERM);
}

#[test]
fn wasmi_serves_until_ctrl_c() {
    serves("--engine wasmi", Signal::SIGINT);
}

fn serves(engine: &str, signal: Signal) {
    let folder = with_echo();
    folder.write("m.yaml", ECHO);
    let mut host = Host::start(&folder, &format!("run m.yaml {engine}"));
    let address = host.address();
    assert!(address.starts_with("127.0.0.1:"), "{address}");
    says(&get(&address), &["HTTP/1.1 200", "hello"]);
    let (status, rest) = host.stop(signal);
    assert_eq!(status.code(), Some(0), "{rest}");
    assert_eq!(rest, "", "one line is printed for a server");
    assert!(TcpStream::connect(&address).is_err(), "it still listens");
}

#[test]
fn an_actor_is_named_by_key_name_or_file_and_found_beside_the_manifest() {
    let folder = Folder::new();
    std::fs::create_dir_all(folder.path("site/actors")).unwrap();
    for name in ["a", "b", "c"] {
        folder.signed(&web("hello"), name, "--cap wascc:http_server");
        let place = folder.path(&format!("site/actors/{name}.wasm"));
        std::fs::rename(folder.path(&format!("{name}.wasm")), place).unwrap();
    }
    let key = folder.key_of("a.nk").to_string();
    let bindings: String = [key.as_str(), "b", "./actors/c.wasm"]
        .map(|actor| format!("  - {}\n", http(actor)))
        .concat();
    let actors = "actors: [actors/a.wasm, actors/b.wasm, ./actors/c.wasm]";
    folder.write("site/m.yaml", format!("{actors}\nbindings:\n{bindings}"));
    let mut host = Host::start(&folder, "run site/m.yaml --engine wasmi");
    let addresses = [host.address(), host.address(), host.address()];
    for address in &addresses {
        says(&get(address), &["hello"]);
    }
    assert_eq!(host.stop(Signal::SIGTERM).0.code(), Some(0));
}

#[test]
fn files_are_found_in_the_working_directory_as_well() {
    let folder = with_echo();
    std::fs::create_dir(folder.path("manifests")).unwrap();
    folder.write("manifests/m.json", manifest_json());
    let mut host = Host::start(&folder, "run manifests/m.json --engine wasmi");
    says(&get(&host.address()), &["hello"]);
    assert_eq!(host.stop(Signal::SIGTERM).0.code(), Some(0));
}

fn manifest_json() -> String {
    serde_json::json!({
        "labels": { "zone": "attic" },
        "actors": ["./echo.wasm"],
        "capabilities": [{ "builtin": "http-server", "binding_name": "default" }],
        "bindings": [{
            "actor": "echo",
            "capability": "wascc:http_server",
            "binding": "default",
            "values": { "PORT": "0" },
        }],
    })
    .to_string()
}

#[test]
fn the_data_directory_is_made_only_for_a_binding_that_stores_data() {
    let folder = with_echo();
    folder.write("m.yaml", ECHO);
    let mut host = Host::start(&folder, "run m.yaml --engine wasmi");
    host.address();
    host.stop(Signal::SIGTERM);
    assert!(!folder.path(".capwire").exists());

    folder.signed(
        &web("hello"),
        "echo",
        "--cap wascc:http_server --cap wascc:keyvalue",
    );
    folder.write(
        "m.yaml",
        format!("{ECHO}  - {{ actor: echo, capability: wascc:keyvalue }}\n"),
    );
    let mut host = Host::start(&folder, "run m.yaml --engine wasmi");
    host.address();
    host.stop(Signal::SIGTERM);
    assert!(folder.path(".capwire/keyvalue/default").is_dir());
}

#[test]
fn servers_open_when_the_actor_has_everything_else() {
    let folder = Folder::new();
    folder.signed(
        &web("hello"),
        "echo",
        "--cap wascc:http_server --cap wascc:keyvalue",
    );
    let store = "  - { actor: echo, capability: wascc:keyvalue }\n";
    folder.write("m.yaml", format!("{ECHO}{store}"));
    let mut host = Host::start(&folder, "run m.yaml --engine wasmi");
    host.address();
    let log = host.logged(&["running; Ctrl-C stops"]);
    let bound = |contract: &str| {
        let is_it = |line: &str| line.contains(" bound ") && line.contains(contract);
        log.lines()
            .position(is_it)
            .unwrap_or_else(|| panic!("{log}"))
    };
    assert!(
        bound("wascc:keyvalue") < bound("wascc:http_server"),
        "{log}"
    );
}

#[test]
fn extras_are_bound_where_they_are_claimed() {
    let folder = with_echo();
    let claims = "--cap wascc:http_server --cap wascc:extras";
    folder.signed(&web("hello"), "lucky", claims);
    let bindings = format!("bindings:\n  - {}\n  - {}\n", http("echo"), http("lucky"));
    folder.write(
        "m.yaml",
        format!("actors: [echo.wasm, lucky.wasm]\n{bindings}"),
    );
    assert_eq!(bound_to_extras(&folder), ["default"]);

    let own = "capabilities:\n  - { builtin: extras, binding_name: mine }\n";
    let chosen = "  - { actor: lucky, capability: wascc:extras, binding: mine }\n";
    let manifest = format!("actors: [echo.wasm, lucky.wasm]\n{own}{bindings}");
    folder.write("m.yaml", format!("{manifest}{chosen}"));
    assert_eq!(bound_to_extras(&folder), ["mine"]);

    folder.write("m.yaml", manifest);
    assert!(bound_to_extras(&folder).is_empty(), "the manifest chooses");
}

/// The names of the bindings to extras that a host with two servers makes.
fn bound_to_extras(folder: &Folder) -> Vec<String> {
    let mut host = Host::start(folder, "run m.yaml --engine wasmi");
    for _ in 0..2 {
        says(&get(&host.address()), &["hello"]);
    }
    let log = host.logged(&["running; Ctrl-C stops"]);
    let bound = log.lines().filter(|line| line.contains(" bound "));
    let extras = bound.filter_map(|line| line.split_once("wascc:extras"));
    let names = extras.map(|(_, rest)| {
        let names = ["default", "mine"].into_iter();
        names.filter(|name| rest.contains(name)).collect()
    });
    names.collect()
}

#[test]
fn logs_go_to_standard_error_as_asked() {
    let folder = with_echo();
    folder.write("m.yaml", ECHO);
    let mut host = Host::start(&folder, "run m.yaml --engine wasmi");
    host.address();
    host.logged(&["INFO", "actor started", "echo"]);
    host.stop(Signal::SIGTERM);
    let mut command = folder.command(&["run", "m.yaml"]);
    let refused = command.env("RUST_LOG", "capwire=loudly").output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    says(&String::from_utf8(refused.stderr).unwrap(), &["RUST_LOG"]);
}

#[test]
fn variables_and_secrets_configure_a_server() {
    let folder = with_echo();
    folder.write("address.secret", "127.0.0.1\n");
    folder.write(
        "m.yaml",
        "labels: { zone: '${CAPWIRE_TEST_ZONE}', floor: '${CAPWIRE_TEST_FLOOR}' }
actors: [echo.wasm]
bindings:
  - actor: ${CAPWIRE_TEST_ACTOR:echo}
    capability: wascc:http_server
    values: { PORT: '${CAPWIRE_TEST_PORT:0}', ADDRESS: { secret: 'file:address.secret' } }
",
    );
    let mut command = folder.command(&["run", "m.yaml", "--engine", "wasmi"]);
    command.env("CAPWIRE_TEST_ZONE", "attic");
    let mut host = Host::spawn(command);
    says(&get(&host.address()), &["hello"]);
    eventually("the labels are logged", || {
        host.errors().contains("\"zone\": \"attic\"")
    });
    let log = host.errors();
    says(
        &log,
        &[
            "WARN",
            "m.yaml:1:48: the environment",
            "`CAPWIRE_TEST_FLOOR` is not set",
        ],
    );
    assert!(!log.contains("127.0.0.1"), "{log}");
    assert_eq!(host.stop(Signal::SIGTERM).0.code(), Some(0));
}

/// A folder with the signed actor `echo`, which answers HTTP with "hello".
pub(crate) fn with_echo() -> Folder {
    let folder = Folder::new();
    folder.signed(&web("hello"), "echo", "--cap wascc:http_server");
    folder
}

/// A binding of `actor` to a server on any port.
pub(crate) fn http(actor: &str) -> String {
    format!(r#"{{ actor: "{actor}", capability: "wascc:http_server", values: {{ PORT: 0 }} }}"#)
}
