//! A host applies its manifest at SIGHUP.

use crate::apply::{running, server, with_actors, write};
use crate::folder::says;
use crate::host::{Host, get};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

fn hang_up(host: &Host) {
    let pid = Pid::from_raw(i32::try_from(host.pid()).unwrap());
    kill(pid, Signal::SIGHUP).unwrap();
}

#[test]
fn a_hangup_applies_the_manifest() {
    let folder = with_actors(&["one", "two"]);
    write(&folder, "one.wasm", &[server("one", "PORT: 0")]);
    let mut host = Host::start(&folder, "run m.yaml --engine wasmi");
    let address = host.address();
    host.logged(&["running; Ctrl-C stops"]);
    write(&folder, "one.wasm", &[server("one", "PORT: 99999")]);
    hang_up(&host);
    host.logged(&["the manifest was not applied: m.yaml:3:", "PORT"]);
    says(&get(&address), &["one"]);
    write(&folder, "one.wasm, two.wasm", &[server("one", "PORT: 0")]);
    hang_up(&host);
    host.logged(&["applied the manifest added=1 changed=0 removed=0"]);
    assert_eq!(running(&folder).len(), 2);
}

#[test]
fn a_host_for_development_ends_with_its_terminal() {
    let folder = with_actors(&["one"]);
    write(&folder, "one.wasm", &[server("one", "PORT: 0")]);
    let mut host = Host::start(&folder, "run m.yaml --engine wasmi --dev");
    host.address();
    host.logged(&["running; Ctrl-C stops"]);
    hang_up(&host);
    assert_eq!(host.ended().code(), None, "the signal has ended it");
}
