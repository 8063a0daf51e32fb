//! Signed modules, both ways.

use crate::support::{now, old, pair, rng, text, today, wasm};
use capwire_wascap::{
    ActorClaimsBuilder, Hash, KeyKind, KeyPair, UnixSeconds, Verifier, VerifyError, sign_module,
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
    let claims = ActorClaimsBuilder::new(module.public(), now(), &mut rng())
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
fn what_the_tools_of_2020_sign_is_verified_here() {
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
fn what_the_tools_of_today_sign_is_verified_here() {
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
fn what_is_signed_here_the_tools_of_2020_accept() {
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
fn what_is_signed_here_the_tools_of_today_accept() {
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
fn what_the_originals_let_pass_is_refused_here() {
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
