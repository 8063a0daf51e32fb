//! The echo actor.
