//! The host's side of the socket.

use super::clients::{Clients, Progress};
use super::events;
use super::handler::{Handler, value};
use super::message::{HostCommand, LARGEST_MODULE, LONGEST_REQUEST, Reply, Request};
use super::{folder, socket::Socket};
use crate::deployment::Deployment;
use crate::error::Error;
use crate::secrets::Secrets;
use capwire::Events;
use serde_json::Value;
use std::io;
use std::os::unix::net::UnixListener as StdListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

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
    /// Listens for commands to `deployment` at `asked`, or at a place that `capwire ps` finds by itself. A host runs on if
    /// there is no such place.
    ///
    /// Must be called in a runtime.
    pub(crate) fn listen(
        deployment: &Arc<Deployment>,
        asked: Option<PathBuf>,
    ) -> Result<Self, Error> {
        let secrets = deployment.replan().secrets.clone();
        let stop = Arc::new(Notify::new());
        let handler = Handler::new(Arc::clone(deployment), Arc::clone(&stop));
        let listening = match listen(asked.clone(), handler, secrets) {
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
    let mut clients = Clients::default();
    loop {
        match listener.accept().await {
            Ok((stream, _)) if is_users(&stream) => {
                let server = Arc::clone(&server);
                let serve = |progress: Arc<Progress>| async move {
                    server.hear(stream, &progress).await;
                };
                clients.add(serve).await;
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "cannot hear a command");
                sleep(PAUSE).await;
            }
        }
    }
}

/// Returns `true` if the client runs as the user of this host. Other users take no place.
fn is_users(stream: &UnixStream) -> bool {
    match stream.peer_cred().map(|peer| peer.uid()) {
        Ok(user) if user == folder::user() => true,
        Ok(user) => {
            tracing::warn!(user, "another user's command was refused");
            false
        }
        Err(error) => {
            tracing::debug!(%error, "a command was refused, because its user is not known");
            false
        }
    }
}

struct Server {
    handler: Handler,
    secrets: Secrets,
}

impl Server {
    async fn hear(&self, stream: UnixStream, progress: &Progress) {
        if let Err(error) = self.serve(stream, progress).await {
            tracing::debug!(%error, "a command was not heard to its end");
        }
    }

    /// Serves one connection: one request.
    async fn serve(&self, stream: UnixStream, progress: &Progress) -> io::Result<()> {
        let mut stream = BufReader::new(stream);
        let line = within(read_line(&mut stream)).await?;
        if line.is_empty() {
            return Ok(()); // Somebody looked whether this host is there.
        }
        let request = Request::parse(&line);
        let asks = |command: fn(&HostCommand) -> bool| matches!(&request, Ok(request) if command(&request.command));
        let ends_host = asks(|command| matches!(command, HostCommand::StopHost));
        let follows = asks(|command| matches!(command, HostCommand::Events));
        // From before the reply, so that a client that has it misses none.
        let events = follows.then(|| self.handler.host().events());
        let outcome = match request {
            Ok(request) => self.answer(request.command, &mut stream, progress).await,
            Err(error) => Err(error),
        };
        progress.waits();
        self.reply(outcome, &mut stream).await?;
        if let Some(events) = events {
            return self.tell(events, stream, progress).await;
        }
        if ends_host {
            progress.works();
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
        progress: &Progress,
    ) -> Result<Value, Error> {
        match command {
            HostCommand::List => self.handler.list(),
            HostCommand::Swap(swap) => {
                let module = read_module(stream, swap.module_bytes, progress).await?;
                progress.works();
                self.handler.swap(swap, module).await
            }
            HostCommand::Withdraw(actor) => self.handler.withdraw(&actor),
            HostCommand::SwapProvider(swap) => {
                progress.works();
                self.handler.swap_provider(swap).await
            }
            HostCommand::Apply(apply) => {
                progress.works();
                self.handler.apply(apply).await
            }
            HostCommand::Start(bytes) => {
                let module = read_module(stream, bytes, progress).await?;
                progress.works();
                value(&self.handler.start(module).await?)
            }
            HostCommand::Bind(bind) => {
                progress.works();
                value(&self.handler.bind(bind).await?)
            }
            HostCommand::Unbind(unbind) => {
                progress.works();
                value(&self.handler.unbind(unbind).await?)
            }
            HostCommand::Events => Ok(Value::Null),
            HostCommand::StopActor(actor) => {
                progress.works();
                self.handler.stop_actor(&actor).await
            }
            HostCommand::StopHost => Ok(Value::Null),
        }
    }

    /// Sends events until the host or the client ends.
    async fn tell(
        &self,
        mut events: Events,
        mut stream: BufReader<UnixStream>,
        progress: &Progress,
    ) -> io::Result<()> {
        let host = self.handler.host();
        let mut unasked = [0];
        loop {
            let event = tokio::select! {
                event = events.next() => event,
                // The client has gone, or says what it should not.
                _ = stream.read(&mut unasked) => None,
            };
            let Some(event) = event else {
                return Ok(());
            };
            let told = events::told(&event, host).to_string();
            let line = format!("{}\n", self.secrets.hide(&told));
            within(stream.write_all(line.as_bytes())).await?;
            within(stream.flush()).await?;
            progress.waits();
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

async fn read_module(
    stream: &mut BufReader<UnixStream>,
    bytes: u64,
    progress: &Progress,
) -> Result<Vec<u8>, Error> {
    if bytes > LARGEST_MODULE {
        return Err(Error::failure(format!(
            "the module has {bytes} bytes, more than the limit of {LARGEST_MODULE}"
        )));
    }
    let mut module = Vec::new();
    let mut bounded = stream.take(bytes);
    let read = within(async {
        while bounded.read_buf(&mut module).await? > 0 {
            progress.waits();
        }
        Ok(module.len())
    });
    let read = read.await;
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
