//! `--record`, and `capwire sign --derive --recorded`: from what an actor does to the narrowest claims.

use crate::folder::{Folder, says};
use crate::host::{Host, get};
use crate::modules::forwarding;
use crate::waiting::signalling;
use capwire::contracts::{codec, keyvalue};
use capwire::wascap::inspect_module;
use nix::sys::signal::Signal;

const BOTH: &str = "--cap wascc:http_server --cap wascc:keyvalue --cap wascc:logging";

/// A folder with an actor that sets a key with each request, and a manifest that binds it.
fn stage() -> Folder {
    let folder = Folder::new();
    folder.signed(&signalling(), "setter", BOTH);
    let server = crate::run::http("setter");
    let store = "{ actor: setter, capability: 'wascc:keyvalue' }";
    let manifest = format!("actors: [setter.wasm]\nbindings: [{server}, {store}]\n");
    folder.write("m.yaml", manifest);
    folder
}

fn run_and_use(folder: &Folder) {
    let mut host = Host::start(folder, "run m.yaml --engine wasmi --record uses.jsonl");
    let address = host.address();
    for _ in 0..3 {
        says(&get(&address), &["200", "signalled"]);
    }
    host.stop(Signal::SIGTERM);
}

const SIGN: &str = "sign unsigned.wasm -o narrow.wasm --issuer account.nk --subject setter.nk \
    --name setter --derive --recorded uses.jsonl";

#[test]
fn a_run_is_recorded_once_for_each_use_and_read_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = stage();
    run_and_use(&folder);
    let key = folder.key_of("setter.nk");
    let text = String::from_utf8(folder.read("uses.jsonl")).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            format!(
                r#"{{"actor":"{key}","by":"actor","capability":"wascc:keyvalue","operation":"Set","resource":"go"}}"#
            ),
            format!(
                r#"{{"actor":"{key}","by":"provider","capability":"wascc:http_server","operation":"HandleRequest"}}"#
            ),
        ]
    );
    let mode = std::fs::metadata(folder.path("uses.jsonl")).unwrap();
    assert_eq!(mode.permissions().mode() & 0o777, 0o600);
    run_and_use(&folder);
    assert_eq!(folder.read("uses.jsonl"), text.as_bytes());
}

#[test]
fn claims_derived_from_a_record_are_enough_for_the_same_run() {
    let folder = stage();
    run_and_use(&folder);
    let unanswered = folder.run(SIGN);
    assert_eq!(unanswered.code, Some(2), "{unanswered:?}");
    let ended = folder.run(&format!("{SIGN} --yes"));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for shown in [&unanswered.stderr, &ended.stderr] {
        says(
            shown,
            &[
                "--cap 'wascc:keyvalue[Set on go]'    because it asked for Set on 1 key: go",
                "--cap 'wascc:http_server'    because its provider called the actor for HandleRequest",
                "warning: the record has only 2 different uses of this actor",
            ],
        );
    }
    let narrow = folder.read("narrow.wasm");
    let unverified = inspect_module(&narrow).unwrap();
    let caps = &unverified.claims().metadata.caps;
    assert_eq!(*caps, ["wascc:http_server", "wascc:keyvalue"]);
    folder.succeed("claims diff setter.wasm narrow.wasm");
    std::fs::rename(folder.path("narrow.wasm"), folder.path("setter.wasm")).unwrap();
    run_and_use(&folder);
}

#[test]
fn call_records_allowed_host_calls_and_no_denied_ones() {
    let folder = Folder::new();
    let asker = forwarding(keyvalue::CONTRACT, "KeyExists");
    let request = keyvalue::KeyRequest {
        key: "session:1".to_owned(),
    };
    folder.write("request", codec::encode(&request).unwrap());
    folder.write(
        "m.yaml",
        "actors: [asker.wasm]\nbindings: [{ actor: asker, capability: 'wascc:keyvalue' }]\n",
    );
    let call = "call asker.wasm Ask --payload request --manifest m.yaml --record uses.jsonl --engine wasmi";
    folder.signed(&asker, "asker", "--cap wascc:keyvalue[Get]");
    folder.run(call);
    assert_eq!(folder.read("uses.jsonl"), b"");
    folder.signed(&asker, "asker", "--cap wascc:keyvalue");
    folder.succeed(call);
    let text = String::from_utf8(folder.read("uses.jsonl")).unwrap();
    says(
        &text,
        &[r#""operation":"KeyExists","resource":"session:1""#],
    );
}

#[test]
fn a_record_of_another_actor_and_an_invalid_record_are_refused() {
    let folder = stage();
    run_and_use(&folder);
    folder.key("module", "other.nk");
    let other = SIGN.replace("setter.nk", "other.nk");
    let setter = folder.key_of("setter.nk").to_string();
    says(
        &folder.fail(&format!("{other} --yes"), 1),
        &["no use of the actor", &setter],
    );
    folder.write("uses.jsonl", "{}\n");
    says(
        &folder.fail(&format!("{SIGN} --yes"), 2),
        &["`uses.jsonl` is not a record of uses: cannot read line 1"],
    );
    says(
        &folder.fail("run m.yaml --record uses.jsonl", 2),
        &["`uses.jsonl` is not a record of uses: cannot read line 1"],
    );
}
