//! The SDK for capability providers: implement [`Provider`], and add the value to a host.
//!
//! A provider serves one contract (`wascc:keyvalue`, `acme:thermostat`) to any number of actors.
//! The host binds actors to it, each binding with its own configuration, and authorises every call
//! before the provider sees it. A provider can also call its actors, through the [`ActorHandle`] of
//! the binding.
//!
//! A provider should follow these rules:
//!
//! * **Actors are hostile.** Decode messages with [`Call::message`], which refuses malformed
//!   messages. Bound the cost of each message. Return a [`ProviderError`] that the actor may see,
//!   and put causes that it must not see into [`ProviderError::unavailable`], which only logs show.
//! * **Check the configuration when an actor is bound**, not when it calls: [`Config::only`]
//!   refuses unknown keys, and [`Config::parse`], [`Config::time`], [`Config::size`] and [`Config::number`] refuse
//!   wrong values.
//! * **Bound the work for a call by the size of its message.** The host charges what a provider does
//!   in its future to the caller's CPU budget. Long or blocking work belongs in a [`BlockingPool`],
//!   which is fair to all actors, charges the caller, and ends the work when the caller goes.
//! * **Actors of 2020 speak two dialects.** [`Call::reply`] answers in the caller's dialect, and
//!   [`ActorClient`] finds out which dialect an actor reads.
//! * **Say how the provider is replaced.** A provider that owns a file or a port is
//!   [`HandOver::Exclusive`]; a host replaces any other one without making calls wait.
//! * **Report what no call can repair** by [`Health`]. The host then opens the provider again.
//! * **Calls run concurrently**, and a call whose actor was stopped is dropped at its next
//!   `.await`. Do not hold a lock across an `.await`.
//!
//! # Example
//! A provider that keeps a temperature per actor and tells the actor when it changes:
//!
//! ```
//! use bytes::Bytes;
//! use capwire_contracts::core::{CapabilityDescriptor, Operation};
//! use capwire_provider::{
//!     ActorCall, ActorHandle, Binding, BindingId, Bound, Call, Provider, ProviderError, async_trait,
//! };
//! use serde::{Deserialize, Serialize};
//! use std::collections::HashMap;
//! use std::sync::{Arc, Mutex};
//!
//! const OPERATIONS: &[Operation] = &[
//!     Operation::to_provider("Set", "Sets the temperature"),
//!     Operation::to_actor("Changed", "The temperature has changed"),
//! ];
//!
//! #[derive(Serialize, Deserialize)]
//! struct Temperature {
//!     celsius: f64,
//! }
//!
//! struct Room {
//!     actor: Arc<dyn ActorHandle>,
//!     limit: f64,
//! }
//!
//! #[derive(Default)]
//! struct Thermostat {
//!     rooms: Mutex<HashMap<BindingId, Arc<Room>>>,
//! }
//!
//! impl Thermostat {
//!     fn room(&self, id: &BindingId) -> Result<Arc<Room>, ProviderError> {
//!         let rooms = self.rooms.lock().unwrap();
//!         rooms.get(id).cloned().ok_or(ProviderError::NotBound)
//!     }
//!
//!     async fn set(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
//!         let room = self.room(call.binding)?;
//!         let Temperature { celsius } = call.message()?;
//!         if celsius > room.limit {
//!             return Err(ProviderError::Refused(format!("{celsius} °C is too hot")));
//!         }
//!         let message = call.reply(&Temperature { celsius })?;
//!         let told = room.actor.call(ActorCall::new("Changed", message.clone())).await;
//!         told.map_err(|error| ProviderError::unavailable("the actor does not listen", error))?;
//!         Ok(message)
//!     }
//! }
//!
//! #[async_trait]
//! impl Provider for Thermostat {
//!     fn descriptor(&self) -> CapabilityDescriptor {
//!         CapabilityDescriptor::new("acme:thermostat", "Thermostat", OPERATIONS)
//!     }
//!
//!     async fn bind(&self, binding: Binding) -> Result<Bound, ProviderError> {
//!         binding.config.only(&["LIMIT"])?;
//!         let limit = binding.config.parse("LIMIT")?.unwrap_or(25.0);
//!         let room = Room { actor: binding.actor, limit };
//!         self.rooms.lock().unwrap().insert(binding.id, Arc::new(room));
//!         Ok(Bound::default())
//!     }
//!
//!     async fn unbind(&self, binding: &BindingId) -> Result<(), ProviderError> {
//!         self.rooms.lock().unwrap().remove(binding);
//!         Ok(())
//!     }
//!
//!     async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
//!         match call.operation {
//!             "Set" => self.set(call).await,
//!             _ => Err(call.unknown_operation()),
//!         }
//!     }
//! }
//! # use capwire_provider::{ActorError, Config};
//! # struct Silent;
//! # #[async_trait]
//! # impl ActorHandle for Silent {
//! #     async fn call(&self, _: ActorCall<'_>) -> Result<Bytes, ActorError> {
//! #         Ok(Bytes::new())
//! #     }
//! # }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), ProviderError> {
//! #     let thermostat = Thermostat::default();
//! #     let id = BindingId { actor: "MACTOR".into(), name: "default".into() };
//! #     let config = Config::from_iter([("LIMIT", "30")]);
//! #     let actor = Arc::new(Silent);
//! #     thermostat.bind(Binding { id: id.clone(), config, actor }).await?;
//! #     let warm = capwire_contracts::codec::encode(&Temperature { celsius: 29.0 }).unwrap();
//! #     thermostat.call(Call::new(&id, "Set", &warm)).await?;
//! #     let hot = capwire_contracts::codec::encode(&Temperature { celsius: 31.0 }).unwrap();
//! #     let refused = thermostat.call(Call::new(&id, "Set", &hot)).await;
//! #     assert!(matches!(refused, Err(ProviderError::Refused(_))));
//! #     Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

mod amount;
mod blocking;
mod client;
mod config;
mod dialect;
mod error;
mod factory;
mod health;
mod key;
mod provider;
mod trace;
mod work;

pub use async_trait::async_trait;
pub use blocking::BlockingPool;
pub use client::ActorClient;
pub use config::Config;
pub use dialect::Dialect;
pub use error::{ActorError, ProviderError};
pub use factory::{HandOver, ProviderFactory};
pub use health::Health;
pub use key::Key;
pub use provider::{ActorCall, ActorHandle, Binding, BindingId, Bound, Call, Provider, Resources};
pub use trace::{SpanId, TraceContext, TraceId};
pub use work::{CallAuthority, CallLimits, Work, WorkEnded, WorkToken};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
