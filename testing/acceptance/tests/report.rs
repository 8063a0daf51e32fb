//! An actor writes reports at set times, on each engine.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use capwire_acceptance::{Actor, HTTP, RunningHost, STORE, Workshop, engines, guest};
use capwire_scaffold::eventually;
use std::path::PathBuf;

const TIMER: &str = "capwire:timer";
const CONFIG: &str = "capwire:config";

fn actor(workshop: &Workshop, timer: &str) -> Actor {
    workshop.sign(
        &guest("report.wasm"),
        "report",
        &[HTTP, STORE, CONFIG, timer],
    )
}

fn manifest(workshop: &Workshop, actor: &Actor, values: &str) -> PathBuf {
    let bindings = [
        (actor, HTTP, "{ PORT: \"0\" }"),
        (actor, STORE, "{}"),
        (actor, CONFIG, "{ TITLE: review }"),
        (actor, TIMER, values),
    ];
    workshop.manifest(&[actor], &bindings)
}

/// Returns the status and the text of an answer.
fn send(host: &RunningHost, method: &str, path: &str) -> (u16, String) {
    let config = ureq::Agent::config_builder().http_status_as_error(false);
    let agent: ureq::Agent = config.build().into();
    let url = format!("{}{path}", host.url());
    let answer = match method {
        "GET" => agent.get(url).call(),
        _ => agent.post(url).send_empty(),
    };
    let mut answer = answer.unwrap();
    let text = answer.body_mut().read_to_string().unwrap();
    (answer.status().as_u16(), text)
}

fn reports(host: &RunningHost, text: &str) {
    eventually("the report is written", || {
        send(host, "GET", "/report").1 == text
    });
}

fn stop(host: RunningHost) -> String {
    let (status, errors) = host.stop();
    assert!(status.success(), "{status}: {errors}");
    errors
}

#[test]
fn a_timer_of_the_binding_and_one_of_the_actor_call_it_on_each_engine() {
    let workshop = Workshop::new();
    let actor = actor(&workshop, TIMER);
    let values = "{ EVERY.nightly: 100ms, PAYLOAD.nightly: nightly, MIN_INTERVAL: 100ms }";
    let nightly = manifest(&workshop, &actor, values);
    let none = workshop.path().join("none.yaml");
    let text = std::fs::read_to_string(&nightly).unwrap();
    for engine in &engines() {
        let host = RunningHost::start(&nightly, engine, &workshop.path().join(engine));
        send(&host, "POST", "/sales");
        send(&host, "POST", "/sales");
        reports(&host, "nightly review: 2 sales\n");
        stop(host);
        std::fs::write(&none, text.replace(values, "{ MIN_INTERVAL: 100ms }")).unwrap();
        let data = workshop.path().join(format!("{engine}-own"));
        let host = RunningHost::start(&none, engine, &data);
        assert_eq!(send(&host, "POST", "/report").0, 200, "{engine}");
        reports(&host, "extra review: 0 sales\n");
        stop(host);
    }
}

/// The host is killed before the timer of the actor is due, and the provider is replaced.
#[test]
fn a_durable_timer_survives_a_killed_host_and_a_swap() {
    let workshop = Workshop::new();
    let actor = actor(&workshop, TIMER);
    let manifest = manifest(&workshop, &actor, "{ DURABLE: \"yes\" }");
    let data = workshop.path().join("data");
    let host = RunningHost::start(&manifest, "wasmi", &data);
    assert_eq!(send(&host, "POST", "/report").0, 200);
    host.kill();
    let host = RunningHost::start(&manifest, "wasmi", &data);
    let control = host.control().to_str().unwrap();
    let swapped = workshop.run(&["swap", TIMER, "--host", control]);
    let errors = String::from_utf8_lossy(&swapped.stderr);
    assert!(swapped.status.success(), "{errors}");
    reports(&host, "extra review: 0 sales\n");
    stop(host);
}

/// Claims name the operations that an actor may use.
#[test]
fn an_actor_sets_no_timer_without_a_claim() {
    let workshop = Workshop::new();
    let actor = actor(&workshop, "capwire:timer[List]");
    let manifest = manifest(&workshop, &actor, "{}");
    let host = RunningHost::start(&manifest, "wasmi", &workshop.path().join("data"));
    assert_eq!(send(&host, "POST", "/report").0, 500);
    let errors = stop(host);
    assert!(errors.contains("its claims grant"), "{errors}");
}

/// A value can be secret, and a swap of its provider takes over what the manifest has then.
#[test]
fn a_swap_takes_over_new_values() {
    let workshop = Workshop::new();
    let actor = actor(&workshop, TIMER);
    let file = manifest(&workshop, &actor, "{ EVERY.nightly: 100ms }");
    let text = std::fs::read_to_string(&file).unwrap();
    let host = RunningHost::start(&file, "wasmi", &workshop.path().join("data"));
    reports(&host, " review: 0 sales\n");
    std::fs::write(workshop.path().join("title"), "summary\n").unwrap();
    let secret = "{ TITLE: { secret: \"file:title\" } }";
    std::fs::write(&file, text.replace("{ TITLE: review }", secret)).unwrap();
    let control = host.control().to_str().unwrap();
    let swapped = workshop.run(&["swap", CONFIG, "--host", control]);
    let errors = String::from_utf8_lossy(&swapped.stderr);
    assert!(swapped.status.success(), "{errors}");
    reports(&host, " summary: 0 sales\n");
    stop(host);
}
