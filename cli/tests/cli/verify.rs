//! `capwire verify`: 0 is valid, 1 is not, 2 is unreadable.

use crate::folder::{Folder, pair, says};
use crate::modules::{expired, forged, guest, not_yet_valid, token_of, with_signature, with_token};
use capwire::wascap::{KeyKind, PublicKey};

#[test]
fn a_signed_module_is_valid() {
    let folder = Folder::new();
    folder.signed(&guest(b""), "counter", "--expires 12h");
    let printed = folder.succeed("verify counter.wasm");
    says(&printed, &["valid", "counter", "expires"]);
}

#[test]
fn a_module_that_is_no_guest_can_be_valid() {
    let folder = Folder::new();
    folder.signed(b"\0asm\x01\0\0\0", "empty", "");
    folder.succeed("verify empty.wasm");
}

#[test]
fn an_unsigned_module_is_refused() {
    refused(&guest(b""), &["not signed"]);
}

#[test]
fn one_flipped_byte_anywhere_is_refused() {
    let folder = Folder::new();
    let signed = folder.signed(&guest(b"hello"), "echo", "");
    for index in (8..signed.len()).step_by(3) {
        let mut flipped = signed.clone();
        flipped[index] ^= 0x01;
        folder.write("flipped.wasm", flipped);
        let ended = folder.run("verify flipped.wasm");
        assert_eq!(ended.code, Some(1), "byte {index}: {ended:?}");
    }
}

#[test]
fn forged_capabilities_are_refused_with_any_signature() {
    let folder = Folder::new();
    let module = guest(b"");
    let token = token_of(&folder.signed(&module, "echo", "--cap wascc:logging"));
    let wider = forged(&token, |claims| {
        claims["wascap"]["caps"] = serde_json::json!(["wascc:keyvalue"]);
    });
    refused(&with_token(&module, &wider), &["not signed by its issuer"]);
    for byte in [0, 0xff] {
        let signature = with_signature(&wider, &[byte; 64]);
        refused(
            &with_token(&module, &signature),
            &["not signed by its issuer"],
        );
    }
}

#[test]
fn a_weak_issuer_key_is_refused() {
    let folder = Folder::new();
    let module = guest(b"");
    let token = token_of(&folder.signed(&module, "echo", ""));
    let mut identity = [0; 32];
    identity[0] = 1;
    let weak = PublicKey::new(KeyKind::Account, identity);
    let token = forged(&token, |claims| claims["iss"] = weak.to_string().into());
    // With this key a plain check accepts this signature of every message.
    let mut signature = [0; 64];
    signature[0] = 1;
    let token = with_signature(&token, &signature);
    refused(&with_token(&module, &token), &[&weak.to_string()]);
}

#[test]
fn expired_and_not_yet_valid_modules_are_refused() {
    let folder = Folder::new();
    folder.key("account", "a.nk");
    let account = pair(&folder.path("a.nk"));
    refused(
        &expired(&guest(b""), &account),
        &["expired", "until 2001-09-09"],
    );
    refused(
        &not_yet_valid(&guest(b""), &account),
        &["is not valid before", "from 3237-07-19"],
    );
}

#[test]
fn a_token_of_another_module_is_refused() {
    let folder = Folder::new();
    let token = token_of(&folder.signed(&guest(b"a"), "echo", ""));
    refused(&with_token(&guest(b"b"), &token), &["hash"]);
}

#[test]
fn two_token_sections_are_refused() {
    let folder = Folder::new();
    let signed = folder.signed(&guest(b""), "echo", "");
    let twice = with_token(&signed, &token_of(&signed));
    refused(&twice, &["two token sections"]);
}

#[test]
fn a_file_that_is_no_module_is_refused() {
    refused(b"plain text", &["not a WebAssembly"]);
    refused(b"", &["not a WebAssembly"]);
    refused(b"\0asm\x01\0\0\0\x01", &[]);
}

#[test]
fn verify_exits_with_2_for_an_unreadable_file() {
    let folder = Folder::new();
    says(&folder.fail("verify none.wasm", 2), &["`none.wasm`"]);
    std::fs::create_dir(folder.path("folder.wasm")).unwrap();
    says(&folder.fail("verify folder.wasm", 2), &["`folder.wasm`"]);
    folder.fail("verify", 2);
}

fn refused(module: &[u8], reasons: &[&str]) {
    let folder = Folder::new();
    folder.write("m.wasm", module);
    let error = folder.fail("verify m.wasm", 1);
    says(&error, &["`m.wasm` is not valid", "because: "]);
    says(&error, reasons);
}
