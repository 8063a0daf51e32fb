//! `capwire check` and `capwire run` with files of trust and policy: who is not let in, and that both say so in the same words.

use crate::check::with_modules;
use crate::folder::{Folder, says};
use serde_json::Value;

const TRUST: &str = "--trust operator.jwt --accounts accounts --revocations list.jwt";

/// Modules of an account that an operator vouches for, and others: each wrong in its own way.
fn stage() -> Folder {
    let folder = with_modules();
    let account = folder.key_of("account.nk");
    folder.succeed("token operator -o operator.jwt --name acme");
    folder.succeed(&format!(
        "token account -o accounts/team.jwt --account {account}"
    ));
    folder.key("account", "stranger.nk");
    folder.key("module", "foreign.nk");
    folder.succeed(
        "sign echo.wasm -o foreign.wasm --issuer stranger.nk --subject foreign.nk --name foreign",
    );
    folder.key("module", "bad.nk");
    let bad = folder.key_of("bad.nk");
    folder.succeed("sign echo.wasm -o bad.wasm --issuer account.nk --subject bad.nk --name bad");
    folder.succeed(&format!(
        "token revocations -o list.jwt --number 1 --revoke-key {bad}"
    ));
    folder.write(
        "m.yaml",
        "actors:
  - echo.wasm
  - foreign.wasm
  - bad.wasm
  - expired.wasm
  - forged.wasm
bindings:
  - { actor: echo, capability: 'wascc:http_server', values: { PORT: 0 } }
  - { actor: echo, capability: 'wascc:http_server', vals: {} }
",
    );
    folder
}

/// The faults that `check` shows to scripts.
fn faults(folder: &Folder, options: &str) -> Vec<String> {
    let ended = folder.run(&format!("check m.yaml --json {options}"));
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    let faults = report["faults"].as_array().unwrap().iter();
    faults.map(ToString::to_string).collect()
}

#[test]
fn all_that_is_not_trusted_is_found_at_once() {
    let folder = stage();
    let found = faults(&folder, TRUST);
    let expected = [
        "no known account vouches",
        "is revoked",
        "expired",
        "not signed by its issuer",
        "vals",
    ];
    for part in expected {
        let times = found.iter().filter(|fault| fault.contains(part));
        assert_eq!(times.count(), 1, "{part}: {found:#?}");
    }
    let names = folder.names();
    assert!(!names.contains(&".capwire".to_owned()), "{names:?}");
    // Whom nobody is asked to distrust is believed.
    let found = faults(&folder, "");
    assert!(
        !found.iter().any(|fault| fault.contains("revoked")),
        "{found:#?}"
    );
}

#[test]
fn run_refuses_what_check_finds_in_the_same_words() {
    let folder = stage();
    // What has expired is told with the time, which goes on.
    let manifest = String::from_utf8(folder.read("m.yaml")).unwrap();
    folder.write("m.yaml", manifest.replace("  - expired.wasm\n", ""));
    folder.write("policy.yaml", "everyone: { only: ['wascc:keyvalue'] }\n");
    for options in [
        TRUST.to_owned(),
        "--policy policy.yaml".to_owned(),
        format!("{TRUST} --policy policy.yaml"),
        "--trust m.yaml".to_owned(),
    ] {
        let checked = folder.fail(&format!("check m.yaml {options}"), 1);
        let run = folder.fail(&format!("run m.yaml {options}"), 1);
        assert_eq!(checked, run, "{options}");
    }
}

#[test]
fn what_the_policy_forbids_is_found_with_its_remedy() {
    let folder = stage();
    let echo = folder.key_of("echo.nk");
    folder.write(
        "m.yaml",
        "actors: [echo.wasm]
bindings:
  - { actor: echo, capability: 'wascc:http_server', values: { PORT: 0 } }
",
    );
    folder.write("policy.yaml", "everyone: { only: ['wascc:keyvalue'] }\n");
    says(
        &folder.fail("check m.yaml --policy policy.yaml", 1),
        &[
            "m.yaml:3:32: cannot bind the actor `echo` to `wascc:http_server`",
            "add `wascc:http_server` at policy.yaml:1",
        ],
    );
    folder.write(
        "policy.yaml",
        format!("actors: {{ {echo}: {{ start: false }} }}\n"),
    );
    says(
        &folder.fail("check m.yaml --policy policy.yaml", 1),
        &["m.yaml:1:10: the policy does not allow echo"],
    );
}

#[test]
fn an_older_list_than_the_host_has_seen_is_found() {
    let folder = stage();
    folder.write("m.yaml", "actors: [echo.wasm]\n");
    folder.succeed("token revocations -o list.jwt --number 2");
    let host = crate::host::Host::start(&folder, &format!("run m.yaml {TRUST}"));
    crate::folder::eventually("it runs", || folder.run("ps").stdout.contains("echo"));
    drop(host);
    folder.succeed(&format!("check m.yaml {TRUST}"));
    folder.succeed("token revocations -o list.jwt --number 1");
    says(
        &folder.fail(&format!("check m.yaml {TRUST}"), 1),
        &["is older than the known list 2"],
    );
}
