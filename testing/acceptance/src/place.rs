//! The places where hosts can run: the engines of this machine, and other machines.

use crate::host::RunningHost;
use std::path::Path;
use std::process::{Command, Output};

/// A `capwire` and one of its engines.
#[derive(Clone, Debug)]
pub struct Place {
    /// The program and its first arguments.
    program: Vec<String>,
    engine: String,
}

/// The engines of the `capwire` that `cargo xtask test` built.
#[must_use]
pub fn engines() -> Vec<String> {
    let engines = capwire_scaffold::set_by_xtask("CAPWIRE_ENGINES");
    engines.split_whitespace().map(str::to_owned).collect()
}

/// Returns the arguments that select `engine`, a name that engine options may follow. Guests of tests
/// are trusted.
#[must_use]
pub fn choosing(engine: &str) -> Vec<&str> {
    let mut words = engine.split(' ');
    let mut arguments = vec!["--engine", words.next().unwrap_or_default()];
    if engine == "wasm3" {
        arguments.push("--allow-unsafe-engine");
    }
    arguments.extend(words.flat_map(|option| ["--engine-option", option]));
    arguments
}

impl Place {
    /// Each engine here; then wasmi in each program that `cargo xtask static` built.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let here = crate::capwire().display().to_string();
        let here = engines().into_iter().map(|engine| Self {
            program: vec![here.clone()],
            engine,
        });
        let elsewhere = std::env::var("CAPWIRE_ELSEWHERE").unwrap_or_default();
        let elsewhere = elsewhere.lines().map(|words| Self {
            program: words.split('\t').map(str::to_owned).collect(),
            engine: "wasmi".to_owned(),
        });
        here.chain(elsewhere).collect()
    }

    /// Runs `capwire call` with `arguments` on this engine, to its end.
    #[must_use]
    pub fn call(&self, arguments: &[&str]) -> Output {
        let mut command = self.command();
        command.arg("call").args(arguments);
        command.args(choosing(&self.engine));
        command.output().expect("capwire runs")
    }

    /// Runs `manifest` with its data in `data`, and waits until it listens.
    #[must_use]
    pub fn serve(&self, manifest: &Path, data: &Path) -> RunningHost {
        RunningHost::start_by(self.command(), manifest, &self.engine, data)
    }

    fn command(&self) -> Command {
        let (program, arguments) = self.program.split_first().expect("a program");
        let mut command = Command::new(program);
        command.args(arguments);
        command
    }
}
