//! The state of a connection, and its events.

use async_nats::connection::State;
use async_nats::{Client, ConnectOptions, Event};
use capwire_provider::BindingId;
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

/// Returns the options of the connection of a binding, whose losses are logged.
#[must_use]
pub fn logged(binding: &BindingId) -> ConnectOptions {
    let binding = binding.clone();
    ConnectOptions::new().event_callback(move |event| {
        let BindingId { actor, name } = &binding;
        match event {
            Event::Disconnected => {
                let lost = "the connection to the NATS server is lost";
                tracing::warn!(actor, binding = name, "{lost}");
            }
            Event::ServerError(error) => {
                tracing::warn!(actor, binding = name, %error, "the NATS server refuses");
            }
            event => tracing::debug!(actor, binding = name, %event, "event of the NATS client"),
        }
        std::future::ready(())
    })
}
