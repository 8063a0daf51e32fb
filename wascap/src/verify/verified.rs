//! Claims by how far they are to be believed.

use super::chain::Link;
use crate::claims::Claims;
use crate::jwt::Token;
use crate::metadata::Metadata;
use crate::time::{TimeError, TimePolicy, UnixSeconds, Window};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Deref;

/// Claims that a [`Verifier`](crate::Verifier) has verified; nothing else makes one. Cheap to
/// clone.
///
/// They held when they were verified. Whoever keeps them asks [`check_time`](Self::check_time)
/// whether they still do, and [`Verifier::verify_again`](crate::Verifier::verify_again) whenever
/// trust or revocations have changed.
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
    /// Whether the claims and all links above them hold at `now`, by the policy of the verifier.
    ///
    /// # Errors
    /// [`TimeError`] if they no longer hold, or not yet.
    pub fn check_time(&self, now: UnixSeconds) -> Result<(), TimeError> {
        self.window.check(self.times, now)?;
        self.chain
            .iter()
            .try_for_each(|link| link.check_time(self.times, now))
    }

    /// Who vouches for the issuer: for an actor its account, then the trusted operator. Empty if
    /// the verifier asked for no chain.
    #[must_use]
    pub fn chain(&self) -> &[Link] {
        &self.chain
    }

    /// The token itself.
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

/// Claims that were read and not verified: good for showing, not for deciding.
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
