//! The health of an actor.

use crate::error::Error;

/// The health of an actor by its own answer to a `HealthRequest`.
#[derive(Debug)]
#[non_exhaustive]
pub enum ActorHealth {
    /// The actor says that it is healthy.
    Healthy,
    /// The actor has no handler for the request, or no free instance. It may well be healthy.
    Unknown,
    /// The actor answered with an error, failed, or did not answer in time.
    Sick(Error),
}
