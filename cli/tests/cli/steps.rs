//! `capwire start`, `bind`, `unbind` and `events`.

use crate::asking::listing;
use crate::folder::{Folder, says};
use crate::host::{Host, get};
use crate::modules::web;
use serde_json::{Value, json};
use std::net::TcpStream;

const CAPS: &str = "--cap wascc:http_server --cap wascc:keyvalue";

/// A host that runs nothing, beside the signed actor `echo`.
fn empty_host(folder: &Folder, options: &str) -> Host {
    folder.signed(&web("hello"), "echo", CAPS);
    folder.write("m.yaml", "actors: []\n");
    let host = Host::start(folder, &format!("run m.yaml --engine wasmi {options}"));
    host.logged(&["running; Ctrl-C stops"]);
    host
}

/// Follows the events of the only host.
fn events(folder: &Folder, options: &str) -> Host {
    let events = Host::start(folder, &format!("events {options}"));
    events.logged(&["waiting for events"]);
    events
}

/// The next event that `events` prints.
fn next(events: &mut Host) -> Value {
    serde_json::from_str(&events.line()).unwrap()
}

#[test]
fn an_actor_is_started_and_stopped_and_events_say_so() {
    let folder = Folder::new();
    let host = empty_host(&folder, "");
    let mut events = events(&folder, "--json");
    let key = folder.key_of("echo.nk").to_string();
    let started = folder.succeed("start echo.wasm --json");
    let started: Value = serde_json::from_str(&started).unwrap();
    let expected = json!({ "name": "echo", "key": key, "revision": 0 });
    assert_eq!(started, expected);
    let event = next(&mut events);
    assert_eq!(event["event"], "actor_started");
    assert_eq!(
        (&event["actor"], &event["key"]),
        (&json!("echo"), &json!(key))
    );
    assert!(event["time"].as_str().unwrap().ends_with('Z'), "{event}");
    folder.succeed("stop echo");
    assert_eq!(next(&mut events)["event"], "actor_stopped");
    folder.succeed("stop");
    assert_eq!(events.line(), "", "the host has nothing else to say");
    let codes = (host.ended().code(), events.ended().code());
    assert_eq!(codes, (Some(0), Some(0)));
}

#[test]
fn a_binding_is_made_changed_and_ended_and_events_say_so() {
    let folder = Folder::new();
    let _host = empty_host(&folder, "");
    folder.succeed("start echo.wasm");
    let mut events = events(&folder, "--json");
    let bound = folder.succeed("bind echo wascc:http_server PORT=0 --json");
    let bound: Value = serde_json::from_str(&bound).unwrap();
    let url = bound["endpoints"][0].as_str().unwrap();
    let address = url.strip_prefix("http://").unwrap();
    says(&get(address), &["hello"]);
    assert_eq!(next(&mut events)["event"], "provider_added");
    let event = next(&mut events);
    assert_eq!(
        (&event["event"], &event["endpoints"]),
        (&json!("bound"), &json!([url]))
    );

    let told = folder.succeed("bind echo wascc:http_server PORT=0 ADDRESS=127.0.0.2");
    says(
        &told,
        &[
            "echo is bound to wascc:http_server",
            "listening http://127.0.0.2:",
        ],
    );
    assert_eq!(next(&mut events)["event"], "rebound");
    assert!(TcpStream::connect(address).is_err(), "it still listens");

    says(
        &folder.succeed("unbind echo wascc:http_server"),
        &["not bound"],
    );
    let event = next(&mut events);
    let told = (&event["event"], &event["provider"]);
    assert_eq!(told, (&json!("unbound"), &json!("wascc:http_server")));
    assert_eq!(listing(&folder)["actors"][0]["bindings"], json!([]));
}

#[test]
fn events_are_lines_for_people() {
    let folder = Folder::new();
    let _host = empty_host(&folder, "");
    let mut events = events(&folder, "");
    folder.succeed("start echo.wasm");
    says(&events.line(), &[" actor_started actor=echo key=M"]);
    folder.succeed("bind echo wascc:http_server PORT=0");
    events.line();
    says(
        &events.line(),
        &[
            " bound actor=echo endpoints=http://127.0.0.1:",
            "provider=wascc:http_server",
        ],
    );
}

#[test]
fn wrong_steps_change_nothing() {
    let folder = Folder::new();
    let _host = empty_host(&folder, "");
    folder.write("plain.wasm", web("hello"));
    says(
        &folder.fail("start plain.wasm", 1),
        &["the module is refused", "not signed"],
    );
    folder.fail("start none.wasm", 2);
    folder.succeed("start echo.wasm");
    says(&folder.fail("start echo.wasm", 1), &["already exists"]);
    let bind = |arguments: &str, parts: &[&str]| {
        says(&folder.fail(&format!("bind {arguments}"), 1), parts);
    };
    bind("ecko wascc:http_server", &["did you mean `echo`?"]);
    bind(
        "echo wascc:http_server PROT=0",
        &["no key `PROT`", "did you mean `PORT`?"],
    );
    bind("echo wascc:http_server PORT=99999", &["PORT"]);
    bind(
        "echo wascc:logging",
        &["sign the module again with `--cap wascc:logging`"],
    );
    bind("echo wascc:http_servr", &["no provider"]);
    bind("echo wascc:http_server/other", &["no provider"]);
    folder.fail("bind echo wascc:http_server PORT", 2);
    folder.fail("bind echo wascc:http_server PORT=1 PORT=2", 2);
    says(
        &folder.fail("unbind echo wascc:http_server", 1),
        &["was not ended", "does not exist"],
    );
    let listing = listing(&folder);
    assert_eq!(listing["actors"][0]["bindings"], json!([]));
    assert_eq!(
        listing["providers"],
        json!([]),
        "providers that nobody uses are gone"
    );
}

#[test]
fn what_the_manifest_does_not_name_goes_when_it_is_applied() {
    let folder = Folder::new();
    let _host = empty_host(&folder, "");
    folder.succeed("start echo.wasm");
    folder.succeed("bind echo wascc:http_server PORT=0");
    folder.write("m.yaml", "actors: [echo.wasm]\n");
    let told = folder.succeed("apply");
    says(
        &told,
        &[
            "- binding echo to wascc:http_server",
            "- provider wascc:http_server",
        ],
    );
    says(&told, &["0 added, 0 changed, 2 removed, 1 unchanged"]);
    folder.write("m.yaml", "actors: []\n");
    says(&folder.succeed("apply"), &["- actor echo"]);
    assert_eq!(listing(&folder)["actors"], json!([]));
}

#[test]
fn a_policy_that_bars_an_actor_bars_it_here() {
    let folder = Folder::new();
    folder.write("policy.yaml", "everyone: { only: [] }\n");
    let _host = empty_host(&folder, "--policy policy.yaml");
    folder.succeed("start echo.wasm");
    let refused = folder.fail("bind echo wascc:http_server PORT=0", 1);
    says(&refused, &["cannot bind the actor `echo`", "policy"]);
    assert_eq!(listing(&folder)["providers"], json!([]));
}
