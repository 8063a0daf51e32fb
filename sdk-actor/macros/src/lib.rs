//! The attribute macros of capwire-actor.
