//! The state of a host: its tables, the actors in them, and the calls inside these actors.

mod active_call;
mod added_provider;
mod aliases;
mod gate;
mod generation;
mod registry;
mod report;
mod route;
mod running;
mod shared;
mod snapshot;

pub(crate) use active_call::ActiveCall;
pub(crate) use added_provider::{AddedProvider, ProviderFault, Side};
pub(crate) use aliases::Aliases;
pub(crate) use generation::Generation;
pub(crate) use route::{Revocation, Route};
pub(crate) use running::RunningActor;
pub(crate) use shared::Shared;
pub(crate) use snapshot::Tables;
