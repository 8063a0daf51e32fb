//! Signed claims inside WebAssembly modules: nkeys, JWTs, embedding and strict verification.
//!
//! A signed module contains a token that names its issuer, its capabilities and its validity
//! period. The format is that of waSCC (2020): both sides can read each other's signed modules. The
//! checks are stricter than those of the original tools.
//!
//! ```
//! use capwire_wascap::{
//!     ActorClaimsBuilder, KeyKind, KeyPair, UnixSeconds, Verifier, sign_module,
//! };
//!
//! let account = KeyPair::generate(KeyKind::Account)?;
//! let actor = KeyPair::generate(KeyKind::Module)?;
//! let now = UnixSeconds(1_600_000_000);
//!
//! let wasm = b"\0asm\x01\0\0\0";
//! let claims = ActorClaimsBuilder::new(actor.public(), now)?
//!     .name("counter")
//!     .capability("wascc:keyvalue");
//! let signed = sign_module(wasm, claims, &account)?;
//!
//! let verified = Verifier::new().verify_module(&signed, now)?;
//! assert_eq!(verified.issuer, account.public());
//! assert_eq!(verified.metadata.caps, ["wascc:keyvalue"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Limits
//! The crate has no clock, no files and, by default, no source of randomness: time and randomness
//! are parameters, modules and tokens are bytes. It needs `alloc`, not `std`, and runs on wasm32.
//!
//! # Features
//! | feature | adds |
//! |---|---|
//! | `getrandom` | keys and token ids from the operating system's random bytes, as above |
//! | `legacy` | `canonicalize`: modules that the tools of 2020 accept |
//! | `testing` | `testing`: signs a module for a test in one line; includes `getrandom` |
//!
//! # Trust
//! The issuer named in a token signs it. So a valid signature proves who signed a module, and that
//! nobody has changed it since. It does not prove that you trust the issuer. A [`Verifier`] with
//! [`Trust`] requires a chain: a trusted operator must have issued a token for the account that
//! issued the actor's token. A [`RevocationList`] revokes tokens, keys and modules.

#![no_std]
#![forbid(unsafe_code)]

// With its macros: `cargo mutants` writes `vec![]` into functions.
#[macro_use]
extern crate alloc;
#[cfg(test)]
extern crate std;

mod archive;
mod claims;
#[cfg(feature = "getrandom")]
mod entropy;
mod error;
mod hash;
mod json;
mod jwt;
mod key;
#[cfg(feature = "legacy")]
mod legacy;
mod metadata;
mod module;
mod narrow;
mod revocation;
mod sign;
#[cfg(feature = "testing")]
pub mod testing;
mod time;
mod trust;
mod verify;
mod widening;

pub use archive::{ArchiveError, ProviderArchive, UnverifiedArchive, VerifiedArchive};
pub use claims::Claims;
#[cfg(feature = "getrandom")]
pub use entropy::EntropyError;
pub use error::{InspectError, RevocationError, SignError, TokenError, VerifyError, WrongKind};
pub use hash::{Hash, HashError};
pub use key::{KeyError, KeyKind, KeyPair, PublicKey, UnknownKeyKind};
#[cfg(feature = "legacy")]
pub use legacy::{LegacyError, canonicalize};
pub use metadata::{
    AccountClaims, AccountMetadata, ActorClaims, ActorMetadata, ClusterClaims, ClusterMetadata,
    InvocationClaims, InvocationId, InvocationIdError, InvocationMetadata, Metadata,
    OperatorClaims, OperatorMetadata, ProviderClaims, ProviderMetadata, Standalone, Subject,
};
pub use module::ModuleError;
pub use narrow::{Grant, Pattern, PatternError, Rule};
/// The traits of random number generators, in the version that this crate uses.
pub use rand_core;
pub use revocation::{Cause, Mark, MarkError, RevocationList, RevocationMetadata, Revoked};
pub use sign::{ActorClaimsBuilder, ClaimsBuilder, sign_archive, sign_module, sign_token};
pub use time::{TimeError, UnixSeconds};
pub use trust::Trust;
pub use verify::{
    Link, Unverified, Verified, Verifier, inspect_archive, inspect_module, inspect_token,
};
pub use widening::Widening;
