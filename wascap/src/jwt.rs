//! Tokens as text: `header.claims.signature`, each in base64url without padding.
//!
//! The form is that of compact JWS (RFC 7515). The header differs: `alg` is `Ed25519`, a name from
//! before RFC 8037.

use crate::claims::Claims;
use crate::error::{SignError, TokenError};
use crate::json::Fields;
use crate::key::{KeyPair, SignatureFault};
use crate::metadata::Metadata;
use alloc::string::String;
use alloc::vec::Vec;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const ALGORITHM: &str = "Ed25519";

/// A parsed token that is not verified.
pub(crate) struct Token<'a, M: Metadata> {
    pub(crate) claims: Claims<M>,
    pub(crate) text: &'a str,
    signed: &'a str,
    signature: [u8; 64],
}

impl<'a, M: Metadata> Token<'a, M> {
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, TokenError> {
        if bytes.len() > M::MAX_BYTES {
            return Err(TokenError::TooLong {
                found: bytes.len(),
                limit: M::MAX_BYTES,
            });
        }
        let text = core::str::from_utf8(bytes).map_err(|_| TokenError::Segments)?;
        let (signed, signature) = text.rsplit_once('.').ok_or(TokenError::Segments)?;
        let (header, claims) = signed.split_once('.').ok_or(TokenError::Segments)?;
        if claims.contains('.') {
            return Err(TokenError::Segments);
        }
        check_header::<M>(&decode(header, "header")?)?;
        let signature = decode(signature, "signature")?.try_into();
        let signature = signature.map_err(|_| TokenError::SignatureLength)?;
        let claims = Claims::read(&decode(claims, "claims")?)?;
        Ok(Self {
            claims,
            text,
            signed,
            signature,
        })
    }

    /// Checks that the issuer named in the claims signed them.
    pub(crate) fn check_signature(&self) -> Result<(), SignatureFault> {
        self.claims
            .issuer
            .verify(self.signed.as_bytes(), &self.signature)
    }
}

/// Signs `claims` without checking their content.
pub(crate) fn encode<M: Metadata>(
    claims: &Claims<M>,
    issuer: &KeyPair,
) -> Result<String, SignError> {
    let json = serde_json::to_vec(claims).map_err(|error| SignError::Claim {
        what: "token",
        value: format!("{error}"),
        expected: "representable as JSON",
    })?;
    let header = format!(r#"{{"typ":"{}","alg":"{ALGORITHM}"}}"#, M::TYP);
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header.as_bytes()),
        URL_SAFE_NO_PAD.encode(&json)
    );
    let signature = URL_SAFE_NO_PAD.encode(issuer.sign(signed.as_bytes()));
    let token = format!("{signed}.{signature}");
    if token.len() > M::MAX_BYTES {
        return Err(SignError::TooLong {
            found: token.len(),
            limit: M::MAX_BYTES,
        });
    }
    Ok(token)
}

/// Checks that the header has exactly the two members with their fixed values, because a reader
/// would have to understand any other member.
fn check_header<M: Metadata>(json: &[u8]) -> Result<(), TokenError> {
    let mut fields = Fields::parse(json, "header")?;
    for (member, expected) in [("typ", M::TYP), ("alg", ALGORITHM)] {
        if fields.optional_text(member)?.as_deref() != Some(expected) {
            return Err(header_error::<M>(member));
        }
    }
    match fields.names().next() {
        Some(member) => Err(header_error::<M>(member)),
        None => Ok(()),
    }
}

fn header_error<M: Metadata>(member: &str) -> TokenError {
    TokenError::Header {
        member: member.into(),
        typ: M::TYP,
    }
}

fn decode(segment: &str, part: &'static str) -> Result<Vec<u8>, TokenError> {
    URL_SAFE_NO_PAD
        .decode(segment)
        .map_err(|_| TokenError::Base64 { part })
}
