//! Runs the slow commands that documents show, exactly as the documents show them.

mod background;

use crate::shell::{self, cargo, output, root, target};
use anyhow::{Context, Result, bail, ensure};
use background::Background;
use capwire_documented::{Command as Shown, Page, Runner, pages, runner};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Arguments of `cargo xtask documented`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only commands that contain this text, such as `demo`
    part: Option<String>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    run_those_with(options.part.as_deref().unwrap_or_default())
}

pub(crate) fn run_all() -> Result<()> {
    run_those_with("")
}

fn run_those_with(part: &str) -> Result<()> {
    let mut done = BTreeSet::new();
    for page in pages(&root()).context("cannot read the documents")? {
        for command in &page.commands {
            let words = command.words();
            let chosen = runner(command) == Some(Runner::Full) && words.contains(part);
            if chosen && done.insert(words) {
                one(&page, command)
                    .with_context(|| format!("{} shows `{}`", page.name, command.line))?;
            }
        }
    }
    Ok(())
}

fn one(page: &Page, command: &Shown) -> Result<()> {
    match command.words().as_str() {
        "cargo xtask demo" => demonstrate(page, command),
        words if words.starts_with("cargo build") => build_actor(page, command),
        words if words.starts_with("cargo install") => {
            let place = target().join("documented/installed");
            shell::run(in_a_shell(&command.line).env("CARGO_INSTALL_ROOT", place))
        }
        words if words.starts_with("cargo test --test conformance") => {
            shell::run(in_a_shell(&command.line).current_dir(root().join("engine-wasmi")))
        }
        words if words.starts_with("cargo deny") => {
            install_deny()?;
            shell::run(&mut in_a_shell(&command.line))
        }
        _ => shell::run(&mut in_a_shell(&command.line)),
    }
}

fn in_a_shell(line: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-ec", line]).current_dir(root());
    shell
}

/// Runs the demonstration and checks that it counts the page's requests.
fn demonstrate(page: &Page, command: &Shown) -> Result<()> {
    let mut demo = in_a_shell(&command.line);
    demo.env("CAPWIRE_DEMO_PORT", "0");
    let mut demo = Background::start(&mut demo)?;
    let address = demo.address()?;
    let questions = page.commands.iter().map(Shown::words);
    let questions: Vec<_> = questions
        .filter(|words| words.starts_with("curl "))
        .collect();
    ensure!(
        !questions.is_empty(),
        "the page does not ask the demonstration"
    );
    for question in questions {
        let question = question.replace("127.0.0.1:8081", &address);
        let (one, next) = (count(&question)?, count(&question)?);
        ensure!(
            next == one + 1,
            "`{question}` counts {one}, and then {next}"
        );
    }
    demo.stop()
}

fn count(question: &str) -> Result<u64> {
    let answer = output(&mut in_a_shell(question))?;
    let answer: serde_json::Value = serde_json::from_str(&answer).context(answer)?;
    let count = answer.get("counter").and_then(serde_json::Value::as_u64);
    count.with_context(|| format!("no counter in {answer}"))
}

/// Builds the actor whose code the page shows, in a project of its own.
fn build_actor(page: &Page, command: &Shown) -> Result<()> {
    let code = page.rust.iter().find(|code| code.contains("actor! {"));
    let code = code.context("the page shows no actor")?;
    let project = actor_project(code)?;
    shell::run(
        in_a_shell(&command.line)
            .current_dir(&project)
            .env("CARGO_TARGET_DIR", project.join("target")),
    )?;
    let module = "target/wasm32-unknown-unknown/release/counter.wasm";
    if !project.join(module).exists() {
        bail!("it makes no {module}");
    }
    Ok(())
}

fn actor_project(code: &str) -> Result<PathBuf> {
    let project = target().join("documented/counter");
    fs::create_dir_all(project.join("src"))?;
    let sdk = root().join("sdk-actor");
    let manifest = format!(
        "[package]\nname = \"counter\"\nedition = \"2024\"\n\n[lib]\ncrate-type = [\"cdylib\"]\n\n\
         [dependencies]\ncapwire-actor = {{ path = {sdk:?} }}\n\n[workspace]\n"
    );
    fs::write(project.join("Cargo.toml"), manifest)?;
    fs::write(project.join("src/lib.rs"), code)?;
    Ok(project)
}

fn install_deny() -> Result<()> {
    let known = cargo(&["deny", "--version"]).output();
    if known.is_ok_and(|known| known.status.success()) {
        return Ok(());
    }
    shell::run(&mut cargo(&["install", "--locked", "cargo-deny"]))
}
