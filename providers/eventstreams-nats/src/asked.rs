//! The requests of a member of a group, one at a time.

use crate::failure::Failure;
use crate::group::Group;
use crate::pull::{Pull, Received, Reply};
use crate::store::Store;
use serde_json::json;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// The time for which the server answers one request for an event.
const EXPIRES: Duration = Duration::from_secs(30);
/// The time between two signs of life from the server.
const HEARTBEAT: Duration = Duration::from_secs(2);
/// The time without signs of life after which a request is made again: the server does not know it any more.
const SILENCE: Duration = Duration::from_secs(5);
/// The time after which a request is made again if its connection was lost.
const LOOK: Duration = Duration::from_secs(1);

/// The requests of a member.
pub(crate) struct Asked {
    pull: Pull,
    waiting: Option<Waiting>,
}

/// A request that the server has.
struct Waiting {
    /// The time of the last sign of life.
    heard: Instant,
    /// The number of the connection.
    connection: u64,
}

impl Asked {
    pub(crate) async fn open(store: &Store, group: &Group) -> Result<Self, Failure> {
        let Store { nats, context, .. } = store;
        let Group {
            jetstream,
            consumer,
            ..
        } = group;
        Ok(Self {
            pull: Pull::open(nats, context, jetstream, consumer).await?,
            waiting: None,
        })
    }

    /// Waits for a part of an answer. Returns `None` if it is no event. The future may be dropped at any time.
    pub(crate) async fn next(&mut self, store: &Store) -> Result<Option<Received>, Failure> {
        if self.waiting.is_none() {
            // A request without a connection would wait in the client, and others behind it.
            store.wait_for_connection(store.until()).await?;
            self.waiting = Some(Waiting {
                heard: Instant::now(),
                connection: connection(store),
            });
            let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
            let request = json!({
                "batch": 1,
                "expires": nanos(EXPIRES),
                "idle_heartbeat": nanos(HEARTBEAT),
            });
            self.pull.ask(&request).await?;
        }
        let Ok(reply) = timeout(LOOK, self.pull.next()).await else {
            let lost = |waiting: &mut Waiting| {
                waiting.heard.elapsed() > SILENCE || waiting.connection != connection(store)
            };
            self.waiting.take_if(lost);
            return Ok(None);
        };
        let reply = reply.inspect_err(|_| self.waiting = None)?;
        match reply {
            Reply::Alive => {
                if let Some(waiting) = &mut self.waiting {
                    waiting.heard = Instant::now();
                }
                Ok(None)
            }
            Reply::Over | Reply::TooLarge => {
                self.waiting = None;
                Ok(None)
            }
            Reply::Message(received) => {
                self.waiting = None;
                Ok(Some(*received))
            }
        }
    }

    /// Ends the requests. Returns the events that the server has given out meanwhile.
    pub(crate) async fn close(self) -> Vec<Received> {
        self.pull.close().await
    }
}

/// Returns the number of the connection to the server, which grows when a lost one is replaced.
fn connection(store: &Store) -> u64 {
    store.nats.statistics().connects.load(Ordering::Relaxed)
}
