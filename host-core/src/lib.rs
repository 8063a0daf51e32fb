//! The capwire host: runs signed actors and gives them the capabilities that their claims name.
//!
//! An actor is a WebAssembly module whose claims have been verified; nothing else can be started.
//! It reaches a capability only if its claims name the contract and a binding connects it to a
//! provider, and another actor only if its claims name that actor's key. Every call passes through
//! the middleware, then through the only place that allows or denies calls, and then reaches an
//! instance from the actor's pool or a provider.
//!
//! The host depends on no engine; the program passes one as a value.
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
mod builder;
mod call;
mod clock;
mod error;
mod host;
mod id;
mod options;
mod policy;
mod pool;
mod provider;
mod report;
mod state;
mod wait;

pub use actor::{Actor, PreparedSwap, SwapOptions};
pub use builder::HostBuilder;
pub use call::{Dispatch, Invocation};
pub use capwire_limits::{DefaultValue, Limit, Unit};
pub use clock::{Clock, ManualClock, Sleep, SystemClock};
pub use error::{CallFailure, Denial, DeniedBy, Error, ErrorKind, PermissionError, Remedy};
pub use host::Host;
pub use id::{
    ActorId, BindingKey, BindingName, ContractId, NameError, Origin, ProviderId, Target,
    check_alias,
};
pub use options::{
    ActorOptions, Canary, ChainRule, HostOptions, Instances, OptionError, OptionFault, Proportion,
    ProportionError, ProviderOptions, ProviderSwapOptions,
};
pub use policy::{AppliesTo, ClaimsOnly, Permission, Policy, PolicyRule, PolicyRules, Question};
pub use report::{
    ActorHealth, ActorInfo, ActorMetrics, BindingInfo, BindingMetrics, CallCounts, CallMetrics,
    CanaryInfo, Durations, Event, Events, Inventory, Metrics, OperationMetrics, PoolInfo,
    ProviderInfo, ProviderMetrics, ProviderState, ProviderSwapReport, SwapReport,
};
