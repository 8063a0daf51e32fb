//! `cargo xtask setup`: what cargo does not install itself.

use crate::shell::{command, output, run};
use anyhow::{Result, bail, ensure};
use std::fs;

/// For which parts.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// For wasm3: libclang, which its binding is built with
    #[arg(long)]
    wasm3: bool,
}

pub(crate) fn install(options: &Options) -> Result<()> {
    if !options.wasm3 {
        bail!("nothing to install: name a part, such as `--wasm3`");
    }
    wasm3()
}

/// What wasm3 is built with.
pub(crate) fn wasm3() -> Result<()> {
    match has_libclang() {
        true => Ok(()),
        false => debian("libclang-dev"),
    }
}

/// What runs programs of another processor: `qemu-aarch64-static`.
pub(crate) fn emulator(program: &str) -> Result<()> {
    let known = command(program, &["--version"]).output();
    match known.is_ok_and(|known| known.status.success()) {
        true => Ok(()),
        false => debian("qemu-user-static"),
    }
}

/// Installs a package of Debian and Ubuntu.
fn debian(package: &str) -> Result<()> {
    let known = command("apt-get", &["--version"]).output();
    ensure!(
        known.is_ok(),
        "there is no `apt-get` to install `{package}` with: install what it is called on this system"
    );
    as_root(&["apt-get", "update"])?;
    as_root(&["apt-get", "install", "--yes", package])
}

/// Whether it is where the variable of `clang-sys` says, or in one of the places where its package, of
/// whichever version, puts it.
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
