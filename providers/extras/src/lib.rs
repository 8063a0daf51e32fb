//! A provider of the capability `wascc:extras`: identifiers, random numbers and sequences.
//!
//! | operation | answer |
//! |---|---|
//! | `RequestGuid` | a UUID of version 4 (RFC 9562), in lower case |
//! | `RequestRandom` | a uniformly distributed number from `min` up to, but not including, `max`; 0 unless `random` is set |
//! | `RequestSequence` | 0, 1, 2 … for each binding, in memory; a new binding starts again at 0 |
//!
//! The provider also accepts the messages of actors from before April 2020, which have another
//! form.
//!
//! Random values come from the operating system and are suitable for secrets. The provider has no
//! configuration.
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
mod late;
mod provider;
mod random;

pub use provider::Extras;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
