//! A provider of the capability `capwire:sql` on SQLite, with databases in files and no server.
//!
//! [`SqlSqlite::DESCRIBED`] has the configuration keys of a binding;
//! `docs/providers/sql-sqlite.md` in the repository explains them.
//!
//! * **Durability**: an answered write is on disk (WAL, `synchronous = FULL`).
//! * **Atomicity**: each message is one transaction, which ends with the message, whatever happens.
//! * **Separation**: each actor has its own file, unless `DATABASE` names one that bindings share.
//! * **Authority**: statements cannot use other files, extensions, pragmas that write, temporary or
//!   virtual tables, or transactions of their own. `Query` runs only statements that cannot write.
//! * **Time**: an operation ends with the deadline of its caller, when its caller goes, when the
//!   caller's CPU budget is used up, and with `TIMEOUT`.
//! * **Size**: `MAX_ROWS`, `MAX_ANSWER`, `MAX_VALUE` and `MAX_BYTES` bound answers, values and the
//!   file. Nothing is cut: what exceeds a limit is an error.
//!
//! ```
//! use capwire_contracts::{codec, sql::{Outcome, Request}};
//! use capwire_provider::{ActorCall, ActorError, ActorHandle, Binding, BindingId, Call, Config, Provider};
//! use capwire_sql_sqlite::SqlSqlite;
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
//! # let directory = tempfile::tempdir()?;
//! # let (directory, actor) = (directory.path(), Arc::new(Nobody));
//! let provider = SqlSqlite::new(directory);
//! let id = BindingId { actor: "MACTOR".into(), name: "default".into() };
//! provider.bind(Binding { id: id.clone(), config: Config::default(), actor }).await?;
//!
//! let request = Request { sql: "SELECT upper($1) AS name".into(), parameters: vec!["Ada".into()] };
//! let reply = provider.call(Call::new(&id, "Query", &codec::encode(&request)?)).await?;
//! let outcome: Outcome = codec::decode(&reply)?;
//! assert_eq!(outcome.value(0, "name"), Some(&"ADA".into()));
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

mod authority;
mod codes;
mod connection;
mod database;
mod failure;
mod functions;
mod job;
mod memory;
mod migrations;
mod provider;
mod settings;
mod statement;
mod values;

pub use memory::InMemory;
pub use provider::SqlSqlite;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
