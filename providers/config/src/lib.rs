//! A provider of the capability `capwire:config`: an actor reads the values of its binding by name.
//!
//! * **Names**: each key of the binding is the name of a value. A value that is absent is no error.
//! * **Secrets**: a value that the host has from a secret is marked, so that SDKs do not print it.
//! * **Bounds**: the number of values and their sizes are bounded.
//! * **Changes**: a swap of the provider takes over the values that the manifest has then.
//!
//! ```
//! use capwire_config::Values;
//! use capwire_contracts::{codec, config::{GetRequest, GetResponse}};
//! use capwire_provider::{ActorCall, ActorError, ActorHandle, Binding, BindingId, Call, Config, Provider};
//! use std::sync::Arc;
//! # struct Silent;
//! # #[capwire_provider::async_trait]
//! # impl ActorHandle for Silent {
//! #     async fn call(&self, _: ActorCall<'_>) -> Result<bytes::Bytes, ActorError> { Ok(bytes::Bytes::new()) }
//! # }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let values = Values::new();
//! let id = BindingId { actor: "MACTOR".into(), name: "default".into() };
//! let config = Config::from_iter([("GREETING", "Hello"), ("TOKEN", "hunter2")]).with_secrets(["TOKEN"]);
//! let actor = Arc::new(Silent);
//! values.bind(Binding { id: id.clone(), config, actor }).await?;
//!
//! let request = codec::encode(&GetRequest { name: "TOKEN".into() })?;
//! let answer = values.call(Call::new(&id, "Get", &request)).await?;
//! let answer: GetResponse = codec::decode(&answer)?;
//! assert_eq!((answer.value.as_deref(), answer.secret), (Some("hunter2"), true));
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

mod provider;

pub use provider::Values;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
