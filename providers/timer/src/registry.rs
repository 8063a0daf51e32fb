//! The bindings of a provider, which its successor takes over together with their timers.

use crate::clock::Clock;
use crate::entry::Random;
use crate::failure::{Failure, unusable};
use crate::holders::{Holder, Holders};
use crate::journal::{Journal, Unusable};
use crate::member::{Command, Member};
use crate::settings::Settings;
use capwire_provider::{ActorClient, Binding, BindingId, ProviderError};
use futures_util::future::join_all;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{AbortHandle, JoinHandle, spawn_blocking};
use tokio::time::{sleep, timeout};

/// The time in which a binding that ends finishes its calls.
const DRAIN: Duration = Duration::from_secs(5);
/// The number of commands that wait. Others wait for room.
const COMMANDS: usize = 64;

/// The bindings of a provider.
pub(crate) struct Registry {
    clock: Arc<dyn Clock>,
    random: Random,
    bound: Mutex<BTreeMap<BindingId, Arc<Bound>>>,
}

/// A binding.
struct Bound {
    commands: mpsc::Sender<Command>,
    holders: Arc<Holders>,
    has_journal: AtomicBool,
    task: Mutex<Option<JoinHandle<()>>>,
    abort: AbortHandle,
}

impl Drop for Bound {
    fn drop(&mut self) {
        self.abort.abort();
    }
}

impl Registry {
    pub(crate) fn new(clock: Arc<dyn Clock>, random: Random) -> Self {
        Self {
            clock,
            random,
            bound: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<BindingId, Arc<Bound>>> {
        self.bound.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn len(&self) -> usize {
        self.lock().len()
    }

    fn get(&self, id: &BindingId) -> Result<Arc<Bound>, ProviderError> {
        let bound = self.lock().get(id).cloned();
        bound.ok_or(ProviderError::NotBound)
    }

    /// Binds an actor for the provider with this number.
    pub(crate) async fn bind(
        &self,
        provider: u64,
        binding: Binding,
        settings: Settings,
        folder: Option<&Path>,
    ) -> Result<(), ProviderError> {
        let settings = Arc::new(settings);
        let id = binding.id;
        let bound = self.bound(&id, &settings);
        let client = ActorClient::new(binding.actor);
        let holder = Holder::new(provider, Arc::clone(&settings), folder, client);
        bound.holders.push(holder);
        let configured = bound.configure(&id, settings, folder).await;
        if configured.is_err() {
            self.leave(provider, &id, &bound).await;
        }
        configured
    }

    /// Returns the binding, whose task is started if there is none.
    fn bound(&self, id: &BindingId, settings: &Arc<Settings>) -> Arc<Bound> {
        let mut all = self.lock();
        if let Some(bound) = all.get(id) {
            return Arc::clone(bound);
        }
        let (commands, receiver) = mpsc::channel(COMMANDS);
        let holders = Arc::new(Holders::default());
        let member = Member::new(
            id.clone(),
            Arc::clone(&holders),
            Arc::clone(&self.clock),
            (Arc::clone(settings), Arc::clone(&self.random)),
        );
        let task = tokio::spawn(member.work(receiver));
        let bound = Arc::new(Bound {
            commands,
            holders,
            has_journal: AtomicBool::new(false),
            abort: task.abort_handle(),
            task: Mutex::new(Some(task)),
        });
        all.insert(id.clone(), Arc::clone(&bound));
        bound
    }

    /// Ends a binding of the provider with this number.
    pub(crate) async fn unbind(&self, provider: u64, id: &BindingId) {
        if let Ok(bound) = self.get(id) {
            self.leave(provider, id, &bound).await;
        }
    }

    async fn leave(&self, provider: u64, id: &BindingId, bound: &Arc<Bound>) {
        let (left, newest) = bound.holders.remove(provider);
        match (left, newest) {
            (None, _) => {}
            (Some(left), Some(newest)) => {
                // Another provider has the binding, and so its timers.
                let folder = newest.folder.as_deref();
                let again = bound.configure(id, newest.settings, folder).await;
                if let Err(error) = again {
                    tracing::error!(binding = id.name, %error, "the values of the binding were not taken back");
                }
                left.quiet(DRAIN).await;
            }
            (Some(_), None) => {
                {
                    let mut all = self.lock();
                    if all.get(id).is_some_and(|it| Arc::ptr_eq(it, bound)) {
                        all.remove(id);
                    }
                }
                bound.end(id).await;
            }
        }
    }

    /// Makes no further calls for the provider with this number, and lets those under way end. Returns
    /// the number of those that did not.
    pub(crate) async fn drain(&self, provider: u64, time: Duration) -> usize {
        let all: Vec<_> = self.lock().values().cloned().collect();
        let holders = all.iter().filter_map(|it| it.holders.drain(provider));
        let holders: Vec<_> = holders.collect();
        let left = join_all(holders.iter().map(|holder| holder.quiet(time))).await;
        left.into_iter().sum()
    }

    /// Sends a command to a binding, and returns the answer.
    pub(crate) async fn ask<T>(
        &self,
        id: &BindingId,
        command: impl FnOnce(oneshot::Sender<Result<T, Failure>>) -> Command,
    ) -> Result<T, ProviderError> {
        Ok(self.get(id)?.ask(command).await?)
    }
}

impl Bound {
    async fn ask<T>(
        &self,
        command: impl FnOnce(oneshot::Sender<Result<T, Failure>>) -> Command,
    ) -> Result<T, Failure> {
        let (reply, answer) = oneshot::channel();
        let sent = self.commands.send(command(reply)).await;
        sent.map_err(|_| Failure::ended())?;
        answer.await.map_err(|_| Failure::ended())?
    }

    async fn configure(
        &self,
        id: &BindingId,
        settings: Arc<Settings>,
        folder: Option<&Path>,
    ) -> Result<(), ProviderError> {
        let journal = match (
            settings.durable,
            self.has_journal.load(Ordering::Acquire),
            folder,
        ) {
            (true, false, Some(folder)) => Some(opened(folder, id).await?),
            _ => None,
        };
        let durable = settings.durable;
        let configured = self.ask(|reply| Command::Configure {
            settings,
            journal,
            reply,
        });
        configured.await?;
        self.has_journal.store(durable, Ordering::Release);
        Ok(())
    }

    /// Lets calls under way end, and closes the file.
    async fn end(&self, id: &BindingId) {
        self.holders.close();
        let task = {
            let mut task = self.task.lock().unwrap_or_else(PoisonError::into_inner);
            task.take()
        };
        let Some(task) = task else {
            return;
        };
        let ended = self.commands.clone();
        // The task ends once it has no commands to wait for.
        let _ = ended.send(Command::End).await;
        if timeout(DRAIN, task).await.is_err() {
            self.abort.abort();
            let BindingId { actor, name } = id;
            tracing::warn!(
                actor,
                binding = name,
                "the binding ended before calls of its timers did"
            );
        }
    }
}

/// Opens the file of a binding. An earlier provider of this process may close it a moment later.
async fn opened(folder: &Path, id: &BindingId) -> Result<Journal, ProviderError> {
    const ATTEMPTS: usize = 50;
    const PAUSE: Duration = Duration::from_millis(10);
    let path = file(folder, id);
    for attempt in 1.. {
        let at = path.clone();
        let opened = spawn_blocking(move || Journal::open(&at)).await;
        match opened.map_err(|error| ProviderError::unavailable("the file of timers", error))? {
            Ok(journal) => return Ok(journal),
            Err(Unusable::Locked) if attempt < ATTEMPTS => sleep(PAUSE).await,
            Err(error) => return Err(unusable(&path, error)),
        }
    }
    Err(unusable(&path, Unusable::Locked))
}

/// Returns the path of the file of a binding. Different bindings have different files.
fn file(folder: &Path, BindingId { actor, name }: &BindingId) -> PathBuf {
    let plain = |text: &str| {
        let bytes = text.bytes().map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' => char::from(byte).to_string(),
            _ => format!("_{byte:02x}"),
        });
        bytes.collect::<String>()
    };
    folder.join(format!("{}.{}.timers", plain(actor), plain(name)))
}
