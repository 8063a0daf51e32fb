//! The manifest of a host: its actors and capability providers, and their bindings.
//!
//! [`Manifest::parse`] only parses text: it opens no file, knows no provider and starts nothing.
//! Every value has its [`Position`], so a program that resolves names and paths can report the line
//! of an error.
//!
//! ```
//! use capwire_manifest::Manifest;
//!
//! let error = Manifest::parse("actors: []\nbindngs: []\n").unwrap_err();
//! assert_eq!(error.to_string(), "2:1: unknown key `bindngs`");
//! assert_eq!(error.help().as_deref(), Some("did you mean `bindings`?"));
//! ```
//!
//! # Format
//! The format has the keys of the waSCC host of 2020, so its manifests work unchanged, and in
//! addition `builtin` and [`limits`](ActorLimits):
//!
//! ```yaml
//! labels: { zone: attic }                # optional, text to text
//! limits: { cpu: 200ms }                 # optional, what each actor may use
//! actors:                                # files of signed modules
//!   - ./counter.wasm
//!   - path: ./echo.wasm                  # the same, with limits of its own
//!     alias: echo                        # by which other actors may call it
//!     limits: { memory: 16MiB }
//! capabilities:                          # providers; contracts without one get their default
//!   - builtin: keyvalue-embedded         # one that comes with the host, or
//!     binding_name: default              #   (this is the default)
//!   - path: ./libmessaging.so            # one in a file
//! bindings:
//!   - actor: counter                     # a public key, a name in the claims, or the file
//!     capability: wascc:http_server
//!     binding: default                   # which of the contract's providers (this is the default)
//!     values:                            # what the provider is configured with
//!       PORT: ${PORT:8081}               # from the environment, with a default
//!       TOKEN: { secret: env:TOKEN }     # a secret: env:NAME, or file:PATH
//! ```
//!
//! JSON is read by the same rules. Numbers and booleans are read as the text that is written. A
//! missing list is the same as an empty list. Unknown keys, duplicate keys and wrong types are
//! errors. [`schema`] describes the format for editors.
//!
//! [`Manifest::expand`] replaces variables. The program that runs the manifest reads the secrets.
#![forbid(unsafe_code)]

mod amount;
mod cases;
mod error;
mod limits;
mod model;
mod nearest;
mod policy;
mod project;
mod read;
mod schema;
mod tree;
mod variables;

pub use amount::{NoTime, time};
pub use capwire_limits::Limit;
pub use cases::{Case, CaseAnswer, CaseCall, CaseFile, Expected};
pub use error::{ManifestError, Problem};
pub use limits::{ActorLimits, LimitTexts};
pub use model::{
    Actor, At, Binding, Capability, Chain, DEFAULT_BINDING, Manifest, Position, SecretRef, Source,
    Value,
};
pub use nearest::nearest;
pub use policy::{PolicyFile, PolicySection};
pub use project::ProjectFile;
pub use schema::{ProviderKeys, schema};

/// Compiles and runs the README's example.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
