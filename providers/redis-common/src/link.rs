//! The connection of a binding. A task replaces it when it is lost.

use crate::connect::{ConnectError, Connected, Driver, connect, ping};
use crate::failure::Failure;
use crate::settings::Server;
use redis::aio::MultiplexedConnection;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

/// The pause after a failure to connect.
const PAUSE: Duration = Duration::from_millis(200);

/// The time between two questions whether the server is alive.
const PING_EVERY: Duration = Duration::from_secs(2);

/// The state of a connection.
enum State {
    Connected(Live),
    /// The connection was lost, or the last attempt failed some time ago.
    Connecting,
    /// The last attempt failed.
    Failed(Arc<ConnectError>),
}

/// A connection, and its number among the connections of a binding.
#[derive(Clone)]
pub(crate) struct Live {
    pub(crate) connection: MultiplexedConnection,
    pub(crate) number: u64,
}

/// The connection of a binding. Dropping the link closes it.
pub(crate) struct Link {
    state: watch::Receiver<State>,
    /// The number of the last connection that must be replaced.
    renewed: watch::Sender<u64>,
    keeper: JoinHandle<()>,
}

impl Drop for Link {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

impl Link {
    /// Connects to `server`.
    pub(crate) async fn open(server: Arc<Server>) -> Result<Self, ConnectError> {
        let connected = connect(&server).await?;
        let (sender, state) = watch::channel(State::Connecting);
        let (renewed, renew) = watch::channel(0);
        let keeper = Keeper {
            server,
            state: sender,
            renew,
        };
        let keeper = tokio::spawn(keeper.keep(connected));
        Ok(Self {
            state,
            renewed,
            keeper,
        })
    }

    /// Returns a connection with a number above `lost`. Waits while the keeper connects, and fails when an attempt
    /// fails that ends after this call begins.
    pub(crate) async fn connected(&self, lost: u64) -> Result<Live, Failure> {
        let mut state = self.state.clone();
        let mut waited = false;
        loop {
            match &*state.borrow_and_update() {
                State::Connected(live) if live.number > lost => return Ok(live.clone()),
                State::Failed(error) if waited => {
                    return Err(Failure::NotConnected(error.clone()));
                }
                _ => {}
            }
            waited = true;
            // The keeper ends only with the runtime.
            state.changed().await.map_err(|_| Failure::Ended)?;
        }
    }

    /// Replaces a connection, because the server behind it has changed its role.
    pub(crate) fn renew(&self, live: &Live) {
        self.renewed
            .send_modify(|last| *last = (*last).max(live.number));
    }
}

/// The task that connects.
struct Keeper {
    server: Arc<Server>,
    state: watch::Sender<State>,
    renew: watch::Receiver<u64>,
}

impl Keeper {
    async fn keep(self, mut connected: Connected) {
        let mut number = 0;
        loop {
            number += 1;
            let Connected { connection, driver } = connected;
            let live = Live { connection, number };
            self.state.send_replace(State::Connected(live.clone()));
            let reason = self.until_lost(&live, driver).await;
            self.state.send_replace(State::Connecting);
            tracing::warn!(target: "capwire::redis", reason, "connection lost");
            connected = self.reconnect().await;
            tracing::info!(target: "capwire::redis", "connected again");
        }
    }

    /// Works for the connection until it ends. Returns the reason.
    async fn until_lost(&self, live: &Live, driver: Driver) -> &'static str {
        tokio::select! {
            () = driver => "closed by the server or the network",
            () = self.until_silent(&live.connection) => "no answer to PING",
            () = self.until_renewed(live.number) => "the server takes no writes",
        }
    }

    /// Returns when the server does not answer to `PING` in time. Any answer is a sign of life, even an error.
    async fn until_silent(&self, connection: &MultiplexedConnection) {
        loop {
            sleep(PING_EVERY).await;
            let answer = timeout(self.server.answer_timeout, ping(connection.clone()));
            if answer.await.is_err() {
                return;
            }
        }
    }

    /// Returns when the connection with this number must be replaced, but not soon after it was made.
    async fn until_renewed(&self, number: u64) {
        sleep(PING_EVERY).await;
        let mut renew = self.renew.clone();
        let renewed = renew.wait_for(|last| *last >= number).await.is_ok();
        if !renewed {
            // The link is dropped, and the keeper with it.
            std::future::pending().await
        }
    }

    async fn reconnect(&self) -> Connected {
        loop {
            match connect(&self.server).await {
                Ok(connected) => return connected,
                Err(error) => {
                    tracing::debug!(target: "capwire::redis", ?error, "cannot connect");
                    self.state.send_replace(State::Failed(Arc::new(error)));
                }
            }
            sleep(PAUSE).await;
        }
    }
}
