//! The matching rules, each by what it must and must not match.

use super::*;

fn pattern(text: &str) -> Pattern {
    text.parse().unwrap()
}

fn grant(rules: &[Rule]) -> Grant<'_> {
    Grant { rules: Some(rules) }
}

#[test]
fn a_pattern_matches_one_resource_a_start_an_end_or_all() {
    for (text, yes, no) in [
        ("a", vec!["a"], vec!["", "A", "aa", " a", "a*", "а"]),
        ("a*", vec!["a", "ab", "a*"], vec!["", "ba", "A"]),
        (
            "*.org",
            vec![".org", "a.org", "*.org"],
            vec!["org", "a.org.", "a.ORG"],
        ),
        ("*", vec!["", "a", "*"], vec![]),
        ("", vec![""], vec!["a", " "]),
    ] {
        assert!(
            yes.iter().all(|resource| pattern(text).matches(resource)),
            "{text}"
        );
        assert!(
            !no.iter().any(|resource| pattern(text).matches(resource)),
            "{text}"
        );
        assert_eq!(pattern(text).to_string(), text);
    }
    for text in ["**", "a*b", "*a*", "a**", "***"] {
        assert_eq!(text.parse::<Pattern>(), Err(PatternError), "{text}");
    }
}

#[test]
fn a_pattern_covers_those_that_match_no_more() {
    for (wide, narrow) in [
        ("*", "*a"),
        ("*", "a*"),
        ("*", "a"),
        ("a*", "ab*"),
        ("a*", "a*"),
        ("*a", "*ba"),
        ("a", "a"),
    ] {
        assert!(pattern(wide).covers(&pattern(narrow)), "{wide} {narrow}");
        let equal = wide == narrow;
        assert!(
            equal || !pattern(narrow).covers(&pattern(wide)),
            "{narrow} {wide}"
        );
    }
    assert!(!pattern("a*").covers(&pattern("*a")));
    assert!(!pattern("a").covers(&pattern("b")));
}

#[test]
fn patterns_overlap_if_a_resource_can_match_both() {
    for (one, other, overlap) in [
        ("a", "a", true),
        ("a", "b", false),
        ("a*", "ab", true),
        ("a*", "b*", false),
        ("a*", "ab*", true),
        ("a*", "*b", true),
        ("*a", "*b", false),
        ("*", "*b", true),
    ] {
        assert_eq!(
            pattern(one).overlaps(&pattern(other)),
            overlap,
            "{one} {other}"
        );
        assert_eq!(
            pattern(other).overlaps(&pattern(one)),
            overlap,
            "{other} {one}"
        );
    }
}

#[test]
fn operation_and_resource_must_be_allowed_by_the_same_rule() {
    let rules = [
        Rule::new().operations(["Get"]).resources([pattern("a*")]),
        Rule::new().operations(["Set"]).resources([pattern("b*")]),
    ];
    assert!(grant(&rules).allows("Get", Some("a1")) && grant(&rules).allows("Set", Some("b1")));
    assert!(!grant(&rules).allows("Get", Some("b1")) && !grant(&rules).allows("Set", Some("a1")));
    assert!(!grant(&rules).allows("Del", Some("a1")));
}

#[test]
fn what_is_missing_means_all_and_what_is_empty_means_none() {
    let everything = [Rule::new()];
    assert!(grant(&everything).allows("Get", None));
    let nothing = [
        Rule::new().operations(Vec::<String>::new()),
        Rule::new().resources([]),
    ];
    assert!(!grant(&nothing).allows("Get", Some("a")));
    assert!(!grant(&[]).allows("Get", Some("a")));
    assert!(Grant { rules: None }.allows("Get", None));
}

#[test]
fn without_a_known_resource_a_rule_about_resources_allows_nothing() {
    let rules = [Rule::new().resources([pattern("*")])];
    assert!(!grant(&rules).allows("Get", None));
    assert!(grant(&rules).allows("Get", Some("")));
}

#[test]
fn whether_the_resource_matters_is_known_beforehand() {
    let rules = [
        Rule::new().operations(["Get"]).resources([pattern("a*")]),
        Rule::new().operations(["Set"]),
        Rule::new().operations(["Set"]).resources([pattern("b*")]),
    ];
    assert!(grant(&rules).depends_on_resource("Get"));
    assert!(!grant(&rules).depends_on_resource("Set"));
    assert!(!grant(&rules).depends_on_resource("Del"));
    assert!(!Grant { rules: None }.depends_on_resource("Get"));
}
