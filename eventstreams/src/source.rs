//! The events that a follower delivers.

use async_trait::async_trait;
use capwire_contracts::eventstreams::Event;
use capwire_provider::ProviderError;
use std::time::Duration;

/// An event that a follower has taken for its group. Nobody else of the group gets it, nor a later event
/// of the same streams, until it is done or released.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The event.
    pub event: Event,
    /// The number of the try that follows, from 1.
    pub tries: u32,
}

/// The events of one entry of `STREAMS` for one group.
#[async_trait]
pub trait Source: Send + Sync + 'static {
    /// Waits for the next event that the group has not handled, and takes it. The future may be dropped at
    /// any time before it is ready.
    ///
    /// # Errors
    /// Returns an error if the storage fails. The follower tries again after a pause.
    async fn next(&self) -> Result<Taken, ProviderError>;

    /// The event that was taken is handled, or is a dead letter.
    ///
    /// # Errors
    /// Returns an error if the storage fails. The group may then get the event again.
    async fn done(&self, taken: &Taken) -> Result<(), ProviderError>;

    /// The event that was taken is not handled, and the group gets it again. The actor has failed `failed`
    /// times with it.
    async fn release(&self, taken: &Taken, failed: u32);

    /// Writes an event to a stream for dead letters.
    ///
    /// # Errors
    /// Returns an error if the storage fails. The follower tries again after a pause.
    async fn bury(&self, letter: Event) -> Result<(), ProviderError>;

    /// Returns the time after which the source must hear again that an event is being handled. Default:
    /// never.
    fn patience(&self) -> Option<Duration> {
        None
    }

    /// The event that was taken is still being handled, for the `tries`th time.
    async fn keep(&self, taken: &Taken, tries: u32) {
        let _ = (taken, tries);
    }

    /// The follower has ended. Stores what is not stored yet.
    async fn close(&self) {}
}
