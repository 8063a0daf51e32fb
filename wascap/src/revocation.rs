//! Taking back what was signed.

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

/// What a revocation list says. To make one, fill this in and give it to
/// [`ClaimsBuilder`](crate::ClaimsBuilder) with the operator as subject; to use one, see
/// [`Verifier::verify_revocations`](crate::Verifier::verify_revocations).
///
/// # Format
/// A revocation list is a token whose header is
/// `{"typ":"capwire-revocations","alg":"Ed25519"}`, so that it can never be taken for another
/// token nor another for it. It is about an operator (`sub`) and signed by it or one of its
/// `valid_signers` (`iss`). Its `wascap` object has these members, of which all but the first may
/// be missing:
///
/// | member | type | revokes |
/// |---|---|---|
/// | `number` | whole number | nothing: it grows with each list |
/// | `keys` | list of public keys | every token by or about one of them |
/// | `tokens` | list of `jti` | these tokens |
/// | `modules` | list of hashes | tokens of these modules or libraries, whoever signed them |
/// | `issued_before` | object: public key to seconds since the epoch | tokens by or about the key whose `iat` is less |
///
/// Each list replaces the one before, so it repeats what stays revoked. It counts for everything
/// that a verifier sees, not only for what is below its operator. Unknown members are an error,
/// since they might revoke something.
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
    /// Grows with each list of an operator.
    pub number: u64,
    /// Keys whose tokens are revoked, those that they signed and those about them.
    pub keys: BTreeSet<PublicKey>,
    /// Tokens that are revoked, by `jti`.
    pub tokens: BTreeSet<String>,
    /// Modules and libraries that are revoked, whoever signed them.
    pub modules: BTreeSet<Hash>,
    /// Keys of which older tokens are revoked: those issued earlier than this, in seconds since
    /// the epoch. A thief of a key can write any time into a token: such a key belongs in `keys`.
    pub issued_before: BTreeMap<PublicKey, u64>,
}

impl RevocationMetadata {
    /// The list with this number, that revokes nothing.
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

/// A revocation list that is believed: made by
/// [`Verifier::verify_revocations`](crate::Verifier::verify_revocations) only.
#[derive(Clone, Debug)]
pub struct RevocationList {
    verified: Verified<Claims<RevocationMetadata>>,
}

impl RevocationList {
    /// Believes a verified list, unless a newer one was `seen`.
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

    /// What to remember, so that no older list is believed again. A host keeps the latest mark of
    /// each operator where an attacker cannot write.
    #[must_use]
    pub fn mark(&self) -> Mark {
        let hash = Hash::of(self.verified.token().as_bytes());
        Mark::new(self.verified.subject, self.verified.metadata.number, hash)
    }

    /// What it says.
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

/// Something is on a revocation list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{cause}, by revocation list {list} of the operator {operator}")]
#[non_exhaustive]
pub struct Revoked {
    /// What is on it.
    pub cause: Cause,
    /// Whose list.
    pub operator: PublicKey,
    /// The number of the list.
    pub list: u64,
}

/// What a revocation list names.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Cause {
    /// A key.
    #[error("the key {0} is revoked")]
    Key(PublicKey),
    /// A token.
    #[error("the token {0} is revoked: have it signed again")]
    Token(String),
    /// A module or library.
    #[error("the code with the hash {0} is revoked: use another release")]
    Module(Hash),
    /// The older tokens of a key.
    #[error(
        "tokens of {0} that were issued before {1} (since the epoch) are revoked: have it signed again"
    )]
    IssuedBefore(PublicKey, UnixSeconds),
}
