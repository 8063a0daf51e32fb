//! The claims that all types of tokens have.

use crate::error::{TokenError, WrongKind};
use crate::json::Fields;
use crate::key::{KeyKind, PublicKey};
use crate::metadata::{Metadata, Subject};
use crate::time::{UnixSeconds, Window};
use alloc::boxed::Box;
use alloc::string::String;
use serde::{Serialize, Serializer};

/// The claims of a token: issuer, subject, validity, and the metadata of the token's type.
///
/// `Claims` prove nothing; [`Verified`](crate::Verified) claims do. `Serialize` writes the JSON of
/// the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims<M: Metadata> {
    /// `jti`: the unique id of the token.
    pub id: String,
    /// `iat`: the time of issue, in seconds since the epoch.
    pub issued_at: u64,
    /// `iss`: the key that signed the token.
    pub issuer: PublicKey,
    /// `sub`: the subject of the token.
    pub subject: M::Subject,
    /// `exp`: the first second in which the token is no longer valid, in seconds since the epoch;
    /// `None` if it never expires.
    pub expires: Option<u64>,
    /// `nbf`: the first second in which the token is valid, in seconds since the epoch; `None` if
    /// it is valid from the start.
    pub not_before: Option<u64>,
    /// `wascap`: the metadata of the token's type.
    pub metadata: M,
}

impl<M: Metadata> Claims<M> {
    pub(crate) fn read(json: &[u8]) -> Result<Self, TokenError> {
        let mut fields = Fields::parse(json, "claims")?;
        let id = fields.text("jti")?;
        if id.is_empty() {
            return Err(fields.wrong("jti", "a string that is not empty"));
        }
        let issued_at = fields.number("iat")?;
        Ok(Self {
            id,
            issued_at,
            issuer: fields.parsed("iss")?,
            subject: fields.parsed("sub")?,
            expires: fields.optional_number("exp")?,
            not_before: fields.optional_number("nbf")?,
            metadata: metadata(&mut fields, issued_at)?,
        })
    }

    /// Checks the kinds of the issuer and the subject.
    pub(crate) fn check_issuer(&self) -> Result<(), WrongKind> {
        check_kind::<M>("iss", self.issuer.kind(), M::ISSUERS)
    }

    pub(crate) fn check_subject(&self) -> Result<(), WrongKind> {
        match self.subject.key() {
            Some(key) => check_kind::<M>("sub", key.kind(), M::SUBJECTS),
            None => Ok(()),
        }
    }

    pub(crate) fn window(&self) -> Window {
        Window {
            token: M::TOKEN,
            issued: UnixSeconds(self.issued_at),
            not_before: self.not_before.map(UnixSeconds),
            expires: self.expires.map(UnixSeconds),
        }
    }
}

/// The years 2018 and 2019, in which tokens had other claims.
const EARLY: core::ops::Range<u64> = 1_514_764_800..1_577_836_800;

/// Takes the metadata. Early tokens have its members beside the other claims.
fn metadata<M: Metadata>(fields: &mut Fields, issued_at: u64) -> Result<M, TokenError> {
    let is_beside = fields.names().any(|name| matches!(name, "caps" | "hash"));
    let is_early = is_beside || EARLY.contains(&issued_at);
    let metadata = fields.object("wascap");
    metadata
        .and_then(|mut members| M::read(&mut members))
        .map_err(|reason| match is_early {
            true => TokenError::TooOld {
                reason: Box::new(reason),
            },
            false => reason,
        })
}

fn check_kind<M: Metadata>(
    claim: &'static str,
    found: KeyKind,
    expected: &'static [KeyKind],
) -> Result<(), WrongKind> {
    if expected.contains(&found) {
        return Ok(());
    }
    Err(WrongKind {
        token: M::TOKEN,
        claim,
        found,
        expected,
    })
}

impl<M: Metadata> Serialize for Claims<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let wire = Wire {
            exp: self.expires,
            jti: &self.id,
            iat: self.issued_at,
            iss: self.issuer,
            sub: &self.subject,
            nbf: self.not_before,
            wascap: &self.metadata,
        };
        wire.serialize(serializer)
    }
}

/// Member names and their order are those of the original tools.
#[derive(Serialize)]
struct Wire<'a, S, M> {
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<u64>,
    jti: &'a str,
    iat: u64,
    iss: PublicKey,
    sub: &'a S,
    #[serde(skip_serializing_if = "Option::is_none")]
    nbf: Option<u64>,
    wascap: &'a M,
}
