//! Checks of packages and features.

use crate::packages;
use crate::shell::{cargo, run, target};
use anyhow::Result;

/// The packages whose features select engines and providers.
const PACKAGES: [&str; 2] = ["capwire", "capwire-cli"];

/// Lets clippy check everything, also what no test builds, such as the targets for the fuzzer.
pub(crate) fn lints() -> Result<()> {
    let mut clippy = cargo(&["clippy", "--workspace", "--all-targets", "--all-features"]);
    // Clippy links nothing, so it does not need the fuzzer's runtime, which takes half a minute to compile.
    clippy.env("CUSTOM_LIBFUZZER_PATH", target().join("libfuzzer.a"));
    run(clippy.args(["--", "-D", "warnings"]))
}

/// Checks that rustdoc can make all pages, also those of programs, without warnings.
pub(crate) fn pages() -> Result<()> {
    let mut doc = cargo(&["doc", "--workspace", "--no-deps", "--all-features"]);
    run(doc.env("RUSTDOCFLAGS", "-D warnings"))
}

/// Checks that every package can be published. Archives are created and resolved, but not built.
pub(crate) fn package() -> Result<()> {
    publish(&["--no-verify"])
}

/// Makes the check of [`package`], and builds each archive.
pub(crate) fn package_and_build() -> Result<()> {
    publish(&[])
}

/// Builds the packages with each feature alone, and without features.
pub(crate) fn features() -> Result<()> {
    let packages = packages::metadata()?;
    let choosing = packages.iter();
    for package in choosing.filter(|package| PACKAGES.contains(&package.name.as_str())) {
        check_features(&package.name, &[])?;
        for feature in &package.features {
            check_features(&package.name, &["--features", feature])?;
        }
    }
    Ok(())
}

fn publish(arguments: &[&str]) -> Result<()> {
    run(cargo(&["publish", "--workspace", "--dry-run", "--allow-dirty"]).args(arguments))
}

fn check_features(package: &str, arguments: &[&str]) -> Result<()> {
    run(cargo(&["check", "--package", package, "--no-default-features"]).args(arguments))
}
