//! The claims that all tokens share.

use crate::error::{TokenError, WrongKind};
use crate::json::Fields;
use crate::key::{KeyKind, PublicKey};
use crate::metadata::{Metadata, Subject};
use crate::time::{UnixSeconds, Window};
use alloc::string::String;
use serde::{Serialize, Serializer};

/// What a token says: who says it of whom, when it holds, and the metadata of its type.
///
/// Having `Claims` proves nothing; having [`Verified`](crate::Verified) claims does.
/// As JSON (`Serialize`) they are what stands in the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims<M: Metadata> {
    /// `jti`: names this token among all.
    pub id: String,
    /// `iat`: when it was issued, in seconds since the epoch.
    pub issued_at: u64,
    /// `iss`: the key that signed.
    pub issuer: PublicKey,
    /// `sub`: what the token is about.
    pub subject: M::Subject,
    /// `exp`: the first second in which it no longer holds, since the epoch; never if `None`.
    pub expires: Option<u64>,
    /// `nbf`: the first second in which it holds, since the epoch; at once if `None`.
    pub not_before: Option<u64>,
    /// `wascap`: what depends on the type of the token.
    pub metadata: M,
}

impl<M: Metadata> Claims<M> {
    pub(crate) fn read(json: &[u8]) -> Result<Self, TokenError> {
        let mut fields = Fields::parse(json, "claims")?;
        let id = fields.text("jti")?;
        if id.is_empty() {
            return Err(fields.wrong("jti", "a string that is not empty"));
        }
        Ok(Self {
            id,
            issued_at: fields.number("iat")?,
            issuer: fields.parsed("iss")?,
            subject: fields.parsed("sub")?,
            expires: fields.optional_number("exp")?,
            not_before: fields.optional_number("nbf")?,
            metadata: M::read(&mut fields.object("wascap")?)?,
        })
    }

    /// Whether keys of these kinds may stand where they stand.
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

/// Names and order of the original tools.
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
