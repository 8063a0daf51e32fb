//! `capwire swap`

use crate::asking::{listing, serve};
use crate::folder::{Folder, says};
use crate::host::{Host, get};
use crate::modules::web;
use serde_json::{Value, json};

const CAP: &str = "--cap wascc:http_server";

/// A folder with the first revision of `echo`, and its second one in `new.wasm`.
fn with_two_revisions() -> Folder {
    let folder = Folder::new();
    folder.signed(&web("second"), "echo", &format!("{CAP} --rev 2"));
    rename(&folder, "new.wasm");
    folder.signed(&web("first"), "echo", &format!("{CAP} --rev 1"));
    folder
}

fn rename(folder: &Folder, name: &str) {
    std::fs::rename(folder.path("echo.wasm"), folder.path(name)).unwrap();
}

#[test]
fn a_newer_revision_takes_over_where_the_old_one_served() {
    let folder = with_two_revisions();
    let (_host, address) = serve(&folder, "");
    says(&get(&address), &["first"]);
    let told = folder.succeed("swap echo new.wasm");
    says(
        &told,
        &["echo: revision 2 has taken over from 1", "dropped: 0"],
    );
    says(&get(&address), &["second"]);
    let listing = listing(&folder);
    let actor = &listing["actors"][0];
    assert_eq!(
        (&actor["revision"], &actor["generation"]),
        (&json!(2), &json!(2))
    );
    assert_eq!(actor["calls"]["served"], 2);
    assert_eq!(
        actor["bindings"][0]["endpoints"],
        json!([format!("http://{address}")])
    );
}

#[test]
fn the_new_version_has_the_limits_of_the_old_one() {
    let folder = with_two_revisions();
    folder.write(
        "m.yaml",
        "limits: { cpu: 1500us, calls_per_instance: 9 }
actors: [{ path: echo.wasm, limits: { memory: 1MiB, message: 3KiB, deadline: 5s, queue: 7, instances: 2 } }]
bindings: [{ actor: echo, capability: 'wascc:http_server', values: { PORT: 0 } }]
",
    );
    let mut host = Host::start(&folder, "run m.yaml --engine wasmi");
    let address = host.address();
    let limits = json!({
        "memory_bytes": 1 << 20, "message_bytes": 3 << 10, "table_elements": 100_000,
        "stack_bytes": 512 << 10, "slice_us": 1_000, "cpu_us": 1_500, "deadline_us": 5_000_000,
        "start_deadline_us": 5_000_000, "calls_per_instance": 9, "queue": 7,
    });
    let told = |generation| {
        let actor = &listing(&folder)["actors"][0];
        assert_eq!(actor["generation"], generation);
        assert_eq!(actor["limits"], limits);
        assert_eq!(actor["instances"]["limit"], 2);
    };
    told(1);
    folder.succeed("swap echo new.wasm");
    told(2);
    says(&get(&address), &["second"]);
}

#[test]
fn swap_prints_its_report_as_json() {
    let folder = with_two_revisions();
    let (_host, _) = serve(&folder, "");
    let key = folder.key_of("echo.nk").to_string();
    let told = folder.succeed(&format!("swap {key} new.wasm --json"));
    let told: Value = serde_json::from_str(&told).unwrap();
    let none = json!({ "served": 0, "failed": 0, "dropped": 0, "abandoned": 0 });
    assert_eq!(
        told,
        json!({
            "name": "echo", "key": key, "generation": 2, "old_revision": 1, "new_revision": 2,
            "old": none, "new": none, "dropped": 0, "canary": null, "wider": [], "ended_bindings": [],
            "not_kept": null,
        })
    );
}

#[test]
fn a_refused_swap_leaves_the_old_version_running() {
    let folder = with_two_revisions();
    let (_host, address) = serve(&folder, "");
    let refused = |arguments: &str, says_why: &[&str]| {
        says(&folder.fail(&format!("swap {arguments}"), 1), says_why);
        says(&get(&address), &["first"]);
        assert_eq!(listing(&folder)["actors"][0]["generation"], 1);
    };
    folder.signed(&web("other"), "other", &format!("{CAP} --rev 9"));
    refused("echo other.wasm", &["another actor", "--subject"]);
    refused(
        "ehco new.wasm",
        &["no actor `ehco`", "did you mean `echo`?"],
    );
    folder.signed(&web("second"), "echo", &format!("{CAP} --rev 1"));
    refused("echo echo.wasm", &["running revision 1", "--rev"]);
    folder.signed(
        &web("second"),
        "echo",
        &format!("{CAP} --cap wascc:keyvalue --rev 2"),
    );
    refused("echo echo.wasm", &["claims more", "wascc:keyvalue"]);
    folder.signed(b"\0asm\x01\0\0\0", "echo", &format!("{CAP} --rev 2"));
    refused("echo echo.wasm", &["cannot be compiled"]);
    let mut changed = folder.read("new.wasm");
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    folder.write("changed.wasm", changed);
    refused("echo changed.wasm", &["refused"]);
    folder.write("empty.wasm", "");
    refused("echo empty.wasm", &["refused"]);
    std::fs::remove_file(folder.path("account.nk")).unwrap();
    folder.signed(&web("second"), "echo", &format!("{CAP} --rev 2"));
    refused("echo echo.wasm", &["same account"]);
    says(&folder.fail("swap echo missing.wasm", 2), &["missing.wasm"]);
}

#[test]
fn wider_claims_take_over_only_when_that_is_allowed() {
    let folder = with_two_revisions();
    let (_host, address) = serve(&folder, "");
    folder.signed(
        &web("wider"),
        "echo",
        &format!("{CAP} --cap wascc:keyvalue --rev 2"),
    );
    let told = folder.succeed("swap echo echo.wasm --allow-wider");
    says(&told, &["may do more: wascc:keyvalue"]);
    says(&get(&address), &["wider"]);
}

#[test]
fn a_version_that_claims_less_loses_its_bindings() {
    let folder = with_two_revisions();
    let (_host, address) = serve(&folder, "");
    folder.signed(&web("silent"), "echo", "--rev 2");
    let told = folder.succeed("swap echo echo.wasm --health-check");
    says(&told, &["not bound any more: wascc:http_server"]);
    assert!(std::net::TcpStream::connect(address).is_err());
}
