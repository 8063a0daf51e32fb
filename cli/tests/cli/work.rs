//! Work that an actor causes in the key-value store, and the end of a host that works.

use crate::folder::{Folder, eventually, says};
use crate::host::{Host, get};
use crate::run::http;
use crate::waiting::{failing_at_the_signal, intersecting};
use capwire::provider::{Binding, BindingId, Config, Provider};
use capwire::providers::KeyValueEmbedded;
use capwire_contracts_suite::Nobody;
use capwire_contracts_suite::keyvalue::Client;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

const BOTH: &str = "--cap wascc:http_server --cap wascc:keyvalue";

/// The members of the set, and the repetitions of its key in a request: small here, and the size of
/// the attack with `CAPWIRE_REQUESTS=50000`.
fn size() -> (usize, usize) {
    let requests = std::env::var("CAPWIRE_REQUESTS").ok();
    match requests.and_then(|requests| requests.parse().ok()) {
        Some(50_000..) => (48_000, 3_800_000),
        _ => (1_000, 200_000),
    }
}

#[test]
fn repeated_keys_of_a_flood_leave_the_host_as_it_was_w1_w2() {
    let (members, keys) = size();
    let folder = Folder::new();
    folder.signed(&intersecting(keys), "flood", BOTH);
    fill(&folder, members);
    let store = "{ actor: flood, capability: 'wascc:keyvalue' }";
    let actor = "{ path: flood.wasm, limits: { instances: 2, cpu: 1m } }";
    let server = http("flood");
    let manifest = format!("actors: [{actor}]\nbindings: [{server}, {store}]\n");
    folder.write("m.yaml", manifest);
    let mut host = Host::start(&folder, "run m.yaml --engine wasmi");
    let address = host.address();
    says(&get(&address), &["HTTP/1.1 200"]);
    let (threads, memory) = usage(&host);
    for _ in 0..6 {
        let mut stream = TcpStream::connect(&address).unwrap();
        write!(stream, "GET / HTTP/1.1\r\nhost: {address}\r\n\r\n").unwrap();
    }
    says(&get(&address), &["HTTP/1.1 200"]);
    let (threads_after, memory_after) = usage(&host);
    // The pool of reads, and the threads of instances, for each core.
    let cores = std::thread::available_parallelism().unwrap().get();
    assert!(
        threads_after <= threads + 8 * cores,
        "{threads} threads became {threads_after}"
    );
    assert!(
        memory_after <= memory + (64 << 10),
        "{memory} KiB became {memory_after}"
    );
    assert_eq!(host.stop(Signal::SIGTERM).0.code(), Some(0));
}

#[test]
fn a_second_sigterm_ends_a_host_that_works_at_once_w1() {
    let folder = Folder::new();
    folder.signed(&failing_at_the_signal(), "busy", BOTH);
    let store = "{ actor: busy, capability: 'wascc:keyvalue' }";
    let actor = "{ path: busy.wasm, limits: { cpu: 10m, deadline: 10m } }";
    let manifest = format!("actors: [{actor}]\nbindings: [{}, {store}]\n", http("busy"));
    folder.write("m.yaml", manifest);
    let mut host = Host::start(&folder, "run m.yaml --engine wasmi");
    let address = host.address();
    let mut waiting = TcpStream::connect(&address).unwrap();
    write!(waiting, "GET / HTTP/1.1\r\nhost: {address}\r\n\r\n").unwrap();
    eventually("the call has begun", || {
        crate::asking::listing(&folder)["actors"][0]["instances"]["busy"] == 1
    });
    let pid = Pid::from_raw(i32::try_from(host.pid()).unwrap());
    kill(pid, Signal::SIGTERM).unwrap();
    eventually("the host has begun to stop", || {
        TcpStream::connect(&address).is_err()
    });
    let begun = Instant::now();
    let (status, _) = host.stop(Signal::SIGTERM);
    assert_eq!(status.code(), Some(1));
    // The drain time is 8 s, and the call would go on for longer.
    assert!(begun.elapsed() < Duration::from_secs(8));
}

/// The threads of the host, and its memory in KiB.
fn usage(host: &Host) -> (usize, usize) {
    let status = std::fs::read_to_string(format!("/proc/{}/status", host.pid())).unwrap();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let number = line.and_then(|line| line.split_whitespace().next());
        number.unwrap().parse().unwrap()
    };
    (field("Threads:"), field("VmRSS:"))
}

/// Writes a set of so many members for the actor of `flood.wasm`.
fn fill(folder: &Folder, members: usize) {
    let directory = folder.path(".capwire/keyvalue/default");
    let id = BindingId {
        actor: folder.key_of("flood.nk").to_string(),
        name: "default".to_owned(),
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = Arc::new(KeyValueEmbedded::open(directory).unwrap());
        let (config, actor) = (Config::default(), Arc::new(Nobody));
        let binding = Binding {
            id: id.clone(),
            config,
            actor,
        };
        store.bind(binding).await.unwrap();
        let mut writes = tokio::task::JoinSet::new();
        for member in 0..members {
            let (store, id) = (Arc::clone(&store), id.clone());
            writes.spawn(async move {
                let actor = Client::new(&*store, id);
                actor.set_add("", &member.to_string()).await.unwrap();
            });
        }
        writes.join_all().await;
    });
}
