//! Tests that every signed module passes verification, and that a module that would not pass cannot
//! be signed.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use capwire_wascap::{
    AccountMetadata, ActorClaimsBuilder, ArchiveError, ClaimsBuilder, Hash, InvocationMetadata,
    KeyKind, KeyPair, OperatorMetadata, ProviderMetadata, RevocationMetadata, SignError,
    UnixSeconds, Verifier, VerifyError, inspect_archive, inspect_module, inspect_token,
    sign_archive, sign_module, sign_token,
};

const NOW: UnixSeconds = UnixSeconds(1_600_000_000);
const EMPTY: &[u8] = b"\0asm\x01\0\0\0";

fn pair(kind: KeyKind) -> KeyPair {
    KeyPair::generate(kind).unwrap()
}

fn claims(module: &KeyPair) -> ActorClaimsBuilder {
    ActorClaimsBuilder::new(module.public(), NOW).unwrap()
}

#[test]
fn every_claim_of_an_actor_arrives() {
    let (account, module) = (pair(KeyKind::Account), pair(KeyKind::Module));
    let builder = claims(&module)
        .name("counter")
        .capability("wascc:keyvalue")
        .capability("wascc:http_server")
        .tag("demo")
        .revision(-3)
        .version("1.2.3")
        .call_alias(" My-Actor.Nº 1 ")
        .provider(true)
        .not_before(UnixSeconds(NOW.0 + 1))
        .expires(UnixSeconds(NOW.0 + 9));
    let signed = sign_module(EMPTY, builder, &account).unwrap();
    let verified = Verifier::new()
        .verify_module(&signed, UnixSeconds(NOW.0 + 1))
        .unwrap();
    assert_eq!(verified.issuer, account.public());
    assert_eq!(verified.subject, module.public());
    assert_eq!(verified.issued_at, NOW.0);
    assert_eq!(
        (verified.not_before, verified.expires),
        (Some(NOW.0 + 1), Some(NOW.0 + 9))
    );
    assert_eq!(verified.id.len(), 22);
    assert!(verified.id.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    let metadata = &verified.metadata;
    assert_eq!(metadata.hash, Hash::of(EMPTY));
    assert_eq!(metadata.name.as_deref(), Some("counter"));
    assert_eq!(metadata.caps, ["wascc:keyvalue", "wascc:http_server"]);
    assert_eq!(metadata.tags, ["demo"]);
    assert_eq!(
        (metadata.rev, metadata.ver.as_deref()),
        (Some(-3), Some("1.2.3"))
    );
    assert_eq!(metadata.call_alias.as_deref(), Some("my_actor_n_1"));
    assert!(metadata.prov);

    let inspected = inspect_module(&signed).unwrap();
    assert_eq!(inspected.claims(), &*verified);
    assert_eq!(inspected.token(), verified.token());
}

#[test]
fn two_tokens_never_have_the_same_id() {
    let (account, module) = (pair(KeyKind::Account), pair(KeyKind::Module));
    let id = || {
        let signed = sign_module(EMPTY, claims(&module), &account).unwrap();
        inspect_module(&signed).unwrap().claims().id.clone()
    };
    assert_ne!(id(), id());
}

#[test]
fn signing_again_replaces_the_token_and_keeps_everything_else() {
    let (account, module) = (pair(KeyKind::Account), pair(KeyKind::Module));
    let first = sign_module(EMPTY, claims(&module), &account).unwrap();
    let note = b"\0\x82\x80\x00\x01n";
    let with_note = [&first[..], note].concat();
    let second = sign_module(&with_note, claims(&module).revision(2), &account).unwrap();
    assert!(second.starts_with(EMPTY) && second.ends_with(note));
    let verified = Verifier::new().verify_module(&second, NOW).unwrap();
    assert_eq!(verified.metadata.rev, Some(2));
    assert_eq!(
        Hash::of_module(&second).unwrap(),
        Hash::of(&[EMPTY, note].concat())
    );
}

#[test]
fn keys_of_the_wrong_kind_sign_nothing() {
    let (account, module) = (pair(KeyKind::Account), pair(KeyKind::Module));
    for kind in KeyKind::ALL
        .into_iter()
        .filter(|kind| *kind != KeyKind::Account)
    {
        let error = sign_module(EMPTY, claims(&module), &pair(kind)).unwrap_err();
        assert!(matches!(error, SignError::IssuerKind(wrong) if wrong.found == kind));
    }
    for kind in KeyKind::ALL
        .into_iter()
        .filter(|kind| *kind != KeyKind::Module)
    {
        let error = sign_module(EMPTY, claims(&pair(kind)), &account).unwrap_err();
        assert!(matches!(error, SignError::SubjectKind(wrong) if wrong.found == kind));
    }
}

#[test]
fn claims_that_never_hold_are_not_signed() {
    let (account, module) = (pair(KeyKind::Account), pair(KeyKind::Module));
    let later = UnixSeconds(NOW.0 + 10);
    let expired = claims(&module).expires(NOW);
    assert_eq!(
        sign_module(EMPTY, expired, &account),
        Err(SignError::NeverValid)
    );
    let backwards = claims(&module).not_before(later).expires(later);
    assert_eq!(
        sign_module(EMPTY, backwards, &account),
        Err(SignError::NeverValid)
    );
}

#[test]
fn capabilities_that_only_look_like_some_are_not_signed() {
    let (account, module) = (pair(KeyKind::Account), pair(KeyKind::Module));
    for id in [
        "",
        " wascc:keyvalue",
        "wascc:keyvalue\n",
        "wаscc:keyvalue",
        "a b",
        "a\0",
    ] {
        let error = sign_module(EMPTY, claims(&module).capability(id), &account).unwrap_err();
        assert!(
            matches!(
                error,
                SignError::Claim {
                    what: "capability",
                    ..
                }
            ),
            "{id:?}"
        );
    }
}

#[test]
fn claims_too_long_to_be_read_are_not_signed() {
    let (account, module) = (pair(KeyKind::Account), pair(KeyKind::Module));
    let error = sign_module(EMPTY, claims(&module).name("n".repeat(70_000)), &account);
    assert!(matches!(error, Err(SignError::TooLong { .. })));
}

#[test]
fn tokens_of_accounts_and_invocations_are_verified_alone() {
    let (operator, account, server) = (
        pair(KeyKind::Operator),
        pair(KeyKind::Account),
        pair(KeyKind::Server),
    );
    let mut metadata = AccountMetadata::default();
    metadata.name = Some("payments".into());
    metadata.valid_signers = vec![pair(KeyKind::Account).public()];
    let builder = ClaimsBuilder::with_metadata(account.public(), metadata.clone(), NOW).unwrap();
    let token = sign_token(builder, &operator).unwrap();
    let verified = Verifier::new()
        .verify_token::<AccountMetadata>(&token, NOW)
        .unwrap();
    assert_eq!(verified.metadata, metadata);
    assert_eq!(
        inspect_token::<AccountMetadata>(&token).unwrap().claims(),
        &*verified
    );
    // An account is no operator, though its token has the same members.
    let other = Verifier::new()
        .verify_token::<OperatorMetadata>(&token, NOW)
        .unwrap_err();
    assert!(matches!(other, VerifyError::SubjectKind(_)));

    let id = "67e55044-10b1-426f-9247-bb680e5fe0c8".parse().unwrap();
    let metadata = InvocationMetadata::new("wasmbus://a", "wasmbus://b/Get", b"payload");
    let builder = ClaimsBuilder::with_metadata(id, metadata, NOW).unwrap();
    let token = sign_token(builder, &server).unwrap();
    let verified = Verifier::new()
        .verify_token::<InvocationMetadata>(&token, NOW)
        .unwrap();
    assert!(verified.metadata.covers(b"payload"));
    assert!(!verified.metadata.covers(b"another"));
}

#[test]
fn a_token_may_have_every_byte_that_is_allowed() {
    const LIMIT: usize = 16 << 20;
    let operator = pair(KeyKind::Operator);
    let list = |length: usize| {
        let mut metadata = RevocationMetadata::new(1);
        metadata.tokens.insert("a".repeat(length));
        let claims = ClaimsBuilder::with_metadata(operator.public(), metadata, NOW).unwrap();
        sign_token(claims, &operator).unwrap()
    };
    let short = list(0);
    let claims = short.split('.').nth(1).unwrap().len();
    let room = LIMIT - (short.len() - claims);
    let longest = list(room * 3 / 4 - claims * 3 / 4);
    assert_eq!(longest.len(), LIMIT);
}

fn archive(libraries: &[(&str, &[u8])]) -> Result<Vec<u8>, SignError> {
    let (account, service) = (pair(KeyKind::Account), pair(KeyKind::Service));
    let mut metadata = ProviderMetadata::default();
    metadata.name = Some("Redis".into());
    metadata.capid = Some("wascc:keyvalue".into());
    metadata.rev = Some(2);
    let claims = ClaimsBuilder::with_metadata(service.public(), metadata, NOW).unwrap();
    sign_archive(libraries.iter().copied(), claims, &account)
}

#[test]
fn a_provider_arrives_with_its_libraries() {
    let full_block = [7; 1024];
    let libraries = [("x86_64-linux", &b""[..]), ("aarch64-macos", &full_block)];
    let par = archive(&libraries).unwrap();
    let verified = Verifier::new().verify_archive(&par, NOW).unwrap();
    assert_eq!(verified.library("x86_64-linux"), Some(&b""[..]));
    assert_eq!(verified.library("aarch64-macos"), Some(&full_block[..]));
    let metadata = &verified.claims().metadata;
    assert_eq!(metadata.name.as_deref(), Some("Redis"));
    assert_eq!(metadata.rev, Some(2));
    assert!(metadata.covers("x86_64-linux", b""));

    let inspected = inspect_archive(&par).unwrap();
    assert_eq!(&inspected.claims().claims().metadata, metadata);
    assert_eq!(inspected.claims().token(), verified.claims().token());
    let shown = format!("{verified:?} {inspected:?}");
    assert!(shown.contains("x86_64-linux") && !shown.contains("7, 7"));
}

#[test]
fn numbers_in_an_archive_are_as_posix_writes_them() {
    let par = archive(&[("x86_64-linux", &[7; 9])]).unwrap();
    let blocks: Vec<&[u8]> = par.chunks(512).collect();
    let library = blocks
        .iter()
        .find(|block| block.starts_with(b"x86_64-linux.bin\0"));
    let library = library.unwrap();
    assert_eq!(&library[100..108], b"0000644\0");
    assert_eq!(&library[124..136], b"00000000011\0");
    let (digits, end) = library[148..156].split_at(6);
    assert!(digits.iter().all(|digit| (b'0'..=b'7').contains(digit)));
    assert_eq!(end, b"\0 ");
}

#[test]
fn libraries_that_make_no_valid_archive_are_not_signed() {
    let target = |text: &str| ArchiveError::Target {
        target: text.into(),
    };
    let many: Vec<String> = (0..257).map(|number| format!("a{number}-linux")).collect();
    let many: Vec<_> = many.iter().map(|name| (&name[..], &b""[..])).collect();
    for (libraries, error) in [
        (&[][..], ArchiveError::NoLibrary),
        (&[("linux", &b""[..])], target("linux")),
        (&[("../a-b", &b""[..])], target("../a-b")),
        (
            &[("a-b", &b"1"[..]), ("a-b", &b"1"[..])],
            ArchiveError::Repeated {
                target: "a-b".into(),
            },
        ),
        (&many, ArchiveError::TooMany { limit: 256 }),
    ] {
        assert_eq!(archive(libraries), Err(SignError::Archive(error)));
    }
    assert!(archive(&many[1..]).is_ok());
}
