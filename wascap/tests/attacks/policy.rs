//! Attacks on what the policy of a verifier asks for, and on claims that are kept for long.

use crate::support::{
    ACCOUNT, ACCOUNT_SIGNER, Authority, Forge, HEADER, NOW, OPERATOR, OTHER, key, public, token,
    trust, trust_in,
};
use capwire_wascap::{InvocationMetadata, KeyKind, TimeError, UnixSeconds, Verifier, VerifyError};
use std::time::Duration;

#[test]
fn a_chain_is_required_and_nobody_is_trusted() {
    let verifier = Verifier::new().require_chain(true);
    let error = verifier
        .verify_module(&Forge::new().module(), NOW)
        .unwrap_err();
    let issuer = key(KeyKind::Account, ACCOUNT);
    assert_eq!(error, VerifyError::UnknownAccount { issuer });
}

#[test]
fn the_issuer_is_trusted_and_not_allowed() {
    let module = Forge::new().module();
    let other = Verifier::new().allow_issuers([key(KeyKind::Account, OTHER)]);
    let refused = VerifyError::IssuerNotAllowed {
        issuer: key(KeyKind::Account, ACCOUNT),
    };
    assert_eq!(other.verify_module(&module, NOW).unwrap_err(), refused);
    assert_eq!(
        other
            .trust(trust())
            .verify_module(&module, NOW)
            .unwrap_err(),
        refused
    );
    let nobody = Verifier::new().allow_issuers([]);
    assert_eq!(nobody.verify_module(&module, NOW).unwrap_err(), refused);
    let allowed = Verifier::new().allow_issuers([key(KeyKind::Account, ACCOUNT)]);
    allowed.verify_module(&module, NOW).unwrap();
}

#[test]
fn an_allowed_operator_does_not_allow_all_its_accounts() {
    let verifier = Verifier::new()
        .trust(trust())
        .allow_issuers([key(KeyKind::Operator, OPERATOR)]);
    let error = verifier
        .verify_module(&Forge::new().module(), NOW)
        .unwrap_err();
    assert!(matches!(error, VerifyError::IssuerNotAllowed { .. }));
}

#[test]
fn an_allowed_account_allows_its_signers_only_with_a_chain() {
    let (main, signer) = (
        public(KeyKind::Account, ACCOUNT),
        public(KeyKind::Account, ACCOUNT_SIGNER),
    );
    let forge = Forge {
        secret: ACCOUNT_SIGNER,
        ..Forge::new().replace(&main, &signer)
    };
    let allowed = Verifier::new().allow_issuers([key(KeyKind::Account, ACCOUNT)]);
    let error = allowed.verify_module(&forge.module(), NOW).unwrap_err();
    assert!(matches!(error, VerifyError::IssuerNotAllowed { .. }));
    allowed
        .trust(trust())
        .verify_module(&forge.module(), NOW)
        .unwrap();
}

#[test]
fn an_account_that_expires_takes_its_running_actors_along() {
    let account = Authority::account().with(&format!(r#""exp":{}"#, NOW.0 + 5));
    let verified = Verifier::new()
        .trust(trust_in(&Authority::operator(), &account))
        .verify_module(&Forge::new().module(), NOW)
        .unwrap();
    assert_eq!(verified.check_time(UnixSeconds(NOW.0 + 4)), Ok(()));
    let now = UnixSeconds(NOW.0 + 5);
    let error = TimeError::Expired {
        token: "account",
        at: now,
        now,
    };
    assert_eq!(verified.check_time(now), Err(error));
}

#[test]
fn trust_that_is_withdrawn_is_noticed_on_asking_again() {
    let verified = Verifier::new()
        .trust(trust())
        .verify_module(&Forge::new().module(), NOW)
        .unwrap();
    assert!(
        Verifier::new()
            .trust(trust())
            .verify_again(&verified, NOW)
            .is_ok()
    );
    let less = Verifier::new().require_chain(true);
    let error = less.verify_again(&verified, NOW).unwrap_err();
    assert!(matches!(error, VerifyError::UnknownAccount { .. }));
}

#[test]
fn claims_verified_without_a_chain_gain_one_only_by_asking_again() {
    let verified = Forge::new().verify().unwrap();
    assert!(verified.chain().is_empty());
    let again = Verifier::new()
        .trust(trust())
        .verify_again(&verified, NOW)
        .unwrap();
    assert_eq!(again.chain().len(), 2);
}

#[test]
fn the_age_of_those_above_does_not_matter_but_that_of_the_token_does() {
    let verifier = Verifier::new()
        .trust(trust())
        .max_age(Duration::from_secs(50));
    let module = Forge::new().module();
    verifier.verify_module(&module, NOW).unwrap();
    let later = UnixSeconds(NOW.0 + 41);
    let error = verifier.verify_module(&module, later).unwrap_err();
    assert!(matches!(error, VerifyError::Time(TimeError::TooOld { .. })));
}

#[test]
fn any_host_invokes_by_a_key_that_it_made_itself() {
    let issuer = key(KeyKind::Server, OTHER);
    let claims = format!(
        r#"{{"jti":"x","iat":1,"iss":"{issuer}","sub":"67e55044-10b1-426f-9247-bb680e5fe0c8","wascap":{{"target_url":"t","origin_url":"o","hash":"{}"}}}}"#,
        "0".repeat(64)
    );
    let token = token(HEADER, &claims, OTHER);
    let verifier = Verifier::new().trust(trust());
    let error = verifier
        .verify_token::<InvocationMetadata>(&token, NOW)
        .unwrap_err();
    assert_eq!(error, VerifyError::IssuerNotAllowed { issuer });
    verifier
        .allow_issuers([issuer])
        .verify_token::<InvocationMetadata>(&token, NOW)
        .unwrap();
}
