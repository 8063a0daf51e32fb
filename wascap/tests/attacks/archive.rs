//! Attacks on provider archives: on what is in them, and on what is claimed of it. Those on their tokens
//! as such are in the other files: it is the same reader.

use crate::revocation_list::{accept, list};
use crate::support::{
    ACCOUNT, Forge, HEADER, MODULE, NOW, OTHER, SERVICE, key, public, token, trust,
};
use capwire_wascap::{
    ArchiveError, Hash, InspectError, KeyKind, TimeError, TokenError, Verifier, VerifyError,
    inspect_archive,
};
use tar::{EntryType, Header};

pub(crate) const LINUX: &[u8] = b"\x7FELF linux";
const MACOS: &[u8] = b"\xCF\xFA\xED\xFE macos";
const LIBRARIES: [(&str, &[u8]); 2] = [("x86_64-linux", LINUX), ("aarch64-macos", MACOS)];

/// Claims of a provider with these libraries.
fn claims(libraries: &[(&str, &[u8])]) -> String {
    let hashes = libraries
        .iter()
        .map(|(target, library)| format!(r#""{target}":"{}""#, Hash::of(library)));
    let hashes: Vec<String> = hashes.collect();
    format!(
        r#"{{"jti":"dBXPmMFzXxDQ1e5KqQyPVg","iat":{iat},"iss":"{iss}","sub":"{sub}","wascap":{{"name":"Redis","capid":"wascc:keyvalue","vendor":"acme","target_hashes":{{{hashes}}}}}}}"#,
        iat = NOW.0 - 10,
        iss = public(KeyKind::Account, ACCOUNT),
        sub = public(KeyKind::Service, SERVICE),
        hashes = hashes.join(","),
    )
}

fn signed(claims: &str) -> String {
    token(HEADER, claims, ACCOUNT)
}

/// A file with a header of which `change` changes one thing.
pub(crate) fn changed(name: &str, content: &[u8], change: impl FnOnce(&mut Header)) -> Vec<u8> {
    let mut header = Header::new_ustar();
    header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
    header.set_mode(0o644);
    header.set_entry_type(EntryType::Regular);
    header.set_size(content.len() as u64);
    change(&mut header);
    header.set_cksum();
    let padding = content.len().next_multiple_of(512) - content.len();
    [header.as_bytes(), content, &vec![0; padding]].concat()
}

pub(crate) fn file(name: &str, content: &[u8]) -> Vec<u8> {
    changed(name, content, |_| {})
}

/// The files and the end.
fn archive(files: &[Vec<u8>]) -> Vec<u8> {
    [files.concat(), vec![0; 1024]].concat()
}

/// An archive with this token and these libraries.
fn with_token(token: &str, libraries: &[(&str, &[u8])]) -> Vec<u8> {
    let libraries = libraries
        .iter()
        .map(|(target, library)| file(&format!("{target}.bin"), library));
    let claims = file("claims.jwt", token.as_bytes());
    archive(&[claims].into_iter().chain(libraries).collect::<Vec<_>>())
}

/// A good archive, and `extra` behind its libraries.
pub(crate) fn with_file(extra: Vec<u8>) -> Vec<u8> {
    let mut par = honest();
    par.truncate(par.len() - 1024);
    archive(&[par, extra])
}

pub(crate) fn honest() -> Vec<u8> {
    with_token(&signed(&claims(&LIBRARIES)), &LIBRARIES)
}

fn refusal(par: &[u8]) -> VerifyError {
    let verified = Verifier::new().verify_archive(par, NOW);
    verified.expect_err("the attack succeeded")
}

/// The refusal of the container, which may not even be shown.
pub(crate) fn unreadable(par: &[u8]) -> ArchiveError {
    let VerifyError::Archive(error) = refusal(par) else {
        panic!("another refusal: {}", refusal(par));
    };
    let shown = inspect_archive(par).expect_err("it is shown");
    assert_eq!(shown, InspectError::Archive(error.clone()));
    error
}

/// Returns the offset at which a further file of the valid archive would begin.
pub(crate) fn behind() -> usize {
    honest().len() - 1024
}

#[test]
fn the_honest_archive_is_believed() {
    let par = honest();
    let archive = Verifier::new().verify_archive(&par, NOW).unwrap();
    assert_eq!(archive.claims().subject, key(KeyKind::Service, SERVICE));
    let libraries: Vec<_> = archive.libraries().collect();
    assert_eq!(
        libraries,
        [("aarch64-macos", MACOS), ("x86_64-linux", LINUX)]
    );
    assert_eq!(archive.library("x86_64-linux"), Some(LINUX));
    assert_eq!(archive.library("x86_64-macos"), None);
    assert_eq!(inspect_archive(&par).unwrap().libraries().len(), 2);
}

#[test]
fn the_archive_is_not_signed() {
    let libraries = LIBRARIES.map(|(target, bytes)| file(&format!("{target}.bin"), bytes));
    assert_eq!(unreadable(&archive(&libraries)), ArchiveError::Unsigned);
    assert_eq!(unreadable(&archive(&[])), ArchiveError::Unsigned);
    let token = file("claims.jwt", signed(&claims(&LIBRARIES)).as_bytes());
    let late = archive(&[libraries.concat(), token]);
    assert_eq!(unreadable(&late), ArchiveError::Unsigned);
}

#[test]
fn the_signature_is_stripped_or_zeroed() {
    let honest = signed(&claims(&LIBRARIES));
    let (unsigned, _) = honest.rsplit_once('.').unwrap();
    let error = refusal(&with_token(&format!("{unsigned}."), &LIBRARIES));
    assert_eq!(error, VerifyError::Token(TokenError::SignatureLength));
    let error = refusal(&with_token(unsigned, &LIBRARIES));
    assert_eq!(error, VerifyError::Token(TokenError::Segments));
    let error = refusal(&with_token(
        &format!("{unsigned}.{}", "A".repeat(86)),
        &LIBRARIES,
    ));
    assert!(
        matches!(
            error,
            VerifyError::Signature {
                token: "provider",
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn another_key_has_signed() {
    let forged = token(HEADER, &claims(&LIBRARIES), OTHER);
    let issuer = key(KeyKind::Account, ACCOUNT);
    let error = VerifyError::Signature {
        token: "provider",
        issuer,
    };
    assert_eq!(refusal(&with_token(&forged, &LIBRARIES)), error);
}

#[test]
fn the_hashes_are_replaced_without_signing_again() {
    let honest = signed(&claims(&LIBRARIES));
    let evil = [("x86_64-linux", &b"evil"[..])];
    let forged = signed(&claims(&evil));
    let (_, signature) = honest.rsplit_once('.').unwrap();
    let (unsigned, _) = forged.rsplit_once('.').unwrap();
    let error = refusal(&with_token(&format!("{unsigned}.{signature}"), &evil));
    assert!(matches!(error, VerifyError::Signature { .. }), "{error}");
}

#[test]
fn the_libraries_of_two_targets_are_exchanged() {
    let exchanged = [("x86_64-linux", MACOS), ("aarch64-macos", LINUX)];
    let (claimed, actual) = (Hash::of(MACOS), Hash::of(LINUX));
    let error = ArchiveError::Changed {
        target: "aarch64-macos".into(),
        claimed,
        actual,
    };
    let par = with_token(&signed(&claims(&LIBRARIES)), &exchanged);
    assert_eq!(refusal(&par), VerifyError::Archive(error));
}

#[test]
fn one_bit_is_changed_at_every_place() {
    let honest = honest();
    for at in 0..honest.len() {
        let mut changed = honest.clone();
        changed[at] ^= 0x01;
        let verified = Verifier::new().verify_archive(&changed, NOW);
        assert!(verified.is_err(), "byte {at}");
    }
}

#[test]
fn a_library_is_added() {
    let error = ArchiveError::Unclaimed {
        target: "x86_64-macos".into(),
    };
    let par = with_file(file("x86_64-macos.bin", LINUX));
    assert_eq!(refusal(&par), VerifyError::Archive(error));
}

#[test]
fn a_library_is_left_out_which_changes_nothing_for_the_others() {
    let thin = with_token(&signed(&claims(&LIBRARIES)), &LIBRARIES[..1]);
    let archive = Verifier::new().verify_archive(&thin, NOW).unwrap();
    assert_eq!(archive.library("x86_64-linux"), Some(LINUX));
    assert_eq!(archive.library("aarch64-macos"), None);
    let empty = with_token(&signed(&claims(&LIBRARIES)), &[]);
    assert_eq!(unreadable(&empty), ArchiveError::NoLibrary);
}

#[test]
fn a_library_stands_twice() {
    for second in [LINUX, b"evil"] {
        let error = ArchiveError::Repeated {
            target: "x86_64-linux".into(),
        };
        let par = with_file(file("x86_64-linux.bin", second));
        assert_eq!(unreadable(&par), error);
    }
}

#[test]
fn a_second_token_follows() {
    let evil = token(HEADER, &claims(&LIBRARIES), OTHER);
    let par = with_file(file("claims.jwt", evil.as_bytes()));
    assert_eq!(unreadable(&par), ArchiveError::Name { offset: behind() });
}

#[test]
fn the_token_is_that_of_an_actor_or_of_another_kind_of_key() {
    let provider = public(KeyKind::Service, SERVICE);
    let module = claims(&LIBRARIES).replace(&provider, &public(KeyKind::Module, MODULE));
    let error = refusal(&with_token(&signed(&module), &LIBRARIES));
    assert!(matches!(error, VerifyError::SubjectKind(_)), "{error}");
    let actor = Forge::new().token();
    let error = refusal(&with_token(&actor, &LIBRARIES));
    assert!(
        matches!(error, VerifyError::Token(TokenError::Claim { .. })),
        "{error}"
    );
}

#[test]
fn the_token_is_longer_than_any() {
    let long = "A".repeat(64 * 1024 + 1);
    let error = refusal(&with_token(&long, &LIBRARIES));
    assert!(
        matches!(error, VerifyError::Token(TokenError::TooLong { .. })),
        "{error}"
    );
}

#[test]
fn the_claims_name_a_target_twice() {
    let twice = [("x86_64-linux", &b"evil"[..]), ("x86_64-linux", LINUX)];
    let error = refusal(&with_token(&signed(&claims(&twice)), &twice[1..]));
    let name = "x86_64-linux".into();
    let repeated = TokenError::RepeatedMember {
        part: "claims",
        name,
    };
    assert_eq!(error, VerifyError::Token(repeated));
}

#[test]
fn a_target_of_more_words_is_a_target() {
    let libraries = [("x86_64-unknown-linux-gnu", LINUX)];
    let par = with_token(&signed(&claims(&libraries)), &libraries);
    let archive = Verifier::new().verify_archive(&par, NOW).unwrap();
    assert_eq!(archive.library("x86_64-unknown-linux-gnu"), Some(LINUX));
}

#[test]
fn there_are_more_libraries_than_targets() {
    let names: Vec<String> = (0..257).map(|number| format!("a{number}-linux")).collect();
    let libraries: Vec<_> = names.iter().map(|name| (&name[..], LINUX)).collect();
    let token = signed(&claims(&libraries[..1]));
    let limit = 256;
    let all = with_token(&token, &libraries);
    assert_eq!(unreadable(&all), ArchiveError::TooMany { limit });
    let fewer = refusal(&with_token(&token, &libraries[1..]));
    assert!(matches!(
        fewer,
        VerifyError::Archive(ArchiveError::Unclaimed { .. })
    ));
}

#[test]
fn nobody_vouches_for_the_account() {
    let trusting = Verifier::new().trust(trust());
    assert!(trusting.verify_archive(&honest(), NOW).is_ok());
    let account = public(KeyKind::Account, ACCOUNT);
    let stranger = claims(&LIBRARIES).replace(&account, &public(KeyKind::Account, OTHER));
    let par = with_token(&token(HEADER, &stranger, OTHER), &LIBRARIES);
    let issuer = key(KeyKind::Account, OTHER);
    let error = trusting.verify_archive(&par, NOW).unwrap_err();
    assert_eq!(error, VerifyError::UnknownAccount { issuer });
}

#[test]
fn the_claims_have_expired() {
    let expired = claims(&LIBRARIES).replace(r#""iss":"#, &format!(r#""exp":{},"iss":"#, NOW.0));
    let error = refusal(&with_token(&signed(&expired), &LIBRARIES));
    assert!(
        matches!(error, VerifyError::Time(TimeError::Expired { .. })),
        "{error}"
    );
}

#[test]
fn a_library_is_revoked_by_its_hash() {
    let members = format!(r#","modules":["{}"]"#, Hash::of(MACOS));
    let verifier = Verifier::new()
        .trust(trust())
        .revocations(accept(&list(&members), &[]).unwrap());
    let error = verifier.verify_archive(&honest(), NOW).unwrap_err();
    assert!(matches!(error, VerifyError::Revoked(_)), "{error}");
}
