//! `capwire swap PROVIDER`

use crate::asking::{listing, serve};
use crate::folder::{Folder, says};
use crate::host::{Host, get};
use crate::modules::web;
use serde_json::{Value, json};
use std::net::{TcpListener, TcpStream};

/// A folder with the actor `echo`.
fn with_echo() -> Folder {
    let folder = Folder::new();
    folder.signed(
        &web("first"),
        "echo",
        "--cap wascc:http_server --cap wascc:keyvalue",
    );
    folder
}

/// Writes a manifest in which `echo` serves HTTP with these values.
fn manifest(folder: &Folder, values: &str) {
    let server =
        format!("{{ actor: echo, capability: 'wascc:http_server', values: {{ {values} }} }}");
    let store = "{ actor: echo, capability: 'wascc:keyvalue' }";
    let bindings = format!("bindings: [{server}, {store}]\n");
    folder.write("m.yaml", format!("actors: [echo.wasm]\n{bindings}"));
}

/// The address at which `echo` serves HTTP.
fn address(folder: &Folder) -> String {
    let bindings = &listing(folder)["actors"][0]["bindings"];
    let bindings = bindings.as_array().unwrap();
    let mut endpoints = bindings
        .iter()
        .filter_map(|binding| binding["endpoints"][0].as_str());
    let endpoint = endpoints.next().unwrap();
    endpoint.strip_prefix("http://").unwrap().to_owned()
}

#[test]
fn a_server_moves_to_the_address_that_the_manifest_names_now() {
    let folder = with_echo();
    let (_host, old) = serve(&folder, "");
    says(&get(&old), &["first"]);
    let told = folder.succeed("swap wascc:http_server");
    says(
        &told,
        &["version 2 has taken over", "old: 0 served", "dropped: 0"],
    );
    says(&told, &[&format!("echo listens at http://{old}")]);
    assert_eq!(address(&folder), old, "the socket was handed over");
    says(&get(&old), &["first"]);

    manifest(&folder, "PORT: 0, ADDRESS: 127.0.0.2");
    let told = folder.succeed("swap wascc:http_server --json");
    let told: Value = serde_json::from_str(&told).unwrap();
    let none = json!({ "served": 0, "failed": 0, "dropped": 0, "abandoned": 0 });
    let one = json!({ "served": 1, "failed": 0, "dropped": 0, "abandoned": 0 });
    assert!(told["old"] == none || told["old"] == one, "{told}");
    let new = address(&folder);
    assert!(new.starts_with("127.0.0.2:"), "{new}");
    assert_eq!(
        told["bindings"],
        json!([{ "actor": "echo", "endpoints": [format!("http://{new}")] }])
    );
    assert_eq!(
        (&told["generation"], &told["dropped"]),
        (&json!(3), &json!(0))
    );
    says(&get(&new), &["first"]);
    assert!(TcpStream::connect(&old).is_err(), "it still listens");
}

#[test]
fn a_store_is_opened_again_and_ps_says_so() {
    let folder = with_echo();
    manifest(&folder, "PORT: 0");
    let mut host = Host::start(&folder, "run m.yaml --engine wasmi");
    host.address();
    let told = folder.succeed("swap wascc:keyvalue");
    says(&told, &["wascc:keyvalue (default): version 2", "waited: 0"]);
    let providers = &listing(&folder)["providers"];
    let store = &providers[1];
    assert_eq!(
        (
            &store["contract"],
            &store["generation"],
            &store["state"],
            &store["restarts"]
        ),
        (
            &json!("wascc:keyvalue"),
            &json!(2),
            &json!("serving"),
            &json!(0)
        )
    );
    says(
        &folder.succeed("ps"),
        &["GEN", "RESTARTS", "STATE", "serving"],
    );
}

#[test]
fn what_cannot_serve_leaves_or_brings_back_the_old_one() {
    let folder = with_echo();
    let (_host, old) = serve(&folder, "");
    manifest(&folder, "PORT: 99999");
    let refused = folder.fail("swap wascc:http_server", 1);
    says(&refused, &["m.yaml:2", "PORT"]);
    folder.write("m.yaml", "actors: [echo.wasm]\nbindings: []\n");
    let refused = folder.fail("swap wascc:http_server", 1);
    says(
        &refused,
        &["has no provider wascc:http_server (default) any more"],
    );
    says(&get(&old), &["first"]);

    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    manifest(&folder, &format!("PORT: {port}"));
    let refused = folder.fail("swap wascc:http_server", 1);
    says(&refused, &["was not replaced", &port.to_string()]);
    assert_eq!(address(&folder), old);
    says(&get(&old), &["first"]);
    let providers = &listing(&folder)["providers"];
    assert_eq!(
        (&providers[0]["generation"], &providers[0]["state"]),
        (&json!(1), &json!("serving"))
    );
}

#[test]
fn a_provider_that_the_host_does_not_have_is_told_with_those_that_it_has() {
    let folder = with_echo();
    let (_host, _) = serve(&folder, "");
    let unknown = folder.fail("swap wascc:http_servr", 1);
    says(&unknown, &["did you mean `wascc:http_server`?"]);
    let unknown = folder.fail("swap echo", 1);
    says(
        &unknown,
        &["no provider `echo`", "wascc:http_server", "new module"],
    );
    says(
        &folder.fail("swap wascc:http_server/other", 1),
        &["no provider"],
    );
    folder.fail("swap wascc:http_server --allow-wider", 2);
}
