//! `capwire sign`

use crate::folder::{Folder, says};
use crate::modules::{guest, token_of};
use capwire::wascap::inspect_module;

#[test]
fn no_keys_are_made_for_a_file_that_is_no_module() {
    let folder = Folder::new();
    for (file, bytes) in [
        ("empty.wasm", &b""[..]),
        ("cut.wasm", b"\0asm\x01\0\0\0\x01"),
    ] {
        folder.write(file, bytes);
        for option in ["", "--legacy", "--derive --yes"] {
            let error = folder.fail(&format!("sign {file} -o out.wasm {option}"), 1);
            says(&error, &["error: cannot sign", file]);
        }
    }
    assert_eq!(folder.names(), ["cut.wasm", "empty.wasm"]);
}

#[test]
fn everything_that_is_asked_for_is_claimed() {
    let folder = Folder::new();
    let signed = folder.signed(
        &guest(b""),
        "counter",
        "--cap wascc:http_server --cap wascc:keyvalue --ver 1.2.3 --rev 7 --tag a --tag b \
         --expires 30d --not-before 90m --prov",
    );
    let unverified = inspect_module(&signed).unwrap();
    let claims = unverified.claims();
    let metadata = &claims.metadata;
    assert_eq!(claims.issuer, folder.key_of("account.nk"));
    assert_eq!(claims.subject, folder.key_of("counter.nk"));
    assert_eq!(metadata.name.as_deref(), Some("counter"));
    assert_eq!(metadata.caps, ["wascc:http_server", "wascc:keyvalue"]);
    assert_eq!(metadata.tags, ["a", "b"]);
    assert_eq!(metadata.ver.as_deref(), Some("1.2.3"));
    assert_eq!((metadata.rev, metadata.prov), (Some(7), true));
    assert_eq!(claims.expires, Some(claims.issued_at + 30 * 24 * 3600));
    assert_eq!(claims.not_before, Some(claims.issued_at + 90 * 60));
}

#[test]
fn sign_keeps_other_sections_byte_for_byte() {
    let folder = Folder::new();
    let module = guest(b"hello");
    let signed = folder.signed(&module, "echo", "");
    assert_eq!(&signed[..module.len()], module);
    let again = folder.signed(&signed, "echo", "--cap wascc:logging");
    assert_eq!(&again[..module.len()], module);
    assert_ne!(token_of(&again), token_of(&signed));
    folder.succeed("verify echo.wasm");
}

#[test]
fn the_input_can_be_the_output_and_no_other_file_is_left() {
    let folder = Folder::new();
    folder.key("account", "a.nk");
    folder.key("module", "m.nk");
    folder.write("m.wasm", guest(b""));
    let printed = folder
        .succeed("sign m.wasm -o m.wasm --issuer a.nk --subject m.nk --name m --cap wascc:logging");
    says(&printed, &["Signed m.wasm", "wascc:logging"]);
    folder.succeed("verify m.wasm");
    assert_eq!(folder.names(), ["a.nk", "m.nk", "m.wasm"]);
}

#[test]
fn keys_of_the_wrong_kind_are_refused_by_the_option_s_name() {
    let folder = Folder::new();
    folder.key("account", "a.nk");
    folder.key("module", "m.nk");
    folder.write("in.wasm", guest(b""));
    let error = folder.fail(
        "sign in.wasm -o out.wasm --issuer m.nk --subject m.nk --name m",
        2,
    );
    says(&error, &["--issuer", "m.nk", "account"]);
    let error = folder.fail(
        "sign in.wasm -o out.wasm --issuer a.nk --subject a.nk --name m",
        2,
    );
    says(&error, &["--subject", "a.nk", "module"]);
    assert!(!folder.path("out.wasm").exists());
}

#[test]
fn a_failed_sign_leaves_the_output_as_it_was() {
    let folder = Folder::new();
    folder.key("account", "a.nk");
    folder.key("module", "m.nk");
    folder.write("in.wasm", "plain text");
    folder.write("out.wasm", "before");
    let line = "sign in.wasm -o out.wasm --issuer a.nk --subject m.nk --name m";
    says(&folder.fail(line, 1), &["`in.wasm`", "not a WebAssembly"]);
    folder.write("in.wasm", guest(b""));
    folder.fail(&format!("{line} --expires 1h --not-before 2h"), 1);
    folder.fail(&format!("{line} --cap wascc:keyv\u{430}lue"), 1);
    folder.fail(&format!("{line} --expires soon"), 2);
    says(&folder.fail(&line.replace("in.", "no."), 2), &["`no.wasm`"]);
    assert_eq!(folder.read("out.wasm"), b"before");
}

#[test]
fn a_module_for_the_tools_of_2020_has_their_encoding_or_is_refused() {
    let folder = Folder::new();
    // A custom section whose size takes two bytes where one is enough.
    folder.write("padded.wasm", b"\0asm\x01\0\0\0\0\x82\0\x01n");
    let sign = "sign padded.wasm -o";
    folder.succeed(&format!("{sign} as-it-is.wasm"));
    assert!(folder.read("as-it-is.wasm")[8..].starts_with(b"\0\x82\0\x01n"));
    folder.succeed(&format!("{sign} legacy.wasm --legacy"));
    assert!(folder.read("legacy.wasm")[8..].starts_with(b"\0\x02\x01n"));
    folder.succeed("verify legacy.wasm");

    let later = "(module (func (param i32) (result i32) (i32.extend8_s (local.get 0))))";
    folder.write("later.wasm", wat::parse_str(later).unwrap());
    folder.succeed("sign later.wasm -o out.wasm");
    let refused = folder.fail("sign later.wasm -o refused.wasm --legacy", 1);
    says(
        &refused,
        &["`later.wasm`", "sign extension", "target-cpu=mvp"],
    );
    assert!(!folder.names().contains(&"refused.wasm".to_owned()));
}
