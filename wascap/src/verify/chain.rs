//! From a token up to an operator that is trusted.
//!
//! A token is legitimate if its issuer is the subject of a token above it, or one of the
//! `valid_signers` there, and that token is legitimate. Actors and providers are below accounts,
//! accounts and clusters below operators, and operators are trusted or not. Since the kinds of keys
//! say which is which, no chain is longer than that and none is a circle.

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

/// One who vouches, in a verified chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    subject: PublicKey,
    signer: PublicKey,
    name: Option<String>,
    window: Option<Window>,
}

impl Link {
    /// The account or operator.
    #[must_use]
    pub const fn subject(&self) -> PublicKey {
        self.subject
    }

    /// The key that signed the token below: the subject's own or one of its `valid_signers`.
    #[must_use]
    pub const fn signer(&self) -> PublicKey {
        self.signer
    }

    /// Its name for people, if it has a token and a name in it.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// When it no longer holds, if ever.
    #[must_use]
    pub fn expires(&self) -> Option<UnixSeconds> {
        self.window.and_then(|window| window.expires)
    }

    /// How old it is does not matter: authorities are meant to last.
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
    /// The links above `claims`, lowest first.
    pub(super) fn above<M: Metadata>(&self, claims: &Claims<M>) -> Result<Vec<Link>, VerifyError> {
        match M::PARENT {
            // Nobody stands above a host: only a list of those that are known can tell.
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

    /// A revoked key of an operator needs no question of its own: the token below names it as its
    /// issuer, and was asked for that.
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

/// The first that is good; else why the first one is not, or `none` if there is none.
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
        // The lowest link that failed is named once, not once more by each link below it.
        VerifyError::Link { .. } => error,
        error => VerifyError::Link {
            link: M::TOKEN,
            subject: claims.subject,
            source: Box::new(error),
        },
    }
}
