//! Write a capability provider: implement [`Provider`], and hand the value to a host.
#![forbid(unsafe_code)]

mod config;
mod error;
mod provider;

pub use async_trait::async_trait;
pub use config::Config;
pub use error::{ActorError, ProviderError};
pub use provider::{ActorHandle, Binding, BindingId, Bound, Call, Provider};
