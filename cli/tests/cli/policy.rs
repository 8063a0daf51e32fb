//! `capwire run --policy`: a policy that changes while the host runs.

use crate::folder::{Folder, eventually, says};
use crate::host::{Host, get};
use crate::waiting::signalling;
use std::net::TcpStream;

/// A policy that restricts nothing.
const NO_LIMITS: &str = "everyone: { limit: [] }\n";

/// A folder with an actor behind a server that sets a key with each request, and a host of it.
fn host() -> (Folder, Host, String) {
    let folder = Folder::new();
    let both = "--cap wascc:http_server --cap wascc:keyvalue";
    folder.signed(&signalling(), "asker", both);
    let server = crate::run::http("asker");
    let store = "{ actor: asker, capability: 'wascc:keyvalue' }";
    folder.write(
        "m.yaml",
        format!("actors: [asker.wasm]\nbindings: [{server}, {store}]\n"),
    );
    folder.write("policy.yaml", NO_LIMITS);
    let mut host = Host::start(&folder, "run m.yaml --engine wasmi --policy policy.yaml");
    let address = host.address();
    (folder, host, address)
}

/// Replaces the policy at once, as a careful operator does.
fn set(folder: &Folder, policy: &str) {
    folder.write("policy.new", policy);
    std::fs::rename(folder.path("policy.new"), folder.path("policy.yaml")).unwrap();
}

/// Sends a request, and returns true if the log reports a denial.
fn denied(host: &Host, address: &str) -> bool {
    let before = host.errors().matches("denied").count();
    get(address);
    host.errors().matches("denied").count() > before
}

#[test]
fn a_stricter_policy_holds_for_actors_that_run() {
    let (folder, host, address) = host();
    assert!(!denied(&host, &address));
    set(&folder, "everyone: { limit: ['wascc:keyvalue[Get]'] }\n");
    eventually("the next call is denied", || denied(&host, &address));
    host.logged(&["wascc:keyvalue[Set]", "policy.yaml:1"]);
    set(&folder, NO_LIMITS);
    eventually("both changes are logged", || {
        host.errors().matches("the policy has changed").count() == 2
    });
    assert!(!denied(&host, &address), "a milder one allows it again");
}

#[test]
fn a_policy_that_is_wrong_changes_nothing_and_is_logged_once() {
    let (folder, host, address) = host();
    set(&folder, "everyone: { limit: ['wascc:keyvalue[Get]'] }\n");
    eventually("the policy is there", || denied(&host, &address));
    set(&folder, "everyone: { limits: [] }\n");
    let complaint = "the policy stays as it was";
    eventually("it is logged", || host.errors().contains(complaint));
    host.logged(&["policy.yaml:1:", "limits"]);
    eventually("it stays denied", || denied(&host, &address));
    std::fs::remove_file(folder.path("policy.yaml")).unwrap();
    eventually("that is logged, too", || {
        host.errors().contains("cannot read `policy.yaml`")
    });
    eventually("it stays denied", || denied(&host, &address));
    assert_eq!(host.errors().matches(complaint).count(), 2);
}

#[test]
fn an_emptied_policy_lifts_no_limit_n8() {
    let (folder, host, address) = host();
    set(&folder, "everyone: { limit: ['wascc:keyvalue[Get]'] }\n");
    eventually("the policy is there", || denied(&host, &address));
    for empty in ["", "# everyone: {}\n"] {
        folder.write("policy.yaml", empty);
        eventually("it is logged", || {
            host.errors()
                .matches("policy.yaml: the policy is empty")
                .count()
                == 1
        });
        eventually("it stays denied", || denied(&host, &address));
    }
    set(&folder, "everyone: { only: ['wascc:http_server'] }\n");
    eventually("the next policy counts", || {
        host.errors().matches("the policy has changed").count() == 2
    });
    set(&folder, "everyone: { only: [] }\n");
    eventually("nobody listens", || TcpStream::connect(&address).is_err());
    for empty in ["", "# none\n"] {
        folder.write("policy.yaml", empty);
        let error = folder.fail("run m.yaml --engine wasmi --policy policy.yaml", 1);
        says(&error, &["policy.yaml: the policy is empty", "limit: []"]);
    }
}

#[test]
fn bindings_end_that_are_forbidden_and_barred_actors_stop() {
    let (folder, host, address) = host();
    set(&folder, "everyone: { only: ['wascc:keyvalue'] }\n");
    eventually("nobody listens", || TcpStream::connect(&address).is_err());
    assert!(!host.errors().contains("actor stopped"));
    let key = folder.key_of("asker.nk");
    set(
        &folder,
        &format!("actors: {{ {key}: {{ start: false }} }}\n"),
    );
    eventually("it is stopped", || host.errors().contains("actor stopped"));
    host.logged(&["the policy no longer allows the actor to run"]);
}
