//! The trust roots of a verifier: offline data that the host loads.

use crate::claims::Claims;
use crate::error::VerifyError;
use crate::jwt::Token;
use crate::key::PublicKey;
use crate::metadata::{
    AccountClaims, AccountMetadata, Authority, OperatorClaims, OperatorMetadata,
};
use crate::verify::check_origin;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use alloc::vec::Vec;

/// Trusted operators, and the tokens of accounts. An account counts only if a trusted operator
/// signed its token.
///
/// Adding a token checks its signature, so verifying a module does not check it again.
///
/// ```
/// use capwire_wascap::{KeyKind, KeyPair, Trust, Verifier};
/// # let operator = KeyPair::generate(KeyKind::Operator)?;
///
/// let mut trust = Trust::new();
/// trust.operator_key(operator.public());
/// let verifier = Verifier::new().trust(trust);
/// # Ok::<(), capwire_wascap::EntropyError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Trust {
    roots: BTreeSet<PublicKey>,
    operators: Vouchers<OperatorMetadata>,
    accounts: Vouchers<AccountMetadata>,
}

impl Trust {
    /// Returns a `Trust` without operators and accounts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Trusts an operator by its key. A key of another kind signs no accounts, so trusting it
    /// accepts no actor.
    pub fn operator_key(&mut self, operator: PublicKey) {
        self.roots.insert(operator);
    }

    /// Trusts the operator of this token, and its `valid_signers`, while the token is valid.
    /// Returns the operator.
    ///
    /// # Errors
    /// [`VerifyError`] if the token is not an operator's, or not signed by the operator's own key.
    pub fn operator_token(&mut self, token: &str) -> Result<PublicKey, VerifyError> {
        let claims = authentic::<OperatorMetadata>(token)?;
        let operator = claims.subject;
        if claims.issuer != operator {
            return Err(VerifyError::NotSelfSigned {
                operator,
                issuer: claims.issuer,
            });
        }
        self.operators.add(claims);
        Ok(operator)
    }

    /// Adds the account of this token, and its `valid_signers`. Returns the account. An account may
    /// have several tokens, so that its keys can be exchanged with an overlap.
    ///
    /// # Errors
    /// [`VerifyError`] if the token is not an account's, or not signed by its issuer.
    pub fn account_token(&mut self, token: &str) -> Result<PublicKey, VerifyError> {
        let claims = authentic::<AccountMetadata>(token)?;
        let account = claims.subject;
        self.accounts.add(claims);
        Ok(account)
    }

    pub(crate) fn has_roots(&self) -> bool {
        !self.roots.is_empty() || !self.operators.by_signer.is_empty()
    }

    pub(crate) fn accounts(&self, signer: PublicKey) -> &[Arc<AccountClaims>] {
        self.accounts.of(signer)
    }

    /// Returns the trusted operators for which `signer` may sign.
    pub(crate) fn operators(&self, signer: PublicKey) -> impl Iterator<Item = Operator<'_>> {
        let root = self.roots.get(&signer).copied().map(Operator::Key);
        let tokens = self
            .operators
            .of(signer)
            .iter()
            .map(|claims| Operator::Token(claims));
        root.into_iter().chain(tokens)
    }
}

/// The way in which an operator is trusted.
pub(crate) enum Operator<'a> {
    Key(PublicKey),
    Token(&'a OperatorClaims),
}

fn authentic<M: Authority>(token: &str) -> Result<Claims<M>, VerifyError> {
    let token = Token::parse(token.as_bytes())?;
    check_origin(&token)?;
    Ok(token.claims)
}

/// Authorities by each key that may sign for them, newest token first.
#[derive(Clone, Debug)]
struct Vouchers<M: Authority> {
    by_signer: BTreeMap<PublicKey, Vec<Arc<Claims<M>>>>,
}

impl<M: Authority> Vouchers<M> {
    fn add(&mut self, claims: Claims<M>) {
        let claims = Arc::new(claims);
        let signers = claims.metadata.valid_signers().iter().copied();
        let signers: BTreeSet<_> = signers.chain([claims.subject]).collect();
        for signer in signers {
            let tokens = self.by_signer.entry(signer).or_default();
            let place = tokens.partition_point(|other| other.issued_at > claims.issued_at);
            tokens.insert(place, Arc::clone(&claims));
        }
    }

    fn of(&self, signer: PublicKey) -> &[Arc<Claims<M>>] {
        self.by_signer.get(&signer).map_or(&[], Vec::as_slice)
    }
}

impl<M: Authority> Default for Vouchers<M> {
    fn default() -> Self {
        Self {
            by_signer: BTreeMap::new(),
        }
    }
}
