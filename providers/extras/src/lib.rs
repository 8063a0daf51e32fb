//! The `wascc:extras` capability: identifiers, random numbers and sequences.
//!
//! | operation | answers |
//! |---|---|
//! | `RequestGuid` | a UUID of version 4 (RFC 9562), in lower case |
//! | `RequestRandom` | each number from `min` up to, but not including, `max` equally likely; 0 unless `random` is set |
//! | `RequestSequence` | 0, 1, 2 … for each binding, in memory: it begins anew when the actor is bound anew |
//!
//! Actors of before April 2020 ask for the same in messages of another shape, and are understood.
//!
//! Randomness is the operating system's, fit for secrets. There is nothing to configure.
//!
//! ```
//! use capwire_contracts::codec;
//! use capwire_contracts::extras::{GeneratorRequest, GeneratorResult, OP_REQUEST_RANDOM};
//! use capwire_extras::Extras;
//! use capwire_provider::{ActorCall, ActorError, ActorHandle, Binding, BindingId, Call, Config, Provider};
//! use std::sync::Arc;
//!
//! # struct Nobody;
//! # #[capwire_provider::async_trait]
//! # impl ActorHandle for Nobody {
//! #     async fn call(&self, _: ActorCall<'_>) -> Result<bytes::Bytes, ActorError> {
//! #         Err(ActorError::Stopped)
//! #     }
//! # }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let actor = Arc::new(Nobody);
//! let extras = Extras::new();
//! let id = BindingId { actor: "MACTOR".into(), name: "default".into() };
//! extras.bind(Binding { id: id.clone(), config: Config::default(), actor }).await?;
//!
//! let dice = GeneratorRequest { random: true, min: 1, max: 7, ..Default::default() };
//! let dice = codec::encode(&dice)?;
//! let reply = extras.call(Call::new(&id, OP_REQUEST_RANDOM, &dice)).await?;
//! assert!((1..7).contains(&codec::decode::<GeneratorResult>(&reply)?.random_number));
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

mod early;
mod provider;
mod random;

pub use provider::Extras;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
