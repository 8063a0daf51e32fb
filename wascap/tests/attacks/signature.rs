//! Attacks on the signature.

use crate::support::{ACCOUNT, CODE, Forge, OTHER, pair, refusal, with_token};
use capwire_wascap::{KeyKind, TokenError, VerifyError};
use curve25519_dalek::Scalar;
use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::SigningKey;
use sha2::{Digest, Sha512};

fn forged() -> VerifyError {
    let issuer = pair(KeyKind::Account, ACCOUNT).public();
    VerifyError::Signature {
        token: "actor",
        issuer,
    }
}

/// The refusal of a valid token with another signature.
fn resigned(change: impl FnOnce(&str, [u8; 64]) -> Vec<u8>) -> VerifyError {
    let token = Forge::new().token();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap();
    let changed = change(signed, signature.try_into().unwrap());
    let token = format!("{signed}.{}", BASE64URL_NOPAD.encode(&changed));
    refusal(&with_token(CODE, &token))
}

#[test]
fn the_signature_is_zeroed() {
    assert_eq!(resigned(|_, _| vec![0; 64]), forged());
}

#[test]
fn the_signature_is_stripped_or_has_another_length() {
    for length in [0, 1, 32, 63] {
        let error = resigned(|_, signature| signature[..length].to_vec());
        assert_eq!(
            error,
            VerifyError::Token(TokenError::SignatureLength),
            "{length}"
        );
    }
    let error = resigned(|_, signature| [&signature[..], &[0]].concat());
    assert_eq!(error, VerifyError::Token(TokenError::SignatureLength));
}

#[test]
fn one_bit_of_the_signature_is_changed_at_every_place() {
    for at in 0..64 {
        let error = resigned(|_, mut signature| {
            signature[at] ^= 1;
            signature.to_vec()
        });
        assert_eq!(error, forged(), "{at}");
    }
}

#[test]
fn another_key_has_signed() {
    let forge = Forge {
        secret: OTHER,
        ..Forge::new()
    };
    assert_eq!(forge.refusal(), forged());
}

#[test]
fn capabilities_are_added_without_signing_again() {
    let honest = Forge::new().token();
    let (_, signature) = honest.rsplit_once('.').unwrap();
    let greedy = Forge::new()
        .replace(
            r#"["wascc:keyvalue"]"#,
            r#"["wascc:keyvalue","wascc:blobstore"]"#,
        )
        .token();
    let (signed, _) = greedy.rsplit_once('.').unwrap();
    assert_eq!(
        refusal(&with_token(CODE, &format!("{signed}.{signature}"))),
        forged()
    );
    let zero = BASE64URL_NOPAD.encode(&[0; 64]);
    assert_eq!(
        refusal(&with_token(CODE, &format!("{signed}.{zero}"))),
        forged()
    );
}

#[test]
fn the_header_is_written_differently_without_signing_again() {
    let token = Forge::new().token();
    let (_, rest) = token.split_once('.').unwrap();
    let header = BASE64URL_NOPAD.encode(br#"{"alg":"Ed25519","typ":"jwt"}"#);
    assert_eq!(
        refusal(&with_token(CODE, &format!("{header}.{rest}"))),
        forged()
    );
}

#[test]
fn the_signature_of_another_token_is_used() {
    let other = Forge::new().replace(r#""a""#, r#""b""#).token();
    let (_, other) = other.rsplit_once('.').unwrap();
    let other = BASE64URL_NOPAD.decode(other.as_bytes()).unwrap();
    assert_eq!(resigned(|_, _| other), forged());
}

#[test]
fn the_signature_is_malleable_by_the_order_of_the_group() {
    // L = 2^252 + 27742317777372353535851937790883648493: S + L satisfies the same equation.
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let error = resigned(|_, mut signature| {
        let mut carry = 0;
        for (byte, order) in signature[32..].iter_mut().zip(ORDER) {
            let sum = u16::from(*byte) + u16::from(order) + carry;
            *byte = sum as u8;
            carry = sum >> 8;
        }
        signature.to_vec()
    });
    assert_eq!(error, forged());
}

#[test]
fn the_commitment_of_the_signature_has_small_order() {
    // With R the neutral element, S = k * a satisfies the equation that a plain check asks for.
    let error = resigned(|signed, _| {
        let key = SigningKey::from_bytes(&[ACCOUNT; 32]);
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let mut hasher = Sha512::new();
        hasher.update(neutral);
        hasher.update(key.verifying_key().as_bytes());
        hasher.update(signed);
        let k = Scalar::from_bytes_mod_order_wide(&hasher.finalize().into());
        let s = k * key.to_scalar();
        let forged = [neutral, s.to_bytes()].concat();
        let plain = ed25519_dalek::Signature::from_slice(&forged).unwrap();
        let verifying = key.verifying_key();
        let accepted = ed25519_dalek::Verifier::verify(&verifying, signed.as_bytes(), &plain);
        assert!(accepted.is_ok(), "a plain check would not notice");
        forged
    });
    assert_eq!(error, forged());
}
