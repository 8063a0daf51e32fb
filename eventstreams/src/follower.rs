//! The deliveries of one binding: from its sources to its actor.

use crate::delivery::Shared;
use crate::settings::Settings;
use crate::source::Source;
use capwire_provider::{ActorClient, Binding};
use std::fmt;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// The time in which a binding that ends finishes its events.
pub const DRAIN: Duration = Duration::from_secs(5);

/// The tasks that deliver events to the actor of a binding: one for each source, which delivers one event
/// at a time, in order. Dropping the value ends them.
pub struct Follower {
    tasks: Mutex<JoinSet<()>>,
    end: watch::Sender<bool>,
}

impl Follower {
    /// Starts the deliveries of `sources`.
    ///
    /// # Panics
    /// Panics outside a Tokio runtime.
    #[must_use]
    pub fn start(
        binding: &Binding,
        settings: Settings,
        sources: impl IntoIterator<Item = Arc<dyn Source>>,
    ) -> Self {
        let end = watch::Sender::new(false);
        let shared = Arc::new(Shared {
            binding: binding.id.clone(),
            client: ActorClient::new(Arc::clone(&binding.actor)),
            settings,
            dropped: AtomicU64::new(0),
            end: end.subscribe(),
        });
        let mut tasks = JoinSet::new();
        for source in sources {
            let shared = Arc::clone(&shared);
            tasks.spawn(async move { shared.follow(&*source).await });
        }
        Self {
            tasks: Mutex::new(tasks),
            end,
        }
    }

    /// Takes no further events.
    pub fn end(&self) {
        self.end.send_replace(true);
    }

    /// Takes no further events, and lets the actor handle those that it has, for at most `time`. Returns
    /// the number of deliveries that were cut off: their groups get these events again. A second call
    /// waits for nothing.
    pub async fn drain(&self, time: Duration) -> usize {
        self.end();
        let mut tasks = {
            let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *tasks)
        };
        let all = async { while tasks.join_next().await.is_some() {} };
        let _ = timeout(time, all).await;
        let cut = tasks.len();
        tasks.shutdown().await;
        cut
    }
}

impl fmt::Debug for Follower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Follower").finish_non_exhaustive()
    }
}
