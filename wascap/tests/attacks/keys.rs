//! Attacks by keys that are none.

use crate::support::{ACCOUNT, CODE, Forge, pair, public, refusal, with_token};
use capwire_wascap::{KeyError, KeyKind, KeyPair, PublicKey, VerifyError};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};

/// A valid token whose issuer is these 32 bytes, with the signature that satisfies every message
/// under a key that is the neutral element.
fn issued_by(bytes: [u8; 32]) -> (PublicKey, VerifyError) {
    let issuer = PublicKey::new(KeyKind::Account, bytes);
    let forge = Forge::new().replace(&public(KeyKind::Account, ACCOUNT), &issuer.to_string());
    let token = forge.token();
    let (signed, _) = token.rsplit_once('.').unwrap();
    let mut signature = [0; 64];
    signature[0] = 1;
    let token = format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature));
    (issuer, refusal(&with_token(CODE, &token)))
}

fn hex(text: &str) -> [u8; 32] {
    HEXLOWER
        .decode(text.as_bytes())
        .unwrap()
        .try_into()
        .unwrap()
}

#[test]
fn the_issuer_is_the_neutral_element() {
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let (issuer, error) = issued_by(neutral);
    assert_eq!(error, VerifyError::WeakIssuer { issuer });
}

#[test]
fn the_issuer_has_small_order() {
    for point in [
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    ] {
        let (issuer, error) = issued_by(hex(point));
        assert_eq!(error, VerifyError::WeakIssuer { issuer }, "{point}");
    }
}

#[test]
fn the_issuer_is_written_in_a_second_way() {
    // Coordinates at and above 2^255 - 19 stand for the small ones.
    for point in [
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "0100000000000000000000000000000000000000000000000000000000000080",
    ] {
        let (issuer, error) = issued_by(hex(point));
        assert_eq!(error, VerifyError::IssuerKey { issuer }, "{point}");
    }
}

#[test]
fn the_issuer_is_no_point_of_the_curve() {
    for point in [
        "0200000000000000000000000000000000000000000000000000000000000000",
        "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ] {
        let (issuer, error) = issued_by(hex(point));
        assert_eq!(error, VerifyError::IssuerKey { issuer }, "{point}");
    }
}

#[test]
fn a_seed_is_wrapped_in_something() {
    let seed = pair(KeyKind::Account, ACCOUNT).seed();
    let mut wrapped = [
        format!("{}\n", *seed),
        format!(" {}", *seed),
        format!("\u{FEFF}{}", *seed),
        format!("{}{}", *seed, *seed),
        format!("{}=", &seed[..57]),
        seed.to_lowercase(),
        seed.replacen('S', "\u{405}", 1),
    ]
    .into_iter();
    assert!(wrapped.all(|text| KeyPair::from_seed(&text).is_err()));
}

#[test]
fn a_public_key_is_given_as_a_seed_and_a_seed_as_a_public_key() {
    let pair = pair(KeyKind::Account, ACCOUNT);
    let error = KeyPair::from_seed(&pair.public().to_string()).unwrap_err();
    assert_eq!(
        error,
        KeyError::Length {
            what: "a seed",
            expected: 58,
            found: 56
        }
    );
    let error = pair.seed().parse::<PublicKey>().unwrap_err();
    assert_eq!(
        error,
        KeyError::Length {
            what: "a public key",
            expected: 56,
            found: 58
        }
    );
}

#[test]
fn the_seed_of_a_module_signs_as_if_it_were_an_account() {
    let seed = pair(KeyKind::Module, ACCOUNT).seed();
    let renamed = seed.replacen("SM", "SA", 1);
    assert_eq!(
        KeyPair::from_seed(&renamed).unwrap_err(),
        KeyError::Checksum { what: "a seed" }
    );
}
