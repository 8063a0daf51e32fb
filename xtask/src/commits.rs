//! The form of commit messages: the check itself, the git hook that runs it, and the report in CI.

use crate::shell::{self, command};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::PathBuf;

/// The most characters of a subject, so that `git log --oneline` fits a terminal.
const LONGEST_SUBJECT: usize = 72;

/// Subjects that git makes.
const MADE_BY_GIT: [&str; 5] = ["Merge ", "Revert \"", "fixup! ", "squash! ", "amend! "];

/// Imperatives that look like other forms of a verb.
const IMPERATIVES: [&str; 8] = [
    "bring", "embed", "feed", "need", "ring", "seed", "shed", "speed",
];

/// Arguments of `cargo xtask commit-message`.
#[derive(clap::Args)]
pub(crate) struct Message {
    /// The file with the message, as git passes it to the hook
    file: PathBuf,
}

/// Arguments of `cargo xtask commits`.
#[derive(clap::Args)]
pub(crate) struct Range {
    /// The number of commits, counted back from HEAD
    #[arg(long, default_value_t = 20)]
    last: u32,
}

/// Lets git run the hooks in `.githooks`.
///
/// # Errors
/// The repository's configuration cannot be changed.
pub(crate) fn install_hooks() -> Result<()> {
    shell::run(&mut command(
        "git",
        &["config", "core.hooksPath", ".githooks"],
    ))
}

/// Checks the message in a file.
///
/// # Errors
/// The file cannot be read, or the message breaks a rule of CONTRIBUTING.md.
pub(crate) fn check_file(message: &Message) -> Result<()> {
    let text = fs::read_to_string(&message.file)
        .with_context(|| format!("cannot read `{}`", message.file.display()))?;
    let findings = check(&text);
    for finding in &findings {
        eprintln!("commit message: {finding}");
    }
    match findings.is_empty() {
        true => Ok(()),
        false => bail!("see \"Commits\" in CONTRIBUTING.md"),
    }
}

/// Prints the commits whose messages break a rule. It does not fail, because a landed commit cannot be reworded.
pub(crate) fn report(range: &Range) {
    let log = shell::output(&mut command(
        "git",
        &[
            "log",
            "--no-merges",
            "-z",
            &format!("--max-count={}", range.last),
            "--format=%h%n%B",
        ],
    ));
    let Ok(log) = log else {
        eprintln!("commits: there is no history to check");
        return;
    };
    for commit in log.split('\0').filter(|commit| !commit.is_empty()) {
        let (id, message) = commit.split_once('\n').unwrap_or((commit, ""));
        for finding in check(message) {
            eprintln!("commits: {id}: {finding}");
        }
    }
}

/// Returns the rules that `message` breaks. Lines that begin with `#` are comments of git.
fn check(message: &str) -> Vec<String> {
    let lines: Vec<&str> = message
        .lines()
        .take_while(|line| !line.contains(">8"))
        .filter(|line| !line.starts_with('#'))
        .collect();
    let subject = lines.first().copied().unwrap_or_default();
    if MADE_BY_GIT.iter().any(|made| subject.starts_with(made)) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let length = subject.chars().count();
    if length > LONGEST_SUBJECT {
        findings.push(format!(
            "the subject has {length} characters, and {LONGEST_SUBJECT} are the limit: {subject}"
        ));
    }
    if subject.ends_with('.') {
        findings.push(format!("the subject ends with a full stop: {subject}"));
    }
    match scoped(subject) {
        None => findings.push(format!(
            "the subject has no scope, as in `engine-wasmi: skip the externref scan`: {subject}"
        )),
        Some(text) if !is_imperative(text) => findings.push(format!(
            "the subject does not begin with a lower-case verb in the imperative mood: {subject}"
        )),
        Some(_) => {}
    }
    if lines.get(1).is_some_and(|line| !line.is_empty()) {
        findings.push("no empty line follows the subject".to_owned());
    }
    if lines.iter().skip(1).all(|line| line.trim().is_empty()) {
        findings.push("the body is missing: say why the change is made".to_owned());
    }
    findings
}

/// Returns the text after the scope: one or several names, separated by `, `.
fn scoped(subject: &str) -> Option<&str> {
    let (scope, text) = subject.split_once(": ")?;
    let is_name = |name: &str| {
        let known = |letter: char| letter.is_ascii_alphanumeric() || "-_./*".contains(letter);
        !name.is_empty() && name.chars().all(known)
    };
    scope.split(", ").all(is_name).then_some(text)
}

/// Judges the first word of `text` by its letters, and so finds only the common mistakes.
fn is_imperative(text: &str) -> bool {
    let word = text.split_whitespace().next().unwrap_or_default();
    let lower = word.starts_with(|letter: char| letter.is_ascii_lowercase());
    let inflected = word.ends_with("ed") || word.ends_with("ing");
    lower && (!inflected || IMPERATIVES.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::check;

    const BODY: &str = "\n\nLoading took a third longer.\n";

    fn findings(subject: &str) -> Vec<String> {
        check(&format!("{subject}{BODY}"))
    }

    #[test]
    fn a_well_formed_message_passes() {
        for subject in [
            "engine-wasmi: skip the externref scan when the opcode is absent",
            "wapc-core, host-core: give three kinds of limits names of their own",
            "docs: embed the plots",
            ".githooks: add a hook",
            "testing/spec: say which tests are left out",
            "Merge branch 'main' of somewhere, whatever the length of this subject turns out to be",
            "Revert \"engine-wasmi: skip the scan\"",
            "fixup! anything",
        ] {
            assert_eq!(findings(subject), Vec::<String>::new(), "{subject}");
        }
    }

    #[test]
    fn each_fault_of_a_subject_is_found() {
        let long = format!("docs: {}", "a".repeat(67));
        for (subject, finding) in [
            (long.as_str(), "73 characters"),
            ("docs: add the plots.", "full stop"),
            ("Add the plots", "no scope"),
            ("Decode no function: loading took longer", "no scope"),
            ("docs: Add the plots", "imperative"),
            ("docs: added the plots", "imperative"),
            ("docs: adding the plots", "imperative"),
            ("docs: ", "imperative"),
        ] {
            let found = findings(subject);
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found.concat().contains(finding), "{found:?}");
        }
    }

    #[test]
    fn the_length_of_a_subject_is_counted_in_characters() {
        let subject = |letters| format!("docs: a{}", "ä".repeat(letters));
        assert_eq!(findings(&subject(65)), Vec::<String>::new());
        assert_eq!(findings(&subject(66)).len(), 1);
    }

    #[test]
    fn the_body_is_required_and_separated() {
        let subject = "docs: add the plots";
        for empty in [
            subject,
            "docs: add the plots\n\n# Please enter the message\n",
        ] {
            let found = check(empty);
            assert!(found.concat().contains("body is missing"), "{found:?}");
        }
        let found = check(&format!("{subject}\nThey help.\n"));
        assert!(found.concat().contains("no empty line"), "{found:?}");
    }

    #[test]
    fn the_diff_of_a_verbose_commit_is_no_body() {
        let found = check("docs: add the plots\n\n# ---- >8 ----\ndiff --git a b\n");
        assert!(found.concat().contains("body is missing"), "{found:?}");
    }
}
