//! An actor before it runs: bytes that are what their claims say.

use crate::error::Error;
use crate::id::ActorId;
use bytes::Bytes;
use capwire_wascap::{ActorClaims, UnixSeconds, Verified, Verifier};
use std::fmt;

/// A module whose claims have been verified. Nothing else can be started.
#[derive(Clone)]
pub struct Actor {
    id: ActorId,
    wasm: Bytes,
    claims: Verified<ActorClaims>,
}

impl Actor {
    /// Verifies a signed module at the time `now`.
    ///
    /// It hashes the whole module, which takes about a millisecond per megabyte; on an async
    /// thread use [`Host::verify`](crate::Host::verify).
    ///
    /// # Errors
    /// If the module is not signed, was changed after it was signed, or its claims do not hold
    /// now; see [`Error::is_unverified`].
    pub fn from_bytes(
        wasm: impl Into<Bytes>,
        verifier: &Verifier,
        now: UnixSeconds,
    ) -> Result<Self, Error> {
        let wasm = wasm.into();
        let claims = verifier
            .verify_module(&wasm, now)
            .map_err(Error::unverified)?;
        let id = ActorId::new(claims.subject)?;
        Ok(Self { id, wasm, claims })
    }

    /// Its identity.
    #[must_use]
    pub fn id(&self) -> ActorId {
        self.id
    }

    /// Its name for people, or its key if it has none.
    #[must_use]
    pub fn name(&self) -> String {
        display_name(&self.claims)
    }

    /// What its issuer signed.
    #[must_use]
    pub fn claims(&self) -> &Verified<ActorClaims> {
        &self.claims
    }

    /// The module.
    #[must_use]
    pub fn wasm(&self) -> &Bytes {
        &self.wasm
    }

    pub(crate) fn into_parts(self) -> (ActorId, Bytes, Verified<ActorClaims>) {
        (self.id, self.wasm, self.claims)
    }
}

impl fmt::Debug for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Actor")
            .field("id", &self.id)
            .field("claims", &*self.claims)
            .finish_non_exhaustive()
    }
}

/// The most bytes of a name that people are shown.
const LONGEST_NAME: usize = 200;

/// The name in the claims, as one short line that steers no terminal, or the key.
pub(crate) fn display_name(claims: &ActorClaims) -> String {
    match &claims.metadata.name {
        Some(name) if !name.trim().is_empty() => capwire_text::line(name, LONGEST_NAME),
        _ => claims.subject.to_string(),
    }
}
