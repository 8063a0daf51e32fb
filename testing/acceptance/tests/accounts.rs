//! Accounts are streams of events, on each engine, and after a host was killed.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use capwire_acceptance::{HTTP, RunningHost, STORE, Workshop, engines, guest};
use capwire_scaffold::eventually;
use std::path::PathBuf;

const STREAMS: &str = "wascc:eventstreams";

fn manifest(workshop: &Workshop, claim: &str) -> PathBuf {
    let account = workshop.sign(&guest("accounts.wasm"), "accounts", &[HTTP, STORE, claim]);
    let bindings = [
        (&account, HTTP, "{ PORT: \"0\" }"),
        (&account, STORE, "{}"),
        (&account, STREAMS, "{ STREAMS: \"account-*\" }"),
    ];
    workshop.manifest(&[&account], &bindings)
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().http_status_as_error(false);
    config.build().into()
}

/// Changes a balance, and returns the status.
fn change(host: &RunningHost, cents: &str) -> u16 {
    let posted = agent()
        .post(format!("{}/accounts/ada", host.url()))
        .send(cents);
    posted.unwrap().status().as_u16()
}

fn get(host: &RunningHost, path: &str) -> String {
    let answer = agent().get(format!("{}{path}", host.url())).call();
    answer.unwrap().body_mut().read_to_string().unwrap()
}

#[test]
fn events_are_the_state_of_an_account_and_reach_its_handler() {
    let workshop = Workshop::new();
    let manifest = manifest(&workshop, "wascc:eventstreams[on account-*]");
    for engine in &engines() {
        let data = workshop.path().join(engine);
        let host = RunningHost::start(&manifest, engine, &data);
        for cents in ["150", "-30", "5"] {
            assert_eq!(change(&host, cents), 201);
        }
        assert_eq!(get(&host, "/accounts/ada"), "125", "{engine}");
        eventually("the events are handled", || {
            get(&host, "/balances/ada") == "125"
        });
        host.kill();
        let host = RunningHost::start(&manifest, engine, &data);
        assert_eq!(get(&host, "/accounts/ada"), "125", "{engine}");
        assert_eq!(change(&host, "75"), 201);
        // Events that come again are added once.
        eventually("all events are handled", || {
            get(&host, "/balances/ada") == "200"
        });
        let (status, errors) = host.stop();
        assert!(status.success(), "{status}: {errors}");
    }
}

#[test]
fn claims_narrow_the_streams_of_an_actor() {
    let workshop = Workshop::new();
    let manifest = manifest(&workshop, "wascc:eventstreams[on account-bob]");
    let host = RunningHost::start(&manifest, "wasmi", &workshop.path().join("data"));
    assert_eq!(change(&host, "150"), 500);
    let (_, errors) = host.stop();
    assert!(errors.contains("its claims grant"), "{errors}");
}
