//! Properties for all inputs: no panic, lossless round trips, and no forgery passes.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use capwire_wascap::{
    ActorClaimsBuilder, Hash, KeyKind, KeyPair, Mark, OperatorMetadata, Pattern, PublicKey,
    RevocationMetadata, Rule, Trust, UnixSeconds, Verifier, inspect_module, sign_module,
};
use data_encoding::BASE64URL_NOPAD;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value};

const NOW: UnixSeconds = UnixSeconds(1_600_000_000);
const PREAMBLE: &[u8] = b"\0asm\x01\0\0\0";

fn pair(kind: KeyKind) -> KeyPair {
    KeyPair::generate(kind).unwrap()
}

fn claims(module: &KeyPair) -> ActorClaimsBuilder {
    ActorClaimsBuilder::new(module.public(), NOW).unwrap()
}

fn kind() -> impl Strategy<Value = KeyKind> {
    proptest::sample::select(&KeyKind::ALL[..])
}

/// A section that is no token, its size padded at will.
fn section() -> impl Strategy<Value = Vec<u8>> {
    let custom = ("[a-z.]{0,8}", vec(any::<u8>(), 0..40)).prop_map(|(name, content)| {
        let name = if name == "jwt" {
            "other".to_owned()
        } else {
            name
        };
        (0, [&[name.len() as u8], name.as_bytes(), &content].concat())
    });
    let other = (1..=12_u8, vec(any::<u8>(), 0..60));
    (prop_oneof![custom, other], 0..=4_usize).prop_map(|((id, content), padding)| {
        let mut number = vec![content.len() as u8];
        for _ in 0..padding {
            *number.last_mut().unwrap() |= 0x80;
            number.push(0);
        }
        [&[id], &number[..], &content].concat()
    })
}

fn module() -> impl Strategy<Value = Vec<u8>> {
    vec(section(), 0..6).prop_map(|sections| [PREAMBLE, &sections.concat()].concat())
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((name(), inner), 0..4).prop_map(|members| Map::from_iter(members).into()),
        ]
    })
}

fn name() -> impl Strategy<Value = String> {
    const KNOWN: [&str; 11] = [
        "jti", "iat", "iss", "sub", "exp", "nbf", "wascap", "caps", "narrow", "hash", "ops",
    ];
    prop_oneof![
        proptest::sample::select(&KNOWN[..]).prop_map(String::from),
        "[a-z]{1,4}"
    ]
}

/// Everything that reads what others wrote.
fn read_everything(bytes: &[u8]) {
    let _ = Verifier::new().verify_module(bytes, NOW);
    let _ = inspect_module(bytes);
    let _ = Hash::of_module(bytes);
    let text = String::from_utf8_lossy(bytes);
    let _ = Verifier::new().verify_token::<OperatorMetadata>(&text, NOW);
    let _ = Verifier::new().verify_token::<RevocationMetadata>(&text, NOW);
    let _ = Trust::new().account_token(&text);
    let _ = text.parse::<PublicKey>();
    let _ = KeyPair::from_seed(&text);
    let _ = text.parse::<Mark>();
    let _ = text.parse::<Pattern>();
    let _ = text.parse::<Hash>();
}

#[test]
fn display_and_debug_are_the_text_form() {
    let hash = Hash::of(b"x");
    assert_eq!(format!("{hash:?}"), hash.to_string());
    assert_eq!(UnixSeconds(7).to_string(), "7 s");
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(bytes in vec(any::<u8>(), 0..300)) {
        read_everything(&bytes);
        read_everything(&[PREAMBLE, &bytes].concat());
    }

    #[test]
    fn no_claims_make_a_reader_panic(claims in json(), header in json()) {
        let encode = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let honest = BASE64URL_NOPAD.encode(br#"{"typ":"jwt","alg":"Ed25519"}"#);
        let signature = BASE64URL_NOPAD.encode(&[7; 64]);
        read_everything(format!("{honest}.{}.{signature}", encode(&claims)).as_bytes());
        read_everything(format!("{}.{}.{signature}", encode(&header), encode(&claims)).as_bytes());
    }

    #[test]
    fn keys_survive_as_text(kind in kind(), bytes: [u8; 32]) {
        let key = PublicKey::new(kind, bytes);
        prop_assert_eq!(key.to_string().parse(), Ok(key));
        let pair = pair(kind);
        prop_assert_eq!(KeyPair::from_seed(&pair.seed()).unwrap().public(), pair.public());
    }

    #[test]
    fn any_other_text_is_another_key(kind in kind(), bytes: [u8; 32], at in 0..56_usize, letter in "[A-Z2-7a-z ]") {
        let text = PublicKey::new(kind, bytes).to_string();
        let changed = format!("{}{letter}{}", &text[..at], &text[at + 1..]);
        prop_assume!(changed != text);
        prop_assert!(changed.parse::<PublicKey>().is_err());
    }

    #[test]
    fn signing_changes_nothing_but_the_token(wasm in module()) {
        let (account, actor) = (pair(KeyKind::Account), pair(KeyKind::Module));
        let signed = sign_module(&wasm, claims(&actor), &account).unwrap();
        prop_assert!(signed.starts_with(&wasm));
        prop_assert_eq!(Hash::of_module(&signed).unwrap(), Hash::of(&wasm));
        let verified = Verifier::new().verify_module(&signed, NOW).unwrap();
        prop_assert_eq!(verified.metadata.hash, Hash::of(&wasm));
        let again = sign_module(&signed, claims(&actor).revision(2), &account).unwrap();
        prop_assert!(again.starts_with(&wasm));
        prop_assert_eq!(Hash::of_module(&again).unwrap(), Hash::of(&wasm));
    }

    #[test]
    fn a_changed_module_is_never_believed(wasm in module(), at: prop::sample::Index, flip in 1..=255_u8) {
        let (account, actor) = (pair(KeyKind::Account), pair(KeyKind::Module));
        let signed = sign_module(&wasm, claims(&actor), &account).unwrap();
        let mut changed = signed.clone();
        let at = at.index(changed.len());
        changed[at] ^= flip;
        // The size and the name of the token's own section say nothing, and may be written otherwise.
        if let Ok(verified) = Verifier::new().verify_module(&changed, NOW) {
            let honest = Verifier::new().verify_module(&signed, NOW).unwrap();
            prop_assert_eq!(verified.token(), honest.token());
            prop_assert_eq!(Hash::of_module(&changed), Ok(Hash::of(&wasm)));
        }
    }

    #[test]
    fn claims_survive_whatever_they_say(
        name in ".{0,40}",
        version in ".{0,20}",
        tags in vec(".{0,10}", 0..4),
        caps in vec("[!-~]{1,20}", 0..4),
        operations in vec(".{0,10}", 0..3),
        revision: i32,
        provider: bool,
    ) {
        let (account, actor) = (pair(KeyKind::Account), pair(KeyKind::Module));
        let rule = Rule::new().operations(operations);
        let builder = claims(&actor).name(&name).version(&version).revision(revision).provider(provider);
        let builder = tags.iter().fold(builder, ActorClaimsBuilder::tag);
        let builder = caps.iter().fold(builder, |builder, cap| {
            builder.capability(cap).narrow(cap, rule.clone())
        });
        let signed = sign_module(PREAMBLE, builder, &account).unwrap();
        let verified = Verifier::new().verify_module(&signed, NOW).unwrap();
        let metadata = &verified.metadata;
        prop_assert_eq!((metadata.name.as_ref(), metadata.ver.as_ref()), (Some(&name), Some(&version)));
        prop_assert_eq!((&metadata.tags, &metadata.caps), (&tags, &caps));
        prop_assert_eq!((metadata.rev, metadata.prov), (Some(revision), provider));
        for cap in &caps {
            prop_assert_eq!(&metadata.narrow[cap][0], &rule);
        }
    }

    #[test]
    fn patterns_mean_what_they_say(start in "[^*]{0,5}", rest in ".{0,5}") {
        let prefix: Pattern = format!("{start}*").parse().unwrap();
        let suffix: Pattern = format!("*{start}").parse().unwrap();
        let exact: Pattern = start.parse().unwrap();
        let (after, before) = (format!("{start}{rest}"), format!("{rest}{start}"));
        prop_assert!(prefix.matches(&after) && suffix.matches(&before));
        prop_assert_eq!(exact.matches(&after), rest.is_empty());
        prop_assert_eq!(prefix.matches(&rest), rest.starts_with(&start));
        prop_assert_eq!(suffix.matches(&rest), rest.ends_with(&start));
    }
}
