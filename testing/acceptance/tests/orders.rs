//! Orders go as messages from a desk to workers, on each engine.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use capwire_acceptance::{Actor, HTTP, RunningHost, STORE, Workshop, engines, guest};
use capwire_scaffold::eventually;
use std::path::PathBuf;

const MESSAGING: &str = "wascc:messaging";

/// Signs a desk, which sends, and a worker, which counts and replies.
fn actors(workshop: &Workshop, desk: &[&str], worker: &[&str]) -> [Actor; 2] {
    let module = guest("orders.wasm");
    let desk = workshop.sign(&module, "desk", &[&[HTTP], desk].concat());
    let worker = workshop.sign(&module, "worker", &[&[STORE], worker].concat());
    [desk, worker]
}

fn manifest(workshop: &Workshop, [desk, worker]: &[Actor; 2]) -> PathBuf {
    let bindings = [
        (desk, HTTP, "{ PORT: \"0\" }"),
        (desk, MESSAGING, "{}"),
        (worker, MESSAGING, "{ SUBSCRIPTION: \"orders.*\" }"),
        (worker, STORE, "{}"),
    ];
    workshop.manifest(&[desk, worker], &bindings)
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().http_status_as_error(false);
    config.build().into()
}

/// Orders a product, and returns the status.
fn order(host: &RunningHost, product: &str) -> u16 {
    let posted = agent().post(format!("{}/orders", host.url())).send(product);
    posted.unwrap().status().as_u16()
}

/// Returns the status and the text of the answer for a product.
fn count(host: &RunningHost, product: &str) -> (u16, String) {
    let url = format!("{}/orders/{product}", host.url());
    let mut answer = agent().get(url).call().unwrap();
    let text = answer.body_mut().read_to_string().unwrap();
    (answer.status().as_u16(), text)
}

fn stop(host: RunningHost) -> String {
    let (status, errors) = host.stop();
    assert!(status.success(), "{status}: {errors}");
    errors
}

#[test]
fn orders_are_delivered_counted_and_asked_for_on_each_engine() {
    let workshop = Workshop::new();
    let desk = [
        "wascc:messaging[Publish on orders.new]",
        "wascc:messaging[Request on orders.count]",
    ];
    let actors = actors(&workshop, &desk, &["wascc:messaging[Publish on _INBOX.*]"]);
    let manifest = manifest(&workshop, &actors);
    for engine in &engines() {
        let data = workshop.path().join(engine);
        let host = RunningHost::start(&manifest, engine, &data);
        for _ in 0..3 {
            assert_eq!(order(&host, "tea"), 202);
        }
        // The worker handles one message after the other, so this one comes last.
        assert_eq!(count(&host, "tea"), (200, "3".to_owned()), "{engine}");
        assert_eq!(count(&host, "coffee"), (200, "0".to_owned()), "{engine}");
        stop(host);
    }
}

/// What the claims do not name is denied, for senders and for receivers.
#[test]
fn claims_narrow_the_subjects_of_an_actor() {
    let workshop = Workshop::new();
    let desk = ["wascc:messaging[on orders.count]"];
    let worker = ["wascc:messaging[Publish on nowhere]"];
    let actors = actors(&workshop, &desk, &worker);
    let host = RunningHost::start(
        &manifest(&workshop, &actors),
        "wasmi",
        &workshop.path().join("data"),
    );
    assert_eq!(order(&host, "tea"), 500);
    // The worker gets the question, and may not reply.
    assert_eq!(count(&host, "tea").0, 503);
    let errors = stop(host);
    assert!(errors.contains("its claims grant"), "{errors}");
}

/// Messages that wait go to the new version, and none is lost or handled twice.
#[test]
fn orders_survive_swaps_of_the_worker() {
    const SWAPS: i32 = 3;
    const ORDERS: u16 = 20;
    let workshop = Workshop::new();
    let actors = actors(&workshop, &[MESSAGING], &[MESSAGING]);
    let manifest = manifest(&workshop, &actors);
    let host = RunningHost::start(&manifest, "wasmi", &workshop.path().join("data"));
    for revision in 1..=SWAPS {
        for _ in 0..ORDERS {
            assert_eq!(order(&host, "tea"), 202);
        }
        let module = guest("orders.wasm");
        let worker = workshop.release(&module, "worker", &[STORE, MESSAGING], revision);
        let control = host.control().to_str().unwrap();
        let file = worker.file.to_str().unwrap();
        let swapped = workshop.run(&["swap", "worker", file, "--host", control]);
        let errors = String::from_utf8_lossy(&swapped.stderr);
        assert!(swapped.status.success(), "{errors}");
    }
    let all = (200, (SWAPS * i32::from(ORDERS)).to_string());
    eventually("all orders are counted", || count(&host, "tea") == all);
    stop(host);
}
