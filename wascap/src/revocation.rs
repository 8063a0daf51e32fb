//! Revocation lists.

mod mark;

pub use mark::{Mark, MarkError};

use crate::claims::Claims;
use crate::error::{RevocationError, SignError, TokenError};
use crate::hash::Hash;
use crate::json::{Fields, WHOLE_NUMBER};
use crate::key::{KeyKind, PublicKey};
use crate::metadata::{Metadata, Parent, Standalone, Subject, Wire};
use crate::time::UnixSeconds;
use crate::verify::Verified;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use serde::Serialize;

/// The content of a revocation list. To issue one, pass it to
/// [`ClaimsBuilder`](crate::ClaimsBuilder) with the operator as subject; to use one, see
/// [`Verifier::verify_revocations`](crate::Verifier::verify_revocations).
///
/// # Format
/// A revocation list is a token whose header is
/// `{"typ":"capwire-revocations","alg":"Ed25519"}`, so no reader mistakes it for another token, or
/// another token for it. Its subject (`sub`) is an operator, and its issuer (`iss`) is the operator
/// or one of the operator's `valid_signers`. Its `wascap` object has these members, all optional
/// except `number`:
///
/// | member | type | revokes |
/// |---|---|---|
/// | `number` | whole number | nothing; it grows with each list |
/// | `keys` | list of public keys | every token by or about one of them |
/// | `tokens` | list of `jti` | these tokens |
/// | `modules` | list of hashes | tokens of these modules or libraries, by any issuer |
/// | `issued_before` | object: public key to seconds since the epoch | tokens by or about the key whose `iat` is less |
///
/// Each list replaces the one before, so it repeats earlier revocations that still apply. It
/// applies to everything that a verifier sees, not only to tokens below its operator. Unknown
/// members are an error, because they might revoke something.
///
/// # Example
/// ```
/// use capwire_wascap::{ClaimsBuilder, KeyKind, KeyPair, RevocationMetadata, UnixSeconds, sign_token};
/// # let operator = KeyPair::generate(KeyKind::Operator)?;
/// # let stolen = KeyPair::generate(KeyKind::Account)?.public();
///
/// let mut list = RevocationMetadata::new(8);
/// list.keys.insert(stolen);
/// let now = UnixSeconds(1_600_000_000);
/// let claims = ClaimsBuilder::with_metadata(operator.public(), list, now)?;
/// let token = sign_token(claims, &operator)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RevocationMetadata {
    /// The number of the list, which grows with each list of an operator.
    pub number: u64,
    /// Keys whose tokens are revoked: the tokens that they signed, and the tokens about them.
    pub keys: BTreeSet<PublicKey>,
    /// Revoked tokens, by `jti`.
    pub tokens: BTreeSet<String>,
    /// Revoked modules and libraries, by any issuer.
    pub modules: BTreeSet<Hash>,
    /// Keys whose older tokens are revoked: those issued before this time, in seconds since the
    /// epoch. The thief of a key can write any time into a token: put a stolen key into `keys`.
    pub issued_before: BTreeMap<PublicKey, u64>,
}

impl RevocationMetadata {
    /// Returns a list with this number that revokes nothing.
    #[must_use]
    pub fn new(number: u64) -> Self {
        Self {
            number,
            ..Self::default()
        }
    }
}

impl Metadata for RevocationMetadata {
    type Subject = PublicKey;
    const TOKEN: &'static str = "revocations";
    const ISSUERS: &'static [KeyKind] = &[KeyKind::Operator];
    const SUBJECTS: &'static [KeyKind] = &[KeyKind::Operator];
}

impl Standalone for RevocationMetadata {}

impl Wire for RevocationMetadata {
    const PARENT: Parent = Parent::Operator;
    const TYP: &'static str = "capwire-revocations";
    const MAX_BYTES: usize = 16 * 1024 * 1024;

    fn read(fields: &mut Fields) -> Result<Self, TokenError> {
        let before = fields.optional_object("issued_before")?;
        let list = Self {
            number: fields.number("number")?,
            keys: fields.all_parsed("keys")?,
            tokens: fields.all_parsed("tokens")?,
            modules: fields.all_parsed("modules")?,
            issued_before: match before {
                Some(times) => times.map_of(WHOLE_NUMBER, |value| value.as_u64())?,
                None => BTreeMap::new(),
            },
        };
        fields.finish()?;
        Ok(list)
    }

    fn check(&self) -> Result<(), SignError> {
        Ok(())
    }
}

/// A verified revocation list. Only
/// [`Verifier::verify_revocations`](crate::Verifier::verify_revocations) creates one.
#[derive(Clone, Debug)]
pub struct RevocationList {
    verified: Verified<Claims<RevocationMetadata>>,
}

impl RevocationList {
    /// Accepts a verified list, unless a newer one was `seen`.
    pub(crate) fn accept(
        verified: Verified<Claims<RevocationMetadata>>,
        seen: &[Mark],
    ) -> Result<Self, RevocationError> {
        let operator = verified.subject;
        if verified
            .chain()
            .first()
            .is_none_or(|link| link.subject() != operator)
        {
            return Err(RevocationError::WrongOperator {
                operator,
                signer: verified.issuer,
            });
        }
        let list = Self { verified };
        let mark = list.mark();
        seen.iter()
            .try_for_each(|earlier| mark.check_after(earlier))?;
        Ok(list)
    }

    /// Returns the mark of the list. Store the latest mark of each operator where an attacker
    /// cannot write, so that the host does not accept an older list later.
    #[must_use]
    pub fn mark(&self) -> Mark {
        let hash = Hash::of(self.verified.token().as_bytes());
        Mark::new(self.verified.subject, self.verified.metadata.number, hash)
    }

    /// Returns the content of the list.
    #[must_use]
    pub fn claims(&self) -> &Claims<RevocationMetadata> {
        &self.verified
    }

    pub(crate) fn check<M: Metadata>(&self, claims: &Claims<M>) -> Result<(), Revoked> {
        let list = &self.verified.metadata;
        let keys = [Some(claims.issuer), claims.subject.key()];
        for key in keys.into_iter().flatten() {
            self.check_key(key)?;
            if let Some(time) = list
                .issued_before
                .get(&key)
                .filter(|t| claims.issued_at < **t)
            {
                return Err(self.revoked(Cause::IssuedBefore(key, UnixSeconds(*time))));
            }
        }
        if list.tokens.contains(&claims.id) {
            return Err(self.revoked(Cause::Token(claims.id.clone())));
        }
        match claims
            .metadata
            .hashes()
            .into_iter()
            .find(|hash| list.modules.contains(hash))
        {
            Some(hash) => Err(self.revoked(Cause::Module(hash))),
            None => Ok(()),
        }
    }

    fn check_key(&self, key: PublicKey) -> Result<(), Revoked> {
        if self.verified.metadata.keys.contains(&key) {
            return Err(self.revoked(Cause::Key(key)));
        }
        Ok(())
    }

    fn revoked(&self, cause: Cause) -> Revoked {
        let (operator, list) = (self.verified.subject, self.verified.metadata.number);
        Revoked {
            cause,
            operator,
            list,
        }
    }
}

/// A key, a token or code is on a revocation list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{cause}, by revocation list {list} of the operator {operator}")]
#[non_exhaustive]
pub struct Revoked {
    /// The entry of the list.
    pub cause: Cause,
    /// The operator that issued the list.
    pub operator: PublicKey,
    /// The number of the list.
    pub list: u64,
}

/// An entry of a revocation list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Cause {
    /// A revoked key.
    #[error("the key {0} is revoked")]
    Key(PublicKey),
    /// A revoked token.
    #[error("the token {0} is revoked: ask its issuer to sign again")]
    Token(String),
    /// A revoked module or library.
    #[error("the code with the hash {0} is revoked: use another release")]
    Module(Hash),
    /// The revoked older tokens of a key.
    #[error(
        "tokens of {0} issued before {1} (since the epoch) are revoked: ask the issuer to sign again"
    )]
    IssuedBefore(PublicKey, UnixSeconds),
}
