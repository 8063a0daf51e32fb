//! `capwire inspect`

use crate::folder::{Folder, says};
use crate::modules::{expired, guest, token_of, with_token};
use serde_json::Value;

#[test]
fn a_token_or_a_key_is_pointed_to_what_shows_it() {
    let folder = Folder::new();
    folder.succeed("token operator -o operator.jwt");
    for file in ["operator.jwt", "keys/operator.nk"] {
        let error = folder.fail(&format!("inspect {file}"), 1);
        says(
            &error,
            &[
                "not a WebAssembly file",
                "capwire claims show",
                "capwire keys show",
            ],
        );
    }
}

#[test]
fn claims_and_needs_are_shown_and_called_unverified() {
    let folder = Folder::new();
    let module = guest(b"");
    folder.signed(
        &module,
        "counter",
        "--cap wascc:http_server --cap wascc:keyvalue --ver 1.2 --rev 3 --expires 30d",
    );
    let shown = folder.succeed("inspect counter.wasm");
    let key = folder.key_of("counter.nk").to_string();
    says(
        &shown,
        &[
            "counter",
            &key,
            "wascc:http_server",
            "wascc:keyvalue",
            "revision 3",
            "wapc: __guest_request",
            "__guest_call",
            "not verified",
            "capwire verify counter.wasm",
        ],
    );
}

#[test]
fn inspect_prints_json() {
    let folder = Folder::new();
    folder.signed(&guest(b""), "counter", "--cap wascc:keyvalue");
    let report: Value =
        serde_json::from_str(&folder.succeed("inspect counter.wasm --json")).unwrap();
    let key = folder.key_of("counter.nk").to_string();
    assert_eq!(report["claims"]["sub"], key.as_str());
    assert_eq!(report["claims"]["wascap"]["caps"][0], "wascc:keyvalue");
    assert_eq!(report["imports"]["wapc"][0], "__guest_request");
    assert_eq!(report["wasi"], false);
    assert_eq!(report["verified"], false);
}

#[test]
fn inspect_shows_unsigned_expired_and_mismatched_modules() {
    let folder = Folder::new();
    let (module, other) = (guest(b"a"), guest(b"b"));
    let signed = folder.signed(&module, "counter", "");
    folder.write("plain.wasm", &module);
    says(&folder.succeed("inspect plain.wasm"), &["not signed"]);
    let json: Value = serde_json::from_str(&folder.succeed("inspect plain.wasm --json")).unwrap();
    assert_eq!(json["claims"], Value::Null);

    let account = crate::folder::pair(&folder.path("account.nk"));
    folder.write("old.wasm", expired(&module, &account));
    says(
        &folder.succeed("inspect old.wasm"),
        &["2001-09-09T01:47:40Z"],
    );
    folder.write("moved.wasm", with_token(&other, &token_of(&signed)));
    says(&folder.succeed("inspect moved.wasm"), &["counter"]);
}

#[test]
fn inspect_escapes_control_and_invisible_characters_in_names() {
    let folder = Folder::new();
    folder.key("account", "a.nk");
    folder.key("module", "m.nk");
    folder.write("in.wasm", guest(b""));
    let keys = ["--issuer", "a.nk", "--subject", "m.nk"];
    let mut arguments = vec![
        "sign",
        "in.wasm",
        "-o",
        "evil.wasm",
        "--name",
        "\x1b[2Jm\u{200b}\u{2060}\u{feff}\u{e0041}e\nActor: you",
    ];
    arguments.extend(keys);
    assert!(folder.command(&arguments).status().unwrap().success());
    let shown = folder.succeed("inspect evil.wasm");
    let name = r"\u{1b}[2Jm\u{200b}\u{2060}\u{feff}\u{e0041}e\nActor: you";
    says(&shown, &[name]);
    says(&folder.succeed("verify evil.wasm"), &[name]);
    let json = folder.succeed("inspect evil.wasm --json");
    says(
        &json,
        &[r"\u001b[2Jm\u200b\u2060\ufeff\udb40\udc41e\nActor: you"],
    );
}

#[test]
fn inspect_exits_with_1_for_a_file_that_is_no_module_and_2_for_a_missing_one() {
    let folder = Folder::new();
    folder.write("text.wasm", "plain text");
    says(
        &folder.fail("inspect text.wasm", 1),
        &["`text.wasm`", "not a WebAssembly"],
    );
    says(&folder.fail("inspect none.wasm", 2), &["`none.wasm`"]);
}
