//! Development tasks. `cargo xtask help` lists them.
#![forbid(unsafe_code)]

mod bench_report;
mod build;
mod chain;
mod check;
mod codegen;
mod commits;
mod demo;
mod documented;
mod fuzz;
mod languages;
mod miri;
mod mutants;
mod outside;
mod packages;
mod release;
mod rustdoc;
mod sentences;
mod services;
mod setup;
mod shell;
mod static_host;
mod test;
mod tidy;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Development tasks of capwire. Each task installs what it needs.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build, sign and run the counter actor; then try `curl 127.0.0.1:8081/hits`
    Demo(demo::Options),
    /// Install system packages that a part of the workspace needs
    Setup(setup::Options),
    /// Run the tests
    Test(test::Options),
    /// Install and start Redis, PostgreSQL, NATS, and stand-ins for S3 and DynamoDB, until Ctrl-C
    Services,
    /// Build the actors and the test guests into target/guests
    Guests,
    /// Write the files that depend on the description of contracts in contracts/wit
    Codegen,
    /// Check the invariants of ARCHITECTURE.md
    Tidy,
    /// Check that every package can be published, without building it from its archive
    Package,
    /// Run the benchmarks and write docs/performance.md
    BenchReport,
    /// Fuzz one target, or all targets one after the other (needs a nightly compiler)
    Fuzz(fuzz::Options),
    /// Run the tests that Miri supports under Miri (needs a nightly compiler)
    Miri,
    /// Check that a test fails for each change of the code that decides on trust
    Mutants,
    /// Check versions, changelog and order, and publish the packages
    Release(release::Options),
    /// Build the host as one static file for x86_64 and 64-bit ARM, and compare the answers of all
    /// builds
    Static,
    /// Build a host outside the workspace from the packaged crates, and call it
    Outside,
    /// Run the slow commands that documents show
    Documented(documented::Options),
    /// Let git check the form of commit messages in this clone
    Hooks,
    /// Check the form of a commit message, as the hook does
    CommitMessage(commits::Message),
    /// Report the latest commits whose messages have a wrong form
    Commits(commits::Range),
    /// Print random sentences of the project's prose
    Sentences(sentences::Options),
}

fn main() -> ExitCode {
    if rustdoc::is_asked() {
        return ended(rustdoc::act());
    }
    let done = match Args::parse().task {
        Task::Demo(options) => demo::run(&options),
        Task::Setup(options) => setup::install(&options),
        Task::Test(options) => test::run(&options),
        Task::Services => services::run(),
        Task::Guests => build::guests_of_all_languages(),
        Task::Codegen => codegen::write(),
        Task::Tidy => tidy::run(),
        Task::Package => check::package(),
        Task::BenchReport => bench_report::run_and_report(),
        Task::Fuzz(options) => fuzz::run(&options),
        Task::Miri => miri::run(),
        Task::Mutants => mutants::kill_all(),
        Task::Release(options) => release::release(&options),
        Task::Static => static_host::build_and_compare(),
        Task::Outside => outside::run_host(),
        Task::Documented(options) => documented::run(&options),
        Task::Hooks => commits::install_hooks(),
        Task::CommitMessage(message) => commits::check_file(&message),
        Task::Commits(range) => {
            commits::report(&range);
            Ok(())
        }
        Task::Sentences(options) => sentences::print(&options),
    };
    ended(done.map(|()| ExitCode::SUCCESS))
}

fn ended(done: Result<ExitCode>) -> ExitCode {
    done.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
