//! Errors of reading, verifying and signing tokens.

use crate::archive::ArchiveError;
use crate::hash::Hash;
use crate::key::{KeyKind, PublicKey};
use crate::module::ModuleError;
use crate::revocation::Revoked;
use crate::time::TimeError;
use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

/// A text is not a token of this format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The token has more bytes than a token may have.
    #[error("the token has {found} bytes, and the limit is {limit}")]
    TooLong {
        /// The bytes of the token.
        found: usize,
        /// The most bytes that a token may have.
        limit: usize,
    },
    /// The text does not have three segments with dots between them.
    #[error("the text is not a token: a token has the form header.claims.signature")]
    Segments,
    /// A segment is not canonical base64url without padding.
    #[error("the {part} of the token is not base64url without padding, in its one canonical form")]
    Base64 {
        /// The segment: header, claims or signature.
        part: &'static str,
    },
    /// A segment is not a JSON object of the expected form.
    #[error("the {part} of the token is not a JSON object: {reason}")]
    Json {
        /// The segment: header, claims or signature.
        part: &'static str,
        /// The message of the JSON parser.
        reason: String,
    },
    /// An object has a member twice, so readers could disagree on its value.
    #[error("the {part} of the token has the member `{name}` twice")]
    RepeatedMember {
        /// The segment: header, claims or signature.
        part: &'static str,
        /// The name of the member.
        name: String,
    },
    /// Objects and lists are nested too deeply.
    #[error("the {part} of the token is nested more than {limit} levels deep")]
    TooDeep {
        /// The segment: header, claims or signature.
        part: &'static str,
        /// The most levels of nesting.
        limit: usize,
    },
    /// The header is not the one header that this type of token has.
    #[error(
        "the token's header has a wrong `{member}`: it must be exactly {{\"typ\":\"{typ}\",\"alg\":\"Ed25519\"}}"
    )]
    Header {
        /// The member that is wrong, missing or unknown.
        member: String,
        /// The value that `typ` must have.
        typ: &'static str,
    },
    /// A claim is missing, or has the wrong type or form.
    #[error("the claim `{name}` is missing or invalid, expected {expected}")]
    Claim {
        /// The path of the claim, such as `wascap.caps`.
        name: String,
        /// The expected type or form.
        expected: String,
    },
    /// The claims are those of tokens of 2019.
    #[error(
        "the token has the claims of 2019, which are too old to be read ({reason}): get the module without it, \
         and sign it with `capwire sign`"
    )]
    TooOld {
        /// The fault of the claims, as those of today.
        reason: Box<TokenError>,
    },
    /// The signature does not have 64 bytes.
    #[error("the token's signature does not have 64 bytes")]
    SignatureLength,
}

/// The token of a module or an archive cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// The bytes are not a module with exactly one token.
    #[error(transparent)]
    Module(#[from] ModuleError),
    /// The bytes are not a provider archive.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The token cannot be read.
    #[error(transparent)]
    Token(#[from] TokenError),
}

/// A token, or the module or archive that contains it, is not trustworthy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The bytes are not a module with exactly one token.
    #[error(transparent)]
    Module(#[from] ModuleError),
    /// The bytes are not a provider archive, or not the signed one.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The token cannot be read.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// Keys of this kind do not issue tokens of this type.
    #[error("{0}")]
    IssuerKind(WrongKind),
    /// Keys of this kind cannot be the subject of tokens of this type.
    #[error("{0}")]
    SubjectKind(WrongKind),
    /// The issuer's 32 bytes are not a canonical point of the curve.
    #[error("the issuer {issuer} is not a valid Ed25519 key, so nobody can sign with it")]
    IssuerKey {
        /// The issuer's key.
        issuer: PublicKey,
    },
    /// The issuer's key has small order, so its signatures prove nothing.
    #[error("the issuer {issuer} is a weak key: anybody can forge its signatures")]
    WeakIssuer {
        /// The issuer's key.
        issuer: PublicKey,
    },
    /// The issuer did not sign these claims.
    #[error(
        "the {token} token is not signed by its issuer {issuer}: it was changed or forged; get it from its author again"
    )]
    Signature {
        /// The type of the token.
        token: &'static str,
        /// The issuer's key.
        issuer: PublicKey,
    },
    /// The module changed after it was signed.
    #[error(
        "the module is not the one that was signed: its hash is {actual}, its token says {claimed}; get it from its author again"
    )]
    Hash {
        /// The hash in the token.
        claimed: Hash,
        /// The hash of the module.
        actual: Hash,
    },
    /// The token is not valid at this time.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// The token, a key or the code is on a revocation list.
    #[error(transparent)]
    Revoked(#[from] Revoked),
    /// The policy lists allowed issuers, and this issuer is not among them.
    #[error(
        "the policy does not allow tokens issued by {issuer}: add it, or its account, to the allowed issuers"
    )]
    IssuerNotAllowed {
        /// The issuer's key.
        issuer: PublicKey,
    },
    /// No known account token names the issuer.
    #[error(
        "no known account vouches for the issuer {issuer}: add the account's token, signed by a trusted operator"
    )]
    UnknownAccount {
        /// The issuer's key.
        issuer: PublicKey,
    },
    /// The chain ends at an operator that is not trusted.
    #[error(
        "the operator {operator} is not trusted: if you trust it, add its key or its token to the trusted ones"
    )]
    UntrustedOperator {
        /// The operator, or the key that signed on its behalf.
        operator: PublicKey,
    },
    /// Another key signed the operator's token, so the token proves nothing.
    #[error(
        "the token of the operator {operator} is signed by {issuer}, not by the operator's own key"
    )]
    NotSelfSigned {
        /// The operator.
        operator: PublicKey,
        /// The key that signed.
        issuer: PublicKey,
    },
    /// A link of the chain above the token failed.
    #[error("the {link} {subject} cannot vouch for it")]
    Link {
        /// The kind of the link: account or operator.
        link: &'static str,
        /// The key of the account or operator.
        subject: PublicKey,
        /// The fault of the link.
        source: Box<VerifyError>,
    },
}

/// A revocation list is not trustworthy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RevocationError {
    /// The list is not signed by a trusted operator, or not valid at this time.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// The list belongs to another operator than the one that signed it.
    #[error(
        "the revocation list of the operator {operator} is signed by {signer}, which does not sign for this operator"
    )]
    WrongOperator {
        /// The operator.
        operator: PublicKey,
        /// The key that signed.
        signer: PublicKey,
    },
    /// The list is older than a known one, so it would undo revocations.
    #[error(
        "revocation list {number} of the operator {operator} is older than the known list {seen}: get the latest list"
    )]
    Rollback {
        /// The operator.
        operator: PublicKey,
        /// The number of this list.
        number: u64,
        /// The number of the known list.
        seen: u64,
    },
    /// A different list with the same number is known.
    #[error(
        "the operator {operator} issued two different revocation lists with the number {number}: every list needs its own number"
    )]
    Ambiguous {
        /// The operator.
        operator: PublicKey,
        /// The number of both.
        number: u64,
    },
}

/// Claims cannot be signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The bytes are not a module, or have two tokens.
    #[error(transparent)]
    Module(#[from] ModuleError),
    /// The libraries do not fit into one archive.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// Keys of this kind do not issue tokens of this type.
    #[error("{0}")]
    IssuerKind(WrongKind),
    /// Keys of this kind cannot be the subject of tokens of this type.
    #[error("{0}")]
    SubjectKind(WrongKind),
    /// The token would be valid at no time.
    #[error("the token would never be valid: it would expire before it becomes valid")]
    NeverValid,
    /// A claim has a form that readers would misunderstand.
    #[error("`{value}` cannot be a {what}: {expected}")]
    Claim {
        /// The kind of claim.
        what: &'static str,
        /// The text of the claim.
        value: String,
        /// The required form.
        expected: &'static str,
    },
    /// The token would be longer than readers accept.
    #[error(
        "the token would have {found} bytes, and the limit is {limit}: use fewer or shorter claims"
    )]
    TooLong {
        /// The bytes that the token would have.
        found: usize,
        /// The most bytes that a token may have.
        limit: usize,
    },
}

/// A claim names a key of the wrong kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongKind {
    /// The type of the token.
    pub token: &'static str,
    /// The claim that names the key: `iss` or `sub`.
    pub claim: &'static str,
    /// The kind of the key.
    pub found: KeyKind,
    /// The kinds that the claim may name.
    pub expected: &'static [KeyKind],
}

impl fmt::Display for WrongKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            token,
            claim,
            found,
            expected,
        } = self;
        write!(
            f,
            "the `{claim}` of this {token} token is a key of the kind {found}, not "
        )?;
        for (index, kind) in expected.iter().enumerate() {
            let separator = if index == 0 { "" } else { " or " };
            write!(f, "{separator}{kind}")?;
        }
        Ok(())
    }
}
