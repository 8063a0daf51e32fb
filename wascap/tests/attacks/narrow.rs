//! Attacks on capabilities that were narrowed.

use crate::support::{CODE, Forge, MODULE, NOW, Same, pair};
use capwire_wascap::{
    ActorClaimsBuilder, KeyKind, Rule, SignError, TokenError, Verifier, VerifyError, sign_module,
};

const KEYVALUE: &str = "wascc:keyvalue";

fn narrowed(narrow: &str) -> Forge {
    Forge::new().replace(r#""prov":"#, &format!(r#""narrow":{narrow},"prov":"#))
}

fn allows(narrow: &str, operation: &str, resource: Option<&str>) -> bool {
    let verified = narrowed(narrow).verify().unwrap();
    verified
        .metadata
        .grant(KEYVALUE)
        .unwrap()
        .allows(operation, resource)
}

fn claim_error(narrow: &str) -> String {
    match narrowed(narrow).refusal() {
        VerifyError::Token(TokenError::Claim { name, .. }) => name,
        other => panic!("{narrow}: {other}"),
    }
}

const SESSIONS: &str = r#"{"wascc:keyvalue":[{"ops":["Get","KeyExists"],"on":["session:*"]}]}"#;

#[test]
fn what_is_narrowed_is_allowed_and_nothing_beside_it() {
    assert!(allows(SESSIONS, "Get", Some("session:1")));
    assert!(allows(SESSIONS, "KeyExists", Some("session:")));
    assert!(!allows(SESSIONS, "Set", Some("session:1")));
    assert!(!allows(SESSIONS, "Get", Some("user:1")));
}

#[test]
fn operations_are_spelt_in_another_way() {
    for operation in [
        "get",
        "GET",
        "Get ",
        " Get",
        "Get\0",
        "Gеt",
        "G\u{65}\u{301}t",
        "",
        "*",
    ] {
        assert!(
            !allows(SESSIONS, operation, Some("session:1")),
            "{operation:?}"
        );
    }
}

#[test]
fn resources_are_spelt_in_another_way() {
    for resource in [
        "Session:1",
        "session",
        "session\u{FF1A}1",
        "\u{FEFF}session:1",
        "/session:1",
        "./session:1",
        "x/../session:1",
        "sess\u{131}on:1",
        "%73ession:1",
        "",
        "*",
    ] {
        assert!(!allows(SESSIONS, "Get", Some(resource)), "{resource:?}");
    }
}

#[test]
fn a_host_only_ends_like_an_allowed_one() {
    let hosts = r#"{"wascc:keyvalue":[{"on":["*.example.org","example.net"]}]}"#;
    assert!(allows(hosts, "Get", Some("api.example.org")));
    for host in [
        "evilexample.org",
        "example.org",
        "api.example.org.evil.com",
        "a.example.net",
        "example.net.",
    ] {
        assert!(!allows(hosts, "Get", Some(host)), "{host}");
    }
}

#[test]
fn the_resource_is_withheld() {
    assert!(!allows(SESSIONS, "Get", None));
    assert!(!allows(r#"{"wascc:keyvalue":[{"on":["*"]}]}"#, "Get", None));
}

#[test]
fn rules_for_what_is_not_claimed_are_refused_x2() {
    for id in [
        "wascc:blobstore",
        "wasmcloud:keyvalue",
        "wascc:keyvaleu",
        "wascc:keyvalue ",
        "",
    ] {
        let name = claim_error(&format!(r#"{{"{id}":[{{"ops":["Get"]}}]}}"#));
        assert_eq!(name, format!("wascap.narrow.{id}"));
    }
}

#[test]
fn the_rules_for_one_name_of_a_capability_hold_for_all_x2() {
    let names = r#""caps":["wasmcloud:keyvalue","wascc:keyvalue"]"#;
    let forged = narrowed(SESSIONS).replace(r#""caps":["wascc:keyvalue"]"#, names);
    let verified = forged.verify().unwrap();
    assert_eq!(verified.metadata.caps.len(), 2);
    let canonical = verified.metadata.canonical(|id| match id {
        "wasmcloud:keyvalue" => KEYVALUE,
        other => other,
    });
    assert_eq!(canonical.caps, [KEYVALUE]);
    let grant = canonical.grant(KEYVALUE).unwrap();
    assert!(grant.allows("Get", Some("session:1")));
    assert!(!grant.allows("Set", Some("session:1")));
}

#[test]
fn a_capability_is_asked_for_in_another_spelling() {
    let verified = narrowed(SESSIONS).verify().unwrap();
    for id in [
        "wascc:KeyValue",
        "wascc:keyvalue ",
        "wasmcloud:keyvalue",
        "wascc",
        "",
        "*",
    ] {
        assert!(verified.metadata.grant(id).is_none(), "{id:?}");
    }
}

#[test]
fn nothing_is_allowed_by_empty_rules() {
    for narrow in [
        r#"{"wascc:keyvalue":[]}"#,
        r#"{"wascc:keyvalue":[{"ops":[]}]}"#,
        r#"{"wascc:keyvalue":[{"on":[]}]}"#,
    ] {
        assert!(!allows(narrow, "Get", Some("a")), "{narrow}");
    }
}

#[test]
fn a_restriction_is_null_in_the_hope_that_it_is_ignored() {
    assert_eq!(claim_error("null"), "wascap.narrow");
    assert_eq!(
        claim_error(r#"{"wascc:keyvalue":null}"#),
        "wascap.narrow.wascc:keyvalue"
    );
    assert_eq!(
        claim_error(r#"{"wascc:keyvalue":[{"on":null}]}"#),
        "wascap.narrow.wascc:keyvalue.on"
    );
    assert_eq!(
        claim_error(r#"{"wascc:keyvalue":[{"ops":null}]}"#),
        "wascap.narrow.wascc:keyvalue.ops"
    );
}

#[test]
fn a_restriction_is_unknown_or_misspelt() {
    for member in ["ON", "resources", "not", "on "] {
        let name = claim_error(&format!(r#"{{"wascc:keyvalue":[{{"{member}":["a"]}}]}}"#));
        assert_eq!(name, format!("wascap.narrow.wascc:keyvalue.{member}"));
    }
}

#[test]
fn a_restriction_has_another_type() {
    for narrow in [
        r#"[]"#,
        r#"{"wascc:keyvalue":{"ops":["Get"]}}"#,
        r#"{"wascc:keyvalue":["Get"]}"#,
        r#"{"wascc:keyvalue":[{"ops":"Get"}]}"#,
        r#"{"wascc:keyvalue":[{"ops":[1]}]}"#,
        r#"{"wascc:keyvalue":[{"on":["a*b"]}]}"#,
        r#"{"wascc:keyvalue":[{"on":["**"]}]}"#,
    ] {
        assert!(claim_error(narrow).starts_with("wascap.narrow"), "{narrow}");
    }
}

#[test]
fn a_restriction_stands_twice() {
    let narrow = r#"{"wascc:keyvalue":[{"on":["a"],"on":["*"]}]}"#;
    let name = "on".to_owned();
    let error = VerifyError::Token(TokenError::RepeatedMember {
        part: "claims",
        name,
    });
    assert_eq!(narrowed(narrow).refusal(), error);
}

#[test]
fn rules_survive_signing_and_those_about_nothing_are_not_signed() {
    let builder =
        || ActorClaimsBuilder::new_with(pair(KeyKind::Module, MODULE).public(), NOW, &mut Same(9));
    let rule = Rule::new()
        .operations(["Get"])
        .resources(["session:*".parse().unwrap()]);
    let account = pair(KeyKind::Account, 1);
    let claims = builder()
        .capability(KEYVALUE)
        .narrow(KEYVALUE, rule.clone());
    let signed = sign_module(CODE, claims, &account).unwrap();
    let verified = Verifier::new().verify_module(&signed, NOW).unwrap();
    assert_eq!(
        verified.metadata.grant(KEYVALUE).unwrap().rules(),
        Some(&[rule.clone()][..])
    );
    let claims = builder()
        .capability("wascc:blobstore")
        .narrow(KEYVALUE, rule);
    let error = sign_module(CODE, claims, &account).unwrap_err();
    assert!(matches!(
        error,
        SignError::Claim {
            what: "narrowed capability",
            ..
        }
    ));
}
