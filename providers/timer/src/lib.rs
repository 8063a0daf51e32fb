//! A provider of the capability `capwire:timer`: calls of actors at set times.
//!
//! [`Timers::DESCRIBED`] has the configuration keys of a binding; `docs/providers/timer.md` in the
//! repository explains them, and has the rule for hours that a time zone skips or repeats.
//!
//! * **Times**: cron patterns with IANA time zones, intervals, and single times.
//! * **Own timers**: an actor sets, lists and cancels timers by name, bounded in number and size.
//! * **Order**: a call of a timer begins after its last one has ended, unless the binding says otherwise.
//! * **Missed calls**: the binding says whether they are skipped, made once or all made.
//! * **Durable**: with `DURABLE`, timers and their last calls are in a file. A crash loses none.
//! * **Swaps**: a successor of the provider goes on with all timers.
//!
//! ```
//! use capwire_contracts::timer::Firing;
//! use capwire_contracts::codec;
//! use capwire_provider::{ActorCall, ActorError, ActorHandle, Binding, BindingId, Config, Provider};
//! use capwire_timer::Timers;
//! use std::sync::Arc;
//! use tokio::sync::mpsc;
//!
//! struct Reporter(mpsc::UnboundedSender<Firing>);
//!
//! #[capwire_provider::async_trait]
//! impl ActorHandle for Reporter {
//!     async fn call(&self, call: ActorCall<'_>) -> Result<bytes::Bytes, ActorError> {
//!         self.0.send(codec::decode(&call.payload).unwrap()).ok();
//!         Ok(bytes::Bytes::new())
//!     }
//! }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!
//! let (fires, mut fired) = mpsc::unbounded_channel();
//! let timers = Timers::in_memory();
//! let id = BindingId { actor: "MACTOR".into(), name: "default".into() };
//! let config = Config::from_iter([("EVERY.report", "100ms"), ("PAYLOAD.report", "now")]);
//! let actor = Arc::new(Reporter(fires));
//! timers.bind(Binding { id: id.clone(), config, actor }).await?;
//!
//! let first = fired.recv().await.unwrap();
//! let second = fired.recv().await.unwrap();
//! assert_eq!((&*first.name, &*first.payload), ("report", &b"now"[..]));
//! assert!(second.scheduled - first.scheduled >= 100);
//! timers.unbind(&id).await?;
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

mod clock;
mod cron;
mod entry;
mod failure;
mod holders;
mod journal;
mod keys;
mod member;
mod missed;
mod provider;
mod registry;
mod request;
mod run;
mod saved;
mod schedule;
mod settings;
mod spec;
mod timers;
mod zone;

pub use clock::{Clock, Moment, SystemClock};
pub use provider::Timers;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
