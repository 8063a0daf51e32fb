//! A host that runs, in a process of its own.

use crate::folder::{Folder, eventually};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::FileExt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// It is killed when dropped.
pub(crate) struct Host {
    process: Child,
    stdout: BufReader<ChildStdout>,
    /// A file, because a pipe that nobody reads would stop a host that says much.
    stderr: File,
}

impl Host {
    /// Starts `capwire` with the words of `line`.
    pub(crate) fn start(folder: &Folder, line: &str) -> Self {
        let words: Vec<&str> = line.split_whitespace().collect();
        Self::spawn(folder.command(&words))
    }

    /// Starts `command`.
    pub(crate) fn spawn(command: Command) -> Self {
        Self::spawn_into(command, tempfile::tempfile().unwrap())
    }

    /// Starts `capwire` with the words of `line`. Whoever read its log has gone.
    pub(crate) fn unheard(folder: &Folder, line: &str) -> Self {
        let words: Vec<&str> = line.split_whitespace().collect();
        let mut command = folder.command(&words);
        let (_, nobody) = std::io::pipe().unwrap();
        command.stderr(nobody);
        Self::unread(command)
    }

    /// Starts `command`, which has a log of its own.
    pub(crate) fn unread(command: Command) -> Self {
        Self::begin(command, tempfile::tempfile().unwrap())
    }

    /// Starts `command`, whose log is kept in `stderr`.
    pub(crate) fn spawn_into(mut command: Command, stderr: File) -> Self {
        command.stderr(stderr.try_clone().unwrap());
        Self::begin(command, stderr)
    }

    fn begin(mut command: Command, stderr: File) -> Self {
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(process.stdout.take().unwrap());
        Self {
            process,
            stdout,
            stderr,
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Waits for the end.
    pub(crate) fn ended(mut self) -> ExitStatus {
        self.process.wait().unwrap()
    }

    /// The address in the next line, which must be `listening http://ADDRESS`.
    pub(crate) fn address(&mut self) -> String {
        let line = self.line();
        let Some(address) = line.trim_end().strip_prefix("listening http://") else {
            panic!("it does not listen: {line:?}\n{}", self.errors());
        };
        address.to_owned()
    }

    /// The next line that it prints.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line
    }

    /// Sends `signal`, and waits for the end. Returns how it ended, and what else it printed.
    pub(crate) fn stop(mut self, signal: Signal) -> (ExitStatus, String) {
        let id = i32::try_from(self.process.id()).unwrap();
        kill(Pid::from_raw(id), signal).unwrap();
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        (self.process.wait().unwrap(), rest)
    }

    /// Returns the host's log as soon as it has all `parts`: a thread of the host writes it.
    pub(crate) fn logged(&self, parts: &[&str]) -> String {
        eventually("the log has all parts", || {
            let log = self.errors();
            parts.iter().all(|part| log.contains(part))
        });
        self.errors()
    }

    /// Returns the host's log so far. The newest lines may be missing.
    pub(crate) fn errors(&self) -> String {
        let length = self.stderr.metadata().unwrap().len();
        let mut text = vec![0; usize::try_from(length).unwrap()];
        // The process writes where this file is read otherwise: they share a position.
        self.stderr.read_exact_at(&mut text, 0).unwrap();
        String::from_utf8(text).unwrap()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // It may have ended already.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// Returns the response of the server at `address` to a GET.
pub(crate) fn get(address: &str) -> String {
    get_with(address, "/", "accept: */*")
}

/// Returns the response of the server at `address` to a GET of `path` with an additional `header`.
pub(crate) fn get_with(address: &str, path: &str, header: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: {address}\r\n{header}\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Does `work` while a client keeps asking the server at `address`.
pub(crate) fn while_asked<T>(address: &str, work: impl FnOnce() -> T) -> T {
    under_load(1, || drop(get(address)), work)
}

/// Does `work` while so many clients keep doing `ask`.
pub(crate) fn under_load<T>(clients: usize, ask: impl Fn() + Sync, work: impl FnOnce() -> T) -> T {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..clients {
            scope.spawn(|| {
                while !is_over.load(Ordering::SeqCst) {
                    ask();
                }
            });
        }
        // If the work panics, the clients must end, too.
        let done = catch_unwind(AssertUnwindSafe(work));
        is_over.store(true, Ordering::SeqCst);
        done.unwrap_or_else(|panic| resume_unwind(panic))
    })
}
