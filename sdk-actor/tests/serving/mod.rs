//! Requests in an actor.

mod cookies;
mod fields;
mod router;
