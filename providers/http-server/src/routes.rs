//! Several bindings on one port: the requests of each.

mod host;
mod pattern;
mod table;

pub(crate) use pattern::Pattern;
pub(crate) use table::Table;
