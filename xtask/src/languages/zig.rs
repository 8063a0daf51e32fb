//! Zig, whose compiler is a package of Python.

use super::Language;
use crate::shell::{command, output, run, target};
use anyhow::Result;
use std::fs;
use std::path::{Path, PathBuf};

const LANGUAGE: Language = Language::Zig;

/// The package of Python that brings the compiler.
const PACKAGE: &str = "ziglang==0.17.0";

/// The first characters of the versions that build the SDK.
const VERSIONS: &str = "0.17.";

const COUNTER: &str = "-Mroot=examples/counter/src/main.zig";
const SDK: &str = "-Mcapwire=src/capwire.zig";

/// Returns true if a compiler is there.
pub(super) fn is_installed() -> bool {
    compiler().is_some()
}

pub(super) fn install() -> Result<()> {
    match is_installed() {
        true => Ok(()),
        false => {
            let mut install = command("pip3", &["install", "--quiet", "--upgrade", "--target"]);
            run(install.arg(folder()).arg(PACKAGE))
        }
    }
}

/// Runs the tests of the SDK and of the counter. The full tests run them with `zig build`, too,
/// which takes minutes before its first build on a machine.
pub(super) fn test(full: bool) -> Result<()> {
    zig(&["fmt", "--check", "."])?;
    let tests = ["test", "--dep", "capwire", "--dep", "vectors"];
    let modules = ["-Mroot=tests/all.zig", SDK, "-Mvectors=../vectors.txt"];
    zig(&[&tests[..], &modules].concat())?;
    zig(&["test", "--dep", "capwire", COUNTER, SDK])?;
    if full {
        zig(&["build", "test"])?;
        let project = LANGUAGE.sdk().join("examples/counter");
        for step in ["install", "test"] {
            run(command(&program(), &["build", step]).current_dir(&project))?;
        }
    }
    Ok(())
}

pub(super) fn build_counter() -> Result<()> {
    let folder = LANGUAGE.sdk().join("examples/counter/build");
    fs::create_dir_all(&folder)?;
    build(
        "examples/counter/src/main.zig",
        &folder.join("counter.wasm"),
    )
}

/// Builds an actor with the options of `addActor` in the SDK's `build.zig`. The path of its `source`
/// begins in the SDK's folder.
pub(crate) fn build(source: &str, module: &Path) -> Result<()> {
    let written = format!("-femit-bin={}", module.display());
    let root = format!("-Mroot={source}");
    let module = ["-target", "wasm32-freestanding", "-Osmall", "-fstrip"];
    let export = ["-fno-entry", "--export=__guest_call", "--stack", "131072"];
    let mut arguments = vec!["build-exe", &written];
    arguments.extend(export);
    arguments.extend(module);
    arguments.extend(["--dep", "capwire", &root]);
    arguments.extend(module);
    arguments.push(SDK);
    zig(&arguments)
}

fn zig(arguments: &[&str]) -> Result<()> {
    LANGUAGE.in_sdk(&program(), arguments)
}

/// Returns the path of the compiler.
pub(super) fn program() -> String {
    compiler().unwrap_or_else(|| "zig".to_owned())
}

/// Returns a compiler of a version that builds the SDK.
fn compiler() -> Option<String> {
    let ours = installed().join("zig");
    let candidates = [String::from("zig"), ours.to_string_lossy().into_owned()];
    candidates.into_iter().find(|program| {
        let version = output(&mut command(program, &["version"]));
        version.is_ok_and(|version| version.starts_with(VERSIONS))
    })
}

/// Returns the folder that has the compiler after its installation.
pub(super) fn installed() -> PathBuf {
    folder().join("ziglang")
}

/// Returns the folder into which the package is installed.
fn folder() -> PathBuf {
    target().join("languages/zig")
}
