//! Tokens of every type that each side knows, both ways.

use crate::support::{now, old, pair, text, today};
use capwire_wascap::{
    AccountMetadata, Claims, ClaimsBuilder, ClusterMetadata, Hash, InvocationMetadata, KeyKind,
    KeyPair, OperatorMetadata, ProviderMetadata, Standalone, Verified, Verifier, sign_token,
};
use std::collections::{BTreeMap, HashMap};
use wascap_2020::jwt as jwt_2020;
use wascap_today::jwt as jwt_today;

const INVOCATION: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";

fn verify<M: Standalone>(token: &str) -> Verified<Claims<M>> {
    Verifier::new().verify_token(token, now()).unwrap()
}

fn sign<M: Standalone>(subject: M::Subject, metadata: M, issuer: &KeyPair) -> String {
    sign_token(
        ClaimsBuilder::with_metadata(subject, metadata, now()).unwrap(),
        issuer,
    )
    .unwrap()
}

/// The claims as the tools of 2020 read them, if they find them valid.
fn read_as_in_2020<T>(token: &str) -> T
where
    T: serde::Serialize + serde::de::DeserializeOwned + jwt_2020::WascapEntity,
{
    let validation = jwt_2020::validate_token::<T>(token).unwrap();
    assert!(validation.signature_valid && !validation.expired && !validation.cannot_use_yet);
    jwt_2020::Claims::<T>::decode(token)
        .unwrap()
        .metadata
        .unwrap()
}

/// The claims as the tools of today read them, if they find them valid.
fn read_as_today<T>(token: &str) -> T
where
    T: serde::Serialize + serde::de::DeserializeOwned + jwt_today::WascapEntity,
{
    let validation = jwt_today::validate_token::<T>(token).unwrap();
    assert!(validation.signature_valid && !validation.expired && !validation.cannot_use_yet);
    jwt_today::Claims::<T>::decode(token)
        .unwrap()
        .metadata
        .unwrap()
}

#[test]
fn account_tokens_are_accepted_both_ways() {
    let (operator, account, extra) = (
        pair(KeyKind::Operator),
        pair(KeyKind::Account),
        pair(KeyKind::Account),
    );
    let (name, iss, sub) = ("payments".to_owned(), text(&operator), text(&account));
    let signers = vec![text(&extra)];

    let theirs = jwt_2020::Claims::<jwt_2020::Account>::new(
        name.clone(),
        iss.clone(),
        sub.clone(),
        signers.clone(),
    );
    let theirs = theirs.encode(&old(&operator)).unwrap();
    let newer =
        jwt_today::Claims::<jwt_today::Account>::new(name.clone(), iss, sub, signers.clone());
    let newer = newer.encode(&today(&operator)).unwrap();
    for token in [theirs, newer] {
        let verified = verify::<AccountMetadata>(&token);
        assert_eq!(
            (verified.issuer, verified.subject),
            (operator.public(), account.public())
        );
        assert_eq!(verified.metadata.name.as_deref(), Some("payments"));
        assert_eq!(verified.metadata.valid_signers, [extra.public()]);
    }

    let mut metadata = AccountMetadata::default();
    metadata.name = Some(name);
    metadata.valid_signers.push(extra.public());
    let ours = sign(account.public(), metadata, &operator);
    let read: jwt_2020::Account = read_as_in_2020(&ours);
    assert_eq!(
        (read.name.as_deref(), read.valid_signers.as_ref()),
        (Some("payments"), Some(&signers))
    );
    let read: jwt_today::Account = read_as_today(&ours);
    assert_eq!(
        (read.name.as_deref(), read.valid_signers.as_ref()),
        (Some("payments"), Some(&signers))
    );
}

#[test]
fn operator_tokens_are_accepted_both_ways() {
    let (operator, extra) = (pair(KeyKind::Operator), pair(KeyKind::Operator));
    let (name, key, signers) = ("root".to_owned(), text(&operator), vec![text(&extra)]);

    let theirs = jwt_2020::Claims::<jwt_2020::Operator>::new(
        name.clone(),
        key.clone(),
        key.clone(),
        signers.clone(),
    );
    let theirs = theirs.encode(&old(&operator)).unwrap();
    let newer = jwt_today::Claims::<jwt_today::Operator>::new(
        name.clone(),
        key.clone(),
        key,
        signers.clone(),
    );
    let newer = newer.encode(&today(&operator)).unwrap();
    for token in [theirs, newer] {
        let verified = verify::<OperatorMetadata>(&token);
        assert_eq!(
            (verified.issuer, verified.subject),
            (operator.public(), operator.public())
        );
        assert_eq!(verified.metadata.valid_signers, [extra.public()]);
    }

    let mut metadata = OperatorMetadata::default();
    metadata.name = Some(name);
    metadata.valid_signers.push(extra.public());
    let ours = sign(operator.public(), metadata, &operator);
    let read: jwt_2020::Operator = read_as_in_2020(&ours);
    assert_eq!(
        (read.name.as_deref(), read.valid_signers.as_ref()),
        (Some("root"), Some(&signers))
    );
    let read: jwt_today::Operator = read_as_today(&ours);
    assert_eq!(
        (read.name.as_deref(), read.valid_signers.as_ref()),
        (Some("root"), Some(&signers))
    );
}

#[test]
fn cluster_tokens_are_accepted_both_ways() {
    let cluster = pair(KeyKind::Cluster);
    let (key, signers) = (text(&cluster), vec![text(&pair(KeyKind::Cluster))]);
    let theirs =
        jwt_today::Claims::<jwt_today::Cluster>::new("east".into(), key.clone(), key, signers);
    let token = theirs.encode(&today(&cluster)).unwrap();
    let verified = verify::<ClusterMetadata>(&token);
    assert_eq!(verified.metadata.name.as_deref(), Some("east"));
    let ours = sign(cluster.public(), verified.metadata.clone(), &cluster);
    let read: jwt_today::Cluster = read_as_today(&ours);
    assert_eq!(
        (
            read.name.as_deref(),
            read.valid_signers.map(|all| all.len())
        ),
        (Some("east"), Some(1))
    );
}

#[test]
fn provider_tokens_are_accepted_both_ways() {
    let (account, service) = (pair(KeyKind::Account), pair(KeyKind::Service));
    let (iss, sub, hash) = (text(&account), text(&service), Hash::of(b"library"));
    let hashes = HashMap::from([("x86_64-linux".to_owned(), hash.to_string())]);

    let theirs = jwt_2020::Claims::<jwt_2020::CapabilityProvider>::new(
        "Redis".into(),
        iss.clone(),
        sub.clone(),
        "wascc:keyvalue".into(),
        "acme".into(),
        Some(2),
        Some("0.8.0".into()),
        hashes.clone(),
    );
    let verified = verify::<ProviderMetadata>(&theirs.encode(&old(&account)).unwrap());
    assert_eq!(verified.metadata.capid.as_deref(), Some("wascc:keyvalue"));
    assert!(verified.metadata.covers("x86_64-linux", b"library"));
    assert!(!verified.metadata.covers("x86_64-linux", b"another"));
    assert!(!verified.metadata.covers("aarch64-linux", b"library"));

    let newer = jwt_today::Claims::<jwt_today::CapabilityProvider>::new(
        "Redis".into(),
        iss,
        sub,
        "acme".into(),
        Some(2),
        Some("0.8.0".into()),
        hashes.clone(),
    );
    let newer = verify::<ProviderMetadata>(&newer.encode(&today(&account)).unwrap());
    assert_eq!(
        newer.metadata.target_hashes,
        BTreeMap::from([("x86_64-linux".to_owned(), hash)])
    );

    let ours = sign(service.public(), verified.metadata.clone(), &account);
    let read: jwt_2020::CapabilityProvider = read_as_in_2020(&ours);
    assert_eq!(
        (read.capid.as_str(), read.target_hashes),
        ("wascc:keyvalue", hashes.clone())
    );
    let read: jwt_today::CapabilityProvider = read_as_today(&ours);
    assert_eq!((read.vendor.as_str(), read.target_hashes), ("acme", hashes));
}

#[test]
fn invocation_tokens_are_accepted_both_ways() {
    let server = pair(KeyKind::Server);
    let (target, origin) = ("wasmbus://wascc/keyvalue/default/Get", "wasmbus://MXYZ");
    let metadata = InvocationMetadata::new(origin, target, b"payload");
    let hash = metadata.hash.to_string();

    let theirs = jwt_2020::Claims::<jwt_2020::Invocation>::new(
        text(&server),
        INVOCATION.into(),
        target,
        origin,
        &hash,
    );
    let newer = jwt_today::Claims::<jwt_today::Invocation>::new(
        text(&server),
        INVOCATION.into(),
        target,
        origin,
        &hash,
    );
    for token in [
        theirs.encode(&old(&server)).unwrap(),
        newer.encode(&today(&server)).unwrap(),
    ] {
        let verified = verify::<InvocationMetadata>(&token);
        assert_eq!(verified.subject.as_str(), INVOCATION);
        assert_eq!(verified.metadata, metadata);
        assert!(verified.metadata.covers(b"payload"));
    }

    let ours = sign(INVOCATION.parse().unwrap(), metadata, &server);
    let read: jwt_2020::Invocation = read_as_in_2020(&ours);
    assert_eq!(
        (read.origin_url.as_str(), read.invocation_hash),
        (origin, hash.clone())
    );
    let read: jwt_today::Invocation = read_as_today(&ours);
    assert_eq!(
        (read.target_url.as_str(), read.invocation_hash),
        (target, hash)
    );
}
