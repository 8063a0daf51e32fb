//! Bindings of actors to providers, and the way back from a provider to its actors.

mod binding;
mod handle;
mod values;

pub(crate) use binding::{bind, end_forbidden, remove, unbind, unbind_all};
