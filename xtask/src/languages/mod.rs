//! The guest SDKs of languages other than Rust: their tools, tests and counters.

pub(crate) mod assemblyscript;
mod c;
mod go;
pub(crate) mod zig;

use crate::chain;
use crate::shell::{command, root, run};
use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// A language with an SDK in `sdks`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "lower")]
pub(crate) enum Language {
    /// AssemblyScript, whose compiler npm installs beside the SDK
    AssemblyScript,
    /// Zig, whose compiler pip installs into the folder of builds
    Zig,
    /// C, which Zig's compiler also translates
    C,
    /// Go, whose toolchain pip installs into the folder of builds
    Go,
}

/// The languages that every run of the tests includes, if their tools can be installed.
const QUICK: [Language; 4] = [
    Language::AssemblyScript,
    Language::Zig,
    Language::C,
    Language::Go,
];

/// The languages of this run.
pub(crate) fn selected(full: bool) -> Vec<Language> {
    if full {
        return Language::value_variants().to_vec();
    }
    let (here, missing): (Vec<Language>, Vec<Language>) =
        QUICK.into_iter().partition(|it| it.can_be_installed());
    for language in missing {
        eprintln!("without {language:?}: {}", language.remedy());
    }
    here
}

/// Returns the `named` languages, or all if none is named.
pub(crate) fn or_all(named: &[Language]) -> &[Language] {
    match named {
        [] => Language::value_variants(),
        named => named,
    }
}

/// Returns the names of the languages whose counters are in `guests`, beginning with Rust.
pub(crate) fn built(guests: &Path) -> String {
    let built = Language::value_variants().iter();
    let built = built.filter(|language| language.counter(guests).exists());
    let names = built.map(|language| format!(" {}", language.name()));
    format!("rust{}", names.collect::<String>())
}

/// Runs the SDKs' own tests, and builds the counters and the chain into `guests`.
/// The counters of other languages are removed, because they may be old.
pub(crate) fn test(languages: &[Language], guests: &Path, full: bool) -> Result<()> {
    for language in Language::value_variants() {
        let old = language.counter(guests);
        if old.exists() {
            fs::remove_file(&old).with_context(|| format!("cannot remove {}", old.display()))?;
        }
    }
    for language in languages {
        language.install()?;
        match language {
            // The tests build the counter.
            Language::AssemblyScript => assemblyscript::test()?,
            Language::Zig => zig::test(full).and_then(|()| zig::build_counter())?,
            Language::C => c::test().and_then(|()| c::build_counter())?,
            Language::Go => go::test(full).and_then(|()| go::build_counter())?,
        }
        language.copy_counter(guests)?;
    }
    if full {
        go::build_guest(guests)?;
    }
    chain::build(languages, guests)
}

/// Returns the variable `PATH` with the tools that we installed.
pub(crate) fn path() -> Result<OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain([zig::installed(), go::installed()]);
    Ok(env::join_paths(folders)?)
}

/// Returns the variables for tools that the tests run.
pub(crate) fn variables() -> [(&'static str, PathBuf); 3] {
    go::variables()
}

/// Builds the counters and the chain into `guests`.
pub(crate) fn build(languages: &[Language], guests: &Path) -> Result<()> {
    for language in languages {
        language.install()?;
        match language {
            Language::AssemblyScript => assemblyscript::build_counter()?,
            Language::Zig => zig::build_counter()?,
            Language::C => c::build_counter()?,
            Language::Go => go::build_counter()?,
        }
        language.copy_counter(guests)?;
    }
    chain::build(languages, guests)
}

impl Language {
    fn name(self) -> &'static str {
        match self {
            Self::AssemblyScript => "assemblyscript",
            Self::Zig => "zig",
            Self::C => "c",
            Self::Go => "go",
        }
    }

    /// Returns the folder of the SDK.
    fn sdk(self) -> PathBuf {
        root().join("sdks").join(self.name())
    }

    fn can_be_installed(self) -> bool {
        match self {
            Self::AssemblyScript => answers("npm"),
            Self::Zig => zig::is_installed() || answers("pip3"),
            Self::C => c::has_tools() && Self::Zig.can_be_installed(),
            Self::Go => go::is_installed() || answers("pip3"),
        }
    }

    fn remedy(self) -> &'static str {
        match self {
            Self::AssemblyScript => "install Node.js 20 or newer, which has npm",
            Self::Zig => "install Zig 0.17, or Python with pip3, which has it as a package",
            Self::C => "install make, a C++ compiler, and what Zig needs",
            Self::Go => "install Go 1.27, or Python with pip3, which has it as a package",
        }
    }

    /// Installs the compiler, unless it is there.
    pub(crate) fn install(self) -> Result<()> {
        ensure!(self.can_be_installed(), "{}", self.remedy());
        match self {
            Self::AssemblyScript => assemblyscript::install(),
            Self::Zig | Self::C => zig::install(),
            Self::Go => go::install(),
        }
    }

    /// Returns the path of the counter in the folder `guests`.
    fn counter(self, guests: &Path) -> PathBuf {
        guests.join(format!("counter_{}.wasm", self.name()))
    }

    fn copy_counter(self, guests: &Path) -> Result<()> {
        let built = self.sdk().join("examples/counter/build/counter.wasm");
        let copied = fs::copy(&built, self.counter(guests));
        copied.with_context(|| format!("cannot copy {}", built.display()))?;
        Ok(())
    }

    fn in_sdk(self, program: &str, arguments: &[&str]) -> Result<()> {
        run(command(program, arguments).current_dir(self.sdk()))
    }
}

/// Returns true if `program` can run.
fn answers(program: &str) -> bool {
    let answer = command(program, &["--version"]).output();
    answer.is_ok_and(|answer| answer.status.success())
}
