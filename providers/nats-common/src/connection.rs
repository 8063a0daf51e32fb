//! The state of a connection.

use async_nats::Client;
use async_nats::connection::State;
use tokio::time::{Duration, Instant, sleep};

/// The time between two looks whether the connection is back. The client tells it to nobody.
const PAUSE: Duration = Duration::from_millis(10);

/// Waits for the connection of `nats`. Returns false if there is none at the time `until`.
pub async fn connected(nats: &Client, until: Instant) -> bool {
    while nats.connection_state() != State::Connected {
        if Instant::now() >= until {
            return false;
        }
        sleep(PAUSE).await;
    }
    true
}
