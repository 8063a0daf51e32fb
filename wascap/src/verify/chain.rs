//! The chain from a token up to a trusted operator.
//!
//! A token is legitimate if its issuer is the subject of a legitimate token, or one of the
//! `valid_signers` of a legitimate token. Accounts issue actors and providers, operators issue
//! accounts and clusters, and an operator is trusted or not. The kinds of keys fix the position in
//! the chain, so no chain is longer and no chain is a circle.

use super::Verifier;
use crate::claims::Claims;
use crate::error::VerifyError;
use crate::key::PublicKey;
use crate::metadata::{Authority, Metadata, Parent};
use crate::time::{TimeError, TimePolicy, UnixSeconds, Window};
use crate::trust::Operator;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// One link of a verified chain: an account or an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    subject: PublicKey,
    signer: PublicKey,
    name: Option<String>,
    window: Option<Window>,
}

impl Link {
    /// Returns the key of the account or operator.
    #[must_use]
    pub const fn subject(&self) -> PublicKey {
        self.subject
    }

    /// Returns the key that signed the next lower token: the subject's own key or one of its
    /// `valid_signers`.
    #[must_use]
    pub const fn signer(&self) -> PublicKey {
        self.signer
    }

    /// Returns the display name, if the link has a token with a name.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Returns the time at which the link expires, or `None` if it does not expire.
    #[must_use]
    pub fn expires(&self) -> Option<UnixSeconds> {
        self.window.and_then(|window| window.expires)
    }

    /// Checks the validity without the age limit, because authorities are meant to last.
    pub(super) fn check_time(&self, times: TimePolicy, now: UnixSeconds) -> Result<(), TimeError> {
        let times = TimePolicy {
            max_age: None,
            ..times
        };
        self.window
            .map_or(Ok(()), |window| window.check(times, now))
    }

    fn of<M: Authority>(claims: &Claims<M>, signer: PublicKey) -> Self {
        Self {
            subject: claims.subject,
            signer,
            name: claims.metadata.name().map(Into::into),
            window: Some(claims.window()),
        }
    }

    const fn root(key: PublicKey) -> Self {
        Self {
            subject: key,
            signer: key,
            name: None,
            window: None,
        }
    }
}

pub(super) struct Walk<'a> {
    pub(super) verifier: &'a Verifier,
    pub(super) now: UnixSeconds,
}

impl Walk<'_> {
    /// Returns the links above `claims`, lowest first.
    pub(super) fn above<M: Metadata>(&self, claims: &Claims<M>) -> Result<Vec<Link>, VerifyError> {
        match M::PARENT {
            // A host has no authority above it: only a list of allowed hosts can decide.
            Parent::None if self.verifier.issuers.is_some() => Ok(Vec::new()),
            Parent::None => Err(VerifyError::IssuerNotAllowed {
                issuer: claims.issuer,
            }),
            Parent::Account => self.accounts(claims.issuer),
            Parent::Operator => self.operators(claims.issuer),
        }
    }

    fn accounts(&self, signer: PublicKey) -> Result<Vec<Link>, VerifyError> {
        let tokens = self.verifier.trust.accounts(signer);
        let unknown = VerifyError::UnknownAccount { issuer: signer };
        first_good(
            unknown,
            tokens.iter().map(|account| {
                let link = self.link(account, signer)?;
                let mut chain = vec![link];
                let above = self.operators(account.issuer);
                chain.extend(above.map_err(|error| at_link(account, error))?);
                Ok(chain)
            }),
        )
    }

    /// A revoked key of an operator needs no check here: it is the issuer of the next lower token,
    /// and that check has covered it.
    fn operators(&self, signer: PublicKey) -> Result<Vec<Link>, VerifyError> {
        let operators = self.verifier.trust.operators(signer);
        let untrusted = VerifyError::UntrustedOperator { operator: signer };
        let links = operators.map(|operator| match operator {
            Operator::Key(key) => Ok(Link::root(key)),
            Operator::Token(claims) => self.link(claims, signer),
        });
        first_good(untrusted, links).map(|link| vec![link])
    }

    fn link<M: Authority>(
        &self,
        claims: &Claims<M>,
        signer: PublicKey,
    ) -> Result<Link, VerifyError> {
        let link = Link::of(claims, signer);
        let times = self.verifier.times;
        link.check_time(times, self.now)
            .map_err(|error| at_link(claims, error.into()))?;
        self.verifier
            .check_revoked(claims)
            .map_err(|error| at_link(claims, error))?;
        Ok(link)
    }
}

/// Returns the first success; else the first error, or `none` if there is no candidate.
fn first_good<T>(
    none: VerifyError,
    candidates: impl Iterator<Item = Result<T, VerifyError>>,
) -> Result<T, VerifyError> {
    let mut first = None;
    for candidate in candidates {
        match candidate {
            Ok(good) => return Ok(good),
            Err(error) => first = first.or(Some(error)),
        }
    }
    Err(first.unwrap_or(none))
}

fn at_link<M: Authority>(claims: &Claims<M>, error: VerifyError) -> VerifyError {
    match error {
        // Name the lowest failed link once, not again for each link below it.
        VerifyError::Link { .. } => error,
        error => VerifyError::Link {
            link: M::TOKEN,
            subject: claims.subject,
            source: Box::new(error),
        },
    }
}
