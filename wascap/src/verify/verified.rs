//! Verified and unverified claims.

use super::chain::Link;
use crate::claims::Claims;
use crate::jwt::Token;
use crate::metadata::Metadata;
use crate::time::{TimeError, TimePolicy, UnixSeconds, Window};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Deref;

/// Verified claims. Only a [`Verifier`](crate::Verifier) creates them. Cheap to clone.
///
/// The claims were valid when they were verified. If you keep them, call
/// [`check_time`](Self::check_time) before you use them, and
/// [`Verifier::verify_again`](crate::Verifier::verify_again) after trust or revocations change.
#[derive(Clone, Debug)]
pub struct Verified<C> {
    signed: Arc<Signed<C>>,
    chain: Arc<[Link]>,
    window: Window,
    times: TimePolicy,
}

#[derive(Debug)]
struct Signed<C> {
    claims: C,
    token: String,
}

impl<M: Metadata> Verified<Claims<M>> {
    pub(super) fn new(token: Token<'_, M>, chain: Vec<Link>, times: TimePolicy) -> Self {
        let window = token.claims.window();
        let signed = Signed {
            token: token.text.into(),
            claims: token.claims,
        };
        Self {
            signed: Arc::new(signed),
            chain: chain.into(),
            window,
            times,
        }
    }

    pub(super) fn with(&self, chain: Vec<Link>, times: TimePolicy) -> Self {
        Self {
            signed: Arc::clone(&self.signed),
            chain: chain.into(),
            window: self.window,
            times,
        }
    }
}

impl<C> Verified<C> {
    /// Checks that the claims and all links of the chain are valid at `now`, by the policy of the
    /// verifier.
    ///
    /// # Errors
    /// [`TimeError`] if one of them has expired or is not valid yet.
    pub fn check_time(&self, now: UnixSeconds) -> Result<(), TimeError> {
        self.window.check(self.times, now)?;
        self.chain
            .iter()
            .try_for_each(|link| link.check_time(self.times, now))
    }

    /// Returns the links that vouch for the issuer: for an actor its account, then the trusted
    /// operator. Empty if the verifier required no chain.
    #[must_use]
    pub fn chain(&self) -> &[Link] {
        &self.chain
    }

    /// Returns the text of the token.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.signed.token
    }
}

impl<C> Deref for Verified<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.signed.claims
    }
}

/// Unverified claims, for display. They prove nothing.
#[derive(Clone, Debug)]
pub struct Unverified<C> {
    claims: C,
    token: String,
}

impl<M: Metadata> Unverified<Claims<M>> {
    pub(super) fn new(token: Token<'_, M>) -> Self {
        Self {
            token: token.text.into(),
            claims: token.claims,
        }
    }
}

impl<C> Unverified<C> {
    /// Returns the claims as the token states them.
    #[must_use]
    pub const fn claims(&self) -> &C {
        &self.claims
    }

    /// Returns the text of the token.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }
}
