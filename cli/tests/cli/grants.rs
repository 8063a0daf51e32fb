//! Tests of signed capabilities: narrowing, derivation and comparison.

use crate::folder::{Ended, Folder, says};
use crate::modules::guest;
use capwire::wascap::inspect_module;

/// Signs the module of the folder for these capabilities.
pub(crate) fn sign(folder: &Folder, capabilities: &[&str]) -> Ended {
    let mut words = vec!["sign", "counter.wasm", "-o", "signed.wasm"];
    words.extend(
        capabilities
            .iter()
            .flat_map(|capability| ["--cap", capability]),
    );
    folder.run_words(&words)
}

#[test]
fn narrowed_capabilities_are_signed_and_shown() {
    let folder = Folder::new();
    folder.write("counter.wasm", guest(b""));
    let ended = sign(
        &folder,
        &[
            "wascc:keyvalue[Get,KeyExists on session:*]",
            "wascc:logging",
        ],
    );
    assert_eq!(ended.code, Some(0), "{ended:?}");
    says(
        &folder.succeed("inspect signed.wasm"),
        &[
            "wascc:keyvalue[Get,KeyExists on session:*]",
            "wascc:logging\n",
        ],
    );
    let signed = folder.read("signed.wasm");
    let unverified = inspect_module(&signed).unwrap();
    let metadata = &unverified.claims().metadata;
    assert_eq!(metadata.caps, ["wascc:keyvalue", "wascc:logging"]);
    let grant = metadata.grant("wascc:keyvalue").unwrap();
    assert!(grant.allows("Get", Some("session:1")) && !grant.allows("Set", Some("session:1")));

    let ended = sign(&folder, &["wascc:keyvalue[Get]", "wascc:keyvalue"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(
        !folder.succeed("inspect signed.wasm").contains('['),
        "all of it is granted"
    );
}

#[test]
fn narrowings_that_nobody_enforces_are_refused() {
    let folder = Folder::new();
    folder.write("counter.wasm", guest(b""));
    for (capability, reason) in [
        ("wascc:logging[WriteLog on disk]", "operation only"),
        ("wascc:keyvalue[Get on a*b]", "is not a pattern"),
        ("wascc:keyvalue[]", "not of the form"),
    ] {
        let ended = sign(&folder, &[capability]);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        says(&ended.stderr, &[reason]);
    }
    assert!(!folder.path("signed.wasm").exists());
}

#[test]
fn capabilities_are_derived_from_what_is_in_the_module() {
    let folder = Folder::new();
    let module = wat::parse_str(
        r#"(module (import "wapc" "__host_call"
                (func (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
            (memory (export "memory") 1)
            (data (i32.const 0) "HandleRequest wasmcloud:keyvalue"))"#,
    );
    folder.write("counter.wasm", module.unwrap());
    let unanswered = folder.run("sign counter.wasm -o signed.wasm --derive");
    assert_eq!(unanswered.code, Some(2), "{unanswered:?}");
    says(
        &unanswered.stderr,
        &["--cap wascc:keyvalue", "because it names", "--yes"],
    );
    assert!(!folder.path("signed.wasm").exists());

    let printed = folder.succeed("sign counter.wasm -o signed.wasm --derive --yes");
    says(&printed, &["wascc:http_server, wascc:keyvalue"]);
}

#[test]
fn a_wider_release_is_named_and_exits_with_3() {
    let folder = Folder::new();
    folder.write("counter.wasm", guest(b""));
    sign(&folder, &["wascc:keyvalue[Get on a*]"]);
    std::fs::copy(folder.path("signed.wasm"), folder.path("old.wasm")).unwrap();
    sign(&folder, &["wascc:keyvalue[Get,Set on ab]", "wascc:logging"]);
    let ended = folder.run("claims diff old.wasm signed.wasm");
    assert_eq!(ended.code, Some(3), "{ended:?}");
    says(
        &ended.stdout,
        &["wider: wascc:keyvalue: Set on ab", "wider: wascc:logging"],
    );
    assert_eq!(ended.stdout.lines().count(), 2);
    folder.succeed("claims diff signed.wasm signed.wasm");
    sign(&folder, &["wascc:keyvalue[Get on ab]"]);
    folder.succeed("claims diff old.wasm signed.wasm");
}
