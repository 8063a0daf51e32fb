//! Actors that act for others, which may do less: `chain` in manifests and policies.

use crate::folder::{Folder, eventually, says};
use crate::host::{Host, get};
use crate::modules::{forwarding, web_that_logs};
use serde_json::Value;

/// A folder with `front`, which passes requests on to `vault`, which writes to the log.
fn office() -> Folder {
    let folder = Folder::new();
    let server = "--cap wascc:http_server";
    folder.signed(
        &web_that_logs(1, "deposited"),
        "vault",
        "--cap wascc:logging",
    );
    let vault = folder.key_of("vault.nk");
    let front = forwarding("vault", "HandleRequest");
    folder.signed(&front, "front", &format!("{server} --cap {vault}"));
    folder
}

/// Writes a manifest with these lines, and these keys of `vault`.
fn manifest(folder: &Folder, line: &str, keys: &str) {
    let actors = format!("actors: [front.wasm, {{ path: vault.wasm, alias: vault{keys} }}]\n");
    let bindings = "bindings:
  - { actor: front, capability: 'wascc:http_server', values: { PORT: 0 } }
  - { actor: vault, capability: 'wascc:logging' }\n";
    folder.write("m.yaml", format!("{line}{actors}{bindings}"));
}

fn count(host: &Host, text: &str) -> usize {
    host.errors().matches(text).count()
}

#[test]
fn a_deputy_does_no_more_than_its_caller_may_unless_it_is_a_service() {
    let folder = office();
    manifest(&folder, "", "");
    let mut host = Host::start(&folder, "run m.yaml --engine wasmi");
    let address = host.address();
    says(&get(&address), &["HTTP/1.1 200"]);
    host.logged(&["deposited"]);
    assert_eq!((count(&host, "deposited"), count(&host, "denied")), (1, 0));

    manifest(&folder, "chain: shrink\n", "");
    says(
        &folder.succeed("apply"),
        &["~ actor front: options", "~ actor vault: options"],
    );
    says(&get(&address), &["HTTP/1.1 200"]);
    let front = folder.key_of("front.nk").to_string();
    host.logged(&[
        "denied",
        &format!("it acts for {front}"),
        "if it is a service",
    ]);
    assert_eq!(count(&host, "deposited"), 1);

    manifest(&folder, "chain: shrink\n", ", chain: own");
    folder.succeed("apply");
    says(&get(&address), &["HTTP/1.1 200"]);
    eventually("the service acts again", || count(&host, "deposited") == 2);
}

#[test]
fn a_policy_can_ask_for_it_and_a_manifest_cannot_take_it_back() {
    let folder = office();
    manifest(&folder, "", ", chain: own");
    folder.write("policy.yaml", "everyone: { chain: shrink }\n");
    let mut host = Host::start(&folder, "run m.yaml --engine wasmi --policy policy.yaml");
    get(&host.address());
    host.logged(&["denied", "it acts for"]);
    assert_eq!(count(&host, "deposited"), 0);
    folder.write("policy.yaml", "everyone: { chain: shrinks }\n");
    let error = folder.fail("run m.yaml --policy policy.yaml", 1);
    says(&error, &["policy.yaml:1:", "`own` or `shrink`"]);
    manifest(&folder, "chain: 7\n", "");
    says(
        &folder.fail("check m.yaml", 1),
        &["m.yaml:1:", "`own` or `shrink`"],
    );
}

#[test]
fn why_answers_for_a_chain() {
    let folder = office();
    let why = "why vault wascc:logging WriteLog --chain front --manifest m.yaml";
    manifest(&folder, "", "");
    says(
        &folder.succeed(why),
        &["allowed", "it is a service, so its callers do not matter"],
    );
    manifest(&folder, "chain: shrink\n", "");
    let denied = folder.fail(why, 1);
    let parts = [
        "denied by chain",
        "which may not do this itself",
        "help: sign the caller",
        "chain: own",
    ];
    says(&denied, &parts);
    let json = folder.run(&format!("{why} --json"));
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["denied_by"], "chain");
    let alone = folder.succeed("why vault wascc:logging WriteLog --manifest m.yaml");
    says(&alone, &["allowed"]);
    manifest(&folder, "chain: shrink\n", ", chain: own");
    folder.succeed(why);
    let policy = "actors: { KEY: { chain: shrink } }\n";
    let vault = folder.key_of("vault.nk").to_string();
    folder.write("policy.yaml", policy.replace("KEY", &vault));
    says(
        &folder.fail(&format!("{why} --policy policy.yaml"), 1),
        &["denied by chain"],
    );
    // The caller may do it, too.
    let caps = format!("--cap wascc:http_server --cap wascc:logging --cap {vault}");
    folder.signed(&forwarding("vault", "HandleRequest"), "front", &caps);
    let allowed = folder.succeed(&format!("{why} --policy policy.yaml"));
    says(&allowed, &["those for whom it acts may do this, too"]);
    folder.fail(
        "why vault wascc:logging --chain nobody --manifest m.yaml",
        2,
    );
}

#[test]
fn check_notes_what_an_actor_may_do_for_others() {
    let folder = office();
    manifest(&folder, "", "");
    let checked = folder.run("check m.yaml");
    assert_eq!(checked.code, Some(0), "{checked:?}");
    let note =
        "note: m.yaml:1:30: `vault` may use `wascc:logging` for `front`, which does not claim it";
    says(&checked.stderr, &[note, "chain: own"]);
    let json = folder.succeed("check m.yaml --json");
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["notes"].as_array().unwrap().len(), 1, "{json}");
    let silent = |line: &str, keys: &str, options: &str| {
        manifest(&folder, line, keys);
        let checked = folder.run(&format!("check m.yaml {options}"));
        assert!(
            checked.code == Some(0) && !checked.stderr.contains("note:"),
            "{checked:?}"
        );
    };
    silent("chain: own\n", "", "");
    silent("", ", chain: shrink", "");
    folder.write("policy.yaml", "everyone: { chain: own }\n");
    silent("", "", "--policy policy.yaml");
}
