//! The clients of the socket. Those that only wait make room for new ones.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tokio::task::{AbortHandle, JoinSet};

/// The maximum number of clients at once.
const MOST: usize = 16;

/// The connected clients.
#[derive(Default)]
pub(super) struct Clients {
    tasks: JoinSet<()>,
    open: Vec<Client>,
}

struct Client {
    task: AbortHandle,
    progress: Arc<Progress>,
}

/// The progress of a client.
pub(super) struct Progress(Mutex<Option<Instant>>);

impl Progress {
    /// Reports that the host waits for the client, which has just sent or read something.
    pub(super) fn waits(&self) {
        self.set(Some(Instant::now()));
    }

    /// Reports that the host works for the client.
    pub(super) fn works(&self) {
        self.set(None);
    }

    fn set(&self, since: Option<Instant>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }

    fn waiting_since(&self) -> Option<Instant> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clients {
    /// Serves a client. If there are too many, the one for which the host has waited longest is
    /// disconnected. If the host works for all, this function waits for one of them.
    pub(super) async fn add<F>(&mut self, serve: impl FnOnce(Arc<Progress>) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.make_room().await;
        let progress = Arc::new(Progress(Mutex::new(Some(Instant::now()))));
        let task = self.tasks.spawn(serve(Arc::clone(&progress)));
        self.open.push(Client { task, progress });
    }

    async fn make_room(&mut self) {
        loop {
            while self.tasks.try_join_next().is_some() {}
            self.open.retain(|client| !client.task.is_finished());
            if self.open.len() < MOST {
                return;
            }
            if let Some(client) = self.longest_waiting() {
                client.task.abort();
            }
            self.tasks.join_next().await;
        }
    }

    fn longest_waiting(&self) -> Option<&Client> {
        let waiting = self.open.iter().filter_map(|client| {
            let since = client.progress.waiting_since()?;
            Some((since, client))
        });
        let longest = waiting.min_by_key(|(since, _)| *since);
        longest.map(|(_, client)| client)
    }
}
