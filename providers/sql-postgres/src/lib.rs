//! A provider of the capability `capwire:sql` that runs statements on a PostgreSQL server.
//!
//! [`SqlPostgres::DESCRIBED`] has the configuration keys of a binding;
//! `docs/providers/sql-postgres.md` in the repository explains them.
//!
//! * **Durability**: that of the server. With its default settings, an answered write is on its disk.
//! * **Atomicity**: each message is one transaction, which ends with the message, whatever happens.
//! * **Separation**: each actor has its own schema, unless `SCHEMA` names one that bindings share, and each binding has
//!   its own connections.
//! * **Authority**: the provider knows the statements that actors may use, and refuses all others, and functions for
//!   files, settings and other servers. `Query` runs in a transaction that only reads. The role of the binding is the
//!   second wall, and may not be a superuser.
//! * **Time**: an operation ends with the deadline of its caller, when its caller goes, and with `TIMEOUT`. The
//!   statement ends on the server, too.
//! * **Size**: `MAX_ROWS` and `MAX_ANSWER` bound answers while they arrive. Nothing is cut: what exceeds a limit is an
//!   error.
//!
//! ```no_run
//! use capwire_contracts::{codec, sql::{Outcome, Request}};
//! use capwire_provider::{ActorCall, ActorError, ActorHandle, Binding, BindingId, Call, Config, Provider};
//! use capwire_sql_postgres::SqlPostgres;
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
//! let provider = SqlPostgres::new();
//! let id = BindingId { actor: "MACTOR".into(), name: "default".into() };
//! let url = "postgres://guests:…@db.example.com/guests";
//! let config = Config::from_iter([("URL", url)]);
//! provider.bind(Binding { id: id.clone(), config, actor }).await?; // connects
//!
//! let request = Request { sql: "SELECT upper($1) AS name".into(), parameters: vec!["Ada".into()] };
//! let reply = provider.call(Call::new(&id, "Query", &codec::encode(&request)?)).await?;
//! let outcome: Outcome = codec::decode(&reply)?;
//! assert_eq!(outcome.value(0, "name"), Some(&"ADA".into()));
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

mod address;
mod bounded;
mod connect;
mod failure;
mod functions;
mod numeric;
mod parameters;
mod pool;
mod provider;
mod run;
mod settings;
mod setup;
mod statement;
mod tls;
mod values;
mod words;

pub use provider::SqlPostgres;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
