//! The factory of a provider whose library is loaded by a process of its own.

use crate::load::{Facts, PluginError, RemoteProvider, Requests, check};
use crate::process::frame::{Frame, Kind};
use crate::process::link::Link;
use crate::process::reaper::reap;
use crate::process::spawn::spawn;
use crate::status;
use bytes::Bytes;
use capwire_contracts::codec;
use capwire_contracts::core::CapabilityDescriptor;
use capwire_provider::{HandOver, Provider, ProviderError, ProviderFactory, async_trait};
use std::fmt;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;

/// The most time for a process to load and open its library.
const PATIENCE: Duration = Duration::from_secs(30);

/// The reason why a process does not serve its library.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProcessError {
    /// The library cannot be loaded.
    #[error(transparent)]
    Library(#[from] PluginError),
    /// The process cannot be started, or does not speak.
    #[error("cannot start a process for the provider")]
    Start(#[source] io::Error),
    /// The process ended, or did not answer in time, before the provider was open.
    #[error("the process of the provider ended before it had opened the provider")]
    Ended,
    /// The process says that the library cannot be loaded or opened.
    #[error("{0}")]
    Refused(String),
}

/// Opens the provider of a library, each time in a process of its own.
///
/// A crash of the provider, or a leak, is that process's. It ends with its host, has no environment, none of the
/// files that its host has opened, and limits on memory (4 GiB of addresses) and files (256). This isolates faults; it is not a sandbox:
/// the process has the rights of its host's user.
#[derive(Clone)]
pub struct IsolatedPlugin {
    library: Bytes,
    command: Arc<dyn Fn() -> Command + Send + Sync>,
    facts: Facts,
    /// The process that told the facts, until it is needed.
    ready: Arc<Mutex<Option<Started>>>,
}

impl IsolatedPlugin {
    /// Starts a process for the shared library `library`, to learn what it is. `command` returns the program, which must
    /// call [`serve`](super::serve) with its standard input. Blocks.
    ///
    /// # Errors
    /// Returns an error if the process cannot be started, or does not load the library.
    pub fn load(
        library: impl Into<Bytes>,
        command: impl Fn() -> Command + Send + Sync + 'static,
    ) -> Result<Self, ProcessError> {
        let library = library.into();
        check(&library)?;
        let started = Started::new(&library, command())?;
        Ok(Self {
            library,
            command: Arc::new(command),
            facts: started.facts.clone(),
            ready: Arc::new(Mutex::new(Some(started))),
        })
    }

    fn start(&self) -> Result<Started, ProcessError> {
        let ready = self
            .ready
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        match ready {
            Some(started) => Ok(started),
            None => Started::new(&self.library, (self.command)()),
        }
    }
}

#[async_trait]
impl ProviderFactory for IsolatedPlugin {
    fn descriptor(&self) -> CapabilityDescriptor {
        self.facts.descriptor.clone()
    }

    fn hand_over(&self) -> HandOver {
        self.facts.hand_over()
    }

    async fn open(&self) -> Result<Arc<dyn Provider>, ProviderError> {
        let unavailable = |error: ProcessError| ProviderError::unavailable("the provider", error);
        let this = self.clone();
        let started = tokio::task::spawn_blocking(move || this.start()).await;
        let started = started.map_err(|error| ProviderError::unavailable("the provider", error))?;
        let mut started = started.map_err(unavailable)?;
        let requests = Requests::new(Handle::current());
        let facts = started.facts.clone();
        let (child, socket) = started
            .take()
            .ok_or_else(|| unavailable(ProcessError::Ended))?;
        let socket = socket
            .set_nonblocking(true)
            .and_then(|()| tokio::net::UnixStream::from_std(socket));
        let socket = socket.map_err(|error| unavailable(ProcessError::Start(error)))?;
        let link = Link::new(child, socket, &requests);
        Ok(Arc::new(RemoteProvider::new(link, requests, facts)))
    }
}

impl fmt::Debug for IsolatedPlugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IsolatedPlugin")
            .field("facts", &self.facts)
            .finish_non_exhaustive()
    }
}

/// A process that has opened its provider.
struct Started {
    facts: Facts,
    process: Option<(Child, UnixStream)>,
}

impl Started {
    fn new(library: &Bytes, mut command: Command) -> Result<Self, ProcessError> {
        let (ours, theirs) = UnixStream::pair().map_err(ProcessError::Start)?;
        command
            .env_clear()
            .stdin(Stdio::from(OwnedFd::from(theirs)));
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let child = spawn(command).map_err(ProcessError::Start)?;
        match handshake(library, &ours) {
            Ok(facts) => Ok(Self {
                facts,
                process: Some((child, ours)),
            }),
            Err(error) => {
                reap(child, true);
                Err(error)
            }
        }
    }

    fn take(&mut self) -> Option<(Child, UnixStream)> {
        self.process.take()
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        if let Some((child, _)) = self.process.take() {
            reap(child, true);
        }
    }
}

/// Sends the library, and waits for the description.
fn handshake(library: &Bytes, mut socket: &UnixStream) -> Result<Facts, ProcessError> {
    let set = socket.set_read_timeout(Some(PATIENCE));
    set.and_then(|()| socket.set_write_timeout(Some(PATIENCE)))
        .map_err(ProcessError::Start)?;
    let sent = Frame::new(Kind::Load, 0, library.clone()).write(&mut socket);
    sent.map_err(|_| ProcessError::Ended)?;
    loop {
        let frame = Frame::read(&mut socket).map_err(|_| ProcessError::Ended)?;
        let frame = frame.ok_or(ProcessError::Ended)?;
        match frame.kind {
            Kind::Opened => {
                let reset = socket.set_read_timeout(None);
                reset
                    .and_then(|()| socket.set_write_timeout(None))
                    .map_err(ProcessError::Start)?;
                let nonsense =
                    |_| ProcessError::Refused("the description cannot be read".to_owned());
                return Ok(Facts {
                    descriptor: codec::decode(&frame.body).map_err(nonsense)?,
                    exclusive: frame.number != 0,
                    blocking: false,
                });
            }
            Kind::Failed => return Err(ProcessError::Refused(status::text(&frame.body))),
            // Of a provider that says something while it is opened.
            Kind::Log | Kind::Broken => {}
            other => {
                return Err(ProcessError::Refused(format!(
                    "it sent {other:?} before it was open"
                )));
            }
        }
    }
}
