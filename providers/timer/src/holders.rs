//! The providers that have a binding: one, or two in a moment of a swap.

use crate::settings::Settings;
use capwire_provider::ActorClient;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::timeout;

/// A provider that has a binding.
#[derive(Clone)]
pub(crate) struct Holder {
    /// The number of the provider.
    pub(crate) provider: u64,
    pub(crate) settings: Arc<Settings>,
    /// The folder of its durable bindings.
    pub(crate) folder: Option<PathBuf>,
    client: Arc<ActorClient>,
    /// The calls of the actor that are under way.
    active: Arc<watch::Sender<usize>>,
    drains: bool,
}

/// The providers that have a binding, the newest last.
#[derive(Default)]
pub(crate) struct Holders {
    list: Mutex<Vec<Holder>>,
    closing: watch::Sender<bool>,
}

impl Holder {
    pub(crate) fn new(
        provider: u64,
        settings: Arc<Settings>,
        folder: Option<&Path>,
        client: ActorClient,
    ) -> Self {
        Self {
            provider,
            settings,
            folder: folder.map(Path::to_owned),
            client: Arc::new(client),
            active: Arc::default(),
            drains: false,
        }
    }

    /// Returns the client, and what counts the call until it is dropped.
    pub(crate) fn begin(&self) -> (&ActorClient, Active) {
        self.active.send_modify(|calls| *calls += 1);
        (&self.client, Active(Arc::clone(&self.active)))
    }

    /// Waits until no call is under way, for at most `time`. Returns the number of those that are left.
    pub(crate) async fn quiet(&self, time: Duration) -> usize {
        let mut active = self.active.subscribe();
        let waited = timeout(time, active.wait_for(|calls| *calls == 0)).await;
        match waited {
            Ok(_) => 0,
            Err(_) => *self.active.borrow(),
        }
    }
}

/// A call that is under way.
pub(crate) struct Active(Arc<watch::Sender<usize>>);

impl Drop for Active {
    fn drop(&mut self) {
        self.0.send_modify(|calls| *calls = calls.saturating_sub(1));
    }
}

impl Holders {
    fn lock(&self) -> MutexGuard<'_, Vec<Holder>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn push(&self, holder: Holder) {
        let mut list = self.lock();
        list.retain(|other| other.provider != holder.provider);
        list.push(holder);
    }

    /// Removes a provider. Returns it, and the newest one that is left.
    pub(crate) fn remove(&self, provider: u64) -> (Option<Holder>, Option<Holder>) {
        let mut list = self.lock();
        let at = list.iter().position(|holder| holder.provider == provider);
        let removed = at.map(|at| list.remove(at));
        (removed, list.last().cloned())
    }

    /// Returns the provider through which calls are made now.
    pub(crate) fn newest(&self) -> Option<Holder> {
        let list = self.lock();
        list.iter().rev().find(|holder| !holder.drains).cloned()
    }

    /// Makes no further calls through a provider, and returns it.
    pub(crate) fn drain(&self, provider: u64) -> Option<Holder> {
        let mut list = self.lock();
        let holder = list.iter_mut().find(|holder| holder.provider == provider)?;
        holder.drains = true;
        Some(holder.clone())
    }

    /// Lets calls that wait end.
    pub(crate) fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Waits until the binding ends.
    pub(crate) async fn closed(&self) {
        // The sender lives as long as `self`.
        let _ = self.closing.subscribe().wait_for(|closing| *closing).await;
    }
}
