//! Providers that can be compiled in. Each is a value that a host is given.

#[cfg(feature = "http-server")]
pub use capwire_http_server::HttpServer;
#[cfg(feature = "keyvalue-embedded")]
pub use capwire_keyvalue_embedded::{KeyValueEmbedded, OpenError};
