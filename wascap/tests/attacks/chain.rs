//! Attacks on the chain from an actor up to a trusted operator.

use crate::support::{
    ACCOUNT, ACCOUNT_SIGNER, Authority, Forge, HEADER, NOW, OPERATOR, OPERATOR_SIGNER, OTHER, key,
    public, token, trust, trust_in,
};
use capwire_wascap::{
    AccountMetadata, ActorClaims, KeyKind, PublicKey, TimeError, TokenError, Trust, UnixSeconds,
    Verified, Verifier, VerifyError,
};

fn verify(trust: Trust) -> Result<Verified<ActorClaims>, VerifyError> {
    Verifier::new()
        .trust(trust)
        .verify_module(&Forge::new().module(), NOW)
}

fn refusal(trust: Trust) -> VerifyError {
    verify(trust).expect_err("the attack succeeded")
}

fn at(link: &'static str, subject: PublicKey, source: VerifyError) -> VerifyError {
    VerifyError::Link {
        link,
        subject,
        source: Box::new(source),
    }
}

#[test]
fn an_honest_chain_is_believed_and_shown() {
    let verified = verify(trust()).unwrap();
    let links: Vec<_> = verified
        .chain()
        .iter()
        .map(|link| (link.subject(), link.name()))
        .collect();
    let (account, operator) = (
        key(KeyKind::Account, ACCOUNT),
        key(KeyKind::Operator, OPERATOR),
    );
    assert_eq!(links, [(account, Some("n")), (operator, None)]);
}

#[test]
fn a_link_says_when_it_expires() {
    let end = UnixSeconds(NOW.0 + 7);
    let account = Authority::account().with(&format!(r#""exp":{}"#, end.0));
    let verified = verify(trust_in(&Authority::operator(), &account)).unwrap();
    let ends: Vec<_> = verified.chain().iter().map(|link| link.expires()).collect();
    assert_eq!(ends, [Some(end), None]);
}

#[test]
fn valid_signers_sign_for_those_who_list_them() {
    let account = Authority::account().issued_by(KeyKind::Operator, OPERATOR_SIGNER);
    let trust = trust_in(&Authority::operator(), &account);
    let (main, signer) = (
        public(KeyKind::Account, ACCOUNT),
        public(KeyKind::Account, ACCOUNT_SIGNER),
    );
    let forge = Forge {
        secret: ACCOUNT_SIGNER,
        ..Forge::new().replace(&main, &signer)
    };
    let verified = Verifier::new()
        .trust(trust)
        .verify_module(&forge.module(), NOW)
        .unwrap();
    let links: Vec<_> = verified
        .chain()
        .iter()
        .map(|l| (l.subject(), l.signer()))
        .collect();
    assert_eq!(
        links,
        [
            (
                key(KeyKind::Account, ACCOUNT),
                key(KeyKind::Account, ACCOUNT_SIGNER)
            ),
            (
                key(KeyKind::Operator, OPERATOR),
                key(KeyKind::Operator, OPERATOR_SIGNER)
            ),
        ]
    );
}

#[test]
fn the_account_is_unknown() {
    let mut trust = Trust::new();
    trust.operator_key(key(KeyKind::Operator, OPERATOR));
    let issuer = key(KeyKind::Account, ACCOUNT);
    assert_eq!(refusal(trust), VerifyError::UnknownAccount { issuer });
}

#[test]
fn a_signer_is_not_listed_by_the_account() {
    let mut account = Authority::account();
    account.subject = (KeyKind::Account, OTHER);
    let trust = trust_in(&Authority::operator(), &account);
    let issuer = key(KeyKind::Account, ACCOUNT);
    assert_eq!(refusal(trust), VerifyError::UnknownAccount { issuer });
}

#[test]
fn the_operator_is_not_trusted() {
    let account = Authority::account().issued_by(KeyKind::Operator, OTHER);
    let trust = trust_in(&Authority::operator(), &account);
    let untrusted = VerifyError::UntrustedOperator {
        operator: key(KeyKind::Operator, OTHER),
    };
    assert_eq!(
        refusal(trust),
        at("account", key(KeyKind::Account, ACCOUNT), untrusted)
    );
}

#[test]
fn a_signer_is_not_listed_by_the_operator() {
    let account = Authority::account().issued_by(KeyKind::Operator, OPERATOR_SIGNER);
    let mut operator = Authority::operator();
    operator.signers.clear();
    let error = refusal(trust_in(&operator, &account));
    let operator = key(KeyKind::Operator, OPERATOR_SIGNER);
    let untrusted = VerifyError::UntrustedOperator { operator };
    assert_eq!(
        error,
        at("account", key(KeyKind::Account, ACCOUNT), untrusted)
    );
}

#[test]
fn an_operator_trusted_by_key_lends_no_trust_to_its_signers() {
    let account = Authority::account().issued_by(KeyKind::Operator, OPERATOR_SIGNER);
    let mut trust = Trust::new();
    trust.operator_key(key(KeyKind::Operator, OPERATOR));
    trust.account_token(&account.token()).unwrap();
    assert!(matches!(
        refusal(trust),
        VerifyError::Link {
            link: "account",
            ..
        }
    ));
}

#[test]
fn an_account_signs_itself() {
    let token = Authority::account()
        .issued_by(KeyKind::Account, ACCOUNT)
        .token();
    let error = Trust::new().account_token(&token).unwrap_err();
    assert!(matches!(error, VerifyError::IssuerKind(wrong) if wrong.found == KeyKind::Account));
}

#[test]
fn a_signer_of_an_account_makes_accounts() {
    let token = Authority::account()
        .issued_by(KeyKind::Account, ACCOUNT_SIGNER)
        .token();
    let error = Trust::new().account_token(&token).unwrap_err();
    assert!(matches!(error, VerifyError::IssuerKind(_)));
}

#[test]
fn two_operators_vouch_for_each_other() {
    for (subject, issuer) in [(OPERATOR, OTHER), (OTHER, OPERATOR)] {
        let mut operator = Authority::operator().issued_by(KeyKind::Operator, issuer);
        operator.subject = (KeyKind::Operator, subject);
        let (operator_key, issuer) = (
            key(KeyKind::Operator, subject),
            key(KeyKind::Operator, issuer),
        );
        let error = Trust::new().operator_token(&operator.token()).unwrap_err();
        assert_eq!(
            error,
            VerifyError::NotSelfSigned {
                operator: operator_key,
                issuer
            }
        );
    }
}

#[test]
fn the_token_of_an_account_is_trusted_as_an_operator() {
    let error = Trust::new()
        .operator_token(&Authority::account().token())
        .unwrap_err();
    assert!(matches!(error, VerifyError::SubjectKind(_)));
    let error = Trust::new()
        .account_token(&Authority::operator().token())
        .unwrap_err();
    assert!(matches!(error, VerifyError::SubjectKind(_)));
}

#[test]
fn the_tokens_above_are_forged() {
    let (account, operator) = (Authority::account(), Authority::operator());
    let forged = token(HEADER, &account.claims(), OTHER);
    let error = Trust::new().account_token(&forged).unwrap_err();
    assert!(matches!(
        error,
        VerifyError::Signature {
            token: "account",
            ..
        }
    ));
    let forged = token(HEADER, &operator.claims(), OTHER);
    let error = Trust::new().operator_token(&forged).unwrap_err();
    assert!(matches!(
        error,
        VerifyError::Signature {
            token: "operator",
            ..
        }
    ));
}

#[test]
fn the_token_of_the_account_has_expired_or_does_not_hold_yet() {
    let subject = key(KeyKind::Account, ACCOUNT);
    let expired = Authority::account().with(&format!(r#""exp":{}"#, NOW.0));
    let time = TimeError::Expired {
        token: "account",
        at: NOW,
        now: NOW,
    };
    let error = refusal(trust_in(&Authority::operator(), &expired));
    assert_eq!(error, at("account", subject, time.into()));

    let from = UnixSeconds(NOW.0 + 1);
    let early = Authority::account().with(&format!(r#""nbf":{}"#, from.0));
    let time = TimeError::NotYetValid {
        token: "account",
        from,
        now: NOW,
    };
    let error = refusal(trust_in(&Authority::operator(), &early));
    assert_eq!(error, at("account", subject, time.into()));
}

#[test]
fn the_token_of_the_operator_has_expired() {
    let operator = Authority::operator().with(&format!(r#""exp":{}"#, NOW.0));
    let time = TimeError::Expired {
        token: "operator",
        at: NOW,
        now: NOW,
    };
    let error = refusal(trust_in(&operator, &Authority::account()));
    assert_eq!(
        error,
        at("operator", key(KeyKind::Operator, OPERATOR), time.into())
    );
}

#[test]
fn the_newest_of_several_tokens_counts_and_of_two_as_new_the_later_one() {
    let account = |issued: u64, name: &str| {
        let claims = Authority::account().claims();
        let issued = format!(r#""iat":{issued}"#);
        let claims = claims.replace(&format!(r#""iat":{}"#, NOW.0 - 100), &issued);
        let claims = claims.replace(r#""name":"n""#, &format!(r#""name":"{name}""#));
        token(HEADER, &claims, OPERATOR)
    };
    let name = |tokens: [&String; 3]| {
        let mut trust = Trust::new();
        trust.operator_key(key(KeyKind::Operator, OPERATOR));
        for token in tokens {
            trust.account_token(token).unwrap();
        }
        let verified = verify(trust).unwrap();
        verified.chain()[0].name().map(str::to_owned).unwrap()
    };
    let (old, new, newer) = (account(1, "old"), account(2, "new"), account(3, "newer"));
    let late = account(3, "late");
    for (tokens, newest) in [
        ([&old, &new, &newer], "newer"),
        ([&newer, &new, &old], "newer"),
        ([&new, &newer, &old], "newer"),
        ([&old, &newer, &late], "late"),
        ([&late, &newer, &old], "newer"),
    ] {
        assert_eq!(name(tokens), newest);
    }
}

#[test]
fn keys_can_be_exchanged_with_an_overlap() {
    let old = Authority::account().with(&format!(r#""exp":{}"#, NOW.0));
    let new = Authority::account().with(&format!(r#""nbf":{}"#, NOW.0 - 10));
    for order in [[&old, &new], [&new, &old]] {
        let mut trust = Trust::new();
        trust.operator_key(key(KeyKind::Operator, OPERATOR));
        for account in order {
            trust.account_token(&account.token()).unwrap();
        }
        verify(trust).unwrap();
    }
}

#[test]
fn trust_in_an_account_as_if_it_were_an_operator_lets_nothing_pass() {
    let mut trust = Trust::new();
    trust.operator_key(key(KeyKind::Account, ACCOUNT));
    let issuer = key(KeyKind::Account, ACCOUNT);
    assert_eq!(refusal(trust), VerifyError::UnknownAccount { issuer });
}

#[test]
fn tokens_alone_need_a_chain_as_well() {
    let account = Authority::account().token();
    Verifier::new()
        .trust(trust())
        .verify_token::<AccountMetadata>(&account, NOW)
        .unwrap();
    let other = Authority::account()
        .issued_by(KeyKind::Operator, OTHER)
        .token();
    let error = Verifier::new()
        .trust(trust())
        .verify_token::<AccountMetadata>(&other, NOW);
    let operator = key(KeyKind::Operator, OTHER);
    assert_eq!(
        error.unwrap_err(),
        VerifyError::UntrustedOperator { operator }
    );
}

#[test]
fn a_valid_signer_is_no_key() {
    let claims = Authority::account().claims();
    let broken = claims.replace(&public(KeyKind::Account, ACCOUNT_SIGNER), "A");
    let error = Trust::new()
        .account_token(&token(HEADER, &broken, OPERATOR))
        .unwrap_err();
    let named = matches!(error, VerifyError::Token(TokenError::Claim { name, .. }) if name == "wascap.valid_signers");
    assert!(named);
}
