//! A scripted waPC engine without WebAssembly, for tests of hosts.
//!
//! A [`Script`] defines the behaviour of a guest: asynchronous Rust that calls the host, yields,
//! answers, fails, traps or spins. A "module" is a few bytes of valid WebAssembly that name the
//! script, so that it can be signed, inspected and stored like any other module.
//!
//! ```
//! use capwire_engine_fake::{Fake, Script, module};
//! use capwire_wapc::{EmptyWorld, Engine, HostCall, ResourceLimits, PlainGuest, Reply, Request};
//! use std::sync::Arc;
//!
//! let fake = Fake::new().with(
//!     "greeter",
//!     Script::new(|guest, call| async move {
//!         let name = guest.host_call("", "names", "Find", call.payload).await?;
//!         Ok([&b"hello "[..], &name].concat().into())
//!     }),
//! );
//! let module = fake.compile(&module("greeter"))?;
//! let mut host = |_: HostCall<'_>| Reply::data(&b"Ada"[..]);
//! let mut guest = PlainGuest::start(&*module, &ResourceLimits::default(), Arc::new(EmptyWorld), &mut host)?;
//! let answer = guest.call(Request::new("greet", &b"1"[..]), &mut host)?;
//! assert_eq!(answer, "hello Ada");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

mod engine;
mod instance;
mod script;
pub mod standard;
mod wasm;

pub use engine::Fake;
pub use script::{Call, Context, Script, failure};
pub use wasm::module;
