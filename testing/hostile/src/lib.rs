//! Guests that attack their host, and what should become of them on each engine.
//!
//! The tests of this crate run every one of [`guests`] through the public host, on each engine and
//! by each of its options; the program `overrun` of `capwire-benches` measures how late each of
//! them is stopped.
#![forbid(unsafe_code)]

mod ending;
mod engines;
mod guest;
mod guests;
mod provider;
mod site;
mod subject;
mod wall;
mod watched;

pub use ending::Ending;
pub use engines::engines;
pub use guest::{Guest, Strikes};
pub use guests::{guests, one_of_each};
pub use provider::CONTRACT;
pub use site::{Neighbour, Site};
pub use subject::{Attacks, Subject, subjects};
pub use wall::Wall;
pub use watched::{Seen, Watched};
