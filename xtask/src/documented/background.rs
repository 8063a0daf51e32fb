//! A command that serves until it is stopped.

use anyhow::{Context, Result, bail, ensure};
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

/// It is killed when it is dropped.
pub(super) struct Background {
    process: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Background {
    pub(super) fn start(command: &mut Command) -> Result<Self> {
        own_group(command);
        let mut process = command.stdout(Stdio::piped()).spawn()?;
        let stdout = process.stdout.take().context("it has no standard output")?;
        let lines = BufReader::new(stdout).lines();
        Ok(Self { process, lines })
    }

    /// Waits until it says where it listens.
    pub(super) fn address(&mut self) -> Result<String> {
        for line in &mut self.lines {
            if let Some(address) = line?.strip_prefix("listening http://") {
                return Ok(address.to_owned());
            }
        }
        bail!("it ended before it listened")
    }

    /// Stops it as Ctrl-C would, and waits for all of its processes. Those that only wait for the host
    /// end by the signal, as in a terminal.
    pub(super) fn stop(mut self) -> Result<()> {
        self.signal("INT")?;
        self.lines.by_ref().for_each(drop);
        let status = self.process.wait()?;
        ensure!(
            status.success() || was_interrupted(status),
            "it ended with {status}"
        );
        Ok(())
    }

    /// A terminal sends signals to all processes of a command, too.
    fn signal(&self, name: &str) -> Result<()> {
        let group = format!("-{}", self.process.id());
        let mut kill = Command::new("kill");
        let sent = kill.args(["-s", name, "--", &group]).status()?;
        ensure!(sent.success(), "cannot send {name} to it");
        Ok(())
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        if let Ok(None) = self.process.try_wait() {
            self.signal("KILL").ok();
            self.process.wait().ok();
        }
    }
}

#[cfg(unix)]
fn was_interrupted(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    const SIGINT: i32 = 2;
    status.signal() == Some(SIGINT)
}

#[cfg(not(unix))]
fn was_interrupted(_: ExitStatus) -> bool {
    false
}

#[cfg(unix)]
fn own_group(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(not(unix))]
fn own_group(_: &mut Command) {}
