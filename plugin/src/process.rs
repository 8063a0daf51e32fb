//! Providers from libraries in processes of their own.

mod child;
mod frame;
mod link;
mod plugin;
mod reaper;
mod spawn;

pub use child::serve;
pub use plugin::{IsolatedPlugin, ProcessError};
