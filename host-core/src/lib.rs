//! The capwire host: runs signed actors and gives them the capabilities that their claims name.
//!
//! An actor is a WebAssembly module whose claims have been verified; nothing else can be started.
//! It reaches a capability only if its claims name the contract and a binding leads to a provider,
//! and another actor only if its claims name that actor's key. Every call goes through the
//! middleware, then through the one place that allows or denies it, then to an instance from the
//! actor's pool or to a provider.
//!
//! The host knows no engine: it is given one as a value.
//!
//! ```
//! use capwire_engine_fake::{Fake, module};
//! use capwire_host::Host;
//! use capwire_wascap::testing;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let signed = testing::sign(&module("standard"), &[])?;
//!
//! let host = Host::builder(Fake::new()).build()?;
//! let echo = host.start_actor(host.verify(signed).await?).await?;
//! assert_eq!(host.call(echo, "echo", "hello").await?, "hello");
//! host.shutdown().await?;
//! # Ok(())
//! # }
//! ```

#![forbid(unsafe_code)]

mod actor;
mod binding;
mod bindings;
mod builder;
mod calls;
mod chain;
mod clock;
mod door;
mod drive;
mod error;
mod event;
mod expiry;
mod generation;
mod handle;
mod host;
mod id;
mod inventory;
mod invocation;
mod lifecycle;
mod meter;
mod metrics;
mod observe;
mod options;
mod patience;
mod policy;
mod pool;
mod provider;
mod rate;
mod registry;
mod shared;
mod snapshot;
mod stack;
mod start;
mod swap;
mod tally;
mod trace;
mod trust;
mod world;

pub use actor::Actor;
pub use builder::HostBuilder;
pub use capwire_limits::{Limit, Unit};
pub use clock::{Clock, ManualClock, Sleep, SystemClock};
pub use error::{CallFailure, Error, ErrorKind};
pub use event::{Event, Events};
pub use host::Host;
pub use id::{ActorId, BindingKey, BindingName, ContractId, NameError, ProviderId};
pub use inventory::{ActorInfo, BindingInfo, Inventory, PoolInfo, ProviderInfo};
pub use invocation::{Invocation, Origin, Target};
pub use metrics::{
    ActorMetrics, BindingMetrics, CallMetrics, Durations, Metrics, OperationMetrics,
};
pub use options::{ActorOptions, HostOptions, Instances, OptionError, OptionFault};
pub use policy::{
    AppliesTo, ClaimsOnly, Denial, DeniedBy, Permission, PermissionError, Policy, PolicyRule,
    PolicyRules, Question,
};
pub use stack::Dispatch;
pub use swap::{SwapOptions, SwapReport};
pub use tally::CallCounts;
