//! The one place where claims become [`Verified`].

use crate::claims::Claims;
use crate::error::{InspectError, VerifyError};
use crate::hash::Hash;
use crate::jwt::Token;
use crate::key::SignatureFault;
use crate::metadata::{ActorClaims, ActorMetadata, Metadata, Standalone};
use crate::module::{ModuleError, Parts};
use crate::time::{TimeError, TimePolicy, UnixSeconds, Window};
use alloc::string::String;
use alloc::sync::Arc;
use core::ops::Deref;
use core::time::Duration;

/// Decides whether claims are to be believed.
///
/// Time and policy are parameters: a verifier has no clock and reads no files.
#[derive(Clone, Debug, Default)]
pub struct Verifier {
    times: TimePolicy,
}

impl Verifier {
    /// A verifier that tolerates no difference of clocks.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets a token hold for this much longer on both sides, in whole seconds, for clocks that
    /// differ. Zero unless set.
    #[must_use]
    pub const fn clock_skew(mut self, skew: Duration) -> Self {
        self.times.skew = skew;
        self
    }

    /// Refuses tokens that were issued longer ago than this, in whole seconds, however long they
    /// hold, and such as say that they come from the future. No limit unless set.
    #[must_use]
    pub const fn max_age(mut self, age: Duration) -> Self {
        self.times.max_age = Some(age);
        self
    }

    /// Verifies a signed module: its one token, who signed it, the hash of everything else, and
    /// that it holds at `now`.
    ///
    /// # Errors
    /// [`VerifyError`] says which of these failed, and what to do.
    pub fn verify_module(
        &self,
        wasm: &[u8],
        now: UnixSeconds,
    ) -> Result<Verified<ActorClaims>, VerifyError> {
        let parts = Parts::of(wasm)?;
        let token = parts.token.ok_or(ModuleError::Unsigned)?;
        let token = Token::<ActorMetadata>::parse(token)?;
        let verified = self.verify(token, now)?;
        let (claimed, actual) = (verified.metadata.hash, Hash::of_parts(&parts));
        if claimed != actual {
            return Err(VerifyError::Hash { claimed, actual });
        }
        Ok(verified)
    }

    /// Verifies a token that means something without a module.
    ///
    /// # Errors
    /// [`VerifyError`] says what failed.
    pub fn verify_token<M: Standalone>(
        &self,
        token: &str,
        now: UnixSeconds,
    ) -> Result<Verified<Claims<M>>, VerifyError> {
        self.verify(Token::parse(token.as_bytes())?, now)
    }

    fn verify<M: Metadata>(
        &self,
        token: Token<'_, M>,
        now: UnixSeconds,
    ) -> Result<Verified<Claims<M>>, VerifyError> {
        let claims = &token.claims;
        claims.check_issuer().map_err(VerifyError::IssuerKind)?;
        claims.check_subject().map_err(VerifyError::SubjectKind)?;
        check_signature(&token)?;
        let window = claims.window();
        window.check(self.times, now)?;
        let (claims, text) = (token.claims, token.text.into());
        let inner = Inner {
            claims,
            token: text,
            window,
            times: self.times,
        };
        Ok(Verified {
            inner: Arc::new(inner),
        })
    }
}

fn check_signature<M: Metadata>(token: &Token<'_, M>) -> Result<(), VerifyError> {
    let issuer = token.claims.issuer;
    token.check_signature().map_err(|fault| match fault {
        SignatureFault::Key => VerifyError::IssuerKey { issuer },
        SignatureFault::WeakKey => VerifyError::WeakIssuer { issuer },
        SignatureFault::Signature => VerifyError::Signature {
            token: M::TOKEN,
            issuer,
        },
    })
}

/// Claims that a [`Verifier`] has verified; nothing else makes one. Cheap to clone.
///
/// They held when they were verified. Whoever keeps them asks [`check_time`](Self::check_time)
/// whether they still do.
#[derive(Clone, Debug)]
pub struct Verified<C> {
    inner: Arc<Inner<C>>,
}

#[derive(Debug)]
struct Inner<C> {
    claims: C,
    token: String,
    window: Window,
    times: TimePolicy,
}

impl<C> Verified<C> {
    /// Whether the claims hold at `now`, by the policy of the verifier.
    ///
    /// # Errors
    /// [`TimeError`] if they no longer hold, or not yet.
    pub fn check_time(&self, now: UnixSeconds) -> Result<(), TimeError> {
        self.inner.window.check(self.inner.times, now)
    }

    /// The token itself.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.inner.token
    }
}

impl<C> Deref for Verified<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.inner.claims
    }
}

/// Claims that were read and not verified: good for showing, not for deciding.
#[derive(Clone, Debug)]
pub struct Unverified<C> {
    claims: C,
    token: String,
}

impl<C> Unverified<C> {
    /// What the token says, true or not.
    #[must_use]
    pub const fn claims(&self) -> &C {
        &self.claims
    }

    /// The token itself.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }
}

/// Reads the claims of a module without verifying them.
///
/// # Errors
/// [`InspectError`] if it has no token that can be read.
pub fn inspect_module(wasm: &[u8]) -> Result<Unverified<ActorClaims>, InspectError> {
    let token = Parts::of(wasm)?.token.ok_or(ModuleError::Unsigned)?;
    let token = Token::<ActorMetadata>::parse(token)?;
    Ok(Unverified {
        claims: token.claims,
        token: token.text.into(),
    })
}
