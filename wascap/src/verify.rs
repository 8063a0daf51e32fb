//! The only code that creates [`Verified`] claims.

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

/// Verifies tokens, modules and archives by one policy.
///
/// Time and policy are parameters: a verifier has no clock and reads no files. Without trust roots
/// a verifier proves who signed, and accepts every issuer. With trust roots it accepts only issuers
/// for which a trusted operator vouches.
#[derive(Clone, Debug, Default)]
pub struct Verifier {
    times: TimePolicy,
    trust: Arc<Trust>,
    require_chain: Option<bool>,
    issuers: Option<Arc<BTreeSet<PublicKey>>>,
    revocations: Vec<Arc<RevocationList>>,
}

impl Verifier {
    /// Returns a verifier without trust roots that tolerates no clock difference.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Extends the validity of every token by this duration at both ends, in whole seconds, for
    /// clocks that differ. The default is zero.
    #[must_use]
    pub const fn clock_skew(mut self, skew: Duration) -> Self {
        self.times.skew = skew;
        self
    }

    /// Rejects tokens older than `age` (whole seconds), even if they have not expired, and tokens
    /// issued in the future. The default is no limit. The tokens of the accounts and operators in
    /// the chain may be older.
    #[must_use]
    pub const fn max_age(mut self, age: Duration) -> Self {
        self.times.max_age = Some(age);
        self
    }

    /// Accepts only issuers for which an operator in `trust` vouches. A `trust` without operators
    /// restricts nothing.
    #[must_use]
    pub fn trust(mut self, trust: impl Into<Arc<Trust>>) -> Self {
        self.trust = trust.into();
        self
    }

    /// Sets whether every token needs a chain up to a trusted operator. By default it does if there
    /// are trusted operators. If set without any trusted operator, nothing verifies. Invocations
    /// have no chain, so their hosts must be [allowed](Self::allow_issuers).
    #[must_use]
    pub const fn require_chain(mut self, required: bool) -> Self {
        self.require_chain = Some(required);
        self
    }

    /// Accepts only tokens signed by these keys or, with a chain, on behalf of these accounts.
    /// Replaces the keys set before. By default every key may issue.
    #[must_use]
    pub fn allow_issuers(mut self, issuers: impl IntoIterator<Item = PublicKey>) -> Self {
        self.issuers = Some(Arc::new(issuers.into_iter().collect()));
        self
    }

    /// Adds a revocation list: rejects everything that it revokes.
    #[must_use]
    pub fn revocations(mut self, list: impl Into<Arc<RevocationList>>) -> Self {
        self.revocations.push(list.into());
        self
    }

    /// Verifies a signed module: its token, the issuer's signature, the hash of all other bytes,
    /// the validity at `now`, and the policy.
    ///
    /// # Errors
    /// [`VerifyError`] names the check that failed and the remedy.
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

    /// Verifies a provider archive: its token, the issuer's signature, the hash of each library for
    /// its target, the validity at `now`, and the policy.
    ///
    /// # Errors
    /// [`VerifyError`] names the check that failed and the remedy.
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

    /// Verifies a token that has a meaning without a module.
    ///
    /// # Errors
    /// [`VerifyError`] names the check that failed.
    pub fn verify_token<M: Standalone>(
        &self,
        token: &str,
        now: UnixSeconds,
    ) -> Result<Verified<Claims<M>>, VerifyError> {
        self.verify(token.as_bytes(), now)
    }

    /// Verifies claims again that an earlier verifier accepted, for example one without the latest
    /// revocations: validity at `now`, revocations, chain and issuer. The signature and the hash
    /// cannot have changed.
    ///
    /// # Errors
    /// [`VerifyError`] if this verifier does not accept the claims.
    pub fn verify_again<M: Metadata>(
        &self,
        verified: &Verified<Claims<M>>,
        now: UnixSeconds,
    ) -> Result<Verified<Claims<M>>, VerifyError> {
        let chain = self.judge(verified, now)?;
        Ok(verified.with(chain, self.times))
    }

    /// Verifies a revocation list: it is signed by or on behalf of a trusted operator, valid at
    /// `now`, and not older than the lists of the same operator in `seen`. Pass the list to
    /// [`revocations`](Self::revocations), and keep its [mark](RevocationList::mark).
    ///
    /// # Errors
    /// [`RevocationError`] names the check that failed.
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

    /// Checks all properties of the claims that can change: time, chain, policy, revocations.
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

/// Checks all properties of a token that cannot change: the kinds of its keys and its signature.
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
/// [`TokenError`] if the text is not a token of this type.
pub fn inspect_token<M: Standalone>(token: &str) -> Result<Unverified<Claims<M>>, TokenError> {
    Token::parse(token.as_bytes()).map(Unverified::new)
}

/// Reads the claims of a module without verifying them.
///
/// # Errors
/// [`InspectError`] if the module has no readable token.
pub fn inspect_module(wasm: &[u8]) -> Result<Unverified<ActorClaims>, InspectError> {
    let token = Parts::of(wasm)?.token.ok_or(ModuleError::Unsigned)?;
    let token = Token::<ActorMetadata>::parse(token)?;
    Ok(Unverified::new(token))
}

/// Reads the claims and the libraries of a provider archive without verifying them.
///
/// # Errors
/// [`InspectError`] if the bytes are not an archive, or its token is not readable.
pub fn inspect_archive(par: &[u8]) -> Result<UnverifiedArchive<'_>, InspectError> {
    let parts = archive::Parts::of(par)?;
    let token = Token::<ProviderMetadata>::parse(parts.token)?;
    Ok(UnverifiedArchive::new(
        Unverified::new(token),
        parts.libraries,
    ))
}
