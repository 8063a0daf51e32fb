//! A command that runs beside others: the integration tests, which often wait, leave the processors to them.

use crate::shell::{self, target};
use anyhow::{Context, Result, bail, ensure};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::thread;

/// A run of `cargo test` whose tests run.
pub(super) struct Beside {
    child: Child,
    name: String,
    log: PathBuf,
}

impl Beside {
    /// Starts `tests`, and returns when the first test runs: cargo then needs its folder of builds no more, and other runs of cargo do
    /// not wait for it. The output of the tests goes to a file, the other messages to standard error.
    ///
    /// `group` names the file.
    pub(super) fn start(group: &str, tests: &mut Command) -> Result<Self> {
        let name = shell::shown(tests);
        eprintln!("$ {name}");
        let log = target().join(format!("integration-tests-{group}.log"));
        let file = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let child = tests.stdout(file).stderr(Stdio::piped()).spawn();
        let mut child = child.with_context(|| format!("cannot run `{name}`"))?;
        let messages = child.stderr.take().context("no standard error")?;
        let (running, first) = channel();
        thread::spawn(move || pass_on(BufReader::new(messages), &running));
        // An error means that it has ended without a test, which `finish` reports.
        let _ = first.recv();
        Ok(Self { child, name, log })
    }

    /// Waits until the tests have ended, and prints what they said.
    pub(super) fn finish(mut self) -> Result<()> {
        let ended = self.child.wait().with_context(|| self.name.clone())?;
        let said = fs::read(&self.log)?;
        eprintln!("== {}", self.name);
        io::stdout().write_all(&said)?;
        ensure!(ended.success(), "`{}` failed: {ended}", self.name);
        if said.is_empty() {
            bail!("`{}` ran no test", self.name);
        }
        Ok(())
    }
}

/// Passes `messages` on to standard error, and tells `running` when cargo runs the first test.
fn pass_on(messages: impl BufRead, running: &Sender<()>) {
    for message in messages.lines().map_while(Result::ok) {
        eprintln!("{message}");
        if message.trim_start().starts_with("Running ") {
            let _ = running.send(());
        }
    }
}
