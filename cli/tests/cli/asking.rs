//! `capwire ps` and `capwire stop`: what a running host is asked.

use crate::documented::ASK_A_HOST;
use crate::folder::{Folder, says};
use crate::host::{Host, get, while_asked};
use crate::modules::web;
use crate::run::{http, with_echo};
use nix::sys::signal::Signal;
use serde_json::{Value, json};
use std::net::TcpStream;

/// Runs the actor `echo` behind a server; returns the server's address as well.
pub(crate) fn serve(folder: &Folder, options: &str) -> (Host, String) {
    let binding = http("echo");
    folder.write(
        "m.yaml",
        format!("actors: [echo.wasm]\nbindings: [{binding}]\n"),
    );
    let mut host = Host::start(folder, &format!("run m.yaml --engine wasmi {options}"));
    let address = host.address();
    (host, address)
}

/// Returns the JSON of `capwire ps`.
pub(crate) fn listing(folder: &Folder) -> Value {
    serde_json::from_str(&folder.succeed("ps --json")).unwrap()
}

#[test]
fn ps_shows_what_runs() {
    let folder = with_echo();
    let (host, address) = serve(&folder, "");
    get(&address);
    get(&address);

    let key = folder.key_of("echo.nk").to_string();
    let listing = listing(&folder);
    assert_eq!(listing["pid"], json!(host.pid()));
    let actor = &listing["actors"][0];
    assert_eq!(actor["name"], "echo");
    assert_eq!(actor["key"], json!(key));
    assert_eq!(
        (&actor["revision"], &actor["generation"]),
        (&json!(0), &json!(1))
    );
    assert_eq!(
        (&actor["calls"]["served"], &actor["calls"]["failed"]),
        (&json!(2), &json!(0))
    );
    assert_eq!(actor["bindings"][0]["contract"], "wascc:http_server");
    assert_eq!(
        actor["bindings"][0]["endpoints"],
        json!([format!("http://{address}")])
    );
    assert_eq!(listing["providers"][0]["contract"], "wascc:http_server");

    let table = folder.succeed("ps");
    says(
        &table,
        &["ACTOR", "echo", &key, "wascc:http_server", &address],
    );
}

#[test]
fn without_a_host_there_is_nobody_to_ask() {
    let folder = with_echo();
    for command in ["ps", "stop", "swap echo echo.wasm"] {
        says(
            &folder.fail(command, 1),
            &["no host is running", "capwire run"],
        );
    }
    says(&folder.fail("ps --host 1", 1), &["no host `1`"]);
    says(&folder.fail("ps --host m.sock", 1), &["no host `m.sock`"]);
}

#[test]
fn one_of_several_hosts_has_to_be_chosen() {
    let folder = with_echo();
    let (first, _) = serve(&folder, "");
    let (second, _) = serve(&folder, "");
    let (first, second) = (first.pid().to_string(), second.pid().to_string());
    let error = folder.fail("ps", 1);
    says(&error, &["2 hosts are running", &first, &second, "--host"]);
    let chosen = folder.succeed(&format!("ps --json --host {first}"));
    says(&chosen, &[&format!("\"pid\": {first}")]);
    let socket = folder.sockets().join(format!("{second}.sock"));
    let chosen = folder.succeed(&format!("ps --json --host {}", socket.display()));
    says(&chosen, &[&format!("\"pid\": {second}")]);
}

#[test]
fn stop_ends_the_host_in_order() {
    let folder = with_echo();
    let (host, address) = serve(&folder, "");
    says(&folder.succeed("stop"), &["stopped"]);
    assert_eq!(host.ended().code(), Some(0));
    assert!(TcpStream::connect(&address).is_err(), "it still listens");
    assert_eq!(std::fs::read_dir(folder.sockets()).unwrap().count(), 0);
    says(&folder.fail("ps", 1), &["no host is running"]);
}

#[test]
fn stop_can_end_one_actor_only() {
    let folder = with_echo();
    folder.signed(&web("other"), "other", "--cap wascc:http_server");
    let bindings = ["echo", "other"].map(http).join(", ");
    folder.write(
        "m.yaml",
        format!("actors: [echo.wasm, other.wasm]\nbindings: [{bindings}]\n"),
    );
    let mut host = Host::start(&folder, "run m.yaml --engine wasmi");
    let (echo, other) = (host.address(), host.address());
    says(
        &folder.fail("stop ehco", 1),
        &["no actor `ehco`", "did you mean `echo`?"],
    );
    says(&folder.succeed("stop echo"), &["echo has stopped"]);
    assert!(TcpStream::connect(&echo).is_err(), "it still listens");
    says(&get(&other), &["other"]);
    let key = folder.key_of("other.nk").to_string();
    let stopped: Value =
        serde_json::from_str(&folder.succeed(&format!("stop {key} --json"))).unwrap();
    assert_eq!(
        (&stopped["name"], &stopped["stopped_calls"]),
        (&json!("other"), &json!(0))
    );
    assert_eq!(listing(&folder)["actors"], json!([]));
    assert_eq!(host.stop(Signal::SIGTERM).0.code(), Some(0));
}

#[test]
fn the_examples_of_the_help_of_commands_to_a_host_work() {
    let folder = Folder::new();
    let caps = "--cap wascc:http_server --cap wascc:keyvalue";
    folder.signed(&web("second"), "counter", &format!("{caps} --rev 2"));
    std::fs::rename(folder.path("counter.wasm"), folder.path("counter.v2.wasm")).unwrap();
    folder.signed(&web("first"), "counter", caps);
    let module = [
        folder.path("counter.wasm"),
        folder.path("counter.signed.wasm"),
    ];
    std::fs::rename(&module[0], &module[1]).unwrap();
    let store = "{ actor: counter, capability: 'wascc:keyvalue' }";
    let bindings = format!("bindings: [{}, {store}]\n", http("counter"));
    folder.write(
        "manifest.yaml",
        format!("actors: [counter.signed.wasm]\n{bindings}"),
    );
    for command in ASK_A_HOST {
        let help = folder.succeed(&format!("{command} --help"));
        let examples = help
            .lines()
            .filter_map(|line| line.trim().strip_prefix("capwire "));
        let examples: Vec<&str> = examples.filter(|line| line.starts_with(command)).collect();
        assert!(!examples.is_empty(), "{help}");
        for example in examples {
            let mut host = Host::start(&folder, "run manifest.yaml --engine wasmi --fresh");
            let address = host.address();
            if command == "start" {
                folder.succeed("stop counter");
            }
            let example = example.replace("4711", &host.pid().to_string());
            match command {
                // It ends with the host.
                "events" => drop(Host::start(&folder, &example).logged(&["waiting for events"])),
                _ if example.contains("--canary") => {
                    let shorter = example.replace("--for 30s", "--for 1s");
                    while_asked(&address, || drop(folder.succeed(&shorter)));
                }
                _ => drop(folder.succeed(&example)),
            }
        }
    }
}
