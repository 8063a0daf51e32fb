//! The state of a host: its tables, the actors in them, and the calls inside these actors.

mod active_call;
mod aliases;
mod canary;
mod description;
mod gate;
mod generation;
mod provider_call;
mod provider_version;
mod registry;
mod report;
mod route;
mod running;
mod running_provider;
mod shared;
mod snapshot;

pub(crate) use active_call::ActiveCall;
pub(crate) use aliases::Aliases;
pub(crate) use description::{Description, Side};
pub(crate) use generation::Generation;
pub(crate) use provider_call::ProviderCall;
pub(crate) use provider_version::{ProviderFault, ProviderVersion, caught};
pub(crate) use registry::RouteChange;
pub(crate) use route::{Revocation, Route, Serving};
pub(crate) use running::RunningActor;
pub(crate) use running_provider::{Current, Phase, RunningProvider, Unserved};
pub(crate) use shared::Shared;
pub(crate) use snapshot::Tables;
