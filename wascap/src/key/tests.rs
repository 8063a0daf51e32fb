//! Tests of the text form that need nothing but this module.

use super::*;
use alloc::string::{String, ToString};

const ACCOUNT: &str = "AAGRUXXTGSP4C27RWPTMCHCJF56JD53EQPA2R7RPC5VI4E274KPRMMJ5";

fn pair(kind: KeyKind) -> KeyPair {
    KeyPair::from_secret(kind, &[7; 32])
}

/// Made by another implementation, from the secret that `pair` has.
#[test]
fn text_forms_match_those_of_other_tools() {
    let module = pair(KeyKind::Module);
    let public = "MDVEU3DD4KOFECV66VIHWEZOYX4ZKR3WV27L464SIIPOU2IUI3JCYSUA";
    assert_eq!(module.public().to_string(), public);
    assert_eq!(
        *module.seed(),
        "SMAAOBYHA4DQOBYHA4DQOBYHA4DQOBYHA4DQOBYHA4DQOBYHA4DQOB4AKE"
    );
    assert_eq!(public.parse(), Ok(module.public()));
    assert_eq!(
        ACCOUNT.parse::<PublicKey>().map(|key| key.to_string()),
        Ok(ACCOUNT.into())
    );
}

#[test]
fn every_kind_survives_both_text_forms_and_shows_its_letter() {
    for kind in KeyKind::ALL {
        let pair = pair(kind);
        let text = pair.public().to_string();
        assert_eq!(text.len(), 56);
        assert_eq!(text.chars().next(), Some(kind.letter()));
        assert_eq!(text.parse(), Ok(pair.public()));

        let seed = pair.seed();
        assert_eq!(seed.len(), 58);
        assert!(seed.starts_with(&format!("S{}", kind.letter())));
        let again = KeyPair::from_seed(&seed).unwrap();
        assert_eq!(again.public(), pair.public());
        assert_eq!(kind.name().parse(), Ok(kind));
    }
}

#[test]
fn one_wrong_character_anywhere_is_noticed() {
    let seed = pair(KeyKind::Account).seed();
    for at in 0..ACCOUNT.len() {
        assert!(
            replaced(ACCOUNT, at).parse::<PublicKey>().is_err(),
            "public key, {at}"
        );
    }
    for at in 0..seed.len() {
        assert!(
            KeyPair::from_seed(&replaced(&seed, at)).is_err(),
            "seed, {at}"
        );
    }
}

#[test]
fn each_fault_of_a_key_has_its_own_error() {
    let what = "a public key";
    let parse = |text: &str| text.parse::<PublicKey>().unwrap_err();
    assert_eq!(
        parse(&ACCOUNT[1..]),
        KeyError::Length {
            what,
            expected: 56,
            found: 55
        }
    );
    assert_eq!(
        parse(&format!("{ACCOUNT}\n")),
        KeyError::Length {
            what,
            expected: 56,
            found: 57
        }
    );
    assert_eq!(parse(&ACCOUNT.to_lowercase()), KeyError::Encoding { what });
    assert_eq!(
        parse(&format!("{} ", &ACCOUNT[..55])),
        KeyError::Encoding { what }
    );
    assert_eq!(parse(&replaced(ACCOUNT, 20)), KeyError::Checksum { what });
}

#[test]
fn a_prefix_of_no_kind_is_refused_though_its_checksum_is_right() {
    let (prefix, secret) = ([1_u8], [0_u8; 32]);
    let text = data_encoding::BASE32_NOPAD.encode(&text::with_checksum(&prefix, &secret));
    assert_eq!(
        text.parse::<PublicKey>(),
        Err(KeyError::Prefix {
            what: "a public key"
        })
    );

    let (private, module) = (15 << 3, 12 << 3);
    for prefix in [
        [private, 0],
        [0x90 | (module >> 5), (module << 3) | 1],
        [0, 0],
    ] {
        let text = data_encoding::BASE32_NOPAD.encode(&text::with_checksum(&prefix, &secret));
        let error = KeyPair::from_seed(&text).unwrap_err();
        assert_eq!(error, KeyError::Prefix { what: "a seed" });
    }
}

#[test]
fn a_seed_has_one_spelling_only() {
    let seed = pair(KeyKind::User).seed();
    let last = seed.chars().last().unwrap();
    // 58 characters hold 290 bits and a seed has 288: the last two must be zero.
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let index = alphabet.find(last).unwrap();
    for extra in 1..4 {
        let other = alphabet.chars().nth(index | extra).unwrap();
        let text: String = seed[..57].chars().chain([other]).collect();
        assert_eq!(
            KeyPair::from_seed(&text).unwrap_err(),
            KeyError::Encoding { what: "a seed" }
        );
    }
}

#[test]
fn debug_and_errors_never_show_the_secret() {
    let pair = pair(KeyKind::Account);
    let seed = pair.seed();
    let shown = format!("{pair:?}");
    assert!(shown.contains(&pair.public().to_string()));
    assert!(!shown.contains(&seed[..10]));
    let error = seed.parse::<PublicKey>().unwrap_err();
    assert!(!format!("{error} {error:?}").contains(&seed[..10]));
}

fn replaced(text: &str, at: usize) -> String {
    let swap = |found: char| if found == 'A' { 'B' } else { 'A' };
    text.chars()
        .enumerate()
        .map(|(i, c)| if i == at { swap(c) } else { c })
        .collect()
}
