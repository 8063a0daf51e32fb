//! A command that runs in the background until it is stopped.

use anyhow::{Context, Result, bail, ensure};
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

/// A running command. Dropping it kills it.
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

    /// Waits until the command prints its address, and returns the address.
    pub(super) fn address(&mut self) -> Result<String> {
        for line in &mut self.lines {
            if let Some(address) = line?.strip_prefix("listening http://") {
                return Ok(address.to_owned());
            }
        }
        bail!("it ended before it listened")
    }

    /// Stops the command like Ctrl-C, and waits for all its processes. Processes that only wait for
    /// the host are ended by the signal, as in a terminal.
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

    /// Sends a signal to all processes of the command, as a terminal does.
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
