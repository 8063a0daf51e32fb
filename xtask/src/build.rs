//! Builds the WebAssembly guests and the `capwire` binary for other tasks.

use crate::languages;
use crate::shell::{cargo, command, output, root, run, target};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// A guest: its package, its target and its output file.
struct Guest {
    package: &'static str,
    target: &'static str,
    file: &'static str,
}

const UNKNOWN: &str = "wasm32-unknown-unknown";
const WASI: &str = "wasm32-wasip1";

const ACTORS: [Guest; 9] = [
    Guest {
        package: "capwire-actor-counter",
        target: UNKNOWN,
        file: "counter.wasm",
    },
    Guest {
        package: "capwire-actor-middle",
        target: UNKNOWN,
        file: "chain_middle.wasm",
    },
    Guest {
        package: "capwire-actor-accounts",
        target: UNKNOWN,
        file: "accounts.wasm",
    },
    Guest {
        package: "capwire-actor-echo",
        target: UNKNOWN,
        file: "echo.wasm",
    },
    Guest {
        package: "capwire-actor-guestbook",
        target: UNKNOWN,
        file: "guestbook.wasm",
    },
    Guest {
        package: "capwire-actor-images",
        target: UNKNOWN,
        file: "images.wasm",
    },
    Guest {
        package: "capwire-actor-links",
        target: UNKNOWN,
        file: "links.wasm",
    },
    Guest {
        package: "capwire-actor-orders",
        target: UNKNOWN,
        file: "orders.wasm",
    },
    Guest {
        package: "capwire-actor-report",
        target: UNKNOWN,
        file: "report.wasm",
    },
];

const TEST_GUESTS: [Guest; 3] = [
    Guest {
        package: "capwire-guest-panics",
        target: UNKNOWN,
        file: "guest_panics.wasm",
    },
    Guest {
        package: "capwire-guest-stock",
        target: UNKNOWN,
        file: "guest_stock.wasm",
    },
    Guest {
        package: "capwire-guest-wasi",
        target: WASI,
        file: "guest_wasi.wasm",
    },
];

/// The workspace of guests that need crates of 2020 and therefore have their own lock file.
const OLD: &str = "testing/external/guests-2020";

const OLD_GUESTS: [Guest; 2] = [
    Guest {
        package: "capwire-guest-2020-counter",
        target: UNKNOWN,
        file: "counter_2020.wasm",
    },
    Guest {
        package: "capwire-guest-2020-positional",
        target: UNKNOWN,
        file: "positional_2020.wasm",
    },
];

/// Builds the actors, and returns their folder.
pub(crate) fn actors() -> Result<PathBuf> {
    build(&root(), &target(), &ACTORS)
}

/// Builds the actors and the test guests, and returns their folder.
pub(crate) fn guests() -> Result<PathBuf> {
    build(
        &root().join(OLD),
        &target().join("guests-2020"),
        &OLD_GUESTS,
    )?;
    build(&root(), &target(), &TEST_GUESTS)?;
    actors()
}

/// Builds the guests, and the counters of the languages whose tools can be installed quickly.
pub(crate) fn guests_of_all_languages() -> Result<()> {
    languages::build(&languages::selected(false), &guests()?)
}

/// The build profile of the host.
#[derive(Clone, Copy)]
pub(crate) enum Profile {
    Dev,
    Release,
}

/// Builds an optimised `capwire` binary, and returns its path.
pub(crate) fn capwire() -> Result<PathBuf> {
    run(&mut cargo(&[
        "build",
        "--release",
        "--package",
        "capwire-cli",
    ]))?;
    Ok(capwire_path(Profile::Release))
}

/// Returns the path of the `capwire` binary.
pub(crate) fn capwire_path(profile: Profile) -> PathBuf {
    let folder = match profile {
        Profile::Dev => "debug",
        Profile::Release => "release",
    };
    let binary = target().join(folder).join("capwire");
    binary.with_extension(std::env::consts::EXE_EXTENSION)
}

fn build(workspace: &Path, built: &Path, guests: &[Guest]) -> Result<PathBuf> {
    let folder = target().join("guests");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    for guest in guests {
        install(guest.target)?;
        let arguments = [
            "build",
            "--profile",
            "actor",
            "--package",
            guest.package,
            "--target",
            guest.target,
        ];
        run(cargo(&arguments)
            .current_dir(workspace)
            .env("CARGO_TARGET_DIR", built))?;
        let made = built.join(guest.target).join("actor").join(guest.file);
        replace(&made, &folder.join(guest.file))?;
    }
    Ok(folder)
}

/// Installs a compilation target if it is missing.
pub(crate) fn install(target: &str) -> Result<()> {
    let installed = output(&mut command("rustup", &["target", "list", "--installed"]))
        .context("rustup is needed to install compilation targets")?;
    if installed.lines().any(|line| line == target) {
        return Ok(());
    }
    run(&mut command("rustup", &["target", "add", target]))
}

/// Replaces a file in one step, because tests may be reading the old one.
fn replace(from: &Path, to: &Path) -> Result<()> {
    let new = to.with_extension("new");
    fs::copy(from, &new).with_context(|| format!("cannot copy {}", from.display()))?;
    fs::rename(&new, to).with_context(|| format!("cannot write {}", to.display()))
}

/// Returns the folder of the demonstration and its keys.
pub(crate) fn state() -> PathBuf {
    root().join(".capwire")
}
