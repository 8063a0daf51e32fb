//! Attacks on revocation lists.

use crate::support::{
    ACCOUNT, Authority, HEADER, NOW, OPERATOR, OPERATOR_SIGNER, OTHER, key, public, token, trust,
};
use capwire_wascap::{
    Hash, KeyKind, Mark, OperatorMetadata, PublicKey, RevocationError, RevocationList,
    RevocationMetadata, TimeError, TokenError, Trust, Verifier, VerifyError,
};

const LIST: &str = r#"{"typ":"capwire-revocations","alg":"Ed25519"}"#;

fn claims(members: &str) -> String {
    let operator = public(KeyKind::Operator, OPERATOR);
    format!(
        r#"{{"jti":"l","iat":{},"iss":"{operator}","sub":"{operator}","wascap":{{"number":7{members}}}}}"#,
        NOW.0
    )
}

pub(crate) fn list(members: &str) -> String {
    token(LIST, &claims(members), OPERATOR)
}

pub(crate) fn accept(token: &str, seen: &[Mark]) -> Result<RevocationList, RevocationError> {
    Verifier::new()
        .trust(trust())
        .verify_revocations(token, seen, NOW)
}

fn refused(token: &str) -> RevocationError {
    accept(token, &[]).expect_err("the attack succeeded")
}

#[test]
fn the_list_is_not_signed_by_a_trusted_operator() {
    let forged = token(LIST, &claims(""), OTHER);
    let error = refused(&forged);
    assert!(matches!(
        error,
        RevocationError::Verify(VerifyError::Signature { .. })
    ));
    let (main, other) = (
        public(KeyKind::Operator, OPERATOR),
        public(KeyKind::Operator, OTHER),
    );
    let stranger = token(LIST, &claims("").replace(&main, &other), OTHER);
    let operator = key(KeyKind::Operator, OTHER);
    let untrusted = VerifyError::UntrustedOperator { operator };
    assert_eq!(
        refused(&stranger),
        RevocationError::Verify(untrusted.clone())
    );
    // Nor does a list count where nobody is trusted at all.
    let error = Verifier::new()
        .verify_revocations(&stranger, &[], NOW)
        .unwrap_err();
    assert_eq!(error, RevocationError::Verify(untrusted));
}

#[test]
fn the_list_is_signed_by_an_account() {
    let (main, account) = (
        public(KeyKind::Operator, OPERATOR),
        public(KeyKind::Account, ACCOUNT),
    );
    let list = token(LIST, &claims("").replacen(&main, &account, 1), ACCOUNT);
    assert!(matches!(
        refused(&list),
        RevocationError::Verify(VerifyError::IssuerKind(_))
    ));
}

#[test]
fn the_list_is_about_another_operator_than_its_signer() {
    let mut trust = trust();
    trust.operator_key(key(KeyKind::Operator, OTHER));
    let (main, other) = (
        public(KeyKind::Operator, OPERATOR),
        public(KeyKind::Operator, OTHER),
    );
    let list = token(LIST, &claims("").replacen(&main, &other, 1), OTHER);
    let error = Verifier::new()
        .trust(trust)
        .verify_revocations(&list, &[], NOW)
        .unwrap_err();
    let (operator, signer) = (
        key(KeyKind::Operator, OPERATOR),
        key(KeyKind::Operator, OTHER),
    );
    assert_eq!(error, RevocationError::WrongOperator { operator, signer });
}

#[test]
fn a_valid_signer_of_the_operator_may_sign_the_list() {
    let mut trust = Trust::new();
    trust
        .operator_token(&Authority::operator().token())
        .unwrap();
    let (main, signer) = (
        public(KeyKind::Operator, OPERATOR),
        public(KeyKind::Operator, OPERATOR_SIGNER),
    );
    let list = token(
        LIST,
        &claims("").replacen(&main, &signer, 1),
        OPERATOR_SIGNER,
    );
    Verifier::new()
        .trust(trust)
        .verify_revocations(&list, &[], NOW)
        .unwrap();
}

#[test]
fn an_older_list_is_brought_back() {
    let seen = accept(&list(""), &[]).unwrap().mark();
    let older = token(
        LIST,
        &claims("").replace("\"number\":7", "\"number\":6"),
        OPERATOR,
    );
    let operator = key(KeyKind::Operator, OPERATOR);
    let error = RevocationError::Rollback {
        operator,
        number: 6,
        seen: 7,
    };
    assert_eq!(accept(&older, &[seen]).unwrap_err(), error);
    let newer = token(
        LIST,
        &claims("").replace("\"number\":7", "\"number\":8"),
        OPERATOR,
    );
    accept(&newer, &[seen]).unwrap();
    accept(&list(""), &[seen]).expect("the very same list may be loaded again");
}

#[test]
fn two_lists_have_one_number() {
    let seen = accept(&list(""), &[]).unwrap().mark();
    let other = list(r#","tokens":[]"#);
    let operator = key(KeyKind::Operator, OPERATOR);
    let error = RevocationError::Ambiguous {
        operator,
        number: 7,
    };
    assert_eq!(accept(&other, &[seen]).unwrap_err(), error);
}

#[test]
fn the_mark_of_another_operator_holds_nothing_back() {
    let operator = public(KeyKind::Operator, OTHER);
    let mark = format!("{operator} 99 {}", Hash::of(b"")).parse().unwrap();
    accept(&list(""), &[mark]).unwrap();
}

#[test]
fn marks_survive_as_text_and_tampered_ones_do_not() {
    let mark = accept(&list(""), &[]).unwrap().mark();
    let text = mark.to_string();
    assert_eq!(text.parse(), Ok(mark));
    assert_eq!(
        (mark.number(), mark.operator()),
        (7, key(KeyKind::Operator, OPERATOR))
    );
    for broken in [
        String::new(),
        format!("{text} "),
        format!(" {text}"),
        text.replace(' ', "  "),
        text.replace(" 7 ", " -7 "),
        text.to_lowercase(),
        text[..text.len() - 1].to_owned(),
    ] {
        assert!(broken.parse::<Mark>().is_err(), "{broken}");
    }
}

#[test]
fn the_list_has_expired() {
    let expired = claims("").replace("\"wascap\"", &format!("\"exp\":{},\"wascap\"", NOW.0));
    let error = refused(&token(LIST, &expired, OPERATOR));
    let expired = TimeError::Expired {
        token: "revocations",
        at: NOW,
        now: NOW,
    };
    assert_eq!(error, RevocationError::Verify(VerifyError::Time(expired)));
}

#[test]
fn a_list_is_passed_off_as_another_token_or_another_as_a_list() {
    let other = token(HEADER, &claims(""), OPERATOR);
    let header = TokenError::Header {
        member: "typ".into(),
        typ: "capwire-revocations",
    };
    assert_eq!(
        refused(&other),
        RevocationError::Verify(VerifyError::Token(header))
    );
    let error = Verifier::new()
        .verify_token::<OperatorMetadata>(&list(""), NOW)
        .unwrap_err();
    let header = TokenError::Header {
        member: "typ".into(),
        typ: "jwt",
    };
    assert_eq!(error, VerifyError::Token(header));
    assert!(Trust::new().operator_token(&list("")).is_err());
}

#[test]
fn the_list_says_what_the_reader_does_not_know() {
    let error = refused(&list(r#","accounts":[]"#));
    let unknown = matches!(error, RevocationError::Verify(VerifyError::Token(TokenError::Claim { name, .. })) if name == "wascap.accounts");
    assert!(unknown);
}

#[test]
fn entries_of_the_list_are_malformed() {
    for members in [
        r#","keys":["A"]"#,
        r#","keys":"A""#,
        r#","modules":["00"]"#,
        r#","issued_before":{"A":1}"#,
        r#","issued_before":[]"#,
    ] {
        let error = refused(&list(members));
        assert!(
            matches!(error, RevocationError::Verify(VerifyError::Token(_))),
            "{members}"
        );
    }
    let negative = format!(
        r#","issued_before":{{"{}":-1}}"#,
        public(KeyKind::Account, ACCOUNT)
    );
    assert!(matches!(
        refused(&list(&negative)),
        RevocationError::Verify(VerifyError::Token(_))
    ));
}

#[test]
fn a_long_list_is_read() {
    let keys: Vec<String> = (0..2_000_u16)
        .map(|number| {
            let mut bytes = [0; 32];
            bytes[..2].copy_from_slice(&number.to_be_bytes());
            format!("\"{}\"", PublicKey::new(KeyKind::Module, bytes))
        })
        .collect();
    let list = accept(&list(&format!(r#","keys":[{}]"#, keys.join(","))), &[]).unwrap();
    assert_eq!(list.claims().metadata.keys.len(), 2_000);
    assert_eq!(RevocationMetadata::new(3).number, 3);
}
