//! Builds and tests projects with the tools of their languages.

use crate::{Language, tools};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

/// The purpose of a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    /// A small module, to be shipped.
    Release,
    /// A module that is quick to build, to be tried out.
    Live,
}

/// Builds the project in `folder`, and returns the path of the module, which is not signed. What the
/// compiler says goes to standard error. Packages that the project names are installed first if they
/// are missing, which may use the network.
///
/// `name` is the name of the project.
///
/// # Errors
/// A tool of the language is missing or fails.
pub fn compile(
    folder: &Path,
    name: &str,
    language: Language,
    build: Build,
) -> Result<PathBuf, CompileError> {
    match language {
        Language::Rust => cargo_build(folder, build),
        Language::AssemblyScript => {
            install(folder)?;
            run(npm(folder, &["run", "--silent", "build"]), language)?;
            built(folder.join("build/unsigned"), name)
        }
        Language::Zig => {
            run(command("zig", folder, &["build"]), language)?;
            built(folder.join("zig-out/bin"), name)
        }
        Language::C => {
            run(command("make", folder, &[]), language)?;
            built(folder.join("build/unsigned"), name)
        }
        Language::Go => {
            run(go_build(folder, name, build), language)?;
            built(folder.join("build/unsigned"), name)
        }
    }
}

/// Returns the command that builds a module whose functions the host calls. Only a module to be tried
/// out has their names, which the host shows after a failure.
fn go_build(folder: &Path, name: &str, build: Build) -> Command {
    let module = format!("build/unsigned/{name}.wasm");
    let symbols = match build {
        Build::Release => "-ldflags=-s -w",
        Build::Live => "-ldflags=-w",
    };
    let mut command = command(
        "go",
        folder,
        &["build", "-trimpath", "-buildmode=c-shared", symbols],
    );
    command.args(["-o", module.as_str(), "."]);
    command.envs([("GOOS", "wasip1"), ("GOARCH", "wasm")]);
    command
}

/// Returns the path of the module in `folder`, if the build has made it.
fn built(folder: PathBuf, name: &str) -> Result<PathBuf, CompileError> {
    let module = folder.join(format!("{name}.wasm"));
    match module.exists() {
        true => Ok(module),
        false => Err(CompileError::NoModule(format!("`{}`", module.display()))),
    }
}

/// Runs the project's own tests. What they print goes to standard output and standard error.
///
/// # Errors
/// A tool of the language is missing, or a test fails.
pub fn test(folder: &Path, language: Language) -> Result<(), CompileError> {
    match language {
        Language::Rust => run(command("cargo", folder, &["test"]), language),
        Language::Zig => run(command("zig", folder, &["build", "test"]), language),
        Language::C => run(command("make", folder, &["test"]), language),
        Language::Go => run(command("go", folder, &["test", "./..."]), language),
        Language::AssemblyScript => {
            install(folder)?;
            run(npm(folder, &["run", "--silent", "test"]), language)
        }
    }
}

/// Installs the packages of npm, if the folder that has them is missing or older than the list.
fn install(folder: &Path) -> Result<(), CompileError> {
    let changed = |path: &str| folder.join(path).metadata()?.modified();
    let installed = changed("node_modules/.package-lock.json");
    let wanted = changed("package.json").map_err(CompileError::Read)?;
    if installed.is_ok_and(|installed| installed >= wanted) {
        return Ok(());
    }
    let command = npm(
        folder,
        &["install", "--no-audit", "--no-fund", "--loglevel=error"],
    );
    run(command, Language::AssemblyScript)
}

fn npm(folder: &Path, arguments: &[&str]) -> Command {
    command(
        if cfg!(windows) { "npm.cmd" } else { "npm" },
        folder,
        arguments,
    )
}

fn command(program: &str, folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder);
    command
}

/// Runs a command. Standard output is only for what `capwire` says, so the command has none.
fn run(mut command: Command, language: Language) -> Result<(), CompileError> {
    command.stdin(Stdio::null());
    let ended = command
        .stdout(io::stderr())
        .status()
        .map_err(|cause| not_started(&command, language, cause))?;
    succeeded(&command, language, ended)
}

/// Builds the package with Cargo, which names the module in its messages.
fn cargo_build(folder: &Path, build: Build) -> Result<PathBuf, CompileError> {
    let profile = match build {
        Build::Release => "release",
        Build::Live => "live",
    };
    let mut command = Command::new("cargo");
    command
        .args(["build", "--target", "wasm32-unknown-unknown"])
        .args(["--profile", profile])
        .arg("--message-format=json-render-diagnostics")
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    let mut cargo = command
        .spawn()
        .map_err(|cause| not_started(&command, Language::Rust, cause))?;
    let mut module = None;
    if let Some(output) = cargo.stdout.take() {
        for line in BufReader::new(output).lines() {
            let line = line.map_err(CompileError::Read)?;
            module = module_in(&line).or(module);
        }
    }
    let ended = cargo.wait().map_err(CompileError::Read)?;
    succeeded(&command, Language::Rust, ended)?;
    module.ok_or_else(|| CompileError::NoModule("a library of the type `cdylib`".to_owned()))
}

/// Returns the module that a message of Cargo names. The package itself comes last.
fn module_in(message: &str) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(message).ok()?;
    if message.get("reason")?.as_str()? != "compiler-artifact" {
        return None;
    }
    let files = message.get("filenames")?.as_array()?;
    let mut files = files.iter().filter_map(|file| file.as_str());
    files
        .find(|file| file.ends_with(".wasm"))
        .map(PathBuf::from)
}

fn succeeded(command: &Command, language: Language, ended: ExitStatus) -> Result<(), CompileError> {
    if ended.success() {
        return Ok(());
    }
    Err(CompileError::Failed {
        command: shown(command),
        remedy: missing(language),
    })
}

fn not_started(command: &Command, language: Language, cause: io::Error) -> CompileError {
    CompileError::NotStarted {
        command: shown(command),
        remedy: missing(language),
        cause,
    }
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}

/// Returns how to install the first tool of `language` that is missing.
fn missing(language: Language) -> Option<&'static str> {
    let missing = tools(language).iter().find(|tool| tool.found().is_none());
    missing.map(|tool| tool.remedy())
}

/// A project was not built, or its tests did not pass.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompileError {
    /// A program did not start.
    #[error("cannot run `{command}`")]
    NotStarted {
        /// The command line.
        command: String,
        /// How to install a tool that is missing.
        remedy: Option<&'static str>,
        /// The cause.
        #[source]
        cause: io::Error,
    },
    /// A program failed. It has said why.
    #[error("`{command}` failed")]
    Failed {
        /// The command line.
        command: String,
        /// How to install a tool that is missing.
        remedy: Option<&'static str>,
    },
    /// A build succeeded, but made no module.
    #[error("the build made no module: {0} is missing")]
    NoModule(String),
    /// A file of the project, or what a program says, cannot be read.
    #[error("cannot read the project")]
    Read(#[source] io::Error),
}

impl CompileError {
    /// Returns how to install a tool that is missing, if that seems to be the cause.
    pub fn remedy(&self) -> Option<&'static str> {
        match self {
            Self::NotStarted { remedy, .. } | Self::Failed { remedy, .. } => *remedy,
            Self::NoModule(_) | Self::Read(_) => None,
        }
    }
}
