//! Builds a host outside the workspace from the packaged crates, as a user would.

use crate::packages::{self, Package};
use crate::shell::{cargo, command, output, root, run, target};
use anyhow::{Context, Result, bail};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The user's project. This task adds the paths of the unpacked crates to its manifest.
const PROJECT: &str = "testing/external/outside";

/// The expected output of the user's host.
const ANSWER: &str = "answered: hello from outside";

pub(crate) fn run_host() -> Result<()> {
    let folder = target().join("outside");
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot clear {}", folder.display()))?;
    }
    let packages = packaged(&folder.join("packages"))?;
    let project = folder.join("host");
    write_project(&project, &packages)?;
    let mut host = cargo(&["run", "--quiet"]);
    host.current_dir(&project);
    host.env("CARGO_TARGET_DIR", target().join("outside-build"));
    let answer = output(&mut host)?;
    if !answer.contains(ANSWER) {
        bail!("the host outside of the workspace printed {answer:?} instead of {ANSWER:?}");
    }
    eprintln!("the host outside of the workspace {}", answer.trim());
    Ok(())
}

/// Creates and unpacks the archives of all packages, and returns their folders.
fn packaged(into: &Path) -> Result<Vec<PathBuf>> {
    let published: Vec<_> = packages::metadata()?
        .into_iter()
        .filter(|package| package.published)
        .collect();
    let mut package = cargo(&["package", "--no-verify", "--allow-dirty"]);
    for one in &published {
        package.args(["--package", &one.name]);
    }
    run(&mut package)?;
    fs::create_dir_all(into)?;
    published.iter().map(|one| unpack(one, into)).collect()
}

fn unpack(package: &Package, into: &Path) -> Result<PathBuf> {
    let name = format!("{}-{}", package.name, package.version);
    let archive = target().join("package").join(format!("{name}.crate"));
    run(command("tar", &["-xzf"]).arg(archive).arg("-C").arg(into))?;
    Ok(into.join(name))
}

/// Copies the project, with the unpacked crates in place of a registry.
fn write_project(project: &Path, packages: &[PathBuf]) -> Result<()> {
    let source = root().join(PROJECT);
    fs::create_dir_all(project.join("src"))?;
    fs::copy(source.join("src/main.rs"), project.join("src/main.rs"))?;
    let mut manifest = fs::read_to_string(source.join("Cargo.toml"))?;
    manifest.push_str("\n[patch.crates-io]\n");
    for package in packages {
        writeln!(
            manifest,
            "{} = {{ path = {:?} }}",
            name_of(package)?,
            package
        )?;
    }
    fs::write(project.join("Cargo.toml"), manifest).context("cannot write the project's manifest")
}

/// Returns the package's name: `capwire-host` for the archive `capwire-host-0.1.0`.
fn name_of(package: &Path) -> Result<&str> {
    let folder = package.file_name().and_then(|name| name.to_str());
    let name = folder
        .and_then(|folder| folder.rsplit_once('-'))
        .map(|(name, _)| name);
    name.with_context(|| format!("{} is no name-version", package.display()))
}
