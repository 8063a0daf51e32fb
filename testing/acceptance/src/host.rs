//! A `capwire run` in a process of its own.

use crate::place::choosing;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

/// A host that listens. It is killed when dropped.
#[derive(Debug)]
pub struct RunningHost {
    process: Child,
    output: BufReader<ChildStdout>,
    /// A file, because a pipe that nobody reads would stop a host that says much.
    errors: File,
    url: String,
    control: PathBuf,
}

impl RunningHost {
    /// Runs `manifest` on `engine` with its data in `data`, and waits until it listens.
    #[must_use]
    pub fn start(manifest: &Path, engine: &str, data: &Path) -> Self {
        Self::start_by(Command::new(crate::capwire()), manifest, engine, data)
    }

    /// Starts a host like [`start`](Self::start), under strace, which writes the system calls of
    /// `filter` to the file `trace`.
    #[must_use]
    pub fn start_traced(
        (filter, trace): (&str, &Path),
        manifest: &Path,
        engine: &str,
        data: &Path,
    ) -> Self {
        let mut strace = Command::new("strace");
        // -D leaves the host our child, so that it gets our signals.
        strace
            .args(["-D", "-f", "-y", "-s", "65536", "-e"])
            .arg(filter);
        strace.arg("-o").arg(trace).arg(crate::capwire());
        Self::start_by(strace, manifest, engine, data)
    }

    pub(crate) fn start_by(
        mut capwire: Command,
        manifest: &Path,
        engine: &str,
        data: &Path,
    ) -> Self {
        let mut errors = tempfile::tempfile().expect("a temporary file");
        let control = data.with_extension("sock");
        let mut process = capwire
            .arg("run")
            .arg(manifest)
            .args(choosing(engine))
            .arg("--data-dir")
            .arg(data)
            .arg("--control")
            .arg(&control)
            .stdout(Stdio::piped())
            .stderr(errors.try_clone().expect("the same file"))
            .spawn()
            .expect("capwire runs");
        let mut output = BufReader::new(process.stdout.take().expect("its output"));
        let mut line = String::new();
        output.read_line(&mut line).expect("a line of output");
        let Some(url) = line.trim().strip_prefix("listening ") else {
            panic!("the host does not listen: {line:?} {}", text(&mut errors));
        };
        Self {
            url: url.to_owned(),
            process,
            output,
            errors,
            control,
        }
    }

    /// Returns the URL at which the host listens: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the number of its process.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.process.id()
    }

    /// Returns the socket for `capwire ps`, `swap` and `stop`.
    #[must_use]
    pub fn control(&self) -> &Path {
        &self.control
    }

    /// Asks it to stop, as Ctrl-C and service managers do, and waits until it has. Returns how it
    /// ended and what it wrote to standard error.
    #[must_use]
    pub fn stop(mut self) -> (ExitStatus, String) {
        let id = i32::try_from(self.process.id()).expect("a process id");
        kill(Pid::from_raw(id), Signal::SIGTERM).expect("the host is there");
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).expect("its output");
        let status = self.process.wait().expect("it ends");
        (status, text(&mut self.errors))
    }

    /// Kills it as `kill -9` does, and waits until it is gone.
    pub fn kill(mut self) {
        self.process.kill().expect("the host is there");
        self.process.wait().expect("it ends");
    }
}

impl Drop for RunningHost {
    fn drop(&mut self) {
        // It may have ended already, which is what is wanted.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

fn text(file: &mut File) -> String {
    let mut text = String::new();
    file.rewind().expect("the beginning of the file");
    file.read_to_string(&mut text).expect("text");
    text
}
