//! `capwire swap` while calls of the old version run: what it reports, and how it ends.

use crate::asking::listing;
use crate::folder::{Ended, Folder, eventually, says};
use crate::host::{Host, get};
use crate::waiting::{failing_at_the_signal, signalling};
use serde_json::{Value, json};
use std::thread;

const BOTH: &str = "--cap wascc:http_server --cap wascc:keyvalue";

/// A host whose actor waits in a call, and `new.wasm`, which would end that.
struct Stage {
    folder: Folder,
    address: String,
    _host: Host,
    waiting: thread::JoinHandle<String>,
}

impl Stage {
    fn new() -> Self {
        let folder = Folder::new();
        folder.signed(&signalling(), "echo", &format!("{BOTH} --rev 2"));
        std::fs::rename(folder.path("echo.wasm"), folder.path("new.wasm")).unwrap();
        folder.signed(&failing_at_the_signal(), "echo", &format!("{BOTH} --rev 1"));
        let server = crate::run::http("echo");
        let store = "{ actor: echo, capability: 'wascc:keyvalue' }";
        let manifest =
            format!("limits: {{ cpu: 1m }}\nactors: [echo.wasm]\nbindings: [{server}, {store}]\n");
        folder.write("m.yaml", manifest);
        let mut host = Host::start(&folder, "run m.yaml --engine wasmi");
        let address = host.address();
        let asked = address.clone();
        let waiting = thread::spawn(move || get(&asked));
        eventually("the call has begun", || {
            listing(&folder)["actors"][0]["instances"]["busy"] == 1
        });
        Self {
            folder,
            address,
            _host: host,
            waiting,
        }
    }
}

#[test]
fn a_swap_drops_a_call_that_takes_too_long_and_reports_it_in_json() {
    let stage = Stage::new();
    let ended = stage.folder.run("swap echo new.wasm --drain 50ms --json");
    assert_eq!(ended.code, Some(1), "{ended:?}");
    says(&ended.stderr, &["the new version runs", "1 call"]);
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(report["dropped"], 1);
    assert_eq!(report["old"]["dropped"], 1);
    assert_eq!(report["new_revision"], 2);
    says(&get(&stage.address), &["200", "signalled"]);
    says(&stage.waiting.join().unwrap(), &["HTTP/1.1 503"]);
}

#[test]
fn a_call_that_fails_during_a_swap_is_reported_as_failed() {
    let stage = Stage::new();
    let (folder, address) = (&stage.folder, &stage.address);
    let ended: Ended = thread::scope(|scope| {
        let swap = scope.spawn(|| folder.run("swap echo new.wasm --json"));
        eventually("the new version has taken over", || {
            listing(folder)["actors"][0]["generation"] == 2
        });
        says(&get(address), &["200", "signalled"]);
        swap.join().unwrap()
    });
    // Nobody took it away: it failed by itself, which is not for the swap to judge.
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    let failed = json!({ "served": 0, "failed": 1, "dropped": 0, "abandoned": 0 });
    assert_eq!((&report["old"], &report["dropped"]), (&failed, &json!(0)));
    says(&stage.waiting.join().unwrap(), &["HTTP/1.1 500"]);
}
