//! Attacks on the JSON of the claims.

use crate::support::{ACCOUNT, Forge, MODULE, NOW, public};
use capwire_wascap::{KeyKind, TokenError, VerifyError, WrongKind};

fn token_error(forge: &Forge) -> TokenError {
    match forge.refusal() {
        VerifyError::Token(error) => error,
        other => panic!("{}: {other}", forge.claims),
    }
}

fn claim_error(forge: &Forge) -> String {
    match token_error(forge) {
        TokenError::Claim { name, .. } => name,
        other => panic!("{}: {other}", forge.claims),
    }
}

fn repeated(name: &str) -> TokenError {
    TokenError::RepeatedMember {
        part: "claims",
        name: name.into(),
    }
}

#[test]
fn a_claim_stands_twice() {
    let iss = format!(r#""iss":"{}""#, public(KeyKind::Account, ACCOUNT));
    assert_eq!(token_error(&Forge::new().with(&iss)), repeated("iss"));
    assert_eq!(
        token_error(&Forge::new().with(r#""exp":1,"exp":9999999999"#)),
        repeated("exp")
    );
    assert_eq!(
        token_error(&Forge::new().with(r#""wascap":{}"#)),
        repeated("wascap")
    );
}

#[test]
fn capabilities_stand_twice() {
    let forge = Forge::new().replace(r#""caps":"#, r#""caps":["wascc:blobstore"],"caps":"#);
    assert_eq!(token_error(&forge), repeated("caps"));
}

#[test]
fn a_claim_stands_twice_in_different_spellings() {
    let forge = Forge::new().with(r#""\u0065xp":9999999999,"exp":1"#);
    assert_eq!(token_error(&forge), repeated("exp"));
}

#[test]
fn an_unknown_claim_stands_twice_deep_inside() {
    let forge = Forge::new().with(r#""x":[{"y":{"z":1,"z":2}}]"#);
    assert_eq!(token_error(&forge), repeated("z"));
}

#[test]
fn unknown_claims_change_nothing() {
    let members = r#""aud":"x","wascap_revision":3,"EXP":1,"Exp":1,"exp ":1"#;
    let verified = Forge::new().with(members).verify().unwrap();
    assert_eq!(verified.expires, None);
}

#[test]
fn the_json_is_nested_deeply() {
    for depth in [17, 1_000, 20_000] {
        let nested = format!(r#""x":{}{}"#, "[".repeat(depth), "]".repeat(depth));
        let error = token_error(&Forge::new().with(&nested));
        let caught = matches!(
            error,
            TokenError::TooDeep { part: "claims", .. } | TokenError::TooLong { .. }
        );
        assert!(caught, "{depth}: {error:?}");
    }
    let allowed = format!(r#""x":{}{}"#, "[".repeat(15), "]".repeat(15));
    Forge::new().with(&allowed).verify().unwrap();
}

#[test]
fn a_number_is_huge_negative_or_broken() {
    let huge = "9".repeat(400);
    for number in [
        "18446744073709551616",
        "-1",
        "1.5",
        "1e400",
        "1e3",
        "\"1\"",
        "true",
        "[]",
        &huge,
    ] {
        let forge = Forge::new().with(&format!(r#""exp":{number}"#));
        let error = token_error(&forge);
        let caught = matches!(error, TokenError::Claim { .. } | TokenError::Json { .. });
        assert!(caught, "{number}: {error:?}");
    }
}

#[test]
fn a_revision_is_beyond_its_type() {
    for number in ["2147483648", "-2147483649", "1.0", "\"1\""] {
        let forge = Forge::new().replace(r#""prov":"#, &format!(r#""rev":{number},"prov":"#));
        assert_eq!(claim_error(&forge), "wascap.rev", "{number}");
    }
}

#[test]
fn a_claim_that_must_be_there_is_missing() {
    for (claim, value) in [("jti", "x"), ("iat", "x"), ("iss", "x"), ("sub", "x")] {
        let forge =
            Forge::new().replace(&format!(r#""{claim}":"#), &format!(r#""{value}{claim}":"#));
        assert_eq!(claim_error(&forge), claim);
    }
    assert_eq!(
        claim_error(&Forge::new().replace(r#""hash":"#, r#""hush":"#)),
        "wascap.hash"
    );
    assert_eq!(
        claim_error(&Forge::new().replace(r#""wascap":"#, r#""wasmcap":"#)),
        "wascap"
    );
}

#[test]
fn a_claim_has_another_type() {
    for (name, old, new) in [
        (
            "wascap.caps",
            r#"["wascc:keyvalue"]"#,
            r#""wascc:keyvalue""#,
        ),
        (
            "wascap.caps",
            r#"["wascc:keyvalue"]"#,
            r#"[["wascc:keyvalue"]]"#,
        ),
        (
            "wascap.caps",
            r#"["wascc:keyvalue"]"#,
            r#"{"wascc:keyvalue":true}"#,
        ),
        ("wascap.prov", "false", "0"),
        ("wascap.prov", "false", "\"\""),
        ("wascap.name", r#""a""#, "{}"),
        ("jti", r#""dBXPmMFzXxDQ1e5KqQyPVg""#, "\"\""),
    ] {
        assert_eq!(claim_error(&Forge::new().replace(old, new)), name, "{new}");
    }
}

#[test]
fn the_claims_are_a_list_in_the_order_of_the_members() {
    let mut forge = Forge::new();
    forge.claims = r#"["id",1,"iss","sub",{}]"#.into();
    assert!(matches!(
        token_error(&forge),
        TokenError::Json { part: "claims", .. }
    ));
    let start = Forge::new().claims.find(r#"{"name""#).unwrap();
    let metadata = Forge::new().claims[start..]
        .trim_end_matches('}')
        .to_owned()
        + "}";
    let list = Forge::new().replace(&metadata, r#"["a","hash",[],[],false]"#);
    assert_eq!(claim_error(&list), "wascap");
}

#[test]
fn something_follows_the_claims() {
    for tail in ["{}", "x", "\0", ",", "}"] {
        let mut forge = Forge::new();
        forge.claims.push_str(tail);
        assert!(
            matches!(token_error(&forge), TokenError::Json { part: "claims", .. }),
            "{tail}"
        );
    }
}

#[test]
fn the_claims_are_not_utf8_or_hold_half_a_character() {
    let forge = Forge::new().replace(r#""a""#, r#""\ud800""#);
    assert!(matches!(
        token_error(&forge),
        TokenError::Json { part: "claims", .. }
    ));
    let mut marked = Forge::new();
    marked.claims.insert(0, '\u{FEFF}');
    assert!(matches!(
        token_error(&marked),
        TokenError::Json { part: "claims", .. }
    ));
}

#[test]
fn the_issuer_is_a_key_of_another_kind() {
    let account = public(KeyKind::Account, ACCOUNT);
    for found in KeyKind::ALL
        .into_iter()
        .filter(|kind| *kind != KeyKind::Account)
    {
        let forge = Forge::new().replace(&account, &public(found, ACCOUNT));
        let expected = &[KeyKind::Account];
        let wrong = WrongKind {
            token: "actor",
            claim: "iss",
            found,
            expected,
        };
        assert_eq!(forge.refusal(), VerifyError::IssuerKind(wrong));
    }
}

#[test]
fn the_subject_is_a_key_of_another_kind() {
    let module = public(KeyKind::Module, MODULE);
    for found in KeyKind::ALL
        .into_iter()
        .filter(|kind| *kind != KeyKind::Module)
    {
        let forge = Forge::new().replace(&module, &public(found, MODULE));
        let expected = &[KeyKind::Module];
        let wrong = WrongKind {
            token: "actor",
            claim: "sub",
            found,
            expected,
        };
        assert_eq!(forge.refusal(), VerifyError::SubjectKind(wrong));
    }
}

#[test]
fn a_key_is_spelt_in_another_way() {
    let account = public(KeyKind::Account, ACCOUNT);
    for spelling in [
        account.to_lowercase(),
        format!(" {account}"),
        format!("{account}="),
        account.replacen('A', "Α", 1),
        account.replacen('A', "\\u0041\\u200b", 1),
        account[..55].to_owned(),
        String::new(),
    ] {
        assert_eq!(
            claim_error(&Forge::new().replace(&account, &spelling)),
            "iss",
            "{spelling}"
        );
    }
}

#[test]
fn the_checksum_of_a_key_is_wrong() {
    for kind in [KeyKind::Account, KeyKind::Module] {
        let secret = if kind == KeyKind::Account {
            ACCOUNT
        } else {
            MODULE
        };
        let key = public(kind, secret);
        let swapped = if key.ends_with('A') { "B" } else { "A" };
        let broken = format!("{}{swapped}", &key[..55]);
        let claim = if kind == KeyKind::Account {
            "iss"
        } else {
            "sub"
        };
        assert_eq!(claim_error(&Forge::new().replace(&key, &broken)), claim);
    }
}

#[test]
fn a_capability_keeps_the_spelling_that_was_signed() {
    let tricks = r#"["WASCC:KEYVALUE"," wascc:keyvalue","wascc:keyvalue\u0000","wаscc:keyvalue"]"#;
    let verified = Forge::new()
        .replace(r#"["wascc:keyvalue"]"#, tricks)
        .verify()
        .unwrap();
    assert!(
        !verified
            .metadata
            .caps
            .iter()
            .any(|id| id == "wascc:keyvalue")
    );
    assert_eq!(verified.metadata.caps.len(), 4);
    assert!(verified.check_time(NOW).is_ok());
}

/// Until the end of 2019, capabilities and hash stood beside the other claims.
#[test]
fn a_token_of_2019_is_called_too_old_x8() {
    let early = |forge: Forge| token_error(&forge.replace(r#""wascap":"#, r#""wascup":"#));
    let issued = format!(r#""iat":{}"#, NOW.0 - 10);
    for forge in [
        Forge::new().with(r#""caps":["wascap:keyvalue"]"#),
        Forge::new().with(r#""hash":"0A""#),
        Forge::new().replace(&issued, r#""iat":1561700762"#),
    ] {
        let error = early(forge);
        assert!(matches!(error, TokenError::TooOld { .. }), "{error:?}");
        let text = error.to_string();
        assert!(text.contains("2019") && text.contains("too old"), "{text}");
        assert!(text.contains("`wascap`"), "{text}");
    }
    let of_today = early(Forge::new());
    assert!(matches!(of_today, TokenError::Claim { .. }), "{of_today:?}");
}
