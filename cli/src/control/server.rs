//! The host's side of the socket.

use super::handler::Handler;
use super::message::{HostCommand, LARGEST_MODULE, LONGEST_REQUEST, Reply, Request};
use super::{folder, socket::Socket};
use crate::error::Error;
use crate::secrets::Secrets;
use crate::swaps::Versions;
use capwire::Host;
use serde_json::Value;
use std::io;
use std::os::unix::net::UnixListener as StdListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

/// The maximum number of connections that are served at once. Others wait.
const CONNECTIONS: usize = 16;

/// The maximum time for a request to arrive, including its module, and for a reply to be read.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The time to wait when the system has no more file descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// A host's listener for requests, until it is dropped.
pub(crate) struct Control {
    stop: Arc<Notify>,
    listening: Option<Listening>,
}

struct Listening {
    task: JoinHandle<()>,
    _socket: Socket,
}

impl Control {
    /// Listens at `asked`, or at a place that `capwire ps` finds by itself. A host runs on if
    /// there is no such place.
    ///
    /// Must be called in a runtime.
    pub(crate) fn listen(
        host: &Host,
        asked: Option<PathBuf>,
        secrets: &Secrets,
        versions: Versions,
    ) -> Result<Self, Error> {
        let stop = Arc::new(Notify::new());
        let handler = Handler::new(host.clone(), Arc::clone(&stop), versions);
        let listening = match listen(asked.clone(), handler, secrets.clone()) {
            Ok(listening) => Some(listening),
            Err(error) => {
                let place = asked.clone().unwrap_or_else(folder::path);
                let problem = format!("cannot listen for commands at `{}`", place.display());
                if asked.is_some() {
                    return Err(Error::failure(problem).because(error).help(
                        "choose an unused path for `--control`, in an existing directory, with at most about 100 characters",
                    ));
                }
                tracing::warn!(%error, "{problem}: `capwire ps` does not find this host");
                None
            }
        };
        Ok(Self { stop, listening })
    }

    /// Waits until somebody asks the host to stop.
    pub(crate) async fn stop(&self) {
        self.stop.notified().await;
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        if let Some(listening) = &self.listening {
            listening.task.abort();
        }
    }
}

fn listen(path: Option<PathBuf>, handler: Handler, secrets: Secrets) -> io::Result<Listening> {
    let (socket, listener) = Socket::claim(path)?;
    tracing::debug!(socket = %socket.path().display(), "listening for commands");
    let server = Server { handler, secrets };
    let listener = asynchronous(listener)?;
    let task = tokio::spawn(accept(listener, Arc::new(server)));
    Ok(Listening {
        task,
        _socket: socket,
    })
}

fn asynchronous(listener: StdListener) -> io::Result<UnixListener> {
    listener.set_nonblocking(true)?;
    UnixListener::from_std(listener)
}

async fn accept(listener: UnixListener, server: Arc<Server>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => {
                let server = Arc::clone(&server);
                tokio::spawn(async move {
                    let _place = place;
                    if let Err(error) = server.serve(stream).await {
                        tracing::debug!(%error, "a command was not heard to its end");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot hear a command");
                sleep(PAUSE).await;
            }
        }
    }
}

struct Server {
    handler: Handler,
    secrets: Secrets,
}

impl Server {
    /// Serves one connection: one request.
    async fn serve(&self, stream: UnixStream) -> io::Result<()> {
        let peer = stream.peer_cred()?.uid();
        if peer != folder::user() {
            tracing::warn!(user = peer, "another user's command was refused");
            return Ok(());
        }
        let mut stream = BufReader::new(stream);
        let line = within(read_line(&mut stream)).await?;
        if line.is_empty() {
            return Ok(()); // Somebody looked whether this host is there.
        }
        let request = Request::parse(&line);
        let ends_host =
            matches!(&request, Ok(request) if matches!(request.command, HostCommand::StopHost));
        let outcome = match request {
            Ok(request) => self.answer(request.command, &mut stream).await,
            Err(error) => Err(error),
        };
        self.reply(outcome, &mut stream).await?;
        if ends_host {
            // Only now, so that the answer is out before the host ends, and the connection with
            // it: that tells the peer when it has.
            self.handler.stop_host();
            tokio::io::copy(&mut stream, &mut tokio::io::sink()).await?;
        }
        Ok(())
    }

    async fn answer(
        &self,
        command: HostCommand,
        stream: &mut BufReader<UnixStream>,
    ) -> Result<Value, Error> {
        match command {
            HostCommand::List => self.handler.list(),
            HostCommand::Swap(swap) => {
                let module = read_module(stream, swap.module_bytes).await?;
                self.handler.swap(swap, module).await
            }
            HostCommand::StopActor(actor) => self.handler.stop_actor(&actor).await,
            HostCommand::StopHost => Ok(Value::Null),
        }
    }

    async fn reply(
        &self,
        outcome: Result<Value, Error>,
        stream: &mut BufReader<UnixStream>,
    ) -> io::Result<()> {
        let outcome = outcome.map_err(|error| error.hiding(&self.secrets));
        let mut reply = serde_json::to_vec(&Reply::new(outcome))?;
        reply.push(b'\n');
        within(stream.write_all(&reply)).await?;
        within(stream.flush()).await
    }
}

/// Returns a line with its line break, or an empty text if there is none.
async fn read_line(stream: &mut BufReader<UnixStream>) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    let mut bounded = stream.take(LONGEST_REQUEST);
    bounded.read_until(b'\n', &mut line).await?;
    if line.is_empty() || line.ends_with(b"\n") {
        Ok(line)
    } else {
        let fault = "the request is too long, or has no end";
        Err(io::Error::new(io::ErrorKind::InvalidData, fault))
    }
}

async fn read_module(stream: &mut BufReader<UnixStream>, bytes: u64) -> Result<Vec<u8>, Error> {
    if bytes > LARGEST_MODULE {
        return Err(Error::failure(format!(
            "the module has {bytes} bytes, more than the limit of {LARGEST_MODULE}"
        )));
    }
    let mut module = Vec::new();
    let mut bounded = stream.take(bytes);
    let read = within(bounded.read_to_end(&mut module)).await;
    let read = read.map_err(|error| Error::failure("cannot receive the module").because(error))?;
    if read as u64 == bytes {
        Ok(module)
    } else {
        Err(Error::failure(format!(
            "the module arrived incomplete: {read} of {bytes} bytes"
        )))
    }
}

async fn within<T>(work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    match timeout(TIMEOUT, work).await {
        Ok(done) => done,
        Err(_) => Err(io::ErrorKind::TimedOut.into()),
    }
}
