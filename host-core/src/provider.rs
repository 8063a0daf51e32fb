//! Providers and their versions, bindings of actors to providers, and the handles through which
//! providers call their actors.

mod adding;
mod binding;
mod handle;
mod rebind;
mod serving;
mod source;
mod supervise;
mod swap;
mod values;
mod versions;

pub(crate) use adding::{add, open};
pub(crate) use binding::{bind, end_forbidden, remove, unbind, unbind_all};
pub(crate) use rebind::rebind;
pub(crate) use source::Ready;
pub(crate) use swap::swap;
