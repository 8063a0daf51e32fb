//! Policy files: what is understood, and where faults are.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use capwire_manifest::PolicyFile;

#[test]
fn a_policy_with_every_key_is_read() {
    let text = "
everyone:
  only: ['a:b', 'c:d[E]']
actors:
  MKEY: { limit: ['a:b[E on f]'], start: true }
accounts:
  AKEY: { start: false }
";
    let policy = PolicyFile::parse(text).unwrap();
    let (position, only) = policy.everyone.only.unwrap();
    assert_eq!((position.line, only.len()), (3, 2));
    assert_eq!(policy.actors[0].0.value, "MKEY");
    assert_eq!(policy.actors[0].1.limit[0].value, "a:b[E on f]");
    assert_eq!(policy.actors[0].1.limit[0].position.line, 5);
    assert!(policy.actors[0].1.only.is_none());
    assert!(!policy.accounts[0].1.start.as_ref().unwrap().value);
}

#[test]
fn an_empty_policy_is_a_fault_and_an_empty_list_is_none_n8() {
    for empty in ["", "\n", "# everyone: {}\n", "---\n", "null", "~"] {
        let faults = PolicyFile::parse(empty).unwrap_err();
        assert_eq!(faults.len(), 1, "{empty:?}");
        assert_eq!(faults[0].to_string(), "the policy is empty", "{empty:?}");
    }
    for missing in ["everyone: { limit: }", "everyone:\n  only:\n  # - a:b\n"] {
        let faults = PolicyFile::parse(missing).unwrap_err();
        assert!(faults[0].to_string().contains("missing"), "{}", faults[0]);
    }
    let lifted = PolicyFile::parse("everyone: { limit: [] }").unwrap();
    assert_eq!(lifted, PolicyFile::default());
    let nothing = PolicyFile::parse("everyone: { only: [] }").unwrap();
    assert_eq!(nothing.everyone.only.unwrap().1, []);
}

#[test]
fn all_faults_are_told_with_their_lines() {
    let text = "
everyone:
  onyl: []
  start: maybe
actors: [MKEY]
else: {}
everyone: {}
";
    let faults = PolicyFile::parse(text).unwrap_err();
    let lines: Vec<u64> = faults
        .iter()
        .map(|fault| fault.position.unwrap().line)
        .collect();
    assert_eq!(lines, [3, 4, 5, 6, 7]);
    assert!(faults[0].to_string().contains("onyl"), "{}", faults[0]);
}
