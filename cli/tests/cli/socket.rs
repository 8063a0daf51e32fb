//! The control socket, and those who misuse it.

use crate::asking::{listing, serve};
use crate::folder::says;
use crate::run::with_echo;
use nix::sys::signal::Signal;
use serde_json::json;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

/// Sends `bytes` to the host at `socket`, and returns its answer.
fn answer(socket: &Path, bytes: &[u8]) -> String {
    let mut stream = UnixStream::connect(socket).unwrap();
    // A host that has heard enough does not listen to the end.
    stream.write_all(bytes).ok();
    stream.shutdown(Shutdown::Write).ok();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok();
    answer
}

#[test]
fn only_its_owner_can_reach_the_control_socket() {
    let folder = with_echo();
    let (host, _) = serve(&folder, "");
    let socket = folder.sockets().join(format!("{}.sock", host.pid()));
    assert_eq!((mode(&folder.sockets()), mode(&socket)), (0o700, 0o600));
}

#[test]
fn a_folder_that_others_can_look_into_is_not_trusted() {
    let folder = with_echo();
    std::fs::create_dir(folder.sockets()).unwrap();
    let open = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(folder.sockets(), open).unwrap();
    let (host, _) = serve(&folder, "");
    host.logged(&["cannot listen for commands", "chmod 700"]);
    says(&folder.fail("ps", 1), &["cannot be trusted", "chmod 700"]);
    assert_eq!(host.stop(Signal::SIGTERM).0.code(), Some(0));
}

#[test]
fn malformed_control_requests_are_refused_and_the_host_goes_on() {
    let folder = with_echo();
    let (host, _) = serve(&folder, "");
    let socket = folder.sockets().join(format!("{}.sock", host.pid()));
    let swap = |bytes: u64| {
        let ask = json!({ "swap": {
            "actor": "echo", "module_bytes": bytes, "allow_wider": true, "health_check": false,
        } });
        format!("{}\n", json!({ "version": 1, "ask": ask }))
    };
    assert_eq!(answer(&socket, b""), "");
    says(&answer(&socket, b"\n"), &["malformed"]);
    says(&answer(&socket, b"\xff\0[[[\n"), &["malformed"]);
    says(
        &answer(&socket, b"{\"version\":7,\"ask\":\"list\"}\n"),
        &["version 1", "not 7"],
    );
    assert_eq!(
        answer(&socket, &vec![b'x'; 1 << 20]),
        "",
        "a line without an end"
    );
    says(
        &answer(&socket, swap(u64::MAX).as_bytes()),
        &["more than the limit of"],
    );
    says(
        &answer(&socket, format!("{}abc", swap(100)).as_bytes()),
        &["3 of 100 bytes"],
    );
    assert_eq!(listing(&folder)["actors"][0]["generation"], 1);
}

#[test]
fn idle_connections_to_the_control_socket_make_room_x4() {
    let folder = with_echo();
    let (host, _) = serve(&folder, "");
    let socket = folder.sockets().join(format!("{}.sock", host.pid()));
    let idle = (0..40).map(|number| {
        let mut stream = UnixStream::connect(&socket).unwrap();
        // Half of them begin a request. Some have given way already.
        stream.write_all(&b"{\"ver"[..number % 2 * 5]).ok();
        stream
    });
    let idle: Vec<UnixStream> = idle.collect();
    let asked = Instant::now();
    assert_eq!(listing(&folder)["actors"][0]["name"], "echo");
    // The idle ones have a minute.
    assert!(asked.elapsed() < Duration::from_secs(30));
    drop(idle);
    assert_eq!(host.stop(Signal::SIGTERM).0.code(), Some(0));
}

#[test]
fn the_next_host_removes_the_socket_of_a_killed_one() {
    let folder = with_echo();
    let (killed, _) = serve(&folder, "");
    let left = folder.sockets().join(format!("{}.sock", killed.pid()));
    killed.stop(Signal::SIGKILL);
    assert!(left.exists());
    says(&folder.fail("ps", 1), &["no host is running"]);
    let (host, _) = serve(&folder, "");
    assert!(!left.exists());
    assert_eq!(listing(&folder)["pid"], json!(host.pid()));
}

#[test]
fn the_control_socket_can_be_elsewhere_but_not_at_another_hosts_path() {
    let folder = with_echo();
    let (_host, _) = serve(&folder, "--control my.sock");
    assert_eq!(mode(&folder.path("my.sock")), 0o600);
    says(&folder.fail("ps", 1), &["no host is running"]);
    says(&folder.succeed("ps --host ./my.sock"), &["echo"]);
    let second = folder.fail("run m.yaml --engine wasmi --control my.sock", 1);
    says(&second, &["my.sock", "another host listens there"]);
    folder.write("notes.txt", "dear diary");
    folder.fail("run m.yaml --engine wasmi --control notes.txt", 1);
    assert_eq!(folder.read("notes.txt"), b"dear diary");
    says(&folder.succeed("ps --host ./my.sock"), &["echo"]);
}
