//! Signed modules, both ways.

use crate::support::{now, old, pair, text, today, wasm};
use capwire_wascap::{
    ActorClaimsBuilder, Hash, KeyKind, KeyPair, UnixSeconds, Verifier, VerifyError, canonicalize,
    sign_module,
};
use wascap_2020::jwt as jwt_2020;
use wascap_2020::wasm as wasm_2020;
use wascap_today::jwt as jwt_today;
use wascap_today::wasm as wasm_today;

const DAY: u64 = 24 * 60 * 60;

fn sign_as_in_2020(wasm: &[u8], account: &KeyPair, module: &KeyPair) -> Vec<u8> {
    wasm_2020::sign_buffer_with_claims(
        "counter".into(),
        wasm,
        old(module),
        old(account),
        Some(30),
        Some(0),
        vec!["wascc:keyvalue".into(), "wascc:http_server".into()],
        vec!["demo".into()],
        true,
        Some(7),
        Some("1.2.3".into()),
    )
    .unwrap()
}

fn sign_as_today(wasm: &[u8], account: &KeyPair, module: &KeyPair) -> Vec<u8> {
    wasm_today::sign_buffer_with_claims(
        "counter".into(),
        wasm,
        &today(module),
        &today(account),
        Some(30),
        None,
        vec!["demo".into()],
        false,
        Some(7),
        Some("1.2.3".into()),
        Some("Counter One".into()),
    )
    .unwrap()
}

fn sign_here(wasm: &[u8], account: &KeyPair, module: &KeyPair) -> Vec<u8> {
    let claims = ActorClaimsBuilder::new(module.public(), now())
        .unwrap()
        .name("counter")
        .capability("wascc:keyvalue")
        .tag("demo")
        .revision(7)
        .version("1.2.3")
        .call_alias("Counter One")
        .expires(UnixSeconds(now().0 + DAY));
    sign_module(wasm, claims, account).unwrap()
}

#[test]
fn modules_signed_by_the_tools_of_2020_are_verified_here() {
    let (account, module) = (pair(KeyKind::Account), pair(KeyKind::Module));
    let signed = sign_as_in_2020(&wasm(), &account, &module);
    let verified = Verifier::new().verify_module(&signed, now()).unwrap();
    assert_eq!(
        (verified.issuer, verified.subject),
        (account.public(), module.public())
    );
    assert_eq!(verified.expires.unwrap() - verified.issued_at, 30 * DAY);
    let metadata = &verified.metadata;
    assert_eq!(metadata.hash, Hash::of(&wasm()));
    assert_eq!(metadata.caps, ["wascc:keyvalue", "wascc:http_server"]);
    assert_eq!(
        (&metadata.tags[..], metadata.prov),
        (&["demo".to_owned()][..], true)
    );
    assert_eq!(
        (metadata.rev, metadata.ver.as_deref()),
        (Some(7), Some("1.2.3"))
    );
}

#[test]
fn modules_signed_by_the_tools_of_today_are_verified_here() {
    let (account, module) = (pair(KeyKind::Account), pair(KeyKind::Module));
    let signed = sign_as_today(&wasm(), &account, &module);
    let verified = Verifier::new().verify_module(&signed, now()).unwrap();
    assert_eq!(
        (verified.issuer, verified.subject),
        (account.public(), module.public())
    );
    assert_eq!(verified.metadata.hash, Hash::of(&wasm()));
    assert_eq!(verified.metadata.call_alias.as_deref(), Some("counter_one"));
}

#[test]
fn modules_signed_here_are_accepted_by_the_tools_of_2020() {
    let (account, module) = (pair(KeyKind::Account), pair(KeyKind::Module));
    let signed = sign_here(&wasm(), &account, &module);
    let token = wasm_2020::extract_claims(&signed).unwrap().unwrap();
    let validation = jwt_2020::validate_token::<jwt_2020::Actor>(&token.jwt).unwrap();
    assert!(validation.signature_valid && !validation.expired && !validation.cannot_use_yet);
    assert_eq!(
        (token.claims.issuer, token.claims.subject),
        (text(&account), text(&module))
    );
    let metadata = token.claims.metadata.unwrap();
    assert_eq!(metadata.caps.unwrap(), ["wascc:keyvalue"]);
    assert_eq!(metadata.tags.unwrap(), ["demo"]);
    assert_eq!(
        (metadata.name.as_deref(), metadata.rev),
        (Some("counter"), Some(7))
    );
    assert_eq!(
        (metadata.ver.as_deref(), metadata.provider),
        (Some("1.2.3"), false)
    );
}

#[test]
fn modules_signed_here_are_accepted_by_the_tools_of_today() {
    let (account, module) = (pair(KeyKind::Account), pair(KeyKind::Module));
    let signed = sign_here(&wasm(), &account, &module);
    let token = wasm_today::extract_claims(&signed).unwrap().unwrap();
    let validation = jwt_today::validate_token::<jwt_today::Component>(&token.jwt).unwrap();
    assert!(validation.signature_valid && !validation.expired && !validation.cannot_use_yet);
    assert_eq!(
        (token.claims.issuer, token.claims.subject),
        (text(&account), text(&module))
    );
    let metadata = token.claims.metadata.unwrap();
    assert_eq!(metadata.module_hash, Hash::of(&wasm()).to_string());
    assert_eq!(metadata.call_alias.as_deref(), Some("counter_one"));
}

/// The module that [`wasm`] gives as a linker leaves it: numbers padded in the sizes of sections and
/// functions, in their counts, in code and in the name of a custom section.
fn padded() -> Vec<u8> {
    let section = |id: u8, content: &[u8]| {
        let size = [id, content.len() as u8 | 0x80, 0x80, 0];
        [&size, content].concat()
    };
    let body = b"\0\x20\x80\x80\x80\x80\0\x41\xAA\x80\x80\x80\0\x6A\x0B";
    let code = [b"\x81\0", &[body.len() as u8 | 0x80, 0][..], body].concat();
    [
        b"\0asm\x01\0\0\0".to_vec(),
        section(1, b"\x01\x60\x01\x7F\x01\x7F"),
        section(3, b"\x81\x80\0\x80\0"),
        section(5, b"\x01\0\x81\0"),
        section(7, b"\x02\x81\0f\0\0\x01m\x02\x80\0"),
        section(10, &code),
        section(0, b"\x84\0namex"),
    ]
    .concat()
}

#[test]
fn a_padded_module_is_accepted_in_2020_if_it_is_canonical_first() {
    let (account, module) = (pair(KeyKind::Account), pair(KeyKind::Module));
    let signed = sign_here(&padded(), &account, &module);
    assert!(
        wasm_2020::extract_claims(&signed).is_err(),
        "no need for it"
    );
    let canonical = canonicalize(&padded()).unwrap();
    assert!(canonical.len() < padded().len());
    let signed = sign_here(&canonical, &account, &module);
    let token = wasm_2020::extract_claims(&signed).unwrap().unwrap();
    let validation = jwt_2020::validate_token::<jwt_2020::Actor>(&token.jwt).unwrap();
    assert!(validation.signature_valid);
    // And it is what they make themselves, down to the token.
    let theirs = sign_as_in_2020(&padded(), &account, &module);
    assert!(theirs.starts_with(&canonical));
    let verified = Verifier::new().verify_module(&theirs, now()).unwrap();
    assert_eq!(verified.metadata.hash, Hash::of(&canonical));
}

#[test]
fn all_that_the_first_version_knows_is_encoded_as_in_2020() {
    let text = r#"(module
        (import "env" "f" (func $f (param i32 i64 f32 f64) (result f64)))
        (import "env" "g" (global $g i32))
        (table 3 9 funcref) (memory (export "m") 1 2)
        (global $h (mut i64) (i64.const -9223372036854775808))
        (elem (global.get $g) $f $k) (data (i32.const -1) "\00\ff")
        (func $k (export "k") (param i32) (result i32) (local i64 i64 f32)
            (block $b (loop $l (br_table $b $l $b (local.get 0))))
            (drop (f32.const nan:0x200001)) (drop (f64.const -0.0))
            (drop (call $f (i32.const -64) (i64.const 64) (f32.const 1.5) (f64.const inf)))
            (if (i32.const 1) (then (call $s)) (else (unreachable)))
            (i64.store32 offset=300 align=1 (i32.const 8) (i64.const 1))
            (drop (call_indirect (param i32) (result i32) (i32.const 5) (i32.const 0)))
            (drop (memory.grow (memory.size)))
            (select (i32.const 2147483647) (i32.const -2147483648) (i32.const 0)))
        (func $s) (start $s) (@custom "a" "\01\02"))"#;
    let (account, module) = (pair(KeyKind::Account), pair(KeyKind::Module));
    let canonical = canonicalize(&wat::parse_str(text).unwrap()).unwrap();
    assert_eq!(canonicalize(&canonical).unwrap(), canonical);
    let signed = sign_here(&canonical, &account, &module);
    assert!(wasm_2020::extract_claims(&signed).unwrap().is_some());
    let theirs = sign_as_in_2020(&canonical, &account, &module);
    assert!(theirs.starts_with(&canonical));
}

#[test]
fn later_wasm_features_cannot_be_signed_for_the_tools_of_2020() {
    let (account, module) = (pair(KeyKind::Account), pair(KeyKind::Module));
    for later in [
        "(func (param i32) (result i32) (i32.extend8_s (local.get 0)))",
        "(memory 1) (func (memory.copy (i32.const 0) (i32.const 0) (i32.const 0)))",
        "(func (result i32 i32) (i32.const 1) (i32.const 2))",
        "(func (drop (ref.null func)))",
    ] {
        let wasm = wat::parse_str(format!("(module {later})")).unwrap();
        let error = canonicalize(&wasm).unwrap_err().to_string();
        assert!(error.contains("first version"), "{error}");
        let signed = sign_here(&wasm, &account, &module);
        assert!(wasm_2020::extract_claims(&signed).is_err(), "{later}");
    }
}

#[test]
fn a_module_can_be_signed_again_by_either_side() {
    let (account, module) = (pair(KeyKind::Account), pair(KeyKind::Module));
    let theirs = sign_as_in_2020(&wasm(), &account, &module);
    let ours = sign_here(&theirs, &account, &module);
    assert_eq!(
        Verifier::new()
            .verify_module(&ours, now())
            .unwrap()
            .metadata
            .caps
            .len(),
        1
    );
    let theirs = sign_as_in_2020(&ours, &account, &module);
    assert_eq!(
        Verifier::new()
            .verify_module(&theirs, now())
            .unwrap()
            .metadata
            .caps
            .len(),
        2
    );
    let ours = sign_here(
        &sign_as_today(&wasm(), &account, &module),
        &account,
        &module,
    );
    wasm_2020::extract_claims(&ours).unwrap().unwrap();
}

#[test]
fn modules_that_only_the_originals_accept_are_refused_here() {
    let (account, module) = (pair(KeyKind::Account), pair(KeyKind::Module));
    // The host of 2020 never looked at `signature_valid`, and this is no error there.
    let stranger = pair(KeyKind::Account);
    let mut claims = wasm_2020::extract_claims(sign_here(&wasm(), &account, &module));
    let claims = &mut claims.as_mut().unwrap().as_mut().unwrap().claims;
    claims.metadata.as_mut().unwrap().caps = Some(vec!["wascc:blobstore".into()]);
    let forged = wasm_2020::embed_claims(&wasm(), claims, &old(&stranger)).unwrap();
    assert!(wasm_2020::extract_claims(&forged).is_ok());
    let error = Verifier::new().verify_module(&forged, now()).unwrap_err();
    assert!(matches!(error, VerifyError::Signature { .. }), "{error}");

    // The tools of today do not compare the hash of a token as it was in 2020.
    let mut changed = sign_here(&wasm(), &account, &module);
    let at = changed
        .windows(5)
        .position(|bytes| bytes == b"hello")
        .unwrap();
    changed[at] = b'j';
    assert!(wasm_today::extract_claims(&changed).is_ok());
    let error = Verifier::new().verify_module(&changed, now()).unwrap_err();
    assert!(matches!(error, VerifyError::Hash { .. }), "{error}");
}
