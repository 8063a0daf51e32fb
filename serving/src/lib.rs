//! An HTTP/1 and HTTP/2 server whose connections, memory and waiting times are bounded.
//!
//! A [`Server`] answers requests with a [`Service`]. The service gets a [`Peer`] with each request,
//! from which it takes memory for bodies. A [`Handshake`] can put TLS below HTTP.
//!
//! ```
//! use bytes::Bytes;
//! use capwire_serving::{Options, Peer, Request, Response, Server, Service};
//!
//! struct Hello;
//!
//! impl Service for Hello {
//!     async fn answer(&self, _: Request, peer: &Peer) -> Response {
//!         match peer.body(b"hello".to_vec()).await {
//!             Ok(body) => Response::new(body.into()),
//!             Err(full) => full.response(),
//!         }
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! let address = "127.0.0.1:0".parse().map_err(std::io::Error::other)?;
//! let server = Server::start(address, Hello, Options::default()).await?;
//! assert_ne!(server.address().port(), 0);
//! server.stop().await;
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

mod authority;
mod connection;
mod connections;
mod descriptors;
mod handshake;
mod http;
mod memory;
mod peer;
mod protocol;
mod refusal;
mod registry;
mod rules;
mod server;
mod stream;

pub use descriptors::most_connections;
pub use handshake::{ClearText, Handshake, Opened};
pub use memory::{Full, Hold};
pub use peer::Peer;
pub use protocol::Protocol;
pub use server::{Options, Server, Service};

/// A request whose body has not been read.
pub type Request = hyper::Request<hyper::body::Incoming>;
/// A response with its whole body.
pub type Response = hyper::Response<http_body_util::Full<bytes::Bytes>>;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
