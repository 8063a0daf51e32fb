//! Attacks on the header and on the form of the token.

use crate::support::{CODE, Forge, HEADER, refusal, with_token};
use capwire_wascap::{TokenError, VerifyError};
use data_encoding::BASE64URL_NOPAD;

fn header_error(header: &str) -> TokenError {
    match Forge::new().header(header).refusal() {
        VerifyError::Token(error) => error,
        other => panic!("{header}: {other}"),
    }
}

fn token_error(token: &str) -> TokenError {
    match refusal(&with_token(CODE, token)) {
        VerifyError::Token(error) => error,
        other => panic!("{token}: {other}"),
    }
}

fn wrong(member: &str) -> TokenError {
    TokenError::Header {
        member: member.into(),
        typ: "jwt",
    }
}

#[test]
fn the_algorithm_is_none() {
    assert_eq!(header_error(r#"{"typ":"jwt","alg":"none"}"#), wrong("alg"));
    let token = Forge::new().header(r#"{"typ":"jwt","alg":"none"}"#).token();
    let (signed, _) = token.rsplit_once('.').unwrap();
    assert_eq!(token_error(&format!("{signed}.")), wrong("alg"));
}

#[test]
fn the_algorithm_is_another_one() {
    for alg in ["HS256", "EdDSA", "RS256", "Ed25519ph", "Ed448", ""] {
        let header = format!(r#"{{"typ":"jwt","alg":"{alg}"}}"#);
        assert_eq!(header_error(&header), wrong("alg"), "{alg}");
    }
}

#[test]
fn the_algorithm_is_spelt_in_another_case() {
    for alg in [
        "ed25519",
        "ED25519",
        "Ed25519 ",
        "Ed25519\\u0000",
        "Еd25519",
    ] {
        let header = format!(r#"{{"typ":"jwt","alg":"{alg}"}}"#);
        assert_eq!(header_error(&header), wrong("alg"), "{alg}");
    }
}

#[test]
fn the_type_is_another_one() {
    for typ in ["JWT", "Jwt", "at+jwt", "jws", ""] {
        let header = format!(r#"{{"typ":"{typ}","alg":"Ed25519"}}"#);
        assert_eq!(header_error(&header), wrong("typ"), "{typ}");
    }
}

#[test]
fn a_member_of_the_header_is_missing_or_null() {
    assert_eq!(header_error(r#"{"alg":"Ed25519"}"#), wrong("typ"));
    assert_eq!(header_error(r#"{"typ":"jwt"}"#), wrong("alg"));
    assert_eq!(header_error(r#"{"typ":"jwt","alg":null}"#), wrong("alg"));
    assert_eq!(header_error("{}"), wrong("typ"));
}

#[test]
fn the_header_has_members_that_must_be_understood() {
    for (name, member) in [
        ("crit", r#""crit":["exp"]"#),
        ("jwk", r#""jwk":{}"#),
        ("kid", r#""kid":"x""#),
        ("b64", r#""b64":false"#),
        ("zip", r#""zip":"DEF""#),
        ("cty", r#""cty":"jwt""#),
        ("ALG", r#""ALG":"none""#),
    ] {
        let header = format!(r#"{{"typ":"jwt","alg":"Ed25519",{member}}}"#);
        assert_eq!(header_error(&header), wrong(name));
    }
}

#[test]
fn a_member_of_the_header_stands_twice() {
    for header in [
        r#"{"typ":"jwt","alg":"none","alg":"Ed25519"}"#,
        r#"{"typ":"jwt","alg":"Ed25519","alg":"none"}"#,
        r#"{"typ":"jwt","alg":"Ed25519","\u0061lg":"Ed25519"}"#,
    ] {
        let error = TokenError::RepeatedMember {
            part: "header",
            name: "alg".into(),
        };
        assert_eq!(header_error(header), error);
    }
}

#[test]
fn the_order_of_the_header_is_free() {
    Forge::new()
        .header(r#" { "alg":"Ed25519", "typ" :"jwt" } "#)
        .verify()
        .unwrap();
}

#[test]
fn the_header_is_not_an_object() {
    for header in [
        r#"["jwt","Ed25519"]"#,
        "\"jwt\"",
        "null",
        "1",
        "",
        "{",
        HEADER.get(1..).unwrap(),
    ] {
        let error = header_error(header);
        assert!(
            matches!(error, TokenError::Json { part: "header", .. }),
            "{header}: {error:?}"
        );
    }
}

#[test]
fn the_token_has_another_number_of_segments() {
    let token = Forge::new().token();
    let (signed, _) = token.rsplit_once('.').unwrap();
    for text in [
        "",
        ".",
        "abc",
        signed,
        &format!("{token}."),
        &format!("{token}.x"),
        "a.b.c.d.e",
    ] {
        assert_eq!(token_error(text), TokenError::Segments, "{text}");
    }
    for text in ["..", &format!(".{token}"), &format!("x.{token}")] {
        assert!(
            matches!(refusal(&with_token(CODE, text)), VerifyError::Token(_)),
            "{text}"
        );
    }
}

#[test]
fn white_space_or_padding_surrounds_the_token() {
    let token = Forge::new().token();
    let base64 = |part| TokenError::Base64 { part };
    assert_eq!(token_error(&format!("{token}\n")), base64("signature"));
    assert_eq!(token_error(&format!("{token}==")), base64("signature"));
    assert_eq!(token_error(&format!(" {token}")), base64("header"));
    assert_eq!(token_error(&token.replacen('.', " .", 1)), base64("header"));
    assert_eq!(token_error(&token.replacen('.', ". ", 1)), base64("claims"));
}

#[test]
fn a_segment_uses_another_alphabet() {
    let forge = Forge::new().replace("\"a\"", "\"\u{FFFF}\u{7FF}>>>???\"");
    let token = forge.token();
    assert!(forge.verify().is_ok());
    assert!(token.contains('_') || token.contains('-'));
    let standard = token.replace('_', "/").replace('-', "+");
    assert!(matches!(token_error(&standard), TokenError::Base64 { .. }));
}

#[test]
fn unused_bits_of_a_segment_are_set() {
    let token = Forge::new().token();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let last = alphabet.find(token.chars().last().unwrap()).unwrap();
    // 64 bytes are 512 bits, 86 characters 516: the last four must be zero.
    for bits in 1..16 {
        let other = alphabet.chars().nth(last | bits).unwrap();
        let changed = format!("{}{other}", &token[..token.len() - 1]);
        assert_eq!(
            token_error(&changed),
            TokenError::Base64 { part: "signature" }
        );
    }
}

#[test]
fn the_token_is_not_text() {
    let token = Forge::new().token();
    let mut bytes = token.into_bytes();
    bytes[5] = 0xFF;
    let wasm = [CODE, &crate::support::section("jwt", &bytes)].concat();
    assert_eq!(refusal(&wasm), VerifyError::Token(TokenError::Segments));
}

#[test]
fn the_token_is_too_long_to_be_one() {
    let token = "A".repeat(64 * 1024 + 1);
    let wasm = with_token(CODE, &token);
    let (found, limit) = (token.len(), 64 * 1024);
    assert_eq!(
        refusal(&wasm),
        VerifyError::Token(TokenError::TooLong { found, limit })
    );
}

#[test]
fn a_token_may_have_every_byte_that_is_allowed() {
    // The space makes the lengths of the three segments add up.
    let spaced = HEADER.replace(',', ", ");
    let name = |length: usize| {
        let name = format!(r#""name":"{}""#, "a".repeat(length));
        Forge::new().header(&spaced).replace(r#""name":"a""#, &name)
    };
    let near = (64 * 1024 - name(0).token().len()) * 3 / 4;
    let mut tokens = (near..near + 4).map(name);
    let longest = tokens.find(|forge| forge.token().len() == 64 * 1024);
    longest.unwrap().verify().unwrap();
}

#[test]
fn the_claims_are_encoded_twice() {
    let token = Forge::new().token();
    let parts: Vec<&str> = token.split('.').collect();
    let twice = BASE64URL_NOPAD.encode(parts[1].as_bytes());
    let error = token_error(&format!("{}.{twice}.{}", parts[0], parts[2]));
    assert!(matches!(error, TokenError::Json { part: "claims", .. }));
}
