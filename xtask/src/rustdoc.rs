//! A rustdoc for `cargo test --doc` that makes the pages of a library before it tests their examples.
//!
//! `cargo doc` would check all dependencies again, while the tests have them already.

use crate::shell::target;
use anyhow::{Context, Result};
use std::ffi::OsString;
use std::process::{Command, ExitCode};
use std::{env, iter};

/// The variable that makes the program act as rustdoc.
const ACTS: &str = "CAPWIRE_XTASK_IS_RUSTDOC";

/// The options that cargo adds for tests, and true if they have a value.
const OF_TESTS: [(&str, bool); 5] = [
    ("--test", false),
    ("--test-args", true),
    ("--test-run-directory", true),
    ("--test-runtool", true),
    ("--test-runtool-arg", true),
];

/// Lets the tests of documentation that `tests` runs make the pages, too, and fail for each warning.
pub(crate) fn with_pages(tests: &mut Command) {
    // The path of this process is not good: the tests have replaced its file.
    let program = target().join("debug/capwire-xtask");
    tests.env(
        "RUSTDOC",
        program.with_extension(env::consts::EXE_EXTENSION),
    );
    tests.env(ACTS, "1");
}

/// Returns true if cargo has started this program in place of rustdoc.
pub(crate) fn is_asked() -> bool {
    env::var_os(ACTS).is_some()
}

/// Acts as rustdoc.
pub(crate) fn act() -> Result<ExitCode> {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--test") {
        let mut pages = rustdoc();
        pages
            .args(["-D", "warnings", "--out-dir"])
            .arg(target().join("pages"));
        if !ended_well(pages.args(without_tests(&arguments)))? {
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(match ended_well(rustdoc().args(&arguments))? {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// The folder in which cargo starts it stays: paths in arguments are relative.
fn rustdoc() -> Command {
    Command::new("rustdoc")
}

fn ended_well(command: &mut Command) -> Result<bool> {
    let ended = command.status().context("cannot run rustdoc")?;
    Ok(ended.success())
}

/// Returns the arguments that make pages.
fn without_tests(arguments: &[OsString]) -> Vec<&OsString> {
    let mut arguments = arguments.iter();
    let next = || loop {
        let argument = arguments.next()?;
        match OF_TESTS.iter().find(|(name, _)| argument == name) {
            None => return Some(argument),
            Some((_, true)) => drop(arguments.next()),
            Some((_, false)) => {}
        }
    };
    iter::from_fn(next).collect()
}

#[cfg(test)]
mod tests {
    use super::without_tests;
    use std::ffi::OsString;

    #[test]
    fn pages_get_all_but_the_options_of_tests() {
        let given = "--crate-name text --test src/lib.rs --test-run-directory /text --extern a=b --test-args --skip";
        let given: Vec<OsString> = given.split(' ').map(OsString::from).collect();
        let left = without_tests(&given);
        assert_eq!(
            left,
            ["--crate-name", "text", "src/lib.rs", "--extern", "a=b"]
        );
    }
}
