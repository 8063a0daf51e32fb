//! All connections of the process, and the ones that give way to new ones.

use crate::connection::Connection;
use crate::descriptors::most_connections;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use tokio::time::Instant;

/// The number of attempts to find a place for a connection.
const ATTEMPTS: u32 = 4;

/// The connections of the process. They share its descriptors, so there is one registry.
#[derive(Debug)]
pub(crate) struct Registry {
    epoch: Instant,
    most: usize,
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    last_id: u64,
    open: HashMap<u64, Entry>,
    /// The number of open connections of each server.
    counts: HashMap<u64, usize>,
}

#[derive(Debug)]
struct Entry {
    server: u64,
    connection: Arc<Connection>,
}

/// A server, and its maximum number of connections.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share {
    pub(crate) server: u64,
    pub(crate) most: usize,
}

/// A place in the registry, until it is dropped.
#[derive(Debug)]
pub(crate) struct Ticket {
    registry: &'static Registry,
    id: u64,
    server: u64,
    connection: Arc<Connection>,
}

impl Registry {
    /// Returns the registry of the process.
    pub(crate) fn of_process() -> &'static Self {
        static REGISTRY: OnceLock<Registry> = OnceLock::new();
        REGISTRY.get_or_init(|| Self {
            epoch: Instant::now(),
            most: most_connections(),
            table: Mutex::default(),
        })
    }

    pub(crate) fn add_server(&self, most: usize) -> Share {
        let mut table = self.table();
        let server = table.next_id();
        let most = most.clamp(1, self.most);
        Share { server, most }
    }

    pub(crate) fn connection(&self, address: SocketAddr) -> Arc<Connection> {
        Arc::new(Connection::new(self.epoch, address))
    }

    /// Gives the connection a place. If there is none, the longest idle connection gives way.
    /// Returns `None` if no connection is idle.
    pub(crate) async fn admit(
        &'static self,
        share: Share,
        connection: &Arc<Connection>,
    ) -> Option<Ticket> {
        for _ in 0..ATTEMPTS {
            match self.try_admit(share, connection) {
                Ok(ticket) => return Some(ticket),
                Err(idle) => idle?.close().await,
            }
        }
        None
    }

    /// Closes the longest idle connection of all servers, if there is one.
    pub(crate) async fn make_room(&self) {
        let idle = self.table().longest(None, Connection::idle_since);
        if let Some(idle) = idle {
            idle.close().await;
        }
    }

    /// Returns the connection of `share` that has waited longest for its client while it holds
    /// memory.
    pub(crate) fn longest_stalled(&self, share: Share) -> Option<Arc<Connection>> {
        let table = self.table();
        table.longest(Some(share.server), Connection::stalled_since)
    }

    /// Returns a place, or else an idle connection, if there is one.
    fn try_admit(
        &'static self,
        share: Share,
        connection: &Arc<Connection>,
    ) -> Result<Ticket, Option<Arc<Connection>>> {
        let mut table = self.table();
        let own = table.counts.get(&share.server).copied().unwrap_or_default();
        if own >= share.most {
            return Err(table.longest(Some(share.server), Connection::idle_since));
        }
        if table.open.len() >= self.most {
            return Err(table.longest(None, Connection::idle_since));
        }
        let id = table.next_id();
        let (server, connection) = (share.server, Arc::clone(connection));
        *table.counts.entry(server).or_default() += 1;
        let entry = Entry {
            server,
            connection: Arc::clone(&connection),
        };
        table.open.insert(id, entry);
        Ok(Ticket {
            registry: self,
            id,
            server,
            connection,
        })
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// Returns the connection, of one server or of all, with the lowest time by `since`.
    fn longest(
        &self,
        server: Option<u64>,
        since: impl Fn(&Connection) -> Option<u64>,
    ) -> Option<Arc<Connection>> {
        let of_server = |entry: &&Entry| server.is_none_or(|server| server == entry.server);
        let entries = self.open.values().filter(of_server);
        let candidates = entries.filter(|entry| !entry.connection.is_leaving());
        let timed = candidates.filter_map(|entry| Some((since(&entry.connection)?, entry)));
        let longest = timed.min_by_key(|(since, _)| *since);
        longest.map(|(_, entry)| Arc::clone(&entry.connection))
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut table = self.registry.table();
        table.open.remove(&self.id);
        if let Some(count) = table.counts.get_mut(&self.server) {
            *count -= 1;
            if *count == 0 {
                table.counts.remove(&self.server);
            }
        }
        drop(table);
        self.connection.ended();
    }
}
