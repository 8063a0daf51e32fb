//! Attacks on the time in which a token holds.

use crate::support::{Forge, NOW};
use capwire_wascap::{TimeError, UnixSeconds, Verifier, VerifyError};
use std::time::Duration;

fn at(forge: &Forge, verifier: &Verifier, now: u64) -> Result<(), VerifyError> {
    verifier
        .verify_module(&forge.module(), UnixSeconds(now))
        .map(drop)
}

#[test]
fn the_token_has_expired() {
    let (forge, exp) = (Forge::new().with(&format!(r#""exp":{}"#, NOW.0)), NOW);
    let verifier = Verifier::new();
    assert_eq!(at(&forge, &verifier, exp.0 - 1), Ok(()));
    for now in [exp.0, exp.0 + 1, u64::MAX] {
        let now_seconds = UnixSeconds(now);
        let error = TimeError::Expired {
            token: "actor",
            at: exp,
            now: now_seconds,
        };
        assert_eq!(at(&forge, &verifier, now), Err(VerifyError::Time(error)));
    }
}

#[test]
fn the_token_does_not_hold_yet() {
    let (forge, nbf) = (Forge::new().with(&format!(r#""nbf":{}"#, NOW.0)), NOW);
    let verifier = Verifier::new();
    assert_eq!(at(&forge, &verifier, nbf.0), Ok(()));
    for now in [nbf.0 - 1, 0] {
        let now_seconds = UnixSeconds(now);
        let error = TimeError::NotYetValid {
            token: "actor",
            from: nbf,
            now: now_seconds,
        };
        assert_eq!(at(&forge, &verifier, now), Err(VerifyError::Time(error)));
    }
}

#[test]
fn clocks_that_differ_are_tolerated_by_what_is_configured_and_no_more() {
    let verifier = Verifier::new().clock_skew(Duration::from_secs(30));
    let exp = Forge::new().with(&format!(r#""exp":{}"#, NOW.0));
    assert_eq!(at(&exp, &verifier, NOW.0 + 29), Ok(()));
    assert!(matches!(
        at(&exp, &verifier, NOW.0 + 30),
        Err(VerifyError::Time(_))
    ));
    let nbf = Forge::new().with(&format!(r#""nbf":{}"#, NOW.0));
    assert_eq!(at(&nbf, &verifier, NOW.0 - 30), Ok(()));
    assert!(matches!(
        at(&nbf, &verifier, NOW.0 - 31),
        Err(VerifyError::Time(_))
    ));
}

#[test]
fn times_at_the_end_of_their_range_do_not_overflow() {
    let skew = Verifier::new()
        .clock_skew(Duration::MAX)
        .max_age(Duration::MAX);
    let never = Forge::new().with(&format!(r#""exp":{},"nbf":0"#, u64::MAX));
    assert_eq!(at(&never, &Verifier::new(), NOW.0), Ok(()));
    assert_eq!(at(&never, &skew, NOW.0), Ok(()));
    assert!(matches!(
        at(&never, &skew, u64::MAX),
        Err(VerifyError::Time(_))
    ));
    let always = Forge::new().with(r#""exp":0"#);
    assert!(matches!(
        at(&always, &Verifier::new(), 0),
        Err(VerifyError::Time(_))
    ));
    let far = Forge::new().with(&format!(r#""nbf":{}"#, u64::MAX));
    assert!(matches!(
        at(&far, &Verifier::new(), NOW.0),
        Err(VerifyError::Time(_))
    ));
}

#[test]
fn a_token_outlives_the_age_that_the_policy_allows() {
    let (forge, issued) = (Forge::new(), UnixSeconds(NOW.0 - 10));
    let verifier = Verifier::new().max_age(Duration::from_secs(60));
    assert_eq!(at(&forge, &verifier, issued.0 + 60), Ok(()));
    let now = UnixSeconds(issued.0 + 61);
    let error = TimeError::TooOld {
        token: "actor",
        issued,
        max_age: 60,
        now,
    };
    assert_eq!(at(&forge, &verifier, now.0), Err(VerifyError::Time(error)));
}

#[test]
fn a_token_from_the_future_cannot_stay_young() {
    let issued = UnixSeconds(NOW.0 - 10);
    let verifier = Verifier::new().max_age(Duration::from_secs(60));
    let now = UnixSeconds(issued.0 - 1);
    let error = TimeError::IssuedInFuture {
        token: "actor",
        issued,
        now,
    };
    assert_eq!(
        at(&Forge::new(), &verifier, now.0),
        Err(VerifyError::Time(error))
    );
    let tolerant = verifier.clock_skew(Duration::from_secs(1));
    assert_eq!(at(&Forge::new(), &tolerant, now.0), Ok(()));
}

#[test]
fn claims_that_expire_while_they_are_used_are_noticed() {
    let forge = Forge::new().with(&format!(r#""exp":{}"#, NOW.0 + 5));
    let verified = forge.verify().unwrap();
    assert_eq!(verified.check_time(UnixSeconds(NOW.0 + 4)), Ok(()));
    let now = UnixSeconds(NOW.0 + 5);
    let error = TimeError::Expired {
        token: "actor",
        at: now,
        now,
    };
    assert_eq!(verified.check_time(now), Err(error));
}
