//! `capwire run`: what operators see of calls.

use crate::folder::{Folder, says};
use crate::host::{Host, get, get_with};
use crate::modules::{trapping, web, web_that_prints};
use crate::run::http;
use nix::sys::signal::Signal;
use serde_json::Value;
use std::net::TcpStream;

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

/// A folder with the actors `echo`, which answers, and `faulty`, which does not.
fn with_both() -> Folder {
    let folder = Folder::new();
    folder.signed(&web("hello"), "echo", "--cap wascc:http_server");
    folder.signed(&trapping(), "faulty", "--cap wascc:http_server");
    let (echo, faulty) = (http("echo"), http("faulty"));
    let bindings = format!("bindings:\n  - {echo}\n  - {faulty}\n");
    folder.write(
        "m.yaml",
        format!("actors: [echo.wasm, faulty.wasm]\n{bindings}"),
    );
    folder
}

fn get_path(address: &str, path: &str) -> String {
    get_with(address, path, "accept: */*")
}

/// The value of the sample of `metric` with all of `labels`.
fn sample(page: &str, metric: &str, labels: &[&str]) -> f64 {
    let is_it = |line: &&str| {
        line.starts_with(&format!("{metric}{{")) && labels.iter().all(|label| line.contains(label))
    };
    let line = page.lines().find(is_it);
    let line = line.unwrap_or_else(|| panic!("no {metric} {labels:?} in {page}"));
    line.rsplit_once(' ').unwrap().1.parse().unwrap()
}

#[test]
fn log_lines_omit_empty_fields() {
    let folder = with_both();
    let labelled = "labels: { zone: attic }\n";
    let manifest = String::from_utf8(folder.read("m.yaml")).unwrap();
    folder.write("labelled.yaml", format!("{labelled}{manifest}"));
    for (file, labels) in [("m.yaml", None), ("labelled.yaml", Some("attic"))] {
        let errors = folder.write("errors", "");
        let mut command = folder.command(&["run", file, "--engine", "wasmi"]);
        command.arg("--log-format").arg("json");
        let mut host = Host::spawn_into(command, std::fs::File::create(&errors).unwrap());
        host.address();
        assert_eq!(host.stop(Signal::SIGTERM).0.code(), Some(0));
        let log = String::from_utf8(folder.read("errors")).unwrap();
        says(&log, &["\"unbound\"", "\"endpoints\":\"http://127.0.0.1:"]);
        assert!(!log.contains("None") && !log.contains("{}"), "{log}");
        assert_eq!(log.contains("labels"), labels.is_some(), "{log}");
        says(&log, labels.as_slice());
    }
}

#[test]
fn metrics_count_requests_and_what_became_of_them() {
    let folder = with_both();
    let mut host = Host::start(&folder, "run m.yaml --engine wasmi --metrics 127.0.0.1:0");
    let line = host.line();
    let metrics = line.trim_end().strip_prefix("metrics http://").unwrap();
    let metrics = metrics.strip_suffix("/metrics").unwrap();
    let (echo, faulty) = (host.address(), host.address());
    for _ in 0..3 {
        says(&get(&echo), &["HTTP/1.1 200"]);
    }
    says(&get(&faulty), &["HTTP/1.1 500"]);

    let page = get_path(metrics, "/metrics");
    let of = |actor| [actor, r#"operation="HandleRequest""#];
    let (echo, faulty) = (of(r#"actor="echo""#), of(r#"actor="faulty""#));
    assert_eq!(sample(&page, "capwire_calls_total", &echo), 3.0);
    assert_eq!(sample(&page, "capwire_calls_total", &faulty), 1.0);
    assert_eq!(sample(&page, "capwire_call_errors_total", &faulty), 1.0);
    let durations = "capwire_call_duration_seconds_count";
    assert_eq!(sample(&page, durations, &echo), 3.0);
    let errors = page
        .lines()
        .filter(|line| line.starts_with("capwire_call_errors_total"));
    assert_eq!(errors.count(), 1, "{page}");
    says(&get_path(metrics, "/other"), &["HTTP/1.1 404"]);
    says(&get_path(metrics, "/healthz"), &["HTTP/1.1 200", "ok"]);
    let sick = ["HTTP/1.1 503", "the actor `faulty` is sick"];
    says(&get_path(metrics, "/readyz"), &sick);
    assert_eq!(
        sample(&page, "capwire_provider_up", &["wascc:http_server"]),
        1.0
    );
    folder.succeed("stop faulty");
    let stopped = ["HTTP/1.1 503", "the actor `faulty` is not running"];
    says(&get_path(metrics, "/readyz"), &stopped);
    says(&get_path(metrics, "/livez"), &["HTTP/1.1 200", "ok"]);

    let address = metrics.to_owned();
    assert_eq!(host.stop(Signal::SIGTERM).0.code(), Some(0));
    assert!(TcpStream::connect(address).is_err(), "it still listens");
}

#[test]
fn an_address_for_metrics_that_is_taken_is_told_before_anything_starts() {
    let folder = with_both();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let run = ["run", "m.yaml", "--engine", "wasmi", "--metrics", &address];
    let refused = folder.command(&run).output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(refused.stdout.is_empty());
    let text = String::from_utf8(refused.stderr).unwrap();
    says(&text, &["cannot serve metrics", &address, "--metrics"]);
    assert!(!text.contains("actor started"), "{text}");
}

#[test]
fn the_trace_of_a_request_is_in_the_answer_and_in_what_the_actor_logs() {
    let folder = Folder::new();
    folder.signed(
        &web_that_prints("at work"),
        "echo",
        "--cap wascc:http_server",
    );
    folder.write(
        "m.yaml",
        format!("actors: [echo.wasm]\nbindings:\n  - {}\n", http("echo")),
    );
    let mut host = Host::start(&folder, "run m.yaml --engine wasmi --log-format json");
    let address = host.address();
    let header = format!("traceparent: 00-{TRACE}-b7ad6b7169203331-01");
    says(&get_with(&address, "/", &header), &["HTTP/1.1 200", TRACE]);
    let log = host.logged(&["at work"]);
    let events: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}")))
        .collect();
    let line = events
        .iter()
        .find(|event| event["fields"]["message"] == "at work");
    let line = line.unwrap_or_else(|| panic!("{log}"));
    assert_eq!(line["fields"]["trace_id"], TRACE);
    assert_eq!(line["fields"]["actor"], "echo");
    assert_eq!(line["level"], "INFO");
}

#[test]
fn each_call_is_logged_with_its_names_if_asked_for() {
    let folder = with_both();
    let mut command = folder.command(&["run", "m.yaml", "--engine", "wasmi"]);
    command.env("RUST_LOG", "capwire::call=debug,capwire::http=debug");
    let mut host = Host::spawn(command);
    let (_, faulty) = (host.address(), host.address());
    get(&faulty);
    let log = host.logged(&["capwire::call", "status=500"]);
    let call = log.lines().find(|line| line.contains("capwire::call"));
    let call = call.unwrap_or_else(|| panic!("{log}"));
    let names = [
        r#"actor="faulty""#,
        r#"operation="HandleRequest""#,
        r#"outcome="actor""#,
    ];
    says(call, &names);
    says(
        call,
        &["request{", r#"path="/""#, "wascc:http_server (default)"],
    );
}
