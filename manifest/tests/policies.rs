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
    let none = PolicyFile::parse("everyone: { only: [] }").unwrap();
    assert_eq!(none.everyone.only.unwrap().1, []);
    assert_eq!(PolicyFile::parse("").unwrap(), PolicyFile::default());
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
