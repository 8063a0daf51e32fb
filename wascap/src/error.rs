//! Why a token cannot be read, trusted or made.

use crate::archive::ArchiveError;
use crate::hash::Hash;
use crate::key::{KeyKind, PublicKey};
use crate::module::ModuleError;
use crate::revocation::Revoked;
use crate::time::TimeError;
use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

/// Why text is no token of this format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// More bytes than a token may have.
    #[error("the token has {found} bytes, where {limit} are allowed")]
    TooLong {
        /// How many it has.
        found: usize,
        /// How many it may have.
        limit: usize,
    },
    /// Not three segments with dots between them.
    #[error("a token is header.claims.signature, and this text is not")]
    Segments,
    /// A segment is not canonical base64url without padding.
    #[error("the {part} of the token is not base64url without padding, in its one canonical form")]
    Base64 {
        /// Which segment.
        part: &'static str,
    },
    /// A segment is not the JSON that it should be.
    #[error("the {part} of the token is not a JSON object: {reason}")]
    Json {
        /// Which segment.
        part: &'static str,
        /// The parser's account.
        reason: String,
    },
    /// A member stands twice in one object, so that readers could disagree on its value.
    #[error("the {part} of the token has the member `{name}` twice")]
    RepeatedMember {
        /// Which segment.
        part: &'static str,
        /// The member.
        name: String,
    },
    /// Objects and lists nested too deeply.
    #[error("the {part} of the token is nested more than {limit} levels deep")]
    TooDeep {
        /// Which segment.
        part: &'static str,
        /// How deep it may be.
        limit: usize,
    },
    /// The header is another than the only one.
    #[error(
        "the token's header has a wrong `{member}`: it must be exactly {{\"typ\":\"{typ}\",\"alg\":\"Ed25519\"}}"
    )]
    Header {
        /// The member that is wrong, missing or unknown.
        member: String,
        /// What `typ` must be.
        typ: &'static str,
    },
    /// A claim is missing or of another type or form.
    #[error("the claim `{name}` is not as it must be: {expected}")]
    Claim {
        /// Its path.
        name: String,
        /// What it must be.
        expected: String,
    },
    /// The signature has another length than signatures have.
    #[error("the token's signature does not have 64 bytes")]
    SignatureLength,
}

/// Why the token of a module or an archive cannot be shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// The bytes are no module with one token.
    #[error(transparent)]
    Module(#[from] ModuleError),
    /// The bytes are no provider archive.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The token cannot be read.
    #[error(transparent)]
    Token(#[from] TokenError),
}

/// Why a token, or the module or archive it is in, must not be trusted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The bytes are no module with one token.
    #[error(transparent)]
    Module(#[from] ModuleError),
    /// The bytes are no provider archive, or not the one that was signed.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The token cannot be read.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// A key of this kind does not issue such tokens.
    #[error("{0}")]
    IssuerKind(WrongKind),
    /// A key of this kind cannot be what such a token is about.
    #[error("{0}")]
    SubjectKind(WrongKind),
    /// The issuer's 32 bytes are no canonical point of the curve.
    #[error("the issuer {issuer} is no key of Ed25519: nobody can have signed with it")]
    IssuerKey {
        /// The issuer.
        issuer: PublicKey,
    },
    /// The issuer's key has small order: signatures by it prove nothing.
    #[error("the issuer {issuer} is a weak key, whose signatures anybody can make")]
    WeakIssuer {
        /// The issuer.
        issuer: PublicKey,
    },
    /// The signature is not that of the issuer over these claims.
    #[error(
        "the {token} token is not signed by its issuer {issuer}: it was changed, or forged; get it from its author again"
    )]
    Signature {
        /// Which token.
        token: &'static str,
        /// The issuer.
        issuer: PublicKey,
    },
    /// The module is not the one that was signed.
    #[error(
        "the module is not the one that was signed: its hash is {actual}, its token says {claimed}; get it from its author again"
    )]
    Hash {
        /// What the token says.
        claimed: Hash,
        /// What the module has.
        actual: Hash,
    },
    /// The token does not hold at this time.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// The token, a key or the code is on a revocation list.
    #[error(transparent)]
    Revoked(#[from] Revoked),
    /// The policy names those who may issue, and this issuer is not among them.
    #[error(
        "the policy does not allow tokens issued by {issuer}: add it, or its account, to the allowed issuers"
    )]
    IssuerNotAllowed {
        /// The issuer.
        issuer: PublicKey,
    },
    /// No account token says for whom the issuer signs.
    #[error(
        "no known account vouches for the issuer {issuer}: add the account's token, signed by a trusted operator"
    )]
    UnknownAccount {
        /// The issuer.
        issuer: PublicKey,
    },
    /// The chain ends at an operator that is not trusted.
    #[error(
        "the operator {operator} is not trusted: add its key or its token to the trusted ones, if you do trust it"
    )]
    UntrustedOperator {
        /// The operator, or the key that signed for it.
        operator: PublicKey,
    },
    /// An operator's token that another key has signed proves nothing of the operator.
    #[error(
        "the token of the operator {operator} is signed by {issuer}, where it must be by the operator's own key"
    )]
    NotSelfSigned {
        /// The operator.
        operator: PublicKey,
        /// Who signed.
        issuer: PublicKey,
    },
    /// A link of the chain above the token failed.
    #[error("the {link} {subject} cannot vouch for it")]
    Link {
        /// Which link.
        link: &'static str,
        /// Whose.
        subject: PublicKey,
        /// Why.
        source: Box<VerifyError>,
    },
}

/// Why a revocation list is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RevocationError {
    /// It is no list signed by a trusted operator, or does not hold now.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// It is about another operator than the one who signed.
    #[error(
        "a revocation list of the operator {operator} is signed by {signer}, who does not sign for it"
    )]
    WrongOperator {
        /// The operator.
        operator: PublicKey,
        /// Who signed.
        signer: PublicKey,
    },
    /// It is older than one that was seen: what was revoked would be valid again.
    #[error(
        "revocation list {number} of the operator {operator} is older than list {seen}, which was seen: get the latest one"
    )]
    Rollback {
        /// The operator.
        operator: PublicKey,
        /// The number of this list.
        number: u64,
        /// The number that was seen.
        seen: u64,
    },
    /// It has the number of another list that was seen.
    #[error(
        "there are two different revocation lists {number} of the operator {operator}: each must have a number of its own"
    )]
    Ambiguous {
        /// The operator.
        operator: PublicKey,
        /// The number of both.
        number: u64,
    },
}

/// Why something could not be signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The bytes are no module, or have two tokens.
    #[error(transparent)]
    Module(#[from] ModuleError),
    /// The libraries cannot be in one archive.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A key of this kind does not issue such tokens.
    #[error("{0}")]
    IssuerKind(WrongKind),
    /// A key of this kind cannot be what such a token is about.
    #[error("{0}")]
    SubjectKind(WrongKind),
    /// There is no time at which the token would hold.
    #[error("the token would never hold: it would expire before it begins")]
    NeverValid,
    /// A claim has a form that readers would not take for what was meant.
    #[error("`{value}` cannot be a {what}: {expected}")]
    Claim {
        /// Which claim.
        what: &'static str,
        /// What it was to be.
        value: String,
        /// What it must be.
        expected: &'static str,
    },
    /// The token would be longer than readers take.
    #[error("the token would have {found} bytes, where {limit} are allowed: claim less")]
    TooLong {
        /// How many it would have.
        found: usize,
        /// How many it may have.
        limit: usize,
    },
}

/// A key of one kind stands where another kind belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongKind {
    /// Which token.
    pub token: &'static str,
    /// Its claim that names the key: `iss` or `sub`.
    pub claim: &'static str,
    /// The kind of the key.
    pub found: KeyKind,
    /// The kinds that belong there.
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
