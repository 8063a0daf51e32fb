//! `capwire run`: clients that open many connections, and do not read or send.

use crate::authority::chain;
use crate::folder::{Folder, eventually, says};
use crate::host::{Host, get, get_with};
use nix::sys::signal::Signal;
use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// The time for a revocation to take effect.
const REVOKED: Duration = Duration::from_secs(2);

/// The size of an attack: the host's limit of descriptors, and the number of connections.
fn size() -> (u32, usize) {
    match is_full() {
        true => (256, 600),
        false => (64, 100),
    }
}

fn is_full() -> bool {
    std::env::var("CAPWIRE_ATTACKS").as_deref() == Ok("all")
}

/// Starts a host with few descriptors, trust files and metrics. Returns its servers, too.
fn host(folder: &Folder, descriptors: u32) -> (Host, String, String) {
    folder.write(
        "manifest.yaml",
        "actors: [counter.signed.wasm]
bindings: [{ actor: counter, capability: 'wascc:http_server', values: { PORT: 0 } }]
",
    );
    folder.succeed("token revocations -o list.jwt --number 1");
    let run = "run manifest.yaml --engine wasmi --metrics 127.0.0.1:0 \
        --trust operator.jwt --accounts accounts --revocations list.jwt";
    let command = folder.with_descriptors(descriptors, run);
    let mut host = Host::spawn(command);
    let line = host.line();
    let metrics = line.trim_end().strip_prefix("metrics http://");
    let metrics = metrics.and_then(|url| url.strip_suffix("/metrics"));
    let metrics = metrics.unwrap_or_else(|| panic!("{line} {}", host.errors()));
    let address = host.address();
    (host, metrics.to_owned(), address)
}

#[test]
fn a_host_full_of_idle_connections_revokes_and_answers_c1() {
    let (descriptors, connections) = size();
    let folder = chain();
    let (host, metrics, address) = host(&folder, descriptors);
    let idle = (0..connections).map(|number| {
        let mut stream = TcpStream::connect(&address).unwrap();
        // Half of them send a part of a request. Some have given way already.
        stream.write_all(&b"GET / HTTP"[..number % 2 * 5]).ok();
        stream
    });
    let idle: Vec<TcpStream> = idle.collect();
    says(&get(&address), &["HTTP/1.1 200", "hello"]);
    says(&folder.succeed("ps"), &["counter"]);
    let page = get_with(&metrics, "/metrics", "accept: */*");
    says(&page, &["HTTP/1.1 200", "capwire_calls_total"]);

    let account = folder.key_of("keys/account.nk");
    let revoke = format!("token revocations -o list.jwt --number 2 --revoke-key {account}");
    folder.succeed(&revoke);
    let revoked = Instant::now();
    eventually("it is stopped", || TcpStream::connect(&address).is_err());
    let taken = revoked.elapsed();
    assert!(taken <= REVOKED || !is_full(), "{taken:?}");
    host.logged(&["no longer trusted", "actor stopped"]);
    assert!(!host.errors().contains("Too many open files"));
    assert_eq!(host.stop(Signal::SIGTERM).0.code(), Some(0));
    drop(idle);
}
