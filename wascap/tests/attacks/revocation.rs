//! Attacks by what a revocation list has taken back.

use crate::revocation_list::{accept, list};
use crate::support::{
    ACCOUNT, ACCOUNT_SIGNER, Authority, CODE, Forge, MODULE, NOW, OPERATOR, OTHER, key, public,
    trust,
};
use capwire_wascap::{
    Cause, Hash, KeyKind, RevocationError, Trust, UnixSeconds, Verifier, VerifyError,
};

/// Returns the error for the honest actor under a list with these members.
fn cause(members: &str) -> (Option<&'static str>, Cause) {
    let verifier = Verifier::new()
        .trust(trust())
        .revocations(accept(&list(members), &[]).unwrap());
    let error = verifier
        .verify_module(&Forge::new().module(), NOW)
        .expect_err("not revoked");
    let (link, error) = match error {
        VerifyError::Link { link, source, .. } => (Some(link), *source),
        error => (None, error),
    };
    match error {
        VerifyError::Revoked(revoked) => (link, revoked.cause),
        other => panic!("{other}"),
    }
}

fn is_valid(members: &str) -> bool {
    let verifier = Verifier::new()
        .trust(trust())
        .revocations(accept(&list(members), &[]).unwrap());
    verifier.verify_module(&Forge::new().module(), NOW).is_ok()
}

#[test]
fn a_key_is_revoked_at_each_level() {
    for (kind, secret, link) in [
        (KeyKind::Module, MODULE, None),
        (KeyKind::Account, ACCOUNT, None),
        (KeyKind::Operator, OPERATOR, Some("account")),
    ] {
        let members = format!(r#","keys":["{}"]"#, public(kind, secret));
        assert_eq!(cause(&members), (link, Cause::Key(key(kind, secret))));
    }
    assert!(is_valid(&format!(
        r#","keys":["{}"]"#,
        public(KeyKind::Account, OTHER)
    )));
}

#[test]
fn the_account_is_revoked_and_one_of_its_signers_goes_on() {
    let (main, signer) = (
        public(KeyKind::Account, ACCOUNT),
        public(KeyKind::Account, ACCOUNT_SIGNER),
    );
    let module = Forge {
        secret: ACCOUNT_SIGNER,
        ..Forge::new().replace(&main, &signer)
    }
    .module();
    let revoked = |key: &str| {
        let list = accept(&list(&format!(r#","keys":["{key}"]"#)), &[]).unwrap();
        Verifier::new()
            .trust(trust())
            .revocations(list)
            .verify_module(&module, NOW)
    };
    assert!(matches!(
        revoked(&main),
        Err(VerifyError::Link {
            link: "account",
            ..
        })
    ));
    assert!(matches!(revoked(&signer), Err(VerifyError::Revoked(_))));
}

#[test]
fn a_token_is_revoked_at_each_level() {
    let actor = "dBXPmMFzXxDQ1e5KqQyPVg";
    let by_id = |id: &str| cause(&format!(r#","tokens":["{id}"]"#));
    assert_eq!(by_id(actor), (None, Cause::Token(actor.into())));
    let account = format!("id-account-{ACCOUNT}");
    assert_eq!(
        by_id(&account),
        (Some("account"), Cause::Token(account.clone()))
    );
    assert!(is_valid(r#","tokens":["dBXPmMFzXxDQ1e5KqQyPVG",""]"#));
}

#[test]
fn the_token_of_the_operator_is_revoked() {
    let mut trust = Trust::new();
    trust
        .operator_token(&Authority::operator().token())
        .unwrap();
    trust.account_token(&Authority::account().token()).unwrap();
    let list = accept(
        &list(&format!(r#","tokens":["id-operator-{OPERATOR}"]"#)),
        &[],
    )
    .unwrap();
    let verifier = Verifier::new().trust(trust).revocations(list);
    let error = verifier
        .verify_module(&Forge::new().module(), NOW)
        .unwrap_err();
    assert!(matches!(
        error,
        VerifyError::Link {
            link: "operator",
            ..
        }
    ));
}

#[test]
fn a_root_is_revoked_though_it_is_trusted_by_key() {
    let members = format!(r#","keys":["{}"]"#, public(KeyKind::Operator, OPERATOR));
    let revoking = accept(&list(&members), &[]).unwrap();
    let verifier = Verifier::new().trust(trust()).revocations(revoking);
    // Not even its own next list counts any more.
    let error = verifier
        .verify_revocations(&list(""), &[], NOW)
        .unwrap_err();
    assert!(matches!(
        error,
        RevocationError::Verify(VerifyError::Revoked(_))
    ));
}

#[test]
fn the_code_is_revoked_whoever_signed_it() {
    let hash = Hash::of(CODE);
    assert_eq!(
        cause(&format!(r#","modules":["{hash}"]"#)),
        (None, Cause::Module(hash))
    );
    assert!(is_valid(&format!(r#","modules":["{}"]"#, Hash::of(b""))));
}

#[test]
fn older_tokens_of_a_key_are_revoked_and_newer_ones_are_not() {
    let issued = NOW.0 - 10;
    for (kind, secret) in [(KeyKind::Account, ACCOUNT), (KeyKind::Module, MODULE)] {
        let before =
            |time: u64| format!(r#","issued_before":{{"{}":{time}}}"#, public(kind, secret));
        let time = UnixSeconds(issued + 1);
        let expected = Cause::IssuedBefore(key(kind, secret), time);
        assert_eq!(cause(&before(issued + 1)), (None, expected));
        assert!(kind == KeyKind::Account || is_valid(&before(issued)));
    }
    let operator = public(KeyKind::Operator, OPERATOR);
    let members = format!(r#","issued_before":{{"{operator}":{}}}"#, NOW.0 - 99);
    assert_eq!(cause(&members).0, Some("account"));
}

#[test]
fn what_runs_is_revoked_on_asking_again() {
    let verifier = Verifier::new().trust(trust());
    let verified = verifier.verify_module(&Forge::new().module(), NOW).unwrap();
    let members = format!(r#","keys":["{}"]"#, public(KeyKind::Module, MODULE));
    let verifier = verifier.revocations(accept(&list(&members), &[]).unwrap());
    let error = verifier.verify_again(&verified, NOW).unwrap_err();
    assert!(matches!(error, VerifyError::Revoked(_)));
}

#[test]
fn a_second_list_does_not_undo_the_first() {
    let members = format!(r#","keys":["{}"]"#, public(KeyKind::Module, MODULE));
    let lists = [
        accept(&list(&members), &[]).unwrap(),
        accept(&list(""), &[]).unwrap(),
    ];
    let verifier = lists
        .into_iter()
        .fold(Verifier::new(), Verifier::revocations);
    assert!(verifier.verify_module(&Forge::new().module(), NOW).is_err());
}
