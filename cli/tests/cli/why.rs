//! Tests of `capwire why`, and of policies that a host refuses at its start.

use crate::folder::{Folder, says};
use crate::grants::sign;
use crate::modules::web;

/// An actor that may read sessions, bound to both that it claims.
fn bound() -> Folder {
    let folder = Folder::new();
    folder.write("counter.wasm", web("hello"));
    let ended = sign(
        &folder,
        &[
            "wascc:http_server",
            "wascc:keyvalue[Get on session:*]",
            "wascc:logging",
        ],
    );
    assert_eq!(ended.code, Some(0), "{ended:?}");
    folder.write(
        "manifest.yaml",
        "actors: [signed.wasm]
bindings:
  - { actor: counter, capability: 'wascc:http_server', values: { PORT: 0 } }
  - { actor: counter, capability: 'wascc:keyvalue' }
",
    );
    folder
}

#[test]
fn why_names_the_denying_source_and_the_remedy() {
    let folder = bound();
    folder.write(
        "policy.yaml",
        "everyone:\n  limit:\n    - 'wascc:keyvalue[on session:a*]'\n",
    );
    let why = |rest: &str| folder.run(&format!("why counter {rest} --manifest manifest.yaml"));
    let allowed = why("wascc:keyvalue Get session:b");
    assert_eq!(allowed.code, Some(0), "{allowed:?}");
    says(
        &allowed.stdout,
        &["allowed", "Get of wascc:keyvalue on session:b"],
    );
    for (rest, parts) in [
        (
            "wascc:keyvalue Set",
            ["denied by claims", "--cap 'wascc:keyvalue[Set]'"],
        ),
        (
            "wascc:keyvalue Get user:1",
            ["denied by claims", "--cap 'wascc:keyvalue[Get on user:1]'"],
        ),
        (
            "wascc:messaging Publish",
            ["denied by claims", "--cap wascc:messaging"],
        ),
        (
            "wascc:logging WriteLog",
            ["denied by binding", "add `- { actor: counter"],
        ),
        (
            "wascc:keyvalue Get session:b --policy policy.yaml",
            [
                "denied by policy",
                "`wascc:keyvalue[Get on session:b]` at policy.yaml:3",
            ],
        ),
    ] {
        let ended = why(rest);
        assert_eq!(ended.code, Some(1), "{rest}: {ended:?}");
        says(&ended.stderr, &parts);
    }
    assert_eq!(
        why("wascc:keyvalue Get session:ab --policy policy.yaml").code,
        Some(0)
    );
    assert_eq!(
        folder.run("why nobody a:b --manifest manifest.yaml").code,
        Some(2)
    );
}

#[test]
fn a_policy_that_is_wrong_is_refused_with_its_lines() {
    let folder = bound();
    folder.write(
        "policy.yaml",
        "everyone:\n  limits: []\nactors:\n  counter: {}\n  x: { limit: ['a[b on c]'] }\n",
    );
    let error = folder.fail("run manifest.yaml --policy policy.yaml", 1);
    says(&error, &["policy.yaml:2:", "limits"]);
    folder.write(
        "policy.yaml",
        "actors:\n  counter: {}\neveryone:\n  limit: ['wascc:logging[b on c]']\n",
    );
    let error = folder.fail("run manifest.yaml --policy policy.yaml", 1);
    says(
        &error,
        &["policy.yaml:2:", "policy.yaml:4:", "operation only"],
    );
}

#[test]
fn a_policy_bars_accounts() {
    let folder = bound();
    let account = folder.key_of("keys/account.nk");
    folder.write(
        "policy.yaml",
        format!("accounts:\n  {account}: {{ start: false }}\n"),
    );
    let error = folder.fail("run manifest.yaml --policy policy.yaml", 1);
    says(&error, &["policy does not allow counter"]);
}
