//! The path of a call: through the middleware and the permit to an actor or a provider, and back.

mod actor;
mod cancellation;
mod capability;
mod chain;
mod context;
mod dispatch;
mod drive;
mod host_calls;
mod invocation;
mod limits;
mod middleware;
mod observe;
mod permit;
mod resources;

pub(crate) use actor::{ask_health, check_health};
pub(crate) use capability::{provider_error, unserved};
pub(crate) use context::{CallContext, current_trace};
pub(crate) use dispatch::Dispatcher;
pub(crate) use invocation::Caller;
pub use invocation::Invocation;
pub use middleware::Dispatch;
pub(crate) use middleware::{AnyLayer, any_layer};
