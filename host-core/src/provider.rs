//! Bindings of actors to providers, and the handles through which providers call their actors.

mod binding;
mod handle;
mod values;

pub(crate) use binding::{bind, end_forbidden, remove, unbind, unbind_all};
