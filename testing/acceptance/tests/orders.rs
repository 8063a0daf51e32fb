//! Orders go as messages from a desk to workers, on each engine, and from host to host.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use capwire_acceptance::{Actor, HTTP, RunningHost, STORE, Workshop, engines, guest};
use capwire_nats_server::Own;
use capwire_scaffold::{eventually, set_by_xtask};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
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

/// A subject that the claims do not name is denied, to senders and to receivers.
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

/// Another program on the NATS server, which speaks its protocol.
struct Program(BufReader<TcpStream>);

impl Program {
    /// Connects, and subscribes to `subject`.
    fn listening(subject: &str) -> Self {
        let url = set_by_xtask("CAPWIRE_NATS_URL");
        let address = url.trim_start_matches("nats://");
        let mut program = Self(BufReader::new(TcpStream::connect(address).unwrap()));
        program.send(&format!("CONNECT {{}}\r\nSUB {subject} 1\r\nPING\r\n"));
        program.hears("PONG");
        program
    }

    fn send(&mut self, text: &str) {
        self.0.get_mut().write_all(text.as_bytes()).unwrap();
    }

    /// Reads until a line begins with `start`.
    fn hears(&mut self, start: &str) {
        let mut line = String::new();
        while !line.starts_with(start) {
            line.clear();
            assert_ne!(self.0.read_line(&mut line).unwrap(), 0, "no `{start}`");
        }
    }
}

/// Starts a host with one actor, whose messages go over the NATS server.
fn on_nats(workshop: &Workshop, actor: &Actor, more: &[(&Actor, &str, &str)]) -> RunningHost {
    let url = set_by_xtask("CAPWIRE_NATS_URL");
    let values = format!("{{ URL: \"{url}\", SUBSCRIPTION: \"{}.*\" }}", actor.name);
    let own = [(actor, MESSAGING, &*values)];
    with_nats(workshop, actor, &[&own, more].concat())
}

/// Starts a host with one actor, whose bindings of `wascc:messaging` name a NATS server. One can be called `questions`.
fn with_nats(workshop: &Workshop, actor: &Actor, bindings: &[(&Actor, &str, &str)]) -> RunningHost {
    let own = [(actor, HTTP, "{ PORT: \"0\" }")];
    let manifest = workshop.manifest(&[actor], &[&own, bindings].concat());
    let text = fs::read_to_string(&manifest).unwrap();
    let provider = "  - builtin: messaging-nats\n";
    let other = format!("{provider}    binding_name: questions\n");
    fs::write(&manifest, format!("{text}capabilities:\n{provider}{other}")).unwrap();
    RunningHost::start(&manifest, "wasmi", &workshop.path().join(&actor.name))
}

#[test]
fn orders_go_from_host_to_host_and_from_other_programs_over_nats() {
    let workshop = Workshop::new();
    let module = guest("orders.wasm");
    let desk = workshop.sign(&module, "desk", &[HTTP, MESSAGING]);
    let worker = workshop.sign(&module, "orders", &[HTTP, MESSAGING, STORE]);
    let workers = on_nats(&workshop, &worker, &[(&worker, STORE, "{}")]);
    let desks = on_nats(&workshop, &desk, &[]);
    let mut program = Program::listening("orders.new");
    program.send("PUB orders.new 3\r\ntea\r\n");
    for _ in 0..3 {
        assert_eq!(order(&desks, "tea"), 202);
    }
    let all = (200, "4".to_owned());
    eventually("all orders are counted", || count(&desks, "tea") == all);
    for _ in 0..4 {
        program.hears("MSG orders.new 1");
    }
    stop(workers);
    assert_eq!(count(&desks, "tea").0, 503, "nobody subscribes any more");
    stop(desks);
}

/// A stream keeps each order that was accepted until the worker has handled it, also while no worker runs.
#[test]
fn orders_in_a_stream_survive_the_hosts_of_workers() {
    const KILLS: u32 = 2;
    const ORDERS: u32 = 10;
    let server = Own::with_jetstream();
    let workshop = Workshop::new();
    let module = guest("orders.wasm");
    let desk = workshop.sign(&module, "desk", &[HTTP, MESSAGING]);
    let worker = workshop.sign(&module, "orders", &[HTTP, MESSAGING, STORE]);
    let values = |more: &str| format!("{{ URL: \"{}\", {more} }}", server.url());
    let new = values("STREAM: orders, SUBSCRIPTION: orders.new, ACK_WAIT: 1s");
    let questions = values("SUBSCRIPTION: orders.count") + "\n    binding: questions";
    let bindings = [
        (&worker, MESSAGING, &*new),
        (&worker, MESSAGING, &*questions),
        (&worker, STORE, "{}"),
    ];
    let mut workers = with_nats(&workshop, &worker, &bindings);
    let sends = values("STREAM: orders");
    let desks = with_nats(&workshop, &desk, &[(&desk, MESSAGING, &*sends)]);
    for _ in 0..KILLS {
        for _ in 0..ORDERS {
            assert_eq!(order(&desks, "tea"), 202);
        }
        workers.kill();
        for _ in 0..ORDERS {
            assert_eq!(order(&desks, "tea"), 202);
        }
        workers = with_nats(&workshop, &worker, &bindings);
    }
    let accepted = KILLS * 2 * ORDERS;
    eventually("all orders are counted", || match count(&desks, "tea") {
        // One that was handled when its host was killed may count twice.
        (200, counted) => counted.parse::<u32>().unwrap() >= accepted,
        _ => false,
    });
    stop(workers);
    stop(desks);
}
