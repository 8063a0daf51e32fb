//! The parts that the providers of the capability `wascc:blobstore` share: the rules for names, uploads, downloads, keys
//! of bindings, and errors. A provider implements [`Store`], and [`Service`] does the rest.
#![forbid(unsafe_code)]

mod deliver;
mod downloads;
mod failure;
mod name;
mod operations;
mod service;
mod settings;
mod store;
mod uploads;

pub use failure::Failure;
pub use name::{LONGEST_NAME, Name};
pub use service::Service;
pub use settings::{Limits, keys};
pub use store::{Condition, Entry, LONGEST_VERSION, Page, Part, Reader, Store, Writer};
