//! `cargo xtask setup`: installs system packages.

use crate::languages::{self, Language};
use crate::services;
use crate::shell::{command, output, run};
use anyhow::{Result, bail, ensure};
use std::fs;

/// Arguments of `cargo xtask setup`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Install libclang, which builds the binding of wasm3
    #[arg(long)]
    wasm3: bool,
    /// Install strace, which a test of durability runs
    #[arg(long)]
    strace: bool,
    /// Install the servers that tests need: Redis, PostgreSQL and NATS
    #[arg(long)]
    services: bool,
    /// Install the compilers of these languages: all of them, without a value
    #[arg(long, value_name = "LANGUAGE", num_args = 0.., value_delimiter = ',')]
    languages: Option<Vec<Language>>,
}

pub(crate) fn install(options: &Options) -> Result<()> {
    let languages = options.languages.as_deref();
    if !options.wasm3 && !options.strace && !options.services && languages.is_none() {
        bail!("nothing to install: name a part, such as `--wasm3`");
    }
    if options.wasm3 {
        wasm3()?;
    }
    if options.strace {
        program("strace", "strace")?;
    }
    if options.services {
        services::install_for_tests()?;
    }
    for language in languages.map(languages::or_all).unwrap_or_default() {
        language.install()?;
    }
    Ok(())
}

/// Installs libclang, which builds the binding of wasm3.
pub(crate) fn wasm3() -> Result<()> {
    match has_libclang() {
        true => Ok(()),
        false => debian(&["libclang-dev"]),
    }
}

/// Installs an emulator, such as `qemu-aarch64-static`.
pub(crate) fn emulator(name: &str) -> Result<()> {
    program(name, "qemu-user-static")
}

/// Installs the package of a program, unless the program is there.
fn program(name: &str, package: &str) -> Result<()> {
    let known = command(name, &["--version"]).output();
    match known.is_ok_and(|known| known.status.success()) {
        true => Ok(()),
        false => debian(&[package]),
    }
}

/// Installs packages of Debian and Ubuntu.
pub(crate) fn debian(packages: &[&str]) -> Result<()> {
    let known = command("apt-get", &["--version"]).output();
    ensure!(
        known.is_ok(),
        "there is no `apt-get` to install `{}` with: install what it is called on this system",
        packages.join(" ")
    );
    as_root(&["apt-get", "update"])?;
    let install = ["apt-get", "install", "--yes", "--no-install-recommends"];
    as_root(&[&install, packages].concat())
}

/// Returns true if libclang is at the place that the variable of `clang-sys` names, or where a
/// Debian package of any version installs it.
pub(crate) fn has_libclang() -> bool {
    if std::env::var_os("LIBCLANG_PATH").is_some() {
        return true;
    }
    let folders = fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    let mut versions =
        folders.filter(|entry| entry.file_name().to_string_lossy().starts_with("llvm-"));
    versions.any(|version| version.path().join("lib/libclang.so.1").exists())
}

fn as_root(words: &[&str]) -> Result<()> {
    let is_root = output(&mut command("id", &["-u"]))?.trim() == "0";
    let mut all = if is_root { Vec::new() } else { vec!["sudo"] };
    all.extend(words);
    match all.split_first() {
        Some((program, arguments)) => run(&mut command(program, arguments)),
        None => Ok(()),
    }
}
