//! Every command that a document shows has somebody who runs it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use capwire_documented::{
    Command, ELSEWHERE, FOR_PROJECTS, Form, Runner, page, pages, plain, runner,
};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap().to_owned()
}

fn shown() -> Vec<Command> {
    let pages = pages(&root()).unwrap();
    pages.into_iter().flat_map(|page| page.commands).collect()
}

fn lines(text: &str) -> Vec<(String, Form)> {
    let commands = page("page.md", text).commands.into_iter();
    commands
        .map(|command| (command.line, command.form))
        .collect()
}

#[test]
fn somebody_runs_every_command() {
    let forgotten: Vec<_> = shown()
        .into_iter()
        .filter(|command| runner(command).is_none())
        .collect();
    assert!(
        forgotten.is_empty(),
        "nobody runs these: add them to testing/documented/src/runner.rs: {forgotten:#?}"
    );
}

#[test]
fn commands_without_a_runner_are_mentions_or_the_runner_itself() {
    for command in shown() {
        if matches!(runner(&command), Some(Runner::Nobody(_))) {
            let itself = command.words() == "cargo xtask test --full";
            assert!(itself || command.form == Form::Span, "{command:?}");
        }
    }
}

#[test]
fn every_listed_command_is_in_a_document() {
    let shown: Vec<String> = shown().iter().map(Command::words).collect();
    for (listed, _) in ELSEWHERE {
        assert!(
            shown.iter().any(|words| words == listed),
            "no document shows `{listed}` any more"
        );
        let times = ELSEWHERE.iter().filter(|(other, _)| other == listed);
        assert_eq!(times.count(), 1, "{listed}");
    }
}

#[test]
fn ci_has_the_steps_that_it_is_said_to_have() {
    let script = std::fs::read_to_string(root().join(".ci/run")).unwrap();
    for (command, runner) in ELSEWHERE {
        if *runner == Runner::Ci && *command != ".ci/run" {
            let step = format!("step {command}");
            // The program of the alias, without Cargo's lock.
            let beside = step.replace("cargo xtask", "target/capwire-xtask");
            // The same tests, which clippy compiles.
            let linted = format!("{step} --lint");
            let mut lines = script.lines().map(str::trim_start);
            let is_there = lines.any(|line| [&*step, &*beside, &*linted].contains(&line));
            assert!(is_there, "no `{step}`");
        }
    }
}

#[test]
fn a_part_of_the_full_tests_is_what_the_command_runs() {
    let source = |name: &str| std::fs::read_to_string(root().join("xtask/src").join(name)).unwrap();
    for (command, runner) in ELSEWHERE {
        if let Runner::Part(call) = runner {
            assert!(
                source("main.rs").contains(&format!("=> {call}")),
                "{command}"
            );
            assert!(
                source("test.rs").contains(&format!("{call}?;")),
                "{command}"
            );
        }
    }
}

#[test]
fn the_test_of_newcomers_runs_each_command_for_projects() {
    let test = root().join("testing/acceptance/tests/newcomer.rs");
    let test = std::fs::read_to_string(test).unwrap();
    for command in FOR_PROJECTS {
        assert!(test.contains(&format!("[\"{command}\"")), "{command}");
    }
}

#[test]
fn commands_are_found_in_every_kind_of_block() {
    let text = "```sh\n# why\nmake it   # so\nsign a \\\n  -o b\n\n```\n\
        ```console\n$ capwire ps\nnothing runs\n```\n\
        ```text\n$ hidden --one\ncargo hidden two\na picture of capwire (crate)\n```\n\
        By `cargo span` or `capwire span`, `not a command`.\n\
        ```rust\ncargo no\n```\n```toml\ncargo no\n```\n```yaml\ncargo no\n```\n";
    let expected = [
        ("make it   # so", Form::Shell),
        ("sign a    -o b", Form::Shell),
        ("capwire ps", Form::Console),
        ("hidden --one", Form::Text),
        ("cargo hidden two", Form::Text),
        ("cargo span", Form::Span),
    ];
    assert_eq!(
        lines(text),
        expected.map(|(line, form)| (line.to_owned(), form))
    );
}

#[test]
fn an_unknown_command_has_no_runner() {
    for text in [
        "```sh\nrm -rf everything\n```\n",
        "```console\n$ cargo install something\n```\n",
        "Use `cargo install something`.\n",
    ] {
        let commands = page("docs/new.md", text).commands;
        assert_eq!(commands.len(), 1, "{text}");
        assert_eq!(runner(&commands[0]), None, "{text}");
    }
}

#[test]
fn documents_are_named_files_and_printed_help() {
    let text = "```yaml\n# one.yaml\na: 1\n```\n```yaml\nb: 2\n```\n\
        ```console\n$ cat two.yaml\nc: 3\n$ capwire check two.yaml\n```\n";
    let page = page("page.md", text);
    let expected = [("one.yaml", "# one.yaml\na: 1\n"), ("two.yaml", "c: 3\n")];
    let expected = expected.map(|(name, text)| (name.to_owned(), text.to_owned()));
    assert_eq!(page.files, expected);
}

#[test]
fn a_help_shows_commands_among_its_words() {
    let help = "Usage: capwire <COMMAND>\n\nExamples:\n  capwire ps --json \\\n    --host 4711\n";
    let lines: Vec<String> = plain("ps", help)
        .iter()
        .map(|command| command.words())
        .collect();
    assert_eq!(lines, ["capwire ps --json --host 4711"]);
}
