//! Keys, tokens and trust: from nothing to a verified chain, and back.

use crate::folder::{Folder, eventually, says};
use crate::host::{Host, get};
use crate::modules::{guest, web};
use capwire::wascap::{KeyKind, inspect_module};
use nix::sys::signal::Signal;
use std::net::TcpStream;

/// The four commands, and what they leave behind.
pub(crate) fn chain() -> Folder {
    let folder = Folder::new();
    folder.write("counter.wasm", web("hello"));
    folder.succeed("token operator -o operator.jwt --name acme");
    folder.succeed("token account -o accounts/team.jwt --name team");
    folder.succeed("sign counter.wasm -o counter.signed.wasm --cap wascc:http_server");
    folder
}

#[test]
fn four_commands_make_a_verified_chain() {
    let folder = chain();
    let printed =
        folder.succeed("verify --trust operator.jwt --accounts accounts counter.signed.wasm");
    let lines: Vec<&str> = printed.lines().collect();
    says(lines[0], &["counter.signed.wasm: valid; counter"]);
    says(lines[1], &["operator acme (O", "never expires"]);
    says(lines[2], &["└─ account team (A"]);
    says(lines[3], &["   └─ actor counter (M"]);
}

#[test]
fn a_module_without_a_chain_is_refused_with_the_link_that_fails() {
    let folder = chain();
    let verify = "verify --trust operator.jwt --accounts accounts counter.signed.wasm";
    std::fs::rename(folder.path("accounts/team.jwt"), folder.path("team.txt")).unwrap();
    says(
        &folder.fail(verify, 1),
        &["not valid", "no known account vouches"],
    );
    std::fs::rename(folder.path("team.txt"), folder.path("accounts/team.jwt")).unwrap();

    folder.key("operator", "other.nk");
    folder.succeed("token operator -o operator.jwt --key other.nk");
    says(&folder.fail(verify, 1), &["operator", "is not trusted"]);
    folder.write("operator.jwt", "no token");
    says(&folder.fail(verify, 1), &["`operator.jwt` is not trusted"]);
    says(
        &folder.fail("verify --accounts accounts counter.signed.wasm", 2),
        &["--trust"],
    );
}

#[test]
fn trust_in_a_key_that_is_no_operators_is_refused() {
    let folder = chain();
    for kind in ["account", "module", "service"] {
        let key = folder.key(kind, &format!("{kind}.nk")).public().to_string();
        folder.write("key", format!("{key}\n"));
        let error = folder.fail("verify counter.signed.wasm --trust key", 1);
        let found = format!("`key` contains a key of kind {kind}, expected operator");
        says(&error, &["--trust", &found, "begins with `O`"]);
    }
    folder.write("m.yaml", "actors: [counter.signed.wasm]\n");
    for command in ["check", "run"] {
        let error = folder.fail(&format!("{command} m.yaml --trust key"), 1);
        says(&error, &["expected operator"]);
    }
    let operator = folder.key_of("keys/operator.nk").to_string();
    folder.write("key", format!("{operator}\n"));
    folder.succeed("verify counter.signed.wasm --trust key --accounts accounts");
}

#[test]
fn files_of_trust_that_are_something_else_are_told_what_to_be() {
    let folder = chain();
    let seed = "--trust keys/operator.nk";
    let account = "--trust accounts/team.jwt";
    let operators = "--trust operator.jwt --accounts .";
    let list = "--trust operator.jwt --revocations operator.jwt";
    for (options, help) in [
        (seed, "capwire token operator"),
        (account, "capwire token operator"),
        (operators, "capwire token account"),
        (list, "capwire token revocations"),
    ] {
        let error = folder.fail(&format!("verify counter.signed.wasm {options}"), 1);
        says(&error, &["is not trusted", "help: ", help]);
    }
    let seed = folder.read("keys/operator.nk");
    let seed = std::str::from_utf8(&seed).unwrap().trim_end();
    let error = folder.fail("verify counter.signed.wasm --trust keys/operator.nk", 1);
    assert!(!error.contains(seed), "{error}");
}

#[test]
fn a_token_of_an_account_may_begin_later() {
    let folder = chain();
    folder.succeed("token account -o accounts/team.jwt --name team --not-before 1h");
    let verify = "verify --trust operator.jwt --accounts accounts counter.signed.wasm";
    let (link, time) = ("cannot vouch", "is not valid before");
    says(
        &folder.fail(verify, 1),
        &["the account A", link, time, "it will be valid from 2"],
    );
    let ended = folder.run(&format!("{verify} --json"));
    says(&ended.stdout, &[r#""valid": false"#, link, time]);
    folder.succeed("token account -o accounts/now.jwt --name now --expires 2h");
    says(&folder.succeed(verify), &["account now"]);
}

#[test]
fn older_tokens_of_a_key_are_taken_back() {
    let folder = chain();
    let account = folder.key_of("keys/account.nk");
    let revoke = |time: &str| {
        format!("token revocations -o list.jwt --number 1 --revoke-before {account}={time}")
    };
    let verify = "verify --trust operator.jwt --accounts accounts --revocations list.jwt \
        counter.signed.wasm";
    folder.succeed(&revoke("2020-01-01"));
    folder.succeed(verify);
    folder.succeed(&revoke("2999-01-01T12:00:00Z"));
    says(&folder.fail(verify, 1), &["issued before", "are revoked"]);
    for wrong in ["yesterday", "2026-13-01", "1960-01-01", ""] {
        says(&folder.fail(&revoke(wrong), 2), &["--revoke-before"]);
    }
}

#[test]
fn own_keys_are_made_once_and_are_secret() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    folder.write("counter.wasm", guest(b""));
    let keys = || {
        folder.succeed("sign counter.wasm -o signed.wasm");
        let signed = folder.read("signed.wasm");
        let unverified = inspect_module(&signed).unwrap();
        (unverified.claims().issuer, unverified.claims().subject)
    };
    let first = keys();
    assert_eq!(
        (first.0.kind(), first.1.kind()),
        (KeyKind::Account, KeyKind::Module)
    );
    assert_eq!(keys(), first);
    let other = folder.succeed("sign counter.wasm -o other.wasm --name other");
    assert!(!other.contains(&first.1.to_string()), "{other}");
    let mode = |path: &str| {
        std::fs::metadata(folder.path(path))
            .unwrap()
            .permissions()
            .mode()
    };
    assert_eq!(mode("keys") & 0o777, 0o700);
    assert_eq!(mode("keys/account.nk") & 0o777, 0o600);

    says(
        &folder.fail("sign counter.wasm -o x.wasm --name ../x", 2),
        &["cannot be the name of a key file"],
    );
    let readable = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(folder.path("keys/account.nk"), readable).unwrap();
    says(
        &folder.fail("sign counter.wasm -o signed.wasm", 2),
        &["other users may read"],
    );
}

#[test]
fn tokens_are_shown_by_their_type() {
    let folder = chain();
    says(
        &folder.succeed("claims show operator.jwt"),
        &[r#""type": "operator""#, "acme"],
    );
    says(
        &folder.succeed("claims show accounts/team.jwt"),
        &[r#""type": "account""#, "team"],
    );
    says(
        &folder.succeed("claims show counter.signed.wasm"),
        &[r#""type": "actor""#],
    );
    folder.succeed("token revocations -o list.jwt --number 3 --revoke-token abc");
    says(
        &folder.succeed("claims show list.jwt"),
        &[r#""type": "revocations""#, "abc"],
    );
    folder.write("nothing.jwt", "a.b.c");
    folder.fail("claims show nothing.jwt", 1);
}

#[test]
fn a_host_stops_what_is_revoked_and_takes_no_older_list() {
    let folder = chain();
    folder.write(
        "manifest.yaml",
        "actors: [counter.signed.wasm]
bindings: [{ actor: counter, capability: 'wascc:http_server', values: { PORT: 0 } }]
",
    );
    let run = "run manifest.yaml --trust operator.jwt --accounts accounts --revocations list.jwt";
    folder.succeed("token revocations -o list.jwt --number 1");
    let mut host = Host::start(&folder, run);
    let address = host.address();
    says(&get(&address), &["200", "hello"]);

    let account = folder.key_of("keys/account.nk");
    folder.succeed(&format!(
        "token revocations -o list.jwt --number 2 --revoke-key {account}"
    ));
    eventually("it is stopped", || host.errors().contains("actor stopped"));
    host.logged(&["no longer trusted", &account.to_string()]);
    eventually("nobody answers", || TcpStream::connect(&address).is_err());
    folder.succeed("token revocations -o list.jwt --number 1");
    eventually("the older list is refused", || {
        host.errors().contains("is older than the known list 2")
    });
    host.stop(Signal::SIGTERM);

    says(
        &folder.fail(run, 1),
        &[
            "`list.jwt` is not trusted",
            "is older than the known list 2",
        ],
    );
    folder.succeed(&format!(
        "token revocations -o list.jwt --number 3 --revoke-key {account}"
    ));
    says(&folder.fail(run, 1), &["is revoked"]);
    folder.succeed("token revocations -o list.jwt --number 4");
    let mut host = Host::start(&folder, run);
    says(&get(&host.address()), &["200", "hello"]);
}
