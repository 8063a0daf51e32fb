//! A provider of the capability `wascc:http_client`: it makes HTTP requests for actors, to the hosts
//! that their bindings allow.
//!
//! The operation `PerformRequest` takes a request with a complete URL as its path. A query string is
//! appended to the URL. All methods except `CONNECT` and `TRACE` may have a body, which consists of
//! any bytes. The response has one value for each header: repeated headers are joined, except
//! `Set-Cookie`.
//!
//! Without the key `ALLOW`, a binding refuses every request. [`HttpClient::DESCRIBED`] has all keys;
//! `docs/providers/http-client.md` in the repository explains them.
//!
//! # Safety from forged requests
//! * A URL has one spelling of its host; see [`Url`](capwire_contracts::http::Url). `ALLOW` names
//!   the hosts.
//! * The client resolves names itself, checks each address, and connects to the address that it
//!   checked. Addresses that are not on the internet need `ALLOW_PRIVATE`.
//! * Each redirect is checked in the same way, and against the claims of the actor. Another origin
//!   gets no credentials.
//! * An actor cannot set headers about the connection, nor a host that differs from the URL.
//!
//! # Certificates
//! The client trusts the authorities that Mozilla trusts, as of the build, so that it behaves in the
//! same way on every machine, also without files of certificates. `ROOTS` replaces them.
//!
//! ```
//! use capwire_contracts::{codec, http::{OP_PERFORM_REQUEST, Request}};
//! use capwire_http_client::HttpClient;
//! use capwire_provider::{ActorCall, ActorError, ActorHandle, Binding, BindingId, Call, Config, Provider};
//! use std::sync::Arc;
//!
//! # struct Nobody;
//! # #[capwire_provider::async_trait]
//! # impl ActorHandle for Nobody {
//! #     async fn call(&self, _: ActorCall<'_>) -> Result<bytes::Bytes, ActorError> {
//! #         Err(ActorError::Stopped)
//! #     }
//! # }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let actor = Arc::new(Nobody);
//! let client = HttpClient::new();
//! let id = BindingId { actor: "MACTOR".into(), name: "default".into() };
//! let config = Config::from_iter([("ALLOW", "api.example.com")]);
//! client.bind(Binding { id: id.clone(), config, actor }).await?;
//!
//! let elsewhere = codec::encode(&Request::new("GET", "http://169.254.169.254/latest"))?;
//! let refused = client.call(Call::new(&id, OP_PERFORM_REQUEST, &elsewhere)).await;
//! assert!(refused.unwrap_err().to_string().contains("`ALLOW`"));
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

mod address;
mod allow;
mod client;
mod connect;
mod failure;
mod provider;
mod redirect;
mod request;
mod resolve;
mod response;
mod settings;
mod stream;

pub use provider::HttpClient;
pub use resolve::Resolve;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
