//! Acknowledged writes are on disk: they survive `kill -9`, and the host synchronises them before
//! it acknowledges them.
//!
//! A kill alone cannot show the second part, because the system keeps the writes of a killed
//! process. So one test traces the host's system calls.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

use capwire_acceptance::{HTTP, RunningHost, STORE, Workshop, rounds};
use capwire_scaffold::skip;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

const CLIENTS: usize = 4;
/// The maximum time between the first acknowledgement and the kill, in milliseconds.
const LIFE: u64 = 300;

#[test]
fn on_wasmtime_nothing_acknowledged_is_lost_by_kills() {
    kills("wasmtime");
}

#[test]
fn on_wasmi_nothing_acknowledged_is_lost_by_kills() {
    kills("wasmi");
}

#[test]
fn an_acknowledged_write_was_synchronised_before() {
    if !strace_works() {
        return skip("strace does not work here");
    }
    let workshop = Workshop::new();
    let manifest = workshop.counter(&[HTTP, STORE]);
    let data = workshop.path().join("data");
    let trace = workshop.path().join("trace");
    let calls = "trace=fdatasync,fsync,pwrite64,read,recvfrom,write,writev,sendto";
    let host = RunningHost::start_traced((calls, &trace), &manifest, "wasmi", &data);
    let agent = ureq::Agent::new_with_defaults();
    assert_eq!(count(&agent, &format!("{}/first", host.url())).unwrap(), 1);
    assert_eq!(count(&agent, &format!("{}/traced", host.url())).unwrap(), 1);
    let (status, errors) = host.stop();
    assert!(status.success(), "{status}: {errors}");
    let trace = std::fs::read_to_string(trace).unwrap();
    let during = between(&trace, "\"GET /traced", "\"HTTP/1.1 200");
    assert!(
        is_written_and_synchronised(&during, ":traced", &data),
        "acknowledged before it was on disk:\n{}",
        during.join("\n")
    );
}

/// Kills the host in the midst of writing, again and again on the same data.
fn kills(engine: &str) {
    let workshop = Workshop::new();
    let manifest = workshop.counter(&[HTTP, STORE]);
    let data = workshop.path().join("data");
    let mut clients: Vec<Client> = (0..CLIENTS).map(Client::new).collect();
    for _ in 0..rounds() {
        let host = RunningHost::start(&manifest, engine, &data);
        write_until_killed(host, &mut clients);
    }
    let host = RunningHost::start(&manifest, engine, &data);
    for client in &mut clients {
        client
            .ask(&ureq::Agent::new_with_defaults(), host.url())
            .unwrap();
    }
    let acknowledged: u64 = clients.iter().map(|client| client.acknowledged).sum();
    eprintln!("{engine}: {} kills, {acknowledged} acknowledged", rounds());
}

/// Returns when there was an acknowledgement at least, and then a kill.
fn write_until_killed(host: RunningHost, clients: &mut [Client]) {
    let killed = AtomicBool::new(false);
    let (sender, acknowledgements) = mpsc::channel();
    thread::scope(|scope| {
        let url = host.url().to_owned();
        for client in clients {
            let (url, killed, sender) = (url.clone(), &killed, sender.clone());
            scope.spawn(move || client.keep_asking(&url, killed, &sender));
        }
        drop(sender);
        await_moment(&acknowledgements);
        killed.store(true, Ordering::SeqCst);
        host.kill();
    });
}

/// Returns at a random moment after the first acknowledgement, or when no client is left.
fn await_moment(acknowledgements: &Receiver<()>) {
    assert!(acknowledgements.recv().is_ok(), "nothing acknowledged");
    let moment = Instant::now() + Duration::from_millis(getrandom::u64().unwrap() % LIFE);
    let left = || moment.checked_duration_since(Instant::now());
    while left().is_some_and(|left| acknowledgements.recv_timeout(left).is_ok()) {}
}

/// One that counts under a path of its own, and keeps what it was told over the host's lives.
struct Client {
    path: String,
    /// The last answer.
    acknowledged: u64,
    /// Requests since then. The host may have counted them or not.
    unanswered: u64,
}

impl Client {
    fn new(number: usize) -> Self {
        Self {
            path: format!("/client-{number}"),
            acknowledged: 0,
            unanswered: 0,
        }
    }

    fn keep_asking(&mut self, url: &str, killed: &AtomicBool, acknowledged: &Sender<()>) {
        let agent = ureq::Agent::new_with_defaults();
        loop {
            match self.ask(&agent, url) {
                Ok(()) => acknowledged.send(()).ok(),
                Err(ureq::Error::StatusCode(code)) => panic!("answered {code}"),
                Err(_) if killed.load(Ordering::SeqCst) => return,
                Err(error) => panic!("the host lives, but: {error}"),
            };
        }
    }

    /// Fails the test if the answer shows that something acknowledged is missing, or that something
    /// was counted for which nobody asked.
    fn ask(&mut self, agent: &ureq::Agent, url: &str) -> Result<(), ureq::Error> {
        self.unanswered += 1;
        let answer = count(agent, &format!("{url}{}", self.path))?;
        let (least, most) = (self.acknowledged + 1, self.acknowledged + self.unanswered);
        assert!(
            (least..=most).contains(&answer),
            "{} has {answer}, not {least} to {most}",
            self.path
        );
        self.acknowledged = answer;
        self.unanswered = 0;
        Ok(())
    }
}

fn count(agent: &ureq::Agent, url: &str) -> Result<u64, ureq::Error> {
    let answer = agent.get(url).call()?.body_mut().read_to_string()?;
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    Ok(answer["counter"].as_u64().unwrap())
}

/// It may be absent, and where processes may not be traced it fails.
fn strace_works() -> bool {
    let mut strace = Command::new("strace");
    strace.args(["-D", "-f", "-o", "/dev/null", "true"]);
    let status = strace.stdout(Stdio::null()).stderr(Stdio::null()).status();
    cfg!(target_os = "linux") && status.is_ok_and(|status| status.success())
}

/// The lines of a trace after the first that contains `begin`, until the next that contains `end`.
fn between<'a>(trace: &'a str, begin: &str, end: &str) -> Vec<&'a str> {
    let mut lines = trace.lines().skip_while(|line| !line.contains(begin));
    assert!(lines.next().is_some(), "no {begin} in the trace:\n{trace}");
    let during: Vec<&str> = lines
        .by_ref()
        .take_while(|line| !line.contains(end))
        .collect();
    assert!(trace.contains(end), "no {end} in the trace:\n{trace}");
    during
}

/// Returns true if a write of `text` to a file in `data` is followed by a sync of the same
/// descriptor that returns 0.
fn is_written_and_synchronised(trace: &[&str], text: &str, data: &Path) -> bool {
    let data = data.to_str().unwrap();
    let calls = system_calls(trace);
    let syncs = |written: &SystemCall| {
        calls.iter().any(|call| {
            call.name.ends_with("sync")
                && call.descriptor == written.descriptor
                && call.result == "0"
                && call.begun > written.ended
        })
    };
    calls.iter().any(|call| {
        call.name == "pwrite64"
            && call.descriptor.contains(data)
            && call.text.contains(text)
            && !call.result.starts_with('-')
            && syncs(call)
    })
}

/// One line of a trace, or two if other threads made calls while this one lasted.
struct SystemCall {
    begun: usize,
    ended: usize,
    name: String,
    /// The number and the path, as `strace -y` prints them.
    descriptor: String,
    result: String,
    text: String,
}

/// The system calls that ended within `trace`, of lines such as
/// `7 fdatasync(11</data/store> <unfinished ...>` and `7 <... fdatasync resumed>) = 0`.
fn system_calls(trace: &[&str]) -> Vec<SystemCall> {
    let mut unfinished = BTreeMap::new();
    let mut calls = Vec::new();
    for (number, line) in trace.iter().enumerate() {
        let (thread, text) = line.split_once(' ').unwrap();
        if let Some(begin) = text.strip_suffix("<unfinished ...>") {
            unfinished.insert(thread, (number, begin));
            continue;
        }
        let (begun, text) = match text.split_once("resumed>") {
            None => (number, text.to_owned()),
            Some((_, end)) => match unfinished.remove(thread) {
                Some((begun, begin)) => (begun, format!("{begin}{end}")),
                None => continue,
            },
        };
        calls.extend(SystemCall::parse(begun, number, text));
    }
    calls
}

impl SystemCall {
    /// `None` for lines about something else, such as signals.
    fn parse(begun: usize, ended: usize, text: String) -> Option<Self> {
        let (name, arguments) = text.trim_start().split_once('(')?;
        let (_, result) = text.rsplit_once(" = ")?;
        let descriptor = arguments.split([',', ')']).next()?.trim_end();
        Some(Self {
            begun,
            ended,
            name: name.to_owned(),
            descriptor: descriptor.to_owned(),
            result: result.trim().to_owned(),
            text,
        })
    }
}
