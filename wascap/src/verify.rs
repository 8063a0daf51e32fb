//! The one place where claims become [`Verified`].

mod chain;
mod verified;

pub use chain::Link;
pub use verified::{Unverified, Verified};

use crate::archive::{self, UnverifiedArchive, VerifiedArchive};
use crate::claims::Claims;
use crate::error::{InspectError, RevocationError, TokenError, VerifyError};
use crate::hash::Hash;
use crate::jwt::Token;
use crate::key::{PublicKey, SignatureFault};
use crate::metadata::{ActorClaims, ActorMetadata, Metadata, ProviderMetadata, Standalone};
use crate::module::{ModuleError, Parts};
use crate::revocation::{Mark, RevocationList, RevocationMetadata};
use crate::time::{TimePolicy, UnixSeconds};
use crate::trust::Trust;
use alloc::collections::BTreeSet;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

/// Decides whether claims are to be believed.
///
/// Time and policy are parameters: a verifier has no clock and reads no files. Without trust roots
/// it proves who signed, and believes everyone who did. With them it believes only those for whom
/// a trusted operator vouches.
#[derive(Clone, Debug, Default)]
pub struct Verifier {
    times: TimePolicy,
    trust: Arc<Trust>,
    require_chain: Option<bool>,
    issuers: Option<Arc<BTreeSet<PublicKey>>>,
    revocations: Vec<Arc<RevocationList>>,
}

impl Verifier {
    /// A verifier without trust roots, that tolerates no difference of clocks.
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
    /// hold, and such as say that they come from the future. No limit unless set. Accounts and
    /// operators above a token may be older.
    #[must_use]
    pub const fn max_age(mut self, age: Duration) -> Self {
        self.times.max_age = Some(age);
        self
    }

    /// Believes only those for whom an operator in `trust` vouches, if there is one in it.
    #[must_use]
    pub fn trust(mut self, trust: impl Into<Arc<Trust>>) -> Self {
        self.trust = trust.into();
        self
    }

    /// Whether every token needs a chain up to a trusted operator. Unless set, it does if there
    /// are trusted operators; set without any, nothing is believed. For invocations, above which
    /// there is no chain, it means that their hosts must be [allowed](Self::allow_issuers).
    #[must_use]
    pub const fn require_chain(mut self, required: bool) -> Self {
        self.require_chain = Some(required);
        self
    }

    /// Believes only tokens signed by these keys or, with a chain, for these accounts. Replaces
    /// what was set before. Everyone may issue unless set.
    #[must_use]
    pub fn allow_issuers(mut self, issuers: impl IntoIterator<Item = PublicKey>) -> Self {
        self.issuers = Some(Arc::new(issuers.into_iter().collect()));
        self
    }

    /// Refuses what this list revokes, besides what other lists do.
    #[must_use]
    pub fn revocations(mut self, list: impl Into<Arc<RevocationList>>) -> Self {
        self.revocations.push(list.into());
        self
    }

    /// Verifies a signed module: its one token, who signed it, the hash of everything else, that
    /// it holds at `now`, and what the policy asks for.
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
        let verified = self.verify::<ActorMetadata>(token, now)?;
        let (claimed, actual) = (verified.metadata.hash, Hash::of_parts(&parts));
        if claimed != actual {
            return Err(VerifyError::Hash { claimed, actual });
        }
        Ok(verified)
    }

    /// Verifies a provider archive: its token, who signed it, that each library is the one that was
    /// signed for its target, that all of it holds at `now`, and what the policy asks for.
    ///
    /// # Errors
    /// [`VerifyError`] says which of these failed, and what to do.
    pub fn verify_archive<'a>(
        &self,
        par: &'a [u8],
        now: UnixSeconds,
    ) -> Result<VerifiedArchive<'a>, VerifyError> {
        let parts = archive::Parts::of(par)?;
        let claims = self.verify::<ProviderMetadata>(parts.token, now)?;
        parts.check(&claims.metadata)?;
        Ok(VerifiedArchive::new(claims, parts.libraries))
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
        self.verify(token.as_bytes(), now)
    }

    /// Asks again about claims that were verified earlier, perhaps by a verifier that knew less:
    /// whether they hold at `now`, are not revoked, and have the chain and the issuer that the
    /// policy asks for. The signature and the hash cannot have changed.
    ///
    /// # Errors
    /// [`VerifyError`] if they are no longer to be believed.
    pub fn verify_again<M: Metadata>(
        &self,
        verified: &Verified<Claims<M>>,
        now: UnixSeconds,
    ) -> Result<Verified<Claims<M>>, VerifyError> {
        let chain = self.judge(verified, now)?;
        Ok(verified.with(chain, self.times))
    }

    /// Believes a revocation list: signed by or for a trusted operator, holding at `now`, and not
    /// older than the lists of the same operator in `seen`. Give it to
    /// [`revocations`](Self::revocations), and keep its [mark](RevocationList::mark).
    ///
    /// # Errors
    /// [`RevocationError`] says why not.
    pub fn verify_revocations(
        &self,
        token: &str,
        seen: &[Mark],
        now: UnixSeconds,
    ) -> Result<RevocationList, RevocationError> {
        let strict = self.clone().require_chain(true);
        let verified = strict.verify_token::<RevocationMetadata>(token, now)?;
        RevocationList::accept(verified, seen)
    }

    fn verify<M: Metadata>(
        &self,
        token: &[u8],
        now: UnixSeconds,
    ) -> Result<Verified<Claims<M>>, VerifyError> {
        let token = Token::parse(token)?;
        check_origin(&token)?;
        let chain = self.judge(&token.claims, now)?;
        Ok(Verified::new(token, chain, self.times))
    }

    /// Everything about the claims that can change: time, chain, policy, revocation.
    fn judge<M: Metadata>(
        &self,
        claims: &Claims<M>,
        now: UnixSeconds,
    ) -> Result<Vec<Link>, VerifyError> {
        claims.window().check(self.times, now)?;
        self.check_revoked(claims)?;
        let chain = self.chain(claims, now)?;
        self.check_allowed(claims, &chain)?;
        Ok(chain)
    }

    fn chain<M: Metadata>(
        &self,
        claims: &Claims<M>,
        now: UnixSeconds,
    ) -> Result<Vec<Link>, VerifyError> {
        let required = self.require_chain.unwrap_or_else(|| self.trust.has_roots());
        if !required {
            return Ok(Vec::new());
        }
        chain::Walk {
            verifier: self,
            now,
        }
        .above(claims)
    }

    fn check_allowed<M: Metadata>(
        &self,
        claims: &Claims<M>,
        chain: &[Link],
    ) -> Result<(), VerifyError> {
        let Some(allowed) = &self.issuers else {
            return Ok(());
        };
        let account = chain.first().map(Link::subject);
        if allowed.contains(&claims.issuer) || account.is_some_and(|key| allowed.contains(&key)) {
            return Ok(());
        }
        Err(VerifyError::IssuerNotAllowed {
            issuer: claims.issuer,
        })
    }

    fn check_revoked<M: Metadata>(&self, claims: &Claims<M>) -> Result<(), VerifyError> {
        self.revocations
            .iter()
            .try_for_each(|list| Ok(list.check(claims)?))
    }
}

/// Everything about a token that can never change: the kinds of its keys and its signature.
pub(crate) fn check_origin<M: Metadata>(token: &Token<'_, M>) -> Result<(), VerifyError> {
    let claims = &token.claims;
    claims.check_issuer().map_err(VerifyError::IssuerKind)?;
    claims.check_subject().map_err(VerifyError::SubjectKind)?;
    let issuer = claims.issuer;
    token.check_signature().map_err(|fault| match fault {
        SignatureFault::Key => VerifyError::IssuerKey { issuer },
        SignatureFault::WeakKey => VerifyError::WeakIssuer { issuer },
        SignatureFault::Signature => VerifyError::Signature {
            token: M::TOKEN,
            issuer,
        },
    })
}

/// Reads the claims of a token without verifying them.
///
/// # Errors
/// [`TokenError`] if it cannot be read as one of this type.
pub fn inspect_token<M: Standalone>(token: &str) -> Result<Unverified<Claims<M>>, TokenError> {
    Token::parse(token.as_bytes()).map(Unverified::new)
}

/// Reads the claims of a module without verifying them.
///
/// # Errors
/// [`InspectError`] if it has no token that can be read.
pub fn inspect_module(wasm: &[u8]) -> Result<Unverified<ActorClaims>, InspectError> {
    let token = Parts::of(wasm)?.token.ok_or(ModuleError::Unsigned)?;
    let token = Token::<ActorMetadata>::parse(token)?;
    Ok(Unverified::new(token))
}

/// Reads the claims and the libraries of a provider archive without verifying them.
///
/// # Errors
/// [`InspectError`] if it is no archive, or has no token that can be read.
pub fn inspect_archive(par: &[u8]) -> Result<UnverifiedArchive<'_>, InspectError> {
    let parts = archive::Parts::of(par)?;
    let token = Token::<ProviderMetadata>::parse(parts.token)?;
    Ok(UnverifiedArchive::new(
        Unverified::new(token),
        parts.libraries,
    ))
}
