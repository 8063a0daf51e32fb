//! A provider of the capability `wascc:http_server`: it turns HTTP requests into calls to an actor.
//!
//! Each binding has its own server, unless bindings share a port by `HOST`, `PATH` or `METHODS`. Requests
//! call the operation `HandleRequest`.
//!
//! [`HttpServer::DESCRIBED`] has the keys of a binding's configuration, such as `PORT` and `MAX_BODY`,
//! with their defaults and meanings.
//!
//! Other keys are errors. When [`bind`](capwire_provider::Provider::bind) returns, the port is
//! open. When `unbind` returns, requests in progress are answered (within [`Timeouts::drain`]) and
//! new connections are refused. A busy actor gives 503 with `Retry-After`, a slow one 504, and a
//! stopped one 503. A client must read each 64 KiB of a response within [`Timeouts::send`]. Any other failure gives 500 without details, except in
//! [development](HttpServer::show_failures). If a client disconnects, its call ends.
//!
//! A request and its call to the actor belong to the trace in the request's header `traceparent`,
//! or else to a new trace. The response's `traceparent` names this trace. Each request is a
//! `tracing` span with the target `capwire::http` and the level `debug`.
//!
//! The server supports HTTP/1.0, HTTP/1.1 and HTTP/2, in clear text (HTTP/2 with prior knowledge) or over TLS 1.2 and 1.3. It refuses requests that break the rules of HTTP,
//! such as those with two `Host` fields.
//!
//! The provider supports actors of 2020; those from before April get messages in their own dialect.
//!
//! ```
//! use capwire_contracts::{codec, http::{Request, Response}};
//! use capwire_http_server::HttpServer;
//! use capwire_provider::{ActorCall, ActorError, ActorHandle, Binding, BindingId, Config, Provider};
//! use std::sync::Arc;
//!
//! struct Greeter;
//!
//! #[capwire_provider::async_trait]
//! impl ActorHandle for Greeter {
//!     async fn call(&self, call: ActorCall<'_>) -> Result<bytes::Bytes, ActorError> {
//!         let failed = |error: &dyn std::fmt::Display| ActorError::Failed(error.to_string());
//!         let request: Request = codec::decode(&call.payload).map_err(|error| failed(&error))?;
//!         let response = Response::text(format!("you asked for {}", request.path));
//!         Ok(codec::encode(&response).map_err(|error| failed(&error))?.into())
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), capwire_provider::ProviderError> {
//! let server = HttpServer::new();
//! let id = BindingId { actor: "MACTOR".into(), name: "default".into() };
//! let config = Config::from_iter([("PORT", "0")]);
//! let bound = server.bind(Binding { id: id.clone(), config, actor: Arc::new(Greeter) }).await?;
//! assert!(bound.endpoints[0].starts_with("http://127.0.0.1:"));
//! server.unbind(&id).await?;
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

mod access;
mod client;
mod compress;
mod cors;
mod failure;
mod keys;
mod listeners;
mod port;
mod provider;
mod request;
mod response;
mod routes;
mod settings;
mod site;
mod span;
mod timeouts;
mod tls;
mod trace;

pub use provider::HttpServer;
pub use timeouts::Timeouts;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
