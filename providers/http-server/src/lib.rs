//! The `wascc:http_server` capability: HTTP requests become calls of an actor.
//!
//! Each binding has a server of its own. Every method and path is the operation `HandleRequest`.
//!
//! | key | default | |
//! |---|---|---|
//! | `PORT` | `8080` | 0 takes any free port |
//! | `ADDRESS` | `127.0.0.1` | the IP address to listen at; `0.0.0.0` and `::` are all |
//! | `MAX_BODY` | `1048576` | how many bytes a request's body may have; longer ones get 413 |
//!
//! Other keys are refused. When [`bind`](capwire_provider::Provider::bind) returns, the port is
//! open; when `unbind` returns, requests under way are answered (within [`Timeouts::drain`]) and
//! connections are refused. An actor that is busy is 503 with `Retry-After`, one that is too slow
//! 504, one that stopped 503, and any other failure 500, which tells clients no details, except in
//! [development](HttpServer::show_failures). A client that goes away ends its call.
//!
//! A request belongs to the trace that its header `traceparent` names, or else to a new one, and so
//! does the call of the actor; the response's `traceparent` says which. Each request is a `tracing`
//! span of the target `capwire::http`, at the level `debug`.
//!
//! HTTP/1.0 and 1.1 are spoken, without TLS.
//!
//! Actors of 2020 are served too, those of before April in the dialect that they read.
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

mod failure;
mod provider;
mod request;
mod response;
mod server;
mod settings;
mod site;
mod span;
mod trace;

pub use provider::HttpServer;
pub use server::Timeouts;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
