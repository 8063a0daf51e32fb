//! Provider archives, both ways.

use crate::support::{now, old, pair, text};
use capwire_wascap::{
    ArchiveError, ClaimsBuilder, Hash, KeyKind, KeyPair, ProviderMetadata, Verifier, VerifyError,
    sign_archive,
};
use provider_archive_2020::ProviderArchive;

const LINUX: &[u8] = b"\x7FELF";
const MACOS: &[u8] = &[0xCF; 513];

fn made_as_in_2020(account: &KeyPair, service: &KeyPair) -> Vec<u8> {
    let version = Some("0.8.0".into());
    let mut archive = ProviderArchive::new("wascc:keyvalue", "Redis", "acme", Some(2), version);
    archive.add_library("x86_64-linux", LINUX).unwrap();
    archive.add_library("aarch64-macos", MACOS).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    let (issuer, subject) = (old(account), old(service));
    archive
        .write(&mut file.reopen().unwrap(), &issuer, &subject)
        .unwrap();
    std::fs::read(file.path()).unwrap()
}

fn made_here(account: &KeyPair, service: &KeyPair) -> Vec<u8> {
    let mut metadata = ProviderMetadata::default();
    metadata.name = Some("Redis".into());
    metadata.capid = Some("wascc:keyvalue".into());
    metadata.vendor = "acme".into();
    let claims = ClaimsBuilder::with_metadata(service.public(), metadata, now()).unwrap();
    let libraries = [("x86_64-linux", LINUX), ("aarch64-macos", MACOS)];
    sign_archive(libraries, claims, account).unwrap()
}

#[test]
fn archives_of_2020_are_verified_here() {
    let (account, service) = (pair(KeyKind::Account), pair(KeyKind::Service));
    let par = made_as_in_2020(&account, &service);
    let archive = Verifier::new().verify_archive(&par, now()).unwrap();
    let claims = archive.claims();
    assert_eq!(
        (claims.issuer, claims.subject),
        (account.public(), service.public())
    );
    assert_eq!(claims.metadata.capid.as_deref(), Some("wascc:keyvalue"));
    assert_eq!(claims.metadata.ver.as_deref(), Some("0.8.0"));
    assert_eq!(archive.library("x86_64-linux"), Some(LINUX));
    assert_eq!(archive.library("aarch64-macos"), Some(MACOS));
}

#[test]
fn archives_made_here_are_read_as_in_2020() {
    let (account, service) = (pair(KeyKind::Account), pair(KeyKind::Service));
    let read = ProviderArchive::try_load(&made_here(&account, &service)).unwrap();
    let claims = read.claims().unwrap();
    assert_eq!(
        (claims.issuer.clone(), claims.subject.clone()),
        (text(&account), text(&service))
    );
    assert_eq!(claims.name(), "Redis");
    assert_eq!(read.target_bytes("x86_64-linux").as_deref(), Some(LINUX));
    assert_eq!(read.target_bytes("aarch64-macos").as_deref(), Some(MACOS));
    let mut targets = read.targets();
    targets.sort();
    assert_eq!(targets, ["aarch64-macos", "x86_64-linux"]);
}

#[test]
fn archives_that_only_the_original_accepts_are_refused_here() {
    let (account, service) = (pair(KeyKind::Account), pair(KeyKind::Service));
    // A claim is changed, so the signature is wrong; the hashes still agree.
    let mut forged = made_here(&account, &service);
    let text = String::from_utf8_lossy(&forged).into_owned();
    let at = text.find('.').unwrap() + 1;
    let at = at + text[at..].find('.').unwrap() + 1;
    let signature = at + text[at..].find('.').unwrap() + 1;
    forged[signature..signature + 86].fill(b'A');
    assert!(ProviderArchive::try_load(&forged).is_ok());
    let error = Verifier::new().verify_archive(&forged, now()).unwrap_err();
    assert!(matches!(error, VerifyError::Signature { .. }), "{error}");

    let mut changed = made_here(&account, &service);
    let at = changed.windows(4).position(|bytes| bytes == LINUX).unwrap();
    changed[at] = 0;
    assert!(ProviderArchive::try_load(&changed).is_err());
    let error = Verifier::new().verify_archive(&changed, now()).unwrap_err();
    let caught = ArchiveError::Changed {
        target: "x86_64-linux".into(),
        claimed: Hash::of(LINUX),
        actual: Hash::of(b"\0ELF"),
    };
    assert_eq!(error, VerifyError::Archive(caught));
}
