//! `cargo xtask miri`: runs the tests that Miri supports under Miri.

use crate::shell::{self, command};
use anyhow::Result;
use std::process::Command;

/// The packages, each with the tests that are left out because they take too long under Miri.
///
/// Miri supports little of the other packages: the engines call machine code or C, and the host and
/// the providers open sockets and files.
const PACKAGES: [(&str, &[&str]); 3] = [
    ("capwire-wapc", &[]),
    (
        "capwire-wasi",
        &["a_write_of_the_same_bytes_again_and_again"],
    ),
    ("capwire-contracts", &[]),
];

/// The only `unsafe` code of an engine that calls no machine code.
const LENDING: [&str; 4] = ["--package", "capwire-engine-wasmtime", "--lib", "lend"];

/// The number of random cases for each property; a case takes seconds.
const CASES: &str = "8";

pub(crate) fn run() -> Result<()> {
    prepare()?;
    for (package, left_out) in PACKAGES {
        let mut tests = miri(&["test", "--package", package, "--"]);
        for test in left_out {
            eprintln!("left out of {package}: {test}");
            tests.args(["--skip", test]);
        }
        shell::run(&mut tests)?;
    }
    shell::run(miri(&["test"]).args(LENDING))
}

fn prepare() -> Result<()> {
    let known = miri(&["--version"]).output();
    if known.is_ok_and(|known| known.status.success()) {
        return Ok(());
    }
    let toolchain = ["toolchain", "install", "nightly", "--profile", "minimal"];
    let mut install = command("rustup", &toolchain);
    shell::run(install.args(["--component", "miri,rust-src", "--no-self-update"]))
}

fn miri(arguments: &[&str]) -> Command {
    let mut miri = command("cargo", &["+nightly", "miri"]);
    miri.args(arguments);
    miri.env("PROPTEST_CASES", CASES);
    miri.env(
        "MIRIFLAGS",
        "-Zmiri-env-forward=PROPTEST_CASES -Zmiri-disable-isolation",
    );
    // Every command of a task inherits the workspace's compiler.
    miri.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO");
    miri
}
