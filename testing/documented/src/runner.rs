//! The test that runs each command.

use crate::page::{Command, Form};

/// The runner of a command as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runner {
    /// `cli/tests/cli/documented.rs`: the commands of a page, from its top to its end.
    Command,
    /// `cli/tests/cmd.rs`: the same, and compares what they print with what the page says.
    Snapshot,
    /// `testing/acceptance/tests/newcomer.rs`: commands for projects, with projects of its own.
    Newcomer,
    /// `.ci/run`, as a step of its own.
    Ci,
    /// `cargo xtask test --full`, which takes it from the document.
    Full,
    /// `cargo xtask test --full`, as a part of its own: the task that the command names calls this function, and so does it.
    Part(&'static str),
    /// Nobody, for this reason.
    Nobody(&'static str),
}

/// Commands that are not `capwire`'s, without their comments, and who runs them.
pub const ELSEWHERE: &[(&str, Runner)] = &[
    (".ci/run", Runner::Ci),
    ("cargo xtask test", Runner::Ci),
    ("cargo xtask test --lint", Runner::Ci),
    ("cargo xtask tidy", Runner::Ci),
    (
        "cargo xtask hooks",
        Runner::Nobody("it changes the configuration of the clone"),
    ),
    ("cargo xtask sentences", Runner::Full),
    ("cargo xtask sentences --seed 7", Runner::Full),
    ("cargo xtask demo", Runner::Full),
    (
        "cargo xtask demo --chain",
        Runner::Nobody("`testing/acceptance/tests/chain.rs` runs the same actors"),
    ),
    ("cargo xtask static", Runner::Full),
    ("cargo install --locked --path cli", Runner::Full),
    (
        "cargo install --locked --path cli --features wasm3",
        Runner::Full,
    ),
    ("rustup target add wasm32-unknown-unknown", Runner::Full),
    (
        "cargo build --target wasm32-unknown-unknown --release",
        Runner::Full,
    ),
    ("cargo xtask setup --wasm3", Runner::Ci),
    ("cargo xtask setup --strace", Runner::Ci),
    ("cargo xtask setup --services", Runner::Ci),
    (
        "cargo xtask setup --languages assemblyscript,zig,c,go",
        Runner::Ci,
    ),
    (
        "cargo xtask services",
        Runner::Nobody("it serves until Ctrl-C"),
    ),
    ("cargo xtask codegen", Runner::Full),
    ("cargo xtask mutants", Runner::Part("mutants::kill_all()")),
    ("cargo xtask fuzz", Runner::Full),
    ("cargo xtask miri", Runner::Part("miri::run()")),
    ("cargo bench -p capwire-benches", Runner::Full),
    ("cargo test -p capwire-hostile", Runner::Full),
    (
        "cargo test -p capwire-hostile --features wasm3",
        Runner::Full,
    ),
    ("cargo test -p capwire-interop", Runner::Full),
    ("cargo test -p capwire-spec", Runner::Full),
    (
        "SNAPSHOTS=overwrite cargo test -p capwire-spec",
        Runner::Full,
    ),
    (
        "cargo test --test conformance -- --nocapture skipped_cases",
        Runner::Full,
    ),
    ("cargo deny check bans licenses sources", Runner::Full),
    ("cargo xtask release --dry-run", Runner::Full),
    (
        "cargo xtask test --full",
        Runner::Nobody("it is what runs the others"),
    ),
    ("cargo xtask release", Runner::Nobody("it publishes")),
    (
        "cargo xtask bench-report",
        Runner::Nobody("it replaces the numbers of docs/performance.md by those of this machine"),
    ),
    (
        "cargo run --release -p capwire-benches --bin durable -- --require 16",
        Runner::Nobody("it judges the disk, which tests share with whatever else runs"),
    ),
    (
        "cargo run --release -p capwire-benches --bin verify -- --require 1.25",
        Runner::Nobody("it judges times, which depend on whatever else runs"),
    ),
    (
        "cargo run --release -p capwire-benches --features wasm3 --bin overrun -- --require 20",
        Runner::Nobody("it judges by the clock, on a machine that does nothing else"),
    ),
    (
        "cargo run --release -p capwire-benches --bin languages",
        Runner::Nobody("it measures times, which depend on whatever else runs"),
    ),
    (
        "cargo run --release -p capwire-benches --features wasm3 --bin making",
        Runner::Nobody("it measures times, which depend on whatever else runs"),
    ),
];

/// Returns the runner of `command`, or `None` if no rule covers it.
#[must_use]
pub fn runner(command: &Command) -> Option<Runner> {
    let words = command.words();
    let program = words.split(' ').next().unwrap_or_default();
    match program {
        _ if is_for_projects(&words) => Some(Runner::Newcomer),
        "capwire" | "curl" | "cat" => Some(of_the_command(command)),
        _ => {
            let listed = ELSEWHERE.iter().find(|(listed, _)| *listed == words);
            listed.map(|(_, runner)| *runner)
        }
    }
}

/// The commands of `capwire` that create projects or work in one.
pub const FOR_PROJECTS: [&str; 5] = ["new", "build", "dev", "test", "doctor"];

/// Returns true for a command of a page about projects.
fn is_for_projects(words: &str) -> bool {
    let mut words = words.split(' ');
    match (words.next(), words.next()) {
        (Some("capwire"), Some(name)) => FOR_PROJECTS.contains(&name),
        (Some("cd"), Some(_)) => true,
        _ => false,
    }
}

/// Pages in `docs` show in a block `console` what is printed.
fn of_the_command(command: &Command) -> Runner {
    match command.page.starts_with("docs/") && command.form == Form::Console {
        true => Runner::Snapshot,
        false => Runner::Command,
    }
}
