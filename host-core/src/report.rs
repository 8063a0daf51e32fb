//! The reports of a host: events, an inventory, metrics, and the counters behind them.

mod counts;
mod event;
mod health;
mod inventory;
mod metrics;
mod rate;
mod swap;

pub use counts::CallCounts;
pub(crate) use counts::{CallCounters, Outcome};
pub(crate) use event::Announcer;
pub use event::{Event, Events};
pub use health::ActorHealth;
pub use inventory::{
    ActorInfo, BindingInfo, CanaryInfo, Inventory, PoolInfo, ProviderInfo, ProviderState,
};
pub use metrics::{
    ActorMetrics, BindingMetrics, CallMetrics, Durations, Metrics, OperationMetrics,
    ProviderMetrics,
};
pub(crate) use metrics::{LatencyHistogram, OF_ACTORS, OperationHistograms, UnknownTargets};
pub(crate) use rate::Rate;
pub use swap::{ProviderSwapReport, SwapReport};
