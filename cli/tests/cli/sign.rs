//! `capwire sign`

use crate::folder::{Folder, says};
use crate::modules::{guest, token_of};
use capwire::wascap::inspect_module;

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
fn other_sections_stay_byte_for_byte() {
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
fn what_cannot_be_signed_leaves_what_was_there() {
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
