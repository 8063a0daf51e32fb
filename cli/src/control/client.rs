//! The client's side of the socket.

use super::folder;
use super::message::{HostCommand, LONGEST_REPLY, Reply, Request, VERSION};
use crate::error::Error;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

/// A connection to a host, for one request.
pub(crate) struct Connection(BufReader<UnixStream>);

impl Connection {
    /// Connects to the host `asked`, named by its process id or socket, or to the only running
    /// host.
    pub(crate) fn open(asked: Option<&str>) -> Result<Self, Error> {
        match asked {
            Some(asked) => {
                let socket = match asked.parse() {
                    Ok(pid) => folder::socket_of(pid),
                    Err(_) => PathBuf::from(asked),
                };
                UnixStream::connect(&socket)
                    .map(Self::new)
                    .map_err(|error| unreachable(asked, &socket, error))
            }
            None => Self::only_one(),
        }
    }

    /// Sends a command to the host, and waits for its reply.
    pub(crate) fn execute<T: DeserializeOwned>(
        mut self,
        command: HostCommand,
        module: &[u8],
    ) -> Result<T, Error> {
        let answer = self.request(command, module)?;
        serde_json::from_value(answer).map_err(|error| {
            Error::failure("cannot understand the host's answer")
                .because(error)
                .help("use the `capwire` of the same version as the host")
        })
    }

    /// Gives each event of the host to `tell`, as JSON, until the host ends or `tell` fails. Calls
    /// `begin` when no later event can be missed.
    pub(crate) fn follow_events(
        mut self,
        begin: impl FnOnce(),
        mut tell: impl FnMut(Value) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.request(HostCommand::Events, &[])?;
        begin();
        loop {
            let line = self.receive();
            let line = line.map_err(|error| {
                Error::failure("lost the connection to the host").because(error)
            })?;
            if line.is_empty() {
                return Ok(());
            }
            let malformed =
                |error| Error::failure("cannot understand an event of the host").because(error);
            tell(serde_json::from_slice(&line).map_err(malformed)?)?;
        }
    }

    /// Tells the host to stop, and waits until it has stopped.
    pub(crate) fn stop_host(mut self) -> Result<(), Error> {
        self.request(HostCommand::StopHost, &[])?;
        // However the connection ends, the host is gone then.
        io::copy(&mut self.0, &mut io::sink()).ok();
        Ok(())
    }

    fn new(stream: UnixStream) -> Self {
        Self(BufReader::new(stream))
    }

    fn only_one() -> Result<Self, Error> {
        let sockets = folder::sockets()?.into_iter();
        // Those that do not answer are gone.
        let mut hosts: Vec<(u32, PathBuf, UnixStream)> = sockets
            .filter_map(|(pid, socket)| {
                let stream = UnixStream::connect(&socket).ok()?;
                Some((pid, socket, stream))
            })
            .collect();
        match hosts.pop() {
            None => Err(Error::failure("no host is running")
                .help("start one with `capwire run MANIFEST`, or name its socket with `--host`")),
            Some((_, _, stream)) if hosts.is_empty() => Ok(Self::new(stream)),
            Some(last) => {
                hosts.push(last);
                Err(several(&hosts))
            }
        }
    }

    fn request(&mut self, command: HostCommand, module: &[u8]) -> Result<Value, Error> {
        let lost = |error| Error::failure("lost the connection to the host").because(error);
        let request = Request {
            version: VERSION,
            command,
        };
        let sent = self.send(&request, module);
        let line = self.receive();
        match line {
            // A host may refuse before it has read everything.
            Ok(line) if !line.is_empty() => Reply::parse(&line),
            Ok(_) => Err(sent.err().map_or_else(
                || {
                    Error::failure(
                        "the host does not answer: it is shutting down, or runs as another user",
                    )
                },
                lost,
            )),
            Err(error) => Err(lost(error)),
        }
    }

    fn send(&mut self, request: &Request, module: &[u8]) -> io::Result<()> {
        let mut line = serde_json::to_vec(request)?;
        line.push(b'\n');
        let stream = self.0.get_mut();
        stream.write_all(&line)?;
        stream.write_all(module)
    }

    fn receive(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        let mut bounded = (&mut self.0).take(LONGEST_REPLY);
        bounded.read_until(b'\n', &mut line)?;
        Ok(line)
    }
}

fn unreachable(asked: &str, socket: &Path, error: io::Error) -> Error {
    Error::failure(format!(
        "no host `{asked}` is running: nobody listens at `{}`",
        socket.display()
    ))
    .because(error)
    .help("`capwire ps` without `--host` finds the running hosts")
}

fn several(hosts: &[(u32, PathBuf, UnixStream)]) -> Error {
    let list = hosts
        .iter()
        .map(|(pid, socket, _)| format!("\n{pid} ({})", socket.display()));
    Error::failure(format!(
        "{} hosts are running:{}",
        hosts.len(),
        list.collect::<String>()
    ))
    .help("choose one with `--host`")
}
