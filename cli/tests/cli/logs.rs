//! `capwire run`: its log cannot fill a disk, and nothing waits for it.

use crate::folder::{Folder, eventually, says};
use crate::host::{Host, get};
use crate::modules::{trapping_after, web, web_that_logs};
use crate::run::http;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs::File;
use std::io::Write;
use std::net::TcpStream;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// The most that one source may log in a minute, in bytes.
const MEBIBYTE: usize = 1 << 20;
/// A test that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(100);

/// A folder with the actors `loud`, which logs 2.4 MB for each request, `failing`, and `honest`.
fn with_attackers() -> Folder {
    let folder = Folder::new();
    let both = "--cap wascc:http_server --cap wascc:logging";
    folder.signed(&web_that_logs(300, &"x".repeat(9_000)), "loud", both);
    let failing = trapping_after(&"y".repeat(3_900));
    folder.signed(&failing, "failing", "--cap wascc:http_server");
    folder.signed(&web("hello"), "honest", "--cap wascc:http_server");
    let servers = ["loud", "failing", "honest"].map(http).join("\n  - ");
    let logging = r#"{ actor: loud, capability: "wascc:logging" }"#;
    // Unoptimised, the log takes a large part of the usual CPU time, and all of it on a busy machine.
    let manifest = format!(
        "actors:\n  - {{ path: loud.wasm, limits: {{ cpu: 20s }} }}\n  - failing.wasm\n  - honest.wasm\nbindings:\n  - {servers}\n  - {logging}\n"
    );
    folder.write("m.yaml", manifest);
    folder
}

/// Returns the number of requests of an attack.
fn requests() -> usize {
    match std::env::var("CAPWIRE_ATTACKS").as_deref() {
        Ok("all") => 2_000,
        _ => 100,
    }
}

/// Returns the size of the lines with `part`.
fn size(log: &str, part: &str) -> usize {
    let lines = log.lines().filter(|line| line.contains(part));
    lines.map(|line| line.len() + 1).sum()
}

#[test]
fn three_attacks_on_the_log_write_little_and_are_counted_n6() {
    let folder = with_attackers();
    let log = folder.path("log");
    let command = folder.command(&["run", "m.yaml", "--engine", "wasmi"]);
    let mut host = Host::spawn_into(command, File::create(&log).unwrap());
    let (loud, failing, honest) = (host.address(), host.address(), host.address());
    says(&get(&loud), &["HTTP/1.1 200"]);
    for _ in 0..requests() {
        says(&get(&failing), &["HTTP/1.1 500"]);
        // With bytes that nobody reads, the connection is reset when it is dropped.
        let mut reset = TcpStream::connect(&honest).unwrap();
        reset
            .write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            .unwrap();
    }
    says(&get(&honest), &["HTTP/1.1 200"]);
    assert_eq!(host.stop(Signal::SIGTERM).0.code(), Some(0));
    let log = String::from_utf8(std::fs::read(log).unwrap()).unwrap();
    let keys = ["loud.nk", "failing.nk", "honest.nk"].map(|key| folder.key_of(key).to_string());
    for key in &keys {
        let size = size(&log, key);
        assert!(size <= MEBIBYTE, "{key}: {size}");
        says(&log, &["actor stopped", key]);
    }
    let counts = log.lines().filter(|line| line.contains("lines left out"));
    let counts: Vec<&str> = counts.collect();
    for actor in ["loud", "failing"] {
        let counted = counts.iter().any(|line| line.contains(actor));
        assert!(counted, "{actor}: {counts:?}");
    }
}

#[test]
fn an_actor_that_fails_all_the_time_does_not_silence_the_failure_of_another_n6() {
    let folder = Folder::new();
    let failing = trapping_after(&"y".repeat(3_900));
    for name in ["failing", "unlucky"] {
        folder.signed(&failing, name, "--cap wascc:http_server");
    }
    let servers = ["failing", "unlucky"].map(http).join("\n  - ");
    let manifest = format!("actors: [failing.wasm, unlucky.wasm]\nbindings:\n  - {servers}\n");
    folder.write("m.yaml", manifest);
    let mut host = Host::start(&folder, "run m.yaml --engine wasmi");
    let (failing, unlucky) = (host.address(), host.address());
    for _ in 0..requests() {
        says(&get(&failing), &["HTTP/1.1 500"]);
    }
    says(&get(&unlucky), &["HTTP/1.1 500"]);
    eventually("the failure is in the log", || {
        host.errors().contains("capwire::fault: unlucky (")
    });
    assert_eq!(host.stop(Signal::SIGTERM).0.code(), Some(0));
}

#[test]
fn a_host_whose_log_nobody_reads_works_on_n7() {
    let folder = with_attackers();
    let (reader, mut writer) = std::io::pipe().unwrap();
    // The pipe is full before the first line.
    writer.write_all(&[b'.'; 64 << 10]).unwrap();
    let mut command = folder.command(&["run", "m.yaml", "--engine", "wasmi"]);
    command.stderr(writer);
    let mut host = Host::unread(command);
    let pid = Pid::from_raw(i32::try_from(host.pid()).unwrap());
    let (done, hangs) = mpsc::channel::<()>();
    let watching = thread::spawn(move || {
        if hangs.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
            kill(pid, Signal::SIGKILL).unwrap();
        }
    });
    let (loud, failing, honest) = (host.address(), host.address(), host.address());
    says(&get(&loud), &["HTTP/1.1 200"]);
    says(&get(&failing), &["HTTP/1.1 500"]);
    says(&get(&honest), &["HTTP/1.1 200"]);
    says(&folder.succeed("ps"), &["loud", "honest"]);
    assert_eq!(host.stop(Signal::SIGTERM).0.code(), Some(0));
    drop((done, reader));
    watching.join().unwrap();
}
