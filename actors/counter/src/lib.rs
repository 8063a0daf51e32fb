//! The counter actor.
