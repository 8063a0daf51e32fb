//! The format as a second implementation understands it, which shares no code with the first.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

mod peer;

use capwire_wascap::{
    AccountMetadata, ActorClaimsBuilder, ClaimsBuilder, ClusterMetadata, InvocationMetadata,
    KeyKind, KeyPair, OperatorMetadata, ProviderMetadata, Rule, Standalone, UnixSeconds, Verifier,
    sign_module, sign_token,
};
use peer::Peer;
use serde_json::{Value, json};

const NOW: UnixSeconds = UnixSeconds(1_600_000_000);
const WASM: &[u8] = b"\0asm\x01\0\0\0\0\x07\x04notehi";
const INVOCATION: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";

fn pair(kind: KeyKind) -> KeyPair {
    KeyPair::generate(kind).unwrap()
}

#[test]
fn keys_are_the_same() {
    let Some(peer) = Peer::find() else { return };
    for kind in KeyKind::ALL {
        let pair = pair(kind);
        let public = peer.run(&["public", &pair.seed()], b"").unwrap();
        assert_eq!(public, pair.public().to_string().into_bytes());
    }
}

#[test]
fn modules_signed_here_are_verified_there() {
    let Some(peer) = Peer::find() else { return };
    let (account, module) = (pair(KeyKind::Account), pair(KeyKind::Module));
    let claims = ActorClaimsBuilder::new(module.public(), NOW)
        .unwrap()
        .name("naïve \"name\"")
        .capability("wascc:keyvalue")
        .narrow("wascc:keyvalue", Rule::new().operations(["Get"]));
    let signed = sign_module(WASM, claims, &account).unwrap();
    let read: Value =
        serde_json::from_slice(&peer.run(&["verify-module"], &signed).unwrap()).unwrap();
    let verified = Verifier::new().verify_module(&signed, NOW).unwrap();
    assert_eq!(read, serde_json::to_value(&*verified).unwrap());
    assert_eq!(
        read["wascap"]["narrow"]["wascc:keyvalue"][0]["ops"][0],
        "Get"
    );

    let mut changed = signed;
    changed[16] ^= 1;
    assert!(
        peer.run(&["verify-module"], &changed).is_none(),
        "the peer checks nothing"
    );
}

#[test]
fn modules_signed_there_are_verified_here() {
    let Some(peer) = Peer::find() else { return };
    let (account, module) = (pair(KeyKind::Account), pair(KeyKind::Module));
    let claims = json!({
        "jti": "x", "iat": NOW.0, "exp": NOW.0 + 9,
        "iss": account.public(), "sub": module.public(),
        "wascap": {"name": "naïve", "caps": ["wascc:keyvalue"], "prov": false},
    });
    let signed = peer
        .run(&["sign-module", &account.seed(), &claims.to_string()], WASM)
        .unwrap();
    let verified = Verifier::new().verify_module(&signed, NOW).unwrap();
    assert_eq!(
        (verified.issuer, verified.expires),
        (account.public(), Some(NOW.0 + 9))
    );
    assert_eq!(verified.metadata.name.as_deref(), Some("naïve"));
}

/// Signs here and verifies there, signs the same claims there and verifies here.
fn both_ways<M: Standalone>(subject: M::Subject, metadata: M, issuer: &KeyPair) {
    let Some(peer) = Peer::find() else { return };
    let builder = ClaimsBuilder::with_metadata(subject, metadata, NOW).unwrap();
    let ours = sign_token(builder, issuer).unwrap();
    let read = peer.run(&["verify-token"], ours.as_bytes()).unwrap();
    let claims: Value = serde_json::from_slice(&read).unwrap();
    let here = Verifier::new().verify_token::<M>(&ours, NOW).unwrap();
    assert_eq!(claims, serde_json::to_value(&*here).unwrap());

    let job = json!({"seed": *issuer.seed(), "claims": claims}).to_string();
    let theirs = peer.run(&["sign-token"], job.as_bytes()).unwrap();
    let theirs = String::from_utf8(theirs).unwrap();
    assert_eq!(
        *Verifier::new().verify_token::<M>(&theirs, NOW).unwrap(),
        *here
    );
}

#[test]
fn operators_travel_both_ways() {
    let operator = pair(KeyKind::Operator);
    let mut metadata = OperatorMetadata::default();
    metadata
        .valid_signers
        .push(pair(KeyKind::Operator).public());
    both_ways(operator.public(), metadata, &operator);
}

#[test]
fn accounts_travel_both_ways() {
    let mut metadata = AccountMetadata::default();
    metadata.name = Some("payments".into());
    metadata.valid_signers.push(pair(KeyKind::Account).public());
    both_ways(
        pair(KeyKind::Account).public(),
        metadata,
        &pair(KeyKind::Operator),
    );
}

#[test]
fn clusters_travel_both_ways() {
    let cluster = pair(KeyKind::Cluster);
    both_ways(cluster.public(), ClusterMetadata::default(), &cluster);
}

#[test]
fn providers_travel_both_ways() {
    let mut metadata = ProviderMetadata::default();
    metadata.capid = Some("wascc:keyvalue".into());
    metadata
        .target_hashes
        .insert("x86_64-linux".into(), capwire_wascap::Hash::of(b"library"));
    both_ways(
        pair(KeyKind::Service).public(),
        metadata,
        &pair(KeyKind::Account),
    );
}

#[test]
fn invocations_travel_both_ways() {
    let metadata = InvocationMetadata::new("wasmbus://a", "wasmbus://b/Get", b"payload");
    both_ways(
        INVOCATION.parse().unwrap(),
        metadata,
        &pair(KeyKind::Server),
    );
}
